// The composer says so when the answer takes a while; a basket that is being edited says when its figures are fresh.

for (const form of document.querySelectorAll("form[data-slow-after]")) {
  const note = form.querySelector("[data-slow-note]");
  let timer = 0;
  form.addEventListener("submit", () => {
    timer = window.setTimeout(() => {
      note.hidden = false;
    }, Number(form.dataset.slowAfter));
  });
  // Back from the answer by the browser's own button: the page may be shown as it was left.
  window.addEventListener("pageshow", () => {
    window.clearTimeout(timer);
    note.hidden = true;
  });
}

// Leaving with changes that are not kept is asked about; the browser words the question.
const basket = document.querySelector("#basket");
if (basket) {
  let isDirty = false;
  basket.addEventListener("input", () => {
    isDirty = true;
  });
  basket.addEventListener("submit", () => {
    isDirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) {
      event.preventDefault();
    }
  });
}
