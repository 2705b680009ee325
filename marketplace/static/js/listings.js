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
