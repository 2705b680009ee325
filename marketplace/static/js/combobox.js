// Suggestions under a search box: ARIA 1.2 combobox with a listbox.
// The box stays a plain search field: Enter without a choice submits the form.

const WAIT_MS = 180;

class Combobox {
  constructor(input) {
    this.input = input;
    this.options = [];
    this.active = -1;
    this.timer = 0;
    this.request = null;
    this.list = this.makeList();
    this.status = this.makeStatus();
    this.listen();
  }

  makeList() {
    const list = document.createElement("ul");
    list.id = `${this.input.id}-list`;
    list.className = "sz-suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "搜索建议");
    list.hidden = true;
    const attributes = {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
    };
    for (const [name, value] of Object.entries(attributes)) {
      this.input.setAttribute(name, value);
    }
    this.input.form.append(list);
    return list;
  }

  makeStatus() {
    const status = document.createElement("p");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    this.input.form.append(status);
    return status;
  }

  listen() {
    this.input.addEventListener("input", (event) => {
      if (!event.isComposing) {
        this.ask();
      }
    });
    this.input.addEventListener("compositionend", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) {
        this.go(this.options[Number(row.dataset.index)]);
      }
    });
  }

  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(this.input.value.trim()), WAIT_MS);
  }

  async fetch(text) {
    this.request?.abort();
    if (!text) {
      this.close();
      return;
    }
    const request = new AbortController();
    this.request = request;
    const url = `${this.input.dataset.suggest}?${new URLSearchParams({ q: text })}`;
    try {
      const answer = await fetch(url, { signal: request.signal, headers: { Accept: "application/json" } });
      const rows = answer.ok ? await answer.json() : [];
      if (this.request === request) {
        this.show(Array.isArray(rows) ? rows : []);
      }
    } catch {
      // Superseded by a later letter, or the network failed: the search itself still works.
      if (this.request === request) {
        this.close();
      }
    }
  }

  show(options) {
    if (document.activeElement !== this.input || options.length === 0) {
      this.close();
      return;
    }
    this.options = options;
    this.active = -1;
    this.list.replaceChildren(...options.map((option, index) => this.row(option, index)));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = `有 ${options.length} 条建议，按上下键选择。`;
  }

  row(option, index) {
    const row = document.createElement("li");
    row.id = `${this.list.id}-${index}`;
    row.dataset.index = String(index);
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    for (const text of [option.label, option.kind]) {
      const part = document.createElement("span");
      part.textContent = text;
      row.append(part);
    }
    return row;
  }

  move(index) {
    const rows = this.list.children;
    if (this.active >= 0) {
      rows[this.active].setAttribute("aria-selected", "false");
    }
    this.active = (index + rows.length) % rows.length;
    const row = rows[this.active];
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", row.id);
  }

  press(event) {
    if (event.isComposing) {
      return;
    }
    if (this.list.hidden) {
      if (event.key === "ArrowDown" && this.input.value.trim()) {
        event.preventDefault();
        this.fetch(this.input.value.trim());
      }
      return;
    }
    const moves = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active < 0 ? this.options.length - 1 : this.active - 1,
    };
    if (event.key in moves) {
      event.preventDefault();
      this.move(moves[event.key]);
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.go(this.options[this.active]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }

  go(option) {
    this.close();
    window.location.assign(option.url);
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.request = null;
    this.options = [];
    this.active = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.status.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

for (const input of document.querySelectorAll("input[data-combobox]")) {
  new Combobox(input);
}
