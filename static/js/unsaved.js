// form[data-guard]: the browser asks before a changed form is left without saving. A form that htmx keeps as a draft is
// unchanged again once that was sent, and changed when it failed.
const changed = new Set();
const guarded = (event) => event.detail.elt.matches?.("form[data-guard]");
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-guard]")) changed.add(form);
});
document.addEventListener("submit", (event) => changed.delete(event.target));
document.addEventListener("htmx:beforeRequest", (event) => {
  if (guarded(event)) changed.delete(event.detail.elt);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (guarded(event) && !event.detail.successful) changed.add(event.detail.elt);
});
window.addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
