// Facets submit themselves at each change; focus, scroll and unfolded groups stay as they were.
// The swap itself is htmx's: facet_form carries the data-hx-* attributes and waits for the event facets:apply.

const WIDE = window.matchMedia("(min-width: 992px)");
let remembered = null;

function filters() {
  return document.querySelector("details[data-filters]");
}

/** On a phone the filters are folded above the results; on a wide screen they always show. */
function foldToWidth() {
  const panel = filters();
  if (panel) {
    panel.open = WIDE.matches;
  }
}

function remember() {
  const groups = {};
  for (const group of document.querySelectorAll("details[data-facet]")) {
    groups[group.dataset.facet] = group.open;
  }
  const focused = document.activeElement;
  remembered = {
    groups,
    isOpen: filters()?.open ?? true,
    name: focused?.name,
    value: focused?.value,
    isFacet: Boolean(focused?.closest?.("form[data-facets]")),
    lists: [...document.querySelectorAll("details[data-facet] fieldset")].map((list) => list.scrollTop),
  };
}

function sameControl() {
  if (!remembered.isFacet || !remembered.name) {
    return null;
  }
  const controls = document.querySelectorAll("form[data-facets] input");
  return [...controls].find((control) => control.name === remembered.name && control.value === remembered.value);
}

function restore() {
  for (const group of document.querySelectorAll("details[data-facet]")) {
    group.open = remembered.groups[group.dataset.facet] ?? group.open;
  }
  const panel = filters();
  if (panel) {
    panel.open = remembered.isOpen;
  }
  document.querySelectorAll("details[data-facet] fieldset").forEach((list, index) => {
    list.scrollTop = remembered.lists[index] ?? 0;
  });
  sameControl()?.focus({ preventScroll: true });
  remembered = null;
}

/** The live region stands outside what is swapped, or its change would not be read out. */
function announce() {
  const total = document.querySelector("[data-total]");
  let region = document.getElementById("facets-said");
  if (!region) {
    region = document.createElement("p");
    region.id = "facets-said";
    region.className = "visually-hidden";
    region.setAttribute("role", "status");
    document.querySelector("main").append(region);
  }
  if (total) {
    region.textContent = total.textContent.trim();
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches?.("form[data-facets]")) {
    if (window.htmx) {
      window.htmx.trigger(form, "facets:apply");
    } else {
      form.requestSubmit();
    }
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt?.matches?.("form[data-facets]")) {
    remember();
  }
});

document.addEventListener("htmx:afterSettle", () => {
  if (remembered) {
    restore();
    announce();
  }
});

// When the request fails in the background, ask for the page in the plain way: the reader then sees what is wrong.
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const form = event.detail.elt;
    if (form?.matches?.("form[data-facets]")) {
      form.submit();
    }
  });
}

WIDE.addEventListener("change", foldToWidth);
foldToWidth();
