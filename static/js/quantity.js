// [data-quantity]: minus and plus keep a number input between its min and max.
function settle(box) {
  const input = box.querySelector("input");
  const low = Number(input.min || 1);
  const high = input.max === "" ? Infinity : Number(input.max);
  const number = Math.min(high, Math.max(low, Math.round(Number(input.value)) || low));
  input.value = String(number);
  box.querySelector('[data-step="-1"]').disabled = number <= low;
  box.querySelector('[data-step="1"]').disabled = number >= high;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-quantity] [data-step]");
  if (!button) return;
  const box = button.closest("[data-quantity]");
  const input = box.querySelector("input");
  input.value = String(Number(input.value) + Number(button.dataset.step));
  settle(box);
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-quantity]");
  if (box) settle(box);
});
const settleAll = (root) => root.querySelectorAll("[data-quantity]").forEach(settle);
settleAll(document);
document.addEventListener("htmx:load", (event) => settleAll(event.detail.elt));
