// The form of a listing: an answer that could not be kept says so beside its question, and keeps what was typed.

function tell(event) {
  const box = event.target.closest("[data-answer]");
  const state = box && document.getElementById(`${box.dataset.answer}-state`);
  if (!state) {
    return;
  }
  const isStale = event.detail.xhr?.status === 409;
  state.querySelectorAll("p").forEach((line) => line.remove());
  const line = document.createElement("p");
  line.className = "sz-error";
  line.textContent = isStale
    ? "没有保存：这份草稿刚在别的页面改过，或者已经提交。填的内容还在，请先复制下来，再刷新页面核对。"
    : "没有保存：网络不通。填的内容还在，请稍后用页面下方的按钮保存。";
  state.append(line);
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, tell);
}

// What has changed and is not on the server yet: who leaves now is asked, unless he leaves by the form's own button.
const pending = new Map();
let isSending = false;

function count(box, by) {
  const left = Math.max((pending.get(box.id) ?? 0) + by, 0);
  if (left) {
    pending.set(box.id, left);
  } else {
    pending.delete(box.id);
  }
  box.form?.toggleAttribute("data-pending", pending.size > 0);
}

document.addEventListener("htmx:trigger", (event) => event.target.dataset?.answer && count(event.target, 1));
document.addEventListener("htmx:afterRequest", (event) => event.target.dataset?.answer && count(event.target, -1));
document.addEventListener("submit", () => {
  isSending = true;
});
window.addEventListener("beforeunload", (event) => {
  if (pending.size && !isSending) {
    event.preventDefault();
  }
});
