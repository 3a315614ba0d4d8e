// Shows the figures that the server wrote into the document until the live page has drawn its own.
(() => {
  const LATE_AFTER = 15_000; // milliseconds, as below
  const WITHOUT_CHARTS_AFTER = 3_000;
  const START_AFTER = 1_000;

  // Streamlit's own scripts keep the browser busy for long: they wait for what is here, not for ever.
  const live = document.querySelector("template[data-live]").content;
  const start = () => document.head.append(live); // a second time there is nothing left to put in
  setTimeout(start, START_AFTER);

  let root;
  customElements.define("nocs-first", class extends HTMLElement {
    constructor() {
      super();
      root = this.attachInternals().shadowRoot;
    }
  });
  const host = document.querySelector("nocs-first");
  if (!host || !root) return start();
  document.documentElement.lang = host.lang;

  // The theme that this reader chose in Streamlit's menu; without a choice the system's.
  try {
    const kept = localStorage.getItem(`stActiveTheme-${location.pathname}-v2`) ?? "null";
    const name = JSON.parse(kept)?.name ?? "";
    if (/light|dark/i.test(name)) host.style.colorScheme = /dark/i.test(name) ? "dark" : "light";
  } catch { /* a browser that keeps nothing has no choice either */ }

  // As table.js lays the table out: one card an area where it would not fit.
  const areas = root.querySelector(".nocs-areas");
  const table = areas.querySelector("table");
  const fit = () => {
    areas.dataset.layout = "table";
    table.style.width = "min-content";
    const needed = table.getBoundingClientRect().width;
    table.style.width = "";
    areas.dataset.layout = needed > areas.clientWidth + 1 ? "cards" : "table";
  };
  fit();

  // The charts, after the figures are on the screen. The live page takes over what is drawn by then.
  const { drawing, charts, locale } = JSON.parse(root.querySelector("[type='application/json']").text);
  const drawn = new Map();
  const draw = async () => {
    const tools = await import(new URL(drawing, document.baseURI).href);
    for (const { name, figure } of charts) {
      const box = root.querySelector(`[data-testid="chart-${name}"] > div`);
      if (!box) return; // taken over
      await tools.draw(box, figure, locale);
      drawn.set(name, box);
    }
  };
  const frame = () => new Promise(requestAnimationFrame);
  frame().then(frame).then(frame).then(draw).catch(() => {}).then(start);
  const resized = () => {
    fit();
    if (drawn.size) draw();
  };
  addEventListener("resize", resized);

  // The boxes of the charts come last. A page without them says why, or has had time enough.
  let left;
  host.left = new Promise((resolve) => { left = resolve; });
  let idleSince;
  const isLive = () => {
    const state = document.querySelector(".stApp")?.dataset.testScriptState;
    idleSince = state === "notRunning" ? (idleSince ?? performance.now()) : undefined;
    if (idleSince === undefined) return false;
    if (document.querySelector(".nocs-empty, .nocs-door, [data-testid=banner-start], .nocs-charts figure")) return true;
    return performance.now() - idleSince > WITHOUT_CHARTS_AFTER;
  };
  const begun = performance.now();
  (function look() {
    if (isLive()) {
      const page = document.querySelector(".stMain");
      if (page) page.scrollTop = host.scrollTop;
      removeEventListener("resize", resized);
      left(drawn);
      host.remove();
      return;
    }
    if (performance.now() - begun > LATE_AFTER) root.querySelector(".nocs-late").hidden = false;
    requestAnimationFrame(look);
  })();
})();
