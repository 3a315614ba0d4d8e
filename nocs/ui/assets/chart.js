// Charts in the browser: draws figures that Python built, in the colours of the page.
// Called again on every change of data or theme. Plotly is loaded once for the whole page.

const LABEL_FONT = 12;
const GAP = 10;
const COLOURS = ["credit", "due", "net", "due-soft", "ink", "muted", "line", "card", "warn",
  "line-1", "line-2", "line-3", "line-4", "line-5", "line-6"];
const ARROW = `<svg viewBox="0 0 16 16" aria-hidden="true"><path fill="none" stroke="currentColor"
  stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"
  d="M8 2v8m-3.5-3L8 10.5 11.5 7M2.5 13.5h11"/></svg>`;
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

export default function ({ data, parentElement, setTriggerValue }) {
  const state = states.get(parentElement) ?? create(parentElement);
  state.pick = (code) => setTriggerValue("area", code);
  state.charts = data.charts;
  state.address = data.plotly;
  state.stamp = data.stamp;
  state.texts = data.texts;
  state.locale = data.locale;
  state.root.toggleAttribute("data-small", data.look === "small");
  state.root.toggleAttribute("data-one", data.look === "one");
  boxes(state);
  draw(state);
  return () => {
    state.gone = true;
    removeEventListener("beforeprint", state.toPaper);
    removeEventListener("afterprint", state.toScreen);
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
  state.toPaper = () => onPaper(state, true);
  state.toScreen = () => onPaper(state, false);
  addEventListener("beforeprint", state.toPaper);
  addEventListener("afterprint", state.toScreen);
  states.set(parent, state);
  return state;
}

// The boxes have their height before Plotly is there, so that nothing jumps.
function boxes(state) {
  for (const [name, box] of state.boxes) {
    if (state.charts.some((chart) => chart.name === name)) continue;
    window.Plotly?.purge(box);
    box.parentElement.remove();
    state.boxes.delete(name);
  }
  for (const { name, title, note, figure } of state.charts) {
    if (!state.boxes.has(name)) {
      const holder = document.createElement("figure");
      holder.dataset.testid = `chart-${name}`;
      holder.innerHTML = `<figcaption><h3></h3><p></p></figcaption><div></div>
        <button type="button">${ARROW}</button>`;
      holder.querySelector("button").addEventListener("click", () => save(state, name));
      state.boxes.set(name, holder.querySelector("div"));
    }
    state.root.append(state.boxes.get(name).parentElement); // in the order of the data
    const box = state.boxes.get(name);
    box.parentElement.querySelector("h3").textContent = title;
    box.parentElement.querySelector("p").textContent = note;
    box.style.height = `${figure.layout.height}px`;
    const button = box.parentElement.querySelector("button");
    button.title = state.texts.save;
    button.setAttribute("aria-label", state.texts.saved.replace("{chart}", () => title));
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", `${title}: ${note}`);
  }
}

// On paper the page is light, whatever the screen is.
function onPaper(state, isPaper) {
  document.documentElement.classList.toggle("nocs-paper", isPaper);
  if (!window.Plotly) return;
  for (const { name, figure } of state.charts) {
    const box = state.boxes.get(name);
    if (box.dataset.drawn) window.Plotly.react(box, ...dressed(figure, box, state.locale));
  }
}

async function draw(state) {
  state.width = state.root.clientWidth;
  let library;
  try {
    library = await plotly(state.address);
  } catch {
    for (const box of state.boxes.values()) {
      box.textContent = state.texts.missing;
    }
    return;
  }
  if (state.gone) return;
  if (state.locale.months) library.register(localeOf(state.locale));
  for (const { name, figure } of state.charts) {
    const box = state.boxes.get(name);
    await library.react(box, ...dressed(figure, box, state.locale));
    if (state.gone) return library.purge(box);
    if (!box.dataset.wired) {
      box.dataset.wired = "yes";
      box.on("plotly_click", ({ points: [point] }) => {
        const code = point.id ?? point.data.meta?.code;
        if (code !== undefined) state.pick(code);
      });
    }
    box.dataset.drawn = "yes";
  }
}

// Traces, layout and options of a figure as the page looks now.
function dressed(figure, box, locale) {
  const colours = theme(box);
  const traces = figure.data.map((trace) => painted(trace, colours));
  const fit = FITTED[figure.layout.meta] ?? withBars;
  const layout = {
    ...fit(figure.layout, traces, colours, box.clientWidth),
    width: box.clientWidth,
    font: { family: colours.font, color: colours.ink, size: LABEL_FONT },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
  };
  return [traces, layout, { displayModeBar: false, responsive: false, locale: locale.name }];
}

// The names of the months for axes of time, which Plotly labels itself.
function localeOf({ name, months }) {
  const days = Array(7).fill("");
  return {
    moduleType: "locale",
    name,
    dictionary: {},
    format: { days, shortDays: days, months, shortMonths: months, date: "%d/%m/%Y" },
  };
}

// Our tokens are light-dark() pairs; what a pair is now, only a painted element tells.
function theme(box) {
  const probe = document.createElement("span");
  box.parentElement.append(probe);
  const colours = {};
  for (const name of COLOURS) {
    probe.style.color = `var(--nocs-${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  colours.font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return colours;
}

function painted(trace, colours) {
  const colour = colours[trace.meta?.role ?? trace.meta];
  const label = {
    bgcolor: colours.card,
    bordercolor: colour,
    font: { color: colours.ink, family: colours.font, size: 13 },
    align: "left",
  };
  const text = { color: colours.ink, size: LABEL_FONT };
  if (trace.type === "bar") {
    const place = trace.text ? { textposition: "outside" } : {};
    return { ...trace, ...place, marker: { color: colour }, textfont: text, hoverlabel: label };
  }
  return {
    ...trace,
    line: { ...trace.line, color: colour },
    marker: { ...trace.marker, color: colour },
    textfont: { ...text, color: colour },
    hoverlabel: label,
  };
}

const FITTED = { time: overTime, pareto: asPareto };

// Leaves room for the longest name and the longest label on each side, whatever the width.
function withBars(layout, traces, colours, width) {
  const left = Math.ceil(longest(layout.yaxis.ticktext, colours)) + GAP;
  const plot = Math.max(width - left, 40);
  const side = (sign) => {
    const mine = traces.filter(({ x }) => x.some((value) => sign * value > 0));
    const reach = Math.max(0, ...mine.flatMap(({ x }) => x.map((value) => sign * value)));
    const labels = mine.flatMap(({ text }) => text);
    return { reach, label: mine.length ? longest(labels, colours) + GAP : 0 };
  };
  const [minus, plus] = [side(-1), side(1)];
  const bars = Math.max(plot - minus.label - plus.label, 40);
  const scale = (minus.reach + plus.reach || 1) / bars;
  return {
    ...layout,
    margin: { l: left, r: 0, t: 4, b: 4 },
    xaxis: {
      ...layout.xaxis,
      zerolinecolor: colours.muted,
      range: [-minus.reach - minus.label * scale, plus.reach + plus.label * scale],
    },
    yaxis: { ...layout.yaxis, automargin: false, tickfont: { color: colours.ink } },
  };
}

// Points in time: amounts at the left, the names of several lines at the right.
function overTime(layout, traces, colours, width) {
  const names = traces.flatMap(({ text }) => text ?? []).filter(Boolean);
  const right = names.length ? Math.min(longest(names, colours) + GAP, width / 3) : 16;
  return {
    ...layout,
    margin: { l: Math.ceil(longest(layout.yaxis.ticktext, colours)) + GAP, r: right, t: 8, b: 28 },
    xaxis: {
      ...layout.xaxis,
      nticks: Math.max(2, Math.floor(width / 95)),
      linecolor: colours.line,
      tickfont: { color: colours.muted },
    },
    yaxis: { ...layout.yaxis, gridcolor: colours.line, tickfont: { color: colours.muted } },
  };
}

function asPareto(layout, traces, colours, width) {
  const steep = width < 600;
  return {
    ...layout,
    margin: { l: 48, r: 8, t: 12, b: (steep ? 0.95 : 0.5) * longest(layout.xaxis.ticktext, colours) + 18 },
    xaxis: { ...layout.xaxis, tickangle: steep ? -70 : -30, tickfont: { color: colours.ink } },
    yaxis: { ...layout.yaxis, tickfont: { color: colours.muted }, gridcolor: colours.line },
    shapes: layout.shapes.map((shape) => ({ ...shape, line: { ...shape.line, color: colours.muted } })),
  };
}

// A picture leaves the page: it says itself what it shows, as of when, and whether it is a demo.
async function save(state, name) {
  const box = state.boxes.get(name);
  const chart = state.charts.find((one) => one.name === name);
  if (!box.dataset.drawn) return;
  const colours = theme(box);
  const layout = {
    ...box.layout,
    height: box.layout.height + 64,
    margin: { ...box.layout.margin, t: box.layout.margin.t + 64 },
    paper_bgcolor: colours.card,
    title: {
      text: `<b>${chart.plain}</b><br><span style="font-size: 12px">${state.stamp}</span>`,
      font: { size: 16, color: colours.ink },
      x: 0.02,
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      pad: { t: 14 },
    },
  };
  await window.Plotly.downloadImage(
    { data: box.data, layout, config: { staticPlot: true } },
    { format: "png", scale: 2, width: box.clientWidth, height: layout.height, filename: `nocs-${name}` },
  );
}

function longest(texts, { font }) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${LABEL_FONT}px ${font}`;
  const lines = texts.flatMap((text) => text.split("<br>").map(decoded));
  return Math.max(0, ...lines.map((text) => pen.measureText(text).width));
}

const decoded = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
