// Drafts of long forms: <form data-autosave="demand-12-user-3">. Kept in this browser only; the key must name the user,
// for factory computers are shared. A draft goes once the server has taken the form.

const WAIT_MS = 800;
const PREFIX = "draft:";
const SENT = "draft-sent";
const NEVER_KEPT = new Set(["csrf_token", "version", "version_id"]);

function keepable(control) {
  return control.name && !NEVER_KEPT.has(control.name) && !["password", "file", "hidden", "submit"].includes(control.type);
}

function values(form) {
  const kept = [...form.elements].filter(keepable);
  return kept.map((control) => [
    control.name,
    ["checkbox", "radio"].includes(control.type) ? [control.value, control.checked] : control.value,
  ]);
}

function put(form, entries) {
  const waiting = [...form.elements].filter(keepable);
  for (const [name, value] of entries) {
    const index = waiting.findIndex((control) => control.name === name && (!Array.isArray(value) || control.value === value[0]));
    if (index < 0) {
      continue;
    }
    const [control] = waiting.splice(index, 1);
    if (Array.isArray(value)) {
      control.checked = value[1];
    } else {
      control.value = value;
    }
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

class Draft {
  constructor(form) {
    this.form = form;
    this.key = PREFIX + form.dataset.autosave;
    this.original = JSON.stringify(values(form));
    this.isSending = false;
    this.timer = 0;
    this.offer();
    form.addEventListener("input", () => this.later());
    form.addEventListener("change", () => this.later());
    form.addEventListener("submit", () => this.sending());
    window.addEventListener("beforeunload", (event) => this.warn(event));
    window.addEventListener("pageshow", () => {
      this.isSending = false;
    });
  }

  isDirty() {
    return JSON.stringify(values(this.form)) !== this.original;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), WAIT_MS);
  }

  save() {
    try {
      if (this.isDirty()) {
        localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), entries: values(this.form) }));
      } else {
        localStorage.removeItem(this.key);
      }
    } catch {
      // Storage is full or refused: the warning before leaving still stands.
    }
  }

  sending() {
    clearTimeout(this.timer);
    this.save();
    this.isSending = true;
    sessionStorage.setItem(SENT, this.key);
  }

  warn(event) {
    if (!this.isSending && this.isDirty()) {
      event.preventDefault();
    }
  }

  offer() {
    const stored = localStorage.getItem(this.key);
    if (!stored) {
      return;
    }
    let draft;
    try {
      draft = JSON.parse(stored);
    } catch {
      localStorage.removeItem(this.key);
      return;
    }
    if (JSON.stringify(draft.entries) !== this.original) {
      this.form.prepend(this.notice(draft));
    }
  }

  notice(draft) {
    const box = document.createElement("div");
    box.className = "sz-alert";
    box.setAttribute("role", "status");
    const text = document.createElement("p");
    const at = new Date(draft.at).toLocaleString("zh-CN", { dateStyle: "long", timeStyle: "short" });
    text.textContent = `本机存有 ${at} 未提交的草稿。`;
    const actions = document.createElement("div");
    actions.className = "sz-actions";
    actions.append(
      this.button("恢复草稿", () => put(this.form, draft.entries), box),
      this.button("不要了", () => localStorage.removeItem(this.key), box),
    );
    const body = document.createElement("div");
    body.append(text, actions);
    box.append(body);
    return box;
  }

  button(text, action, box) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = text;
    button.addEventListener("click", () => {
      action();
      box.remove();
      [...this.form.elements].find(keepable)?.focus();
    });
    return button;
  }
}

// A page without the form that was sent means that the server took it; with the form, it came back with errors.
const sent = sessionStorage.getItem(SENT);
if (sent) {
  const forms = [...document.querySelectorAll("form[data-autosave]")];
  if (!forms.some((form) => PREFIX + form.dataset.autosave === sent)) {
    localStorage.removeItem(sent);
  }
  sessionStorage.removeItem(SENT);
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  new Draft(form);
}
