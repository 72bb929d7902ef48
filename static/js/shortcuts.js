// Keys of the desk: "/" search, "n" new ([data-new]), "j" and "k" rows, "?" the list (dialog#shortcuts).
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

function step(direction) {
  const rows = [...document.querySelectorAll("[data-rows] > *")]
    .map((row) => (row.matches("a[href]") ? row : row.querySelector("a[href]")))
    .filter(Boolean);
  if (!rows.length) return;
  const here = rows.findIndex((link) => link === document.activeElement || link.closest("tr")?.contains(document.activeElement));
  rows[Math.max(0, Math.min(rows.length - 1, here + direction))].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const acts = {
    "/": () => document.querySelector("[data-search]")?.focus(),
    n: () => document.querySelector("[data-new]")?.click(),
    j: () => step(1),
    k: () => step(-1),
    "?": () => document.getElementById("shortcuts")?.showModal(),
  };
  if (!(event.key in acts) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  acts[event.key]();
});
