// <form data-confirm="将从选型单移除这个产品。"> asks before it is sent. For what cannot be undone use confirm_form,
// which asks without JavaScript too.

let dialog = null;
let waiting = null;

function make() {
  const box = document.createElement("dialog");
  box.className = "sz-dialog";
  box.setAttribute("aria-labelledby", "confirm-title");
  const title = document.createElement("h2");
  title.id = "confirm-title";
  title.textContent = "请确认";
  const text = document.createElement("p");
  const actions = document.createElement("form");
  actions.method = "dialog";
  actions.className = "sz-actions";
  for (const [value, label, look] of [["no", "取消", ""], ["yes", "确定", "btn-primary"]]) {
    const button = document.createElement("button");
    button.value = value;
    button.className = `btn ${look}`;
    button.textContent = label;
    actions.append(button);
  }
  box.append(title, text, actions);
  box.addEventListener("close", () => {
    const { form, submitter } = waiting;
    waiting = null;
    if (box.returnValue === "yes") {
      form.dataset.confirmed = "";
      form.requestSubmit(submitter);
    }
  });
  document.body.append(box);
  return box;
}

// Capture: the question comes before once.js counts the form as sent.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.dataset.confirm || "confirmed" in form.dataset) {
      delete form.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    dialog ??= make();
    waiting = { form, submitter: event.submitter };
    dialog.querySelector("p").textContent = form.dataset.confirm;
    dialog.returnValue = "no";
    dialog.showModal();
  },
  true,
);
