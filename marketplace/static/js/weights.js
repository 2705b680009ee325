// Weights of a demand must add up to 100; what is left shows while the reader types.

const FULL = 100;

function sentence(total) {
  const left = (FULL * FULL - Math.round(total * FULL)) / FULL;
  if (left === 0) {
    return ["even", "权重合计 100，正好。"];
  }
  return left > 0 ? ["left", `权重合计 ${total}，还差 ${left}。`] : ["over", `权重合计 ${total}，多了 ${-left}。`];
}

function refresh(area) {
  const output = area.querySelector("[data-weights-remainder]");
  if (!output) {
    return;
  }
  const boxes = [...area.querySelectorAll("input[data-weight]")];
  // Counted in hundredths, so that 33.3 three times is 99.9 and not 99.89999.
  const total = boxes.reduce((sum, box) => sum + Math.round((Number(box.value) || 0) * FULL), 0) / FULL;
  const [state, text] = sentence(total);
  output.dataset.state = state;
  if (output.textContent !== text) {
    output.textContent = text;
  }
}

document.addEventListener("input", (event) => {
  const area = event.target.closest?.("[data-weights]");
  if (area && event.target.matches("input[data-weight]")) {
    refresh(area);
  }
});

document.addEventListener("lines:changed", (event) => {
  const area = event.target.closest?.("[data-weights]");
  if (area) {
    refresh(area);
  }
});

for (const area of document.querySelectorAll("[data-weights]")) {
  refresh(area);
}
