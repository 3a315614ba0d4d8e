// Which areas, from which due, compared with what: native controls in one row. Python decides
// what they mean; the address of the page remembers them.

const states = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const state = states.get(parentElement) ?? create(parentElement);
  state.send = (changed) => {
    state.chosen = { ...state.chosen, ...changed };
    setTriggerValue("chosen", state.chosen);
  };
  const text = JSON.stringify(data);
  if (state.text !== text) {
    state.text = text;
    state.data = data;
    state.chosen = { ...data.chosen };
    fill(state);
  }
  return () => {
    document.removeEventListener("pointerdown", state.away);
    state.root.remove();
    states.delete(parentElement);
  };
}

function create(parent) {
  const root = document.createElement("div");
  root.className = "nocs-choose";
  root.innerHTML = `
    <details><summary data-testid="choose-areas"></summary>
      <div class="nocs-drop"><label class="nocs-hidden" for="nocs-find" data-text="find"></label>
        <input id="nocs-find" type="search" autocomplete="off">
        <div class="nocs-list" role="group"></div>
        <p><button type="button" data-do="apply" data-text="apply"></button>
        <button type="button" data-do="all"></button></p></div></details>
    <label data-part="due"><span data-text="due"></span> <input data-testid="choose-due" size="11"
      inputmode="decimal"></label>
    <label data-part="compare"><span data-text="compare"></span>
      <select data-testid="choose-compare"></select></label>
    <label data-part="moment" class="nocs-moment" hidden><span class="nocs-hidden"
      data-text="moment"></span> <input type="datetime-local" data-testid="choose-moment"></label>
    <button type="button" data-do="reset" data-text="reset" hidden></button>
    <button type="button" data-do="link" data-text="link"></button>`;
  parent.append(root);
  const find = (query) => root.querySelector(query);
  const state = {
    root, send: () => {}, drop: find("details"), list: find(".nocs-list"), summary: find("summary"),
    find: find("#nocs-find"), due: find("[data-part=due] input"), select: find("select"),
    moment: find("[data-part=moment] input"), momentLabel: find("[data-part=moment]"),
  };
  state.away = (event) => {
    if (!state.drop.contains(event.target)) state.drop.open = false;
  };
  document.addEventListener("pointerdown", state.away);
  state.drop.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    state.drop.open = false;
    state.summary.focus();
  });
  state.find.addEventListener("input", () => {
    const wanted = state.find.value.trim().toLocaleLowerCase();
    for (const line of state.list.children) {
      line.hidden = !line.textContent.toLocaleLowerCase().includes(wanted);
    }
  });
  state.due.addEventListener("change", () => state.send({ due_above: state.due.value.trim() }));
  state.select.addEventListener("change", () => {
    const isOther = state.select.value === "other";
    state.momentLabel.hidden = !isOther;
    if (isOther) state.moment.focus();
    else state.send({ compare: state.select.value });
  });
  state.moment.addEventListener("change", () => {
    if (state.moment.value) state.send({ compare: state.moment.value });
  });
  root.addEventListener("click", (event) => act(state, event.target.dataset.do));
  states.set(parent, state);
  return state;
}

function act(state, wanted) {
  if (wanted === "apply") {
    const boxes = [...state.list.querySelectorAll("input")];
    const codes = boxes.filter((box) => box.checked).map((box) => box.value);
    state.drop.open = false;
    state.send({ areas: codes.length === boxes.length ? [] : codes });
  }
  if (wanted === "all") {
    state.drop.open = false;
    state.send({ areas: [] });
  }
  if (wanted === "reset") state.send({ areas: [], due_above: "", compare: "" });
  if (wanted === "link") copy(state.root.querySelector("[data-do=link]"), state.data.texts);
}

async function copy(button, texts) {
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = texts.copied;
  } catch {
    button.textContent = texts.refused;
  }
  setTimeout(() => { button.textContent = texts.link; }, 2500);
}

function fill(state) {
  const { areas, title, chosen, compares, parts, first, last, texts, digits } = state.data;
  for (const part of state.root.querySelectorAll("[data-text]")) {
    part.textContent = texts[part.dataset.text];
  }
  state.find.placeholder = texts.hint;
  state.list.setAttribute("aria-label", texts.areas);
  state.due.placeholder = texts.amounts;
  const shaped = (count) => `${count}`.replace(/[0-9]/g, (digit) => digits[digit]);
  const picked = new Set(chosen.areas);
  state.summary.textContent = picked.size
    ? texts.picked.replace("{count}", shaped(picked.size)).replace("{total}", shaped(areas.length))
    : title;
  state.summary.dataset.active = picked.size > 0;
  state.root.querySelector("[data-do=all]").textContent = title;
  state.list.replaceChildren(...areas.map(([code, name]) => {
    const line = document.createElement("label");
    const box = Object.assign(document.createElement("input"), {
      type: "checkbox", value: code, checked: !picked.size || picked.has(code),
    });
    const note = Object.assign(document.createElement("small"), { textContent: code });
    line.append(box, ` ${name} `, note);
    return line;
  }));
  state.find.value = "";
  state.due.value = chosen.due_above;
  state.due.dataset.active = chosen.due_above !== "";
  const options = compares.map(([value, title]) => new Option(title, value));
  const isOther = chosen.compare !== "" && !compares.some(([value]) => value === chosen.compare);
  state.select.replaceChildren(...options, new Option(texts.other, "other"));
  state.select.value = isOther ? "other" : chosen.compare;
  state.select.dataset.active = chosen.compare !== "";
  state.momentLabel.hidden = !isOther;
  Object.assign(state.moment, { min: first, max: last, value: isOther ? chosen.compare : "" });
  for (const label of state.root.querySelectorAll("[data-part]")) {
    if (!parts.includes(label.dataset.part.replace("moment", "compare"))) label.remove();
  }
  state.root.querySelector("[data-do=reset]").hidden =
    !picked.size && !chosen.due_above && !chosen.compare;
}
