// The result: one picture, two with a divider to drag, or a grid. Old pictures stay until new ones are decoded, so nothing flickers.
function render({ model, el }) {
  const root = make("div", { class: "facelib-view" }, el);
  const stage = make("div", { class: "facelib-pictures" }, root);
  const divider = make("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": "where the divider stands", "data-lm-suppress-shortcuts": "true" });
  const grip = make("span", { class: "facelib-grip", "aria-hidden": "true" });
  const foot = make("div", { class: "facelib-tools" }, root);
  const note = make("span", { class: "facelib-note" }, foot);
  const download = make("button", { type: "button" }, foot);
  download.textContent = "Download PNG";
  download.hidden = !model.get("downloads");

  function show() {
    const pictures = model.get("pictures"), kind = model.get("layout_kind");
    stage.dataset.kind = kind;
    while (stage.querySelectorAll("figure").length > pictures.length) stage.querySelector("figure:last-of-type").remove();
    pictures.forEach((picture, k) => {
      let figure = stage.querySelectorAll("figure")[k];
      if (!figure) {
        figure = make("figure");
        make("img", {}, figure);
        make("figcaption", {}, figure);
        const last = stage.querySelectorAll("figure");
        last.length ? last[last.length - 1].after(figure) : stage.prepend(figure);
      }
      const image = figure.firstChild, old = image.src;
      image.alt = picture.alt;
      figure.lastChild.textContent = picture.name;
      image.src = URL.createObjectURL(new Blob([picture.data], { type: "image/jpeg" }));
      if (old) image.addEventListener("load", () => URL.revokeObjectURL(old), { once: true });
    });
    if (kind === "divider") stage.append(divider, grip);
    else [divider, grip].forEach((part) => part.remove());
    split();
  }
  function split() {
    const names = model.get("pictures").map((picture) => picture.name);
    stage.style.setProperty("--at", `${divider.value}%`);
    divider.setAttribute("aria-valuetext", `${divider.value} % ${names[0]}, ${100 - divider.value} % ${names[1]}`);
  }
  function follow(event) {
    const box = stage.querySelector("img").getBoundingClientRect();
    divider.value = (100 * (event.clientX - box.left)) / box.width;
    split();
  }
  divider.addEventListener("input", split);
  grip.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    divider.focus({ preventScroll: true });
    follow(event);
  });
  grip.addEventListener("pointermove", (event) => event.buttons & 1 && follow(event));

  function state() {
    root.dataset.busy = model.get("busy");
    root.dataset.ready = model.get("ready");
    download.disabled = !model.get("ready");
    note.textContent = model.get("note");
    foot.hidden = download.hidden && !note.textContent;
  }
  download.addEventListener("click", () => model.send({ kind: "download" }));
  const heard = { "change:pictures": show, "change:layout_kind": show, "change:busy": state, "change:ready": state, "change:note": state, "msg:custom": (message, buffers) => save(message, buffers, root) };
  for (const [event, react] of Object.entries(heard)) model.on(event, react);
  show();
  state();
  return () => {
    for (const [event, react] of Object.entries(heard)) model.off(event, react);
    stage.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
  };
}

export default { render };
