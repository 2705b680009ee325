// Rows of a repeated fieldset: add and remove without a round trip. Without JavaScript the same buttons post the form.

// No underscore at the end: WTForms would then leave out the hyphen after a prefix.
const MARK = "__row";

function rows(area) {
  return [...area.querySelectorAll(":scope > [data-line-list] > [data-line]")];
}

function indexOf(row) {
  return Number(row.id.slice(row.id.lastIndexOf("-") + 1));
}

function fill(node, index) {
  for (const element of [node, ...node.querySelectorAll("*")]) {
    for (const attribute of element.attributes) {
      if (attribute.value.includes(MARK)) {
        attribute.value = attribute.value.replaceAll(MARK, String(index));
      }
    }
  }
}

function say(area, text) {
  const region = area.querySelector("[data-line-said]");
  if (region) {
    region.textContent = text;
  }
}

function refresh(area) {
  const present = rows(area);
  present.forEach((row, index) => {
    row.querySelector("[data-line-number]").textContent = String(index + 1);
    row.querySelector("[data-line-remove]").hidden = present.length <= Number(area.dataset.minimum);
  });
  area.querySelector("[data-line-add]").hidden = present.length >= Number(area.dataset.limit);
}

function changed(area) {
  refresh(area);
  area.dispatchEvent(new Event("lines:changed", { bubbles: true }));
  // The draft must notice too.
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function add(area) {
  const index = rows(area).reduce((highest, row) => Math.max(highest, indexOf(row)), -1) + 1;
  const row = area.querySelector("template[data-line-template]").content.firstElementChild.cloneNode(true);
  fill(row, index);
  area.querySelector("[data-line-list]").append(row);
  changed(area);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  say(area, `已增加，现在共 ${rows(area).length} 项。`);
}

function remove(area, row) {
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  changed(area);
  const target = neighbour?.querySelector("input:not([type=hidden]), select, textarea");
  (target ?? area.querySelector("[data-line-add]")).focus();
  say(area, `已删除，还有 ${rows(area).length} 项。`);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-line-add], [data-line-remove]");
  const area = button?.closest("[data-lines]");
  if (!area) {
    return;
  }
  event.preventDefault();
  if (button.matches("[data-line-add]")) {
    add(area);
  } else {
    remove(area, button.closest("[data-line]"));
  }
});

for (const area of document.querySelectorAll("[data-lines]")) {
  refresh(area);
}
