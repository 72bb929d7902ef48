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
