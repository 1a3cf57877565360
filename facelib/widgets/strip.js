// A row of small pictures to choose from: one is chosen, by mouse, finger or arrow keys.
function render({ model, el }) {
  const root = make("div", { class: "facelib-strip", role: "listbox", "aria-orientation": "horizontal", "data-lm-suppress-shortcuts": "true" }, el);
  let url = null;

  function build() {
    const names = model.get("names"), old = url;
    url = URL.createObjectURL(new Blob([model.get("sprite")], { type: "image/jpeg" }));
    root.setAttribute("aria-label", model.get("label"));
    root.replaceChildren(...names.map((name, k) => {
      const button = make("button", { type: "button", role: "option", title: name, "aria-label": name });
      button.style.backgroundImage = `url(${url})`;
      button.style.backgroundSize = `${100 * names.length}% 100%`;
      button.style.backgroundPosition = `${names.length > 1 ? (100 * k) / (names.length - 1) : 0}% 0`;
      button.addEventListener("click", () => model.send({ kind: "choose", name }));
      return button;
    }));
    if (old) URL.revokeObjectURL(old);
    mark();
  }
  function mark() {
    const names = model.get("names"), chosen = model.get("chosen");
    [...root.children].forEach((button, k) => {
      const now = names[k] === chosen;
      button.setAttribute("aria-selected", now);
      button.tabIndex = now || (k === 0 && !names.includes(chosen)) ? 0 : -1; // one stop for the Tab key; arrows go on from there
    });
    const now = root.querySelector('[aria-selected="true"]');
    if (now) root.scrollLeft = now.offsetLeft - (root.clientWidth - now.offsetWidth) / 2; // and not the page
  }
  root.addEventListener("keydown", (event) => {
    const buttons = [...root.children], at = buttons.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || !buttons[to]) return;
    event.preventDefault();
    event.stopPropagation();
    buttons[to].focus();
  });

  const heard = { "change:sprite": build, "change:chosen": mark };
  for (const [event, react] of Object.entries(heard)) model.on(event, react);
  build();
  const shown = new ResizeObserver(mark); // it has a width only once it is on the page
  shown.observe(root);
  return () => {
    shown.disconnect();
    for (const [event, react] of Object.entries(heard)) model.off(event, react);
    if (url) URL.revokeObjectURL(url);
  };
}

export default { render };
