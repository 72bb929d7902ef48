// The staff's pages: a template answer fills the reason, and "all" ticks every box of its list.
document.addEventListener("click", (event) => {
  const template = event.target.closest("[data-fill]");
  if (template) {
    const field = document.querySelector(template.dataset.fill);
    if (field) {
      field.value = template.dataset.words || template.textContent.trim();
      field.focus();
    }
  }
});
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-tick]");
  if (all) {
    document.querySelectorAll(all.dataset.tick).forEach((box) => {
      box.checked = all.checked;
    });
  }
});
// Unfold's scrolling menu stands inside a <nav> already; as a second nameless region it only confuses screen readers.
window.addEventListener("load", () => {
  const menu = document.querySelector("#nav-sidebar-apps .simplebar-content-wrapper");
  menu?.removeAttribute("role");
  menu?.removeAttribute("aria-label");
});
