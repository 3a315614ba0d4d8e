// Shows the figures that the server wrote into the document until the live page has drawn its own.
(() => {
  const LATE_AFTER = 15_000; // milliseconds, as below
  const WITHOUT_CHARTS_AFTER = 3_000;
  let root;
  customElements.define("nocs-first", class extends HTMLElement {
    constructor() {
      super();
      root = this.attachInternals().shadowRoot;
    }
  });
  const host = document.querySelector("nocs-first");
  if (!host || !root) return;
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
  addEventListener("resize", fit);

  // The charts come last. A page without them says why, or has had time enough to draw them.
  let idleSince;
  const isLive = () => {
    const state = document.querySelector(".stApp")?.dataset.testScriptState;
    idleSince = state === "notRunning" ? (idleSince ?? performance.now()) : undefined;
    if (idleSince === undefined) return false;
    if (document.querySelector(".nocs-empty, [data-testid=banner-start]")) return true;
    const charts = [...document.querySelectorAll(".nocs-charts figure > div")];
    const drawn = charts.filter((box) => box.dataset.drawn || box.textContent);
    if (charts.length) return drawn.length === charts.length;
    return performance.now() - idleSince > WITHOUT_CHARTS_AFTER;
  };
  const begun = performance.now();
  (function look() {
    if (isLive()) {
      const page = document.querySelector(".stMain");
      if (page) page.scrollTop = host.scrollTop;
      removeEventListener("resize", fit);
      host.remove();
      return;
    }
    if (performance.now() - begun > LATE_AFTER) root.querySelector(".nocs-late").hidden = false;
    requestAnimationFrame(look);
  })();
})();
