// The form of an assessment: 都没有 stands alone, a number that other questions ask too is copied into their empty
// boxes, and an answer that could not be kept says so beside its question.

document.addEventListener(
  "change",
  (event) => {
    const box = event.target.closest("[data-answer]");
    if (!box) {
      return;
    }
    if (event.target.type === "checkbox" && event.target.checked) {
      const isAlone = event.target.dataset.alone === "yes";
      for (const other of box.querySelectorAll("input[type=checkbox]:checked")) {
        if (other !== event.target && (isAlone || other.dataset.alone === "yes")) {
          other.checked = false;
        }
      }
    }
    const figure = event.target.dataset.figure;
    for (const other of figure ? document.querySelectorAll(`input[data-figure="${figure}"]`) : []) {
      other.value ||= event.target.value;
    }
  },
  true, // before htmx takes the values
);

function tell(event) {
  const box = event.target.closest("[data-answer]");
  const state = box && document.getElementById(`${box.dataset.answer}-state`);
  if (!state) {
    return;
  }
  state.querySelectorAll("p").forEach((line) => line.remove());
  const line = document.createElement("p");
  line.className = "sz-error";
  line.textContent = "没有保存：网络不通，或者这份评测已被别人提交。请用页面下方的按钮保存，或刷新页面再看。";
  state.append(line);
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, tell);
}
