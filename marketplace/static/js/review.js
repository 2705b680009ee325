// j and k: the next and the previous submission on its page, the next and the previous row in the queue; Enter opens
// the row. Choosing a template sentence puts it into the note at once. Without JavaScript: links, and the server adds it.

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

function step(key) {
  const link = document.querySelector(`a[data-key="${key}"]`);
  if (link) {
    link.click();
    return;
  }
  const rows = [...document.querySelectorAll("[data-row] a[data-open]")];
  const here = rows.indexOf(document.activeElement);
  const next = key === "j" ? here + 1 : here < 0 ? rows.length - 1 : here - 1;
  rows[next]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    step(event.key);
  }
});

document.addEventListener("change", (event) => {
  const name = event.target.dataset?.template;
  if (!name || !event.target.value) return;
  const note = event.target.form.elements[name];
  const sentence = event.target.selectedOptions[0].textContent;
  note.value = [note.value.trim(), sentence].filter(Boolean).join("\n");
  event.target.value = "";
  note.focus();
});
