// Charts in the browser: draws figures that Python built, in the colours of the page.
// Called again on every change of data or theme. Plotly is loaded once for the whole page.

const LABEL_FONT = 12;
const GAP = 10;
const states = new WeakMap();
let loading;

function plotly(address) {
  loading ??= import(new URL(address, document.baseURI).href).then(
    () => window.Plotly,
    (error) => {
      loading = undefined; // the next call tries again
      throw error;
    },
  );
  return loading;
}

export default function ({ data, parentElement, setStateValue }) {
  const state = states.get(parentElement) ?? create(parentElement);
  state.pick = (code) => setStateValue("area", code);
  state.charts = data.charts;
  state.address = data.plotly;
  boxes(state);
  draw(state);
  return () => {
    state.gone = true;
    state.observer.disconnect();
    if (window.Plotly) for (const box of state.boxes.values()) window.Plotly.purge(box);
    state.root.remove();
    states.delete(parentElement);
  };
}

function create(parent) {
  const root = document.createElement("div");
  root.className = "nocs-charts";
  parent.append(root);
  const state = { root, boxes: new Map(), gone: false, width: 0 };
  state.observer = new ResizeObserver(() => {
    if (Math.abs(root.clientWidth - state.width) > 1 && root.clientWidth) draw(state);
  });
  state.observer.observe(root);
  states.set(parent, state);
  return state;
}

// The boxes have their height before Plotly is there, so that nothing jumps.
function boxes(state) {
  for (const { name, title, note, figure } of state.charts) {
    if (!state.boxes.has(name)) {
      const holder = document.createElement("figure");
      holder.dataset.testid = `chart-${name}`;
      holder.innerHTML = "<figcaption><h3></h3><p></p></figcaption><div></div>";
      state.root.append(holder);
      state.boxes.set(name, holder.querySelector("div"));
    }
    const box = state.boxes.get(name);
    box.parentElement.querySelector("h3").textContent = title;
    box.parentElement.querySelector("p").textContent = note;
    box.style.height = `${figure.layout.height}px`;
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", `${title}: ${note}. The table has the same figures.`);
  }
}

async function draw(state) {
  state.width = state.root.clientWidth;
  let library;
  try {
    library = await plotly(state.address);
  } catch {
    for (const box of state.boxes.values()) {
      box.textContent = "The charts could not be loaded. The table has the same figures.";
    }
    return;
  }
  if (state.gone) return;
  for (const { name, figure } of state.charts) {
    const box = state.boxes.get(name);
    const colours = theme(box);
    const traces = figure.data.map((trace) => painted(trace, colours));
    const layout = fitted(figure.layout, traces, colours, box.clientWidth);
    const options = { displayModeBar: false, responsive: false };
    await library.react(box, traces, layout, options);
    if (state.gone) return library.purge(box);
    if (!box.dataset.wired) {
      box.dataset.wired = "yes";
      box.on("plotly_click", ({ points }) => state.pick(points[0].y));
    }
    box.dataset.drawn = "yes";
  }
}

// Our tokens are light-dark() pairs; what a pair is now, only a painted element tells.
function theme(box) {
  const probe = document.createElement("span");
  box.parentElement.append(probe);
  const colours = {};
  for (const name of ["credit", "due", "ink", "muted", "line", "card"]) {
    probe.style.color = `var(--nocs-${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  colours.font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return colours;
}

function painted(trace, colours) {
  const colour = colours[trace.meta];
  return {
    ...trace,
    textposition: "outside",
    marker: { color: colour },
    textfont: { color: colours.ink, size: LABEL_FONT },
    hoverlabel: {
      bgcolor: colours.card,
      bordercolor: colour,
      font: { color: colours.ink, family: colours.font, size: 13 },
      align: "left",
    },
  };
}

// Leaves room for the longest name and the longest label on each side, whatever the width.
function fitted(layout, traces, colours, width) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${LABEL_FONT}px ${colours.font}`;
  const longest = (texts) => Math.max(0, ...texts.map((text) => pen.measureText(text).width));
  const names = layout.yaxis.ticktext.flatMap((name) => name.split("<br>").map(decoded));
  const left = Math.ceil(longest(names)) + GAP;
  const plot = Math.max(width - left, 40);
  const side = (sign) => {
    const mine = traces.filter(({ x }) => x.some((value) => sign * value > 0));
    const reach = Math.max(0, ...mine.flatMap(({ x }) => x.map((value) => sign * value)));
    return { reach, label: mine.length ? longest(mine.flatMap((t) => t.text.map(decoded))) + GAP : 0 };
  };
  const [minus, plus] = [side(-1), side(1)];
  const bars = Math.max(plot - minus.label - plus.label, 40);
  const scale = (minus.reach + plus.reach || 1) / bars;
  return {
    ...layout,
    width,
    font: { family: colours.font, color: colours.ink, size: LABEL_FONT },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: left, r: 0, t: 4, b: 4 },
    xaxis: {
      ...layout.xaxis,
      zerolinecolor: colours.muted,
      range: [-minus.reach - minus.label * scale, plus.reach + plus.label * scale],
    },
    yaxis: { ...layout.yaxis, automargin: false, tickfont: { color: colours.ink } },
  };
}

const decoded = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
