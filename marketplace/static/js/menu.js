// Menus made of <details data-menu>: Escape and a click elsewhere close them.

function close(menu, returnsFocus) {
  menu.open = false;
  if (returnsFocus) {
    menu.querySelector("summary").focus();
  }
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) {
      close(menu, false);
    }
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    close(menu, menu.contains(document.activeElement));
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) {
      close(menu, false);
    }
  }
});
