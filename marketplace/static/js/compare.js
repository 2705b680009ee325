// Choose up to four products to compare. The choice lives in localStorage, so that it survives paging and searching;
// the comparison itself is a plain GET with the ids in its address, which can be shared.

const KEY = "compare";

function read() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return stored.filter((item) => item && typeof item.id === "string" && typeof item.name === "string");
  } catch {
    return [];
  }
}

function write(items) {
  try {
    localStorage.setItem(KEY, JSON.stringify(items));
  } catch {
    // Private mode: the choice then lasts for this page only.
  }
}

class CompareBar {
  constructor(form) {
    this.form = form;
    this.limit = Number(form.dataset.limit);
    this.text = form.querySelector("[data-compare-text]");
    this.chosen = form.querySelector("[data-compare-chosen]");
    this.clearButton = form.querySelector("[data-compare-clear]");
    this.items = read().slice(0, this.limit);
    for (const box of this.boxes()) {
      if (box.defaultChecked) {
        this.add(box);
      }
    }
    this.listen();
    this.show();
  }

  boxes() {
    return document.querySelectorAll("input[data-compare]");
  }

  has(id) {
    return this.items.some((item) => item.id === id);
  }

  add(box) {
    if (!this.has(box.value) && this.items.length < this.limit) {
      this.items.push({ id: box.value, name: box.dataset.compare });
    }
  }

  drop(id) {
    this.items = this.items.filter((item) => item.id !== id);
  }

  listen() {
    document.addEventListener("change", (event) => {
      const box = event.target;
      if (!box.matches?.("input[data-compare]")) {
        return;
      }
      if (!box.checked) {
        this.drop(box.value);
      } else {
        this.add(box);
      }
      this.show();
    });
    this.chosen.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-id]");
      if (button) {
        this.drop(button.dataset.id);
        this.show();
        (this.chosen.querySelector("button") ?? this.boxes()[0])?.focus();
      }
    });
    this.clearButton.addEventListener("click", () => {
      this.items = [];
      this.show();
      this.boxes()[0]?.focus();
    });
    this.form.addEventListener("submit", (event) => {
      if (this.items.length < 2) {
        event.preventDefault();
        this.text.textContent = "至少勾选 2 个产品才能对比。";
      }
    });
    // What facets swap in must show the same choice, and be tied to this very form.
    document.addEventListener("htmx:afterSettle", () => this.show());
    window.addEventListener("storage", (event) => {
      if (event.key === KEY) {
        this.items = read().slice(0, this.limit);
        this.show();
      }
    });
  }

  chip(item) {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sz-chip";
    button.dataset.id = item.id;
    button.textContent = `${item.name} ×`;
    button.setAttribute("aria-label", `从对比中去掉：${item.name}`);
    row.append(button);
    return row;
  }

  hidden(item) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "id";
    field.value = item.id;
    field.dataset.compareElsewhere = "";
    return field;
  }

  show() {
    const isFull = this.items.length >= this.limit;
    const here = new Set();
    for (const box of this.boxes()) {
      box.checked = this.has(box.value);
      box.disabled = isFull && !box.checked;
      here.add(box.value);
    }
    for (const field of this.form.querySelectorAll("[data-compare-elsewhere]")) {
      field.remove();
    }
    this.form.append(...this.items.filter((item) => !here.has(item.id)).map((item) => this.hidden(item)));
    this.chosen.replaceChildren(...this.items.map((item) => this.chip(item)));
    this.chosen.hidden = this.items.length === 0;
    this.clearButton.hidden = this.items.length === 0;
    this.form.hidden = this.items.length === 0; // in nobody's way until there is something to compare
    this.text.textContent = this.sentence(isFull);
    write(this.items);
  }

  sentence(isFull) {
    if (this.items.length === 0) {
      return `勾选要对比的产品，最多 ${this.limit} 个。`;
    }
    if (isFull) {
      return `已选 ${this.items.length} 个，选满了。要换一个，先去掉一个。`;
    }
    return `已选 ${this.items.length} 个，最多 ${this.limit} 个。`;
  }
}

const form = document.querySelector("form[data-compare-bar]");
if (form) {
  new CompareBar(form);
}
