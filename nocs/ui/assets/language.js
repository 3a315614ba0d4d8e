// The switch of languages. It also tells the browser in which language the page is, so that a screen
// reader pronounces it right.

const states = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const state = states.get(parentElement) ?? create(parentElement);
  document.documentElement.lang = data.lang;
  Object.assign(state.button, { textContent: data.name, lang: data.other, title: data.title });
  state.choose = () => setTriggerValue("chosen", data.other);
  return () => {
    state.button.remove();
    states.delete(parentElement);
  };
}

function create(parent) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "nocs-language";
  button.dataset.testid = "language";
  const state = { button, choose: () => {} };
  button.addEventListener("click", () => state.choose());
  parent.append(button);
  states.set(parent, state);
  return state;
}
