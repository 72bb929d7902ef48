// [data-select-all="name"]: ticks every checkbox of that name in the page; [data-selected="name"] says how many are ticked,
// in the words of data-words with {n}.
const boxes = (name) => [...document.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(name)}"]`)];

function tell(name) {
  const all = boxes(name);
  const ticked = all.filter((box) => box.checked).length;
  document.querySelectorAll(`[data-selected="${CSS.escape(name)}"]`).forEach((out) => {
    out.textContent = ticked ? out.dataset.words.replace("{n}", ticked) : "";
  });
  document.querySelectorAll(`[data-select-all="${CSS.escape(name)}"]`).forEach((master) => {
    master.checked = ticked > 0 && ticked === all.length;
    master.indeterminate = ticked > 0 && ticked < all.length;
  });
}

document.addEventListener("change", (event) => {
  const { selectAll } = event.target.dataset;
  if (selectAll) boxes(selectAll).forEach((box) => { box.checked = event.target.checked; });
  const name = selectAll ?? event.target.name;
  if (name) tell(name);
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-select-all]").forEach((master) => tell(master.dataset.selectAll));
});
