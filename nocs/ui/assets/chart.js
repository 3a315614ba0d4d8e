// Charts in the browser: boxes for figures that Python built, and when they are drawn.
// Called again on every change of data or theme. How they are drawn stands in draw.js.

const ARROW = `<svg viewBox="0 0 16 16" aria-hidden="true"><path fill="none" stroke="currentColor"
  stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"
  d="M8 2v8m-3.5-3L8 10.5 11.5 7M2.5 13.5h11"/></svg>`;
const states = new WeakMap();
let loading;

function drawing(address) {
  loading ??= import(new URL(address, document.baseURI).href).catch((error) => {
    loading = undefined; // the next call asks again; some browsers remember the failure until a reload
    throw error;
  });
  return loading;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const state = states.get(parentElement) ?? create(parentElement);
  state.pick = (code) => setTriggerValue("area", code);
  state.data = data;
  state.root.toggleAttribute("data-small", data.look === "small");
  state.root.toggleAttribute("data-one", data.look === "one");
  boxes(state);
  draw(state);
  return () => {
    state.gone = true;
    removeEventListener("beforeprint", state.toPaper);
    removeEventListener("afterprint", state.toScreen);
    state.observer.disconnect();
    for (const box of state.boxes.values()) state.tools?.clear(box);
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
  const { charts, texts } = state.data;
  for (const [name, box] of state.boxes) {
    if (charts.some((chart) => chart.name === name)) continue;
    state.tools?.clear(box);
    box.parentElement.remove();
    state.boxes.delete(name);
  }
  for (const { name, title, note, figure } of charts) {
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
    button.title = texts.save;
    button.setAttribute("aria-label", texts.saved.replace("{chart}", () => title));
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", `${title}: ${note}`);
  }
}

// On paper the page is light, whatever the screen is.
function onPaper(state, isPaper) {
  document.documentElement.classList.toggle("nocs-paper", isPaper);
  const { charts, locale } = state.data;
  for (const { name, figure } of charts) {
    const box = state.boxes.get(name);
    if (box.dataset.drawn) state.tools?.draw(box, figure, locale);
  }
}

async function draw(state) {
  state.width = state.root.clientWidth;
  await adopt(state);
  try {
    state.tools = await drawing(state.data.drawing);
  } catch {
    for (const box of state.boxes.values()) {
      if (!box.dataset.drawn) box.textContent = state.data.texts.missing;
    }
    return;
  }
  if (state.gone) return;
  const { charts, locale } = state.data;
  for (const { name, figure } of charts) {
    const box = state.boxes.get(name);
    await state.tools.draw(box, figure, locale);
    if (state.gone) return state.tools.clear(box);
    if (!box.dataset.wired) {
      box.dataset.wired = "yes";
      box.on("plotly_click", ({ points: [point] }) => {
        const code = point.id ?? point.data.meta?.code;
        if (code !== undefined) state.pick(code);
      });
    }
  }
}

// The charts of the first paint, once it leaves: what is drawn needs no second drawing.
async function adopt(state) {
  const drawn = await document.querySelector("nocs-first")?.left;
  if (state.gone) return;
  for (const [name, box] of drawn ?? []) {
    if (!state.boxes.has(name)) continue;
    drawn.delete(name);
    state.boxes.get(name).replaceWith(box);
    state.boxes.set(name, box);
  }
  if (drawn) boxes(state);
}

function save(state, name) {
  const box = state.boxes.get(name);
  const chart = state.data.charts.find((one) => one.name === name);
  if (box.dataset.drawn) state.tools?.save(box, chart, state.data.stamp);
}
