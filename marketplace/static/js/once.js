// A double click sends a POST form once. The button is not disabled: its name and value must still be sent.

const RELEASE_MS = 15000;

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-disabled=true][data-once]")) {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("data-once");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") {
    return;
  }
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  if (event.submitter) {
    event.submitter.setAttribute("aria-disabled", "true");
    event.submitter.dataset.once = "";
  }
  // A download answers without leaving the page: the form may be sent again later.
  setTimeout(() => release(form), RELEASE_MS);
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    release(form);
  }
});
