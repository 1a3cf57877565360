// A picture whose box and keypoints are dragged by mouse, finger or keys. Python hears of it; what it answers is drawn.
const SVG = "http://www.w3.org/2000/svg";
const PATIENCE = 400; // milliseconds after which the next move is sent though the last one is unanswered
const BOX = -1;
const PART = 4 * 2 ** 20; // bytes of a file in one message; Jupyter's server cuts the line at 10 MiB

function render({ model, el }) {
  const boxed = model.get("boxed"), first = boxed ? BOX : 0; // the first that the keys choose
  const root = make("div", { class: "facelib-canvas" }, el);
  const stage = make("div", { class: "facelib-stage" }, root);
  const svg = make("svg", { tabindex: 0, role: "application", "data-lm-suppress-shortcuts": "true" }, stage, SVG);
  let image = make("image", {}, svg, SVG);
  const edges = make("path", { class: "facelib-edges" }, svg, SVG), over = make("path", { class: "facelib-folded" }, svg, SVG);
  const rectangle = make("rect", { class: "facelib-box" }, svg, SVG);
  const groups = model.get("groups").map((group) => {
    const g = make("g", {}, svg, SVG);
    return { ...group, line: make(group.closed ? "polygon" : "polyline", {}, g, SVG), g };
  });
  const dots = [], nameOf = { [BOX]: "face box" };
  for (const group of groups)
    for (const k of group.members) {
      dots[k] = make("circle", {}, group.g, SVG);
      nameOf[k] = `${k}: ${group.name}`;
    }
  const corners = [0, 1, 2, 3].map(() => make("rect", { class: "facelib-handle" }, svg, SVG));
  const label = make("span", { class: "facelib-name", "aria-hidden": "true" }, stage);
  const video = make("video", { playsinline: "", muted: "", hidden: "" }, stage);
  video.muted = true;

  const tools = make("div", { class: "facelib-tools" }, root);
  const chooser = make("select", { "aria-label": `${model.get("role")}: what the arrow keys move`, "data-lm-suppress-shortcuts": "true" }, tools);
  for (const k of [...(boxed ? [BOX] : []), ...dots.keys()]) make("option", { value: k }, chooser).textContent = nameOf[k];
  const zoom = make("button", { type: "button", "aria-pressed": "true", class: "facelib-zoom" }, stage);
  zoom.textContent = "Close-up";
  const upload = make("button", { type: "button" }, tools);
  upload.textContent = "Upload";
  const picker = make("input", { type: "file", accept: "image/*,.pts", hidden: "", "aria-label": "a picture, or keypoints as .pts" }, tools);
  const camera = make("button", { type: "button" }, tools);
  const cancel = make("button", { type: "button", hidden: "" }, tools);
  camera.textContent = "Camera";
  cancel.textContent = "Cancel";
  upload.hidden = zoom.hidden = !boxed;
  camera.hidden = !boxed || !navigator.mediaDevices?.getUserMedia;
  for (const part of [rectangle, ...corners]) part.style.display = boxed ? "" : "none";
  const said = make("div", { class: "facelib-said", role: "status" }, root);

  let chosen = 30, dragged = null, moved = null, number = 0, waiting = null, sent = 0, timer = null, box, points, close = true, view = [0, 0, 1, 1], url = null, stepped = false;

  // ---- what is drawn ----
  function take() {
    const [own, there] = [box, points];
    box = [...model.get("box")];
    points = model.get("points").map((point) => [...point]);
    const held = dragged ? dragged.what : sent || waiting ? moved : null; // there the hand is ahead of the answer
    if (held === BOX) box = own;
    else if (held !== null) points[held] = there[held];
    draw();
  }
  function perPixel() {
    return Math.max(view[2], view[3]) / (svg.clientWidth || 300);
  }
  function aim() {
    const [width, height] = model.get("size");
    view = close && model.get("frame").length ? model.get("frame") : [0, 0, width, height];
    svg.setAttribute("viewBox", `${view[0] - 0.5} ${view[1] - 0.5} ${view[2]} ${view[3]}`);
    zoom.setAttribute("aria-pressed", close);
    draw();
  }
  function draw() {
    if (!points?.length) return;
    const unit = perPixel(), face = Math.max(box[2], box[3]) / unit; // in pixels of the screen
    const radius = unit * Math.min(3.5, Math.max(1.2, face / 75)), [x, y, width, height] = box;
    for (const group of groups) {
      group.line.setAttribute("points", group.members.map((k) => points[k].join(",")).join(" "));
      group.g.classList.toggle("facelib-now", group.members.includes(chosen));
    }
    dots.forEach((dot, k) => {
      const [cx, cy] = points[k];
      dot.setAttribute("cx", cx);
      dot.setAttribute("cy", cy);
      dot.setAttribute("r", k === chosen ? radius * 2 : radius);
      dot.classList.toggle("facelib-now", k === chosen);
    });
    for (const [name, value] of Object.entries({ x, y, width, height })) rectangle.setAttribute(name, value);
    rectangle.classList.toggle("facelib-now", chosen === BOX);
    const half = 4.5 * unit;
    places().forEach(([cx, cy], k) => {
      for (const [name, value] of Object.entries({ x: cx - half, y: cy - half, width: 2 * half, height: 2 * half })) corners[k].setAttribute(name, value);
    });
    const mesh = model.get("mesh"), knots = [...points, ...model.get("beyond")];
    const outline = (k) => `M${mesh[k].map((corner) => knots[corner].join(",")).join("L")}Z`;
    edges.setAttribute("d", mesh.map((_, k) => outline(k)).join(""));
    over.setAttribute("d", model.get("folded").filter((k) => k < mesh.length).map(outline).join(""));
    stage.toggleAttribute("data-mesh", mesh.length > 0);
    const [px, py] = chosen === BOX ? [x + width / 2, y] : points[chosen];
    label.textContent = nameOf[chosen];
    label.hidden = !(dragged || document.activeElement === svg || svg.getRootNode().activeElement === svg);
    const side = Math.max(view[2], view[3]); // the stage is square, and the picture in its middle
    const across = 50 + (100 * (px + 0.5 - view[0] - view[2] / 2)) / side, down = 50 + (100 * (py + 0.5 - view[1] - view[3] / 2)) / side;
    label.style.left = `${Math.min(100, Math.max(0, across))}%`;
    label.style.top = `${Math.min(100, Math.max(0, down))}%`;
    label.style.transform = `translate(-${Math.min(100, Math.max(0, across))}%, ${down > 20 ? "calc(-100% - 0.8em)" : "0.8em"})`;
    chooser.value = chosen;
  }
  function places() {
    const [x, y, width, height] = box;
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
  }
  function show() {
    waiting = dragged = null; // what was being moved is gone
    stepped = false;
    sent = 0;
    take();
    const name = `${model.get("role")}: ${model.get("name")}, with its ${boxed ? "face box and " : ""}68 keypoints`;
    const keys = `Arrow keys move what is chosen, Page Up and Page Down choose${boxed ? ", plus and minus size the box" : ""}.`;
    svg.setAttribute("aria-label", `${name}. ${keys}`);
    aim();
  }
  function paint() { // the old picture stays below until the new one is there
    const [old, gone] = [image, url], [width, height] = model.get("size");
    url = URL.createObjectURL(new Blob([model.get("picture")], { type: "image/jpeg" }));
    image = make("image", { preserveAspectRatio: "none", x: -0.5, y: -0.5, width, height }, null, SVG);
    function replace() {
      old.remove();
      if (gone) URL.revokeObjectURL(gone);
    }
    image.addEventListener("load", replace, { once: true });
    image.addEventListener("error", replace, { once: true });
    old.after(image);
    image.setAttribute("href", url);
  }

  // ---- what is said to Python: one move at a time, the newest first ----
  function tell(move) {
    waiting = move;
    pump();
  }
  function pump() {
    clearTimeout(timer);
    if (!waiting) return;
    const since = performance.now() - sent;
    if (sent && since < PATIENCE && !waiting.done) {
      timer = setTimeout(pump, PATIENCE - since);
      return;
    }
    number = Math.max(number + 1, Date.now()); // grows, over views and reloads, too
    model.send({ ...waiting, number });
    waiting = null;
    sent = performance.now();
  }
  function answered() {
    if (!sent || model.get("answered") < number) return;
    const took = Math.round(performance.now() - sent);
    root.dataset.took = root.dataset.took ? `${root.dataset.took} ${took}`.split(" ").slice(-200).join(" ") : took;
    sent = 0;
    pump();
    if (!sent) take();
  }
  function report(done) {
    moved = chosen;
    const picture = model.get("name");
    if (chosen === BOX) tell({ kind: "box", picture, box: box.map((value) => +value.toFixed(2)), done });
    else tell({ kind: "point", picture, index: chosen, place: points[chosen].map((value) => +value.toFixed(2)), done });
  }
  function say() {
    const at = chosen === BOX ? box : points[chosen];
    said.textContent = `${nameOf[chosen]} at ${at.slice(0, 2).map(Math.round).join(", ")}`;
  }

  // ---- hands ----
  function where(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [at.x, at.y];
  }
  function pick(event, reach, inside) {
    const [x, y] = where(event), limit = reach * perPixel();
    const far = ([px, py]) => Math.hypot(px - x, py - y);
    const nearest = (list) => list.reduce((best, place, k) => (far(place) < far(list[best]) ? k : best), 0);
    const k = nearest(points), c = nearest(places());
    if (far(points[k]) <= limit && (!boxed || far(points[k]) <= far(places()[c]))) return { what: k };
    if (!boxed) return null;
    if (far(places()[c]) <= limit) return { what: BOX, corner: c };
    const [left, top, width, height] = box;
    const within = x > left && x < left + width && y > top && y < top + height;
    const edge = Math.min(Math.abs(x - left), Math.abs(x - left - width), Math.abs(y - top), Math.abs(y - top - height));
    const beside = x > left - limit && x < left + width + limit && y > top - limit && y < top + height + limit;
    return (inside && within) || (beside && edge <= limit / 2) ? { what: BOX } : null;
  }
  const fit = (value, low, high) => Math.min(high, Math.max(low, value));
  function keepInside() {
    const [width, height] = model.get("size"), [x, y, w, h] = box;
    box[0] = fit(x, -w / 2, width - 1 - w / 2); // as Python wants it: the middle lies in the picture
    box[1] = fit(y, -h / 2, height - 1 - h / 2);
  }
  function moveTo([x, y]) {
    const [width, height] = model.get("size"), { start, from, corner } = dragged;
    if (dragged.what !== BOX) points[chosen] = [fit(start[0] + x - from[0], 0, width - 1), fit(start[1] + y - from[1], 0, height - 1)];
    else if (corner === undefined) box = [start[0] + x - from[0], start[1] + y - from[1], start[2], start[3]];
    else {
      const [fx, fy] = dragged.fixed; // the corner across stays, and so does the box's form
      const grow = Math.max(Math.abs(x - fx) / start[2], Math.abs(y - fy) / start[3], 12 / Math.min(start[2], start[3]));
      const [w, h] = [Math.min(start[2] * grow, 1.9 * width), Math.min(start[3] * grow, 1.9 * height)];
      box = [corner === 0 || corner === 3 ? fx - w : fx, corner < 2 ? fy - h : fy, w, h];
    }
    if (dragged.what === BOX) keepInside();
    draw();
  }
  function press(event) {
    if (event.button || !event.isPrimary) return; // a second finger
    const hit = pick(event, event.pointerType === "mouse" ? 10 : 22, event.pointerType === "mouse");
    svg.focus({ preventScroll: true });
    if (!hit) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    chosen = hit.what;
    dragged = { ...hit, from: where(event), start: chosen === BOX ? [...box] : [...points[chosen]], id: event.pointerId, pulled: false };
    if (hit.corner !== undefined) dragged.fixed = places()[(hit.corner + 2) % 4];
    draw();
  }
  function pull(event) {
    if (!dragged) {
      const hit = event.pointerType === "mouse" && pick(event, 10, true);
      svg.style.cursor = !hit ? "" : hit.corner === undefined ? "move" : hit.corner % 2 ? "nesw-resize" : "nwse-resize";
      if (hit && hit.what !== BOX) svg.style.cursor = "grab";
      return;
    }
    if (event.pointerId !== dragged.id) return;
    dragged.pulled = true;
    moveTo(where(event));
    report(false);
  }
  function release(event) {
    if (!dragged || event.pointerId !== dragged.id) return;
    const { pulled } = dragged;
    if (pulled) report(true);
    dragged = null;
    aim(); // a close-up that came meanwhile
    if (pulled) say();
  }
  svg.addEventListener("pointerdown", press);
  svg.addEventListener("pointermove", pull);
  svg.addEventListener("pointerup", release);
  svg.addEventListener("pointercancel", release);
  svg.addEventListener("lostpointercapture", release);
  svg.addEventListener("touchstart", (event) => event.touches.length === 1 && pick(event.touches[0], 22, false) && event.preventDefault(), { passive: false });
  svg.addEventListener("focus", draw);
  svg.addEventListener("blur", draw);

  // ---- keys ----
  function choose(k) {
    settle();
    if (!dragged) chosen = k < first ? dots.length - 1 : k >= dots.length ? first : k;
    draw();
    say();
  }
  function settle() {
    if (!stepped) return;
    stepped = false;
    report(true);
    say();
  }
  svg.addEventListener("keydown", (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = (view[2] / 400) * (event.shiftKey ? 10 : 1), way = ways[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || dragged) return;
    if (way) {
      const place = chosen === BOX ? box : points[chosen], [width, height] = model.get("size");
      place[0] += step * way[0];
      place[1] += step * way[1];
      if (chosen === BOX) keepInside();
      else points[chosen] = [fit(place[0], 0, width - 1), fit(place[1], 0, height - 1)];
    } else if (event.key === "PageDown" || event.key === "PageUp") choose(chosen + (event.key === "PageDown" ? 1 : -1));
    else if (chosen === BOX && ["+", "=", "-"].includes(event.key)) {
      const grow = event.key === "-" ? 1 / 1.05 : 1.05, [x, y, w, h] = box;
      if (Math.min(w, h) * grow >= 12 && w * grow < 1.9 * model.get("size")[0] && h * grow < 1.9 * model.get("size")[1])
        box = [x - (w * (grow - 1)) / 2, y - (h * (grow - 1)) / 2, w * grow, h * grow];
      keepInside();
    } else return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.key.startsWith("Page")) {
      stepped = true;
      draw();
      report(false);
    }
  });
  svg.addEventListener("keyup", settle);
  svg.addEventListener("blur", settle); // the key is let go elsewhere
  chooser.addEventListener("change", () => choose(+chooser.value));
  zoom.addEventListener("click", () => {
    close = !close;
    aim();
  });

  // ---- pictures from outside ----
  async function file(blob, name) {
    const parts = Math.max(1, Math.ceil(blob.size / PART)), id = Math.random();
    try {
      for (let part = 0; part < parts; part++)
        model.send({ kind: "file", id, name, part, parts }, undefined, [await blob.slice(part * PART, (part + 1) * PART).arrayBuffer()]);
    } catch (error) {
      trouble(name, error);
    }
  }
  function trouble(name, error) {
    model.send({ kind: "trouble", line: `${name}: ${error.message || error.name}` });
  }
  upload.addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    const [picked] = picker.files;
    picker.value = ""; // so that the same file can come again
    if (picked) file(picked, picked.name);
  });
  stage.addEventListener("dragover", (event) => event.preventDefault());
  stage.addEventListener("drop", (event) => {
    const [dropped] = event.dataTransfer.files;
    if (!dropped) return;
    event.preventDefault();
    event.stopPropagation();
    if (boxed) file(dropped, dropped.name);
  });
  let stream = null, asking = false, gone = false;
  function shut() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
    video.hidden = cancel.hidden = true;
    zoom.hidden = chooser.hidden = upload.hidden = false;
    camera.textContent = "Camera";
  }
  async function film() {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
    if (gone) return shut();
    video.srcObject = stream;
    video.hidden = cancel.hidden = false;
    zoom.hidden = chooser.hidden = upload.hidden = true;
    await video.play().catch((error) => {
      if (stream) throw error; // else it was cancelled
    });
    if (stream) camera.textContent = "Take picture";
  }
  function shoot() {
    const shot = make("canvas", { width: video.videoWidth, height: video.videoHeight });
    shot.getContext("2d").drawImage(video, 0, 0);
    shut();
    shot.toBlob((blob) => (blob ? file(blob, "camera") : trouble("camera", { message: "no picture came; try again" })), "image/jpeg", 0.95);
  }
  camera.addEventListener("click", async () => {
    if (asking) return;
    asking = true; // until the camera runs
    try {
      await (stream ? shoot() : film());
    } catch (error) {
      shut();
      trouble("camera", error);
    }
    asking = false;
  });
  cancel.addEventListener("click", shut);

  // ---- Python's side ----
  const heard = { picture: paint, name: show, box: take, points: take, mesh: draw, folded: draw, frame: () => !dragged && aim(), answered };
  for (const [trait, react] of Object.entries(heard)) model.on(`change:${trait}`, react);
  const give = (message, buffers) => save(message, buffers, root);
  model.on("msg:custom", give);
  const sized = new ResizeObserver(() => draw());
  sized.observe(svg);
  paint();
  show();
  return () => {
    sized.disconnect();
    gone = true;
    shut();
    clearTimeout(timer);
    for (const [trait, react] of Object.entries(heard)) model.off(`change:${trait}`, react);
    model.off("msg:custom", give);
    if (url) URL.revokeObjectURL(url);
  };
}

export default { render };
