// form[data-once]: the second of two quick submits is dropped, and the button shows that work goes on.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
});

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll('[aria-busy="true"]').forEach((button) => button.removeAttribute("aria-busy"));
  if (form.id) document.querySelectorAll(`[form="${CSS.escape(form.id)}"]`).forEach((button) => button.removeAttribute("aria-busy"));
}

// Back from the next page, the browser may show this one as it was left.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form[data-sent]");
  if (form) release(form);
});
