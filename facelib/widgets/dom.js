// What every script of this folder begins with.
function make(tag, attributes = {}, parent = null, space = null) {
  const element = space ? document.createElementNS(space, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent?.append(element);
  return element;
}

// A file that Python hands to the browser, to be saved.
function save(message, buffers, root) {
  if (message.kind !== "file") return;
  const url = URL.createObjectURL(new Blob([buffers[0]], { type: message.type }));
  const link = make("a", { href: url, download: message.name }, root);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

