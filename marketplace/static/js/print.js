// <button data-print hidden>: shown where it can work. On paper every folded part is unfolded.

let unfolded = [];

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("main details:not([open], .sz-confirm, .sz-menu, .sz-filters)")];
  for (const part of unfolded) {
    part.open = true;
  }
});

window.addEventListener("afterprint", () => {
  for (const part of unfolded) {
    part.open = false;
  }
  unfolded = [];
});
