// Shows the figures that the server wrote into the document until the live page has its own.
(() => {
  const START_AFTER = 1_000; // milliseconds, as below
  const LATE_AFTER = 15_000;
  const WITHOUT_CHARTS_AFTER = 3_000;
  // The charts come last on the live page; a page without them says why.
  const LIVE = ".nocs-charts figure, .nocs-empty, .nocs-door, [data-testid=banner-start]";

  // Streamlit's scripts keep the browser busy for long: they wait for what is here, but not for ever.
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
  document.documentElement.lang = host.lang;
  try {
    show();
  } catch (error) {
    host.remove(); // the live page needs none of it
    document.getElementById("root").inert = false;
    start();
    throw error;
  }

  function show() {
    chooseTheme();
    fit();
    const drawn = new Map();
    const draw = () => drawInto(drawn);
    const frame = () => new Promise(requestAnimationFrame);
    // After the figures are on the screen.
    frame().then(frame).then(frame).then(draw).catch(() => {}).then(start);
    const resized = () => {
      fit();
      if (drawn.size) draw();
    };
    addEventListener("resize", resized);
    let left;
    host.left = new Promise((resolve) => { left = resolve; });
    const page = document.getElementById("root");
    page.inert = true; // what nobody sees yet takes no key
    whenLive(() => {
      page.inert = false;
      removeEventListener("resize", resized);
      const main = document.querySelector(".stMain");
      if (main) main.scrollTop = host.scrollTop;
      left(drawn);
      host.remove();
    });
  }

  // The theme that this reader chose in Streamlit's menu; without a choice the system's.
  function chooseTheme() {
    try {
      const kept = localStorage.getItem(`stActiveTheme-${location.pathname}-v2`) ?? "null";
      const name = JSON.parse(kept)?.name ?? "";
      if (/light|dark/i.test(name)) host.style.colorScheme = /dark/i.test(name) ? "dark" : "light";
    } catch { /* a browser that keeps nothing has no choice either */ }
  }

  // As table.js lays the table out: one card an area where it would not fit.
  function fit() {
    const areas = root.querySelector(".nocs-areas");
    const table = areas.querySelector("table");
    areas.dataset.layout = "table";
    table.style.width = "min-content";
    const needed = table.getBoundingClientRect().width;
    table.style.width = "";
    areas.dataset.layout = needed > areas.clientWidth + 1 ? "cards" : "table";
  }

  // Draws the charts and notes each under its name: the live page takes over what is drawn by then.
  async function drawInto(drawn) {
    const { drawing, charts, locale } = JSON.parse(root.querySelector("[type='application/json']").text);
    const tools = await import(new URL(drawing, document.baseURI).href);
    for (const { name, figure } of charts) {
      if (!host.isConnected) return;
      const box = root.querySelector(`[data-testid="chart-${name}"] > div`);
      await tools.draw(box, figure, locale);
      if (host.isConnected) drawn.set(name, box);
    }
  }

  function whenLive(leave) {
    const begun = performance.now();
    let idleSince;
    const isLive = () => {
      // From the end of the first run: the parts of the page that tick run again and again.
      const state = document.querySelector(".stApp")?.dataset.testScriptState;
      if (state === "notRunning") idleSince ??= performance.now();
      if (idleSince === undefined) return false;
      return document.querySelector(LIVE) || performance.now() - idleSince > WITHOUT_CHARTS_AFTER;
    };
    (function look() {
      if (isLive()) return leave();
      if (performance.now() - begun > LATE_AFTER) root.querySelector(".nocs-late").hidden = false;
      requestAnimationFrame(look);
    })();
  }
})();
