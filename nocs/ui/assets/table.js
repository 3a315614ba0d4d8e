// The table of areas in the browser: sort, search, and cards where the table would not fit.
// Called again on every change of data; what the reader chose is kept.

const TEXTS = ["nocs_name", "nocs_code"];
const states = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const state = states.get(parentElement) ?? create(parentElement);
  state.open = (code) => setTriggerValue("opened", code);
  if (state.html !== data.html) {
    state.html = data.html;
    state.total = data.areas;
    state.texts = data.texts;
    state.digits = data.digits;
    state.root.querySelector("h2").textContent = data.title;
    for (const part of state.root.querySelectorAll("[data-text]")) {
      part.textContent = data.texts[part.dataset.text];
    }
    state.root.querySelector("input").placeholder = data.texts.hint;
    fill(state);
  }
  return () => {
    state.observer.disconnect();
    state.root.remove();
    states.delete(parentElement);
  };
}

function create(parent) {
  const root = document.createElement("div");
  root.className = "nocs-areas";
  root.innerHTML = `
    <div class="nocs-tools">
      <h2></h2>
      <label class="nocs-sort"><span data-text="sort"></span> <select></select></label>
      <label class="nocs-search"><span class="nocs-hidden" data-text="search"></span>
        <input type="search" autocomplete="off" data-testid="search"></label>
    </div>
    <p class="nocs-shown" role="status" data-testid="shown"></p>
    <div class="nocs-sheet"></div>`;
  parent.append(root);
  const state = { root, sort: null, search: "", needed: 0 };
  state.sheet = root.querySelector(".nocs-sheet");
  state.select = root.querySelector("select");
  state.shown = root.querySelector(".nocs-shown");
  root.querySelector("input").addEventListener("input", (event) => {
    state.search = event.target.value;
    filter(state);
  });
  state.select.addEventListener("change", () => {
    const [column, order] = state.select.value.split(" ");
    sortBy(state, column ? { column, order } : null);
  });
  state.sheet.addEventListener("click", (event) => {
    const head = event.target.closest("th[data-column]");
    if (head) {
      if (event.target.closest("button")) sortBy(state, next(state.sort, head.dataset));
      return;
    }
    const row = event.target.closest("tbody tr");
    // Marking a figure to copy it, or a click for a new tab, is none for the area.
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey || `${getSelection()}`) return;
    event.preventDefault();
    state.open(valueOf(row, { column: "nocs_code" }));
  });
  state.observer = new ResizeObserver(() => fit(state));
  state.observer.observe(root);
  states.set(parent, state);
  return state;
}

function fill(state) {
  state.sheet.innerHTML = state.html;
  state.rows = [...state.sheet.querySelectorAll("tbody tr")];
  state.natural = state.rows.slice();
  const heads = [...state.sheet.querySelectorAll("th[data-column]:has(button)")];
  const options = heads.flatMap(({ dataset, textContent }) => {
    const orders = [dataset.first, other(dataset.first)];
    return orders.map((order) => {
      const text = order === "ascending" ? state.texts.lowest : state.texts.highest;
      return new Option(
        text.replace("{column}", () => textContent.trim()),
        `${dataset.column} ${order}`,
      );
    });
  });
  state.select.replaceChildren(new Option(state.texts.natural, ""), ...options);
  sortBy(state, state.sort);
  filter(state);
  measure(state);
}

const other = (order) => (order === "ascending" ? "descending" : "ascending");

function next(sort, { column, first }) {
  return { column, order: sort?.column === column ? other(sort.order) : first };
}

function sortBy(state, sort) {
  state.sort = sort;
  state.rows = state.natural.slice();
  if (sort) {
    const sign = sort.order === "ascending" ? 1 : -1;
    state.rows.sort((one, two) => sign * compare(valueOf(one, sort), valueOf(two, sort), sort));
  }
  state.sheet.querySelector("tbody").append(...state.rows);
  for (const head of state.sheet.querySelectorAll("th[data-column]:has(button)")) {
    const sorted = sort && head.dataset.column === sort.column;
    head.setAttribute("aria-sort", sorted ? sort.order : "none");
  }
  state.select.value = sort ? `${sort.column} ${sort.order}` : "";
}

const valueOf = (row, { column }) =>
  row.querySelector(`[data-figure="${column}"]`).dataset.value;

function compare(one, two, { column }) {
  if (TEXTS.includes(column)) return one.localeCompare(two, undefined, { numeric: true });
  // An amount has at most 15 digits, which a double tells apart.
  return Number(one) - Number(two);
}

function filter(state) {
  const wanted = state.search.trim().toLocaleLowerCase();
  let count = 0;
  for (const row of state.rows) {
    const name = valueOf(row, { column: "nocs_name" });
    const code = valueOf(row, { column: "nocs_code" });
    // An area is found by its name in the other language too.
    const { also = "" } = row.querySelector("[data-figure=nocs_name]").dataset;
    const found = `${name}\n${code}\n${also}`.toLocaleLowerCase().includes(wanted);
    row.hidden = !found;
    count += found;
  }
  const shaped = (count) => `${count}`.replace(/[0-9]/g, (digit) => state.digits[digit]);
  state.shown.textContent = wanted
    ? state.texts.found.replace("{count}", shaped(count)).replaceAll("{total}", shaped(state.total))
    : "";
}

function measure(state) {
  // The width that the table needs, measured as a table, whatever it is laid out as now.
  const table = state.sheet.querySelector("table");
  state.root.dataset.layout = "table";
  table.style.width = "min-content";
  state.needed = table.getBoundingClientRect().width;
  table.style.width = "";
  fit(state);
}

function fit(state) {
  if (!state.needed) return;
  state.root.dataset.layout = state.needed > state.root.clientWidth + 1 ? "cards" : "table";
}
