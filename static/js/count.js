// [data-count] around a text field with maxlength: shows how many characters are used, counted by code point.
function tell(field) {
  const input = field.querySelector("[maxlength]");
  const out = field.querySelector("[data-count-out]");
  if (input && out) out.textContent = `${[...input.value].length}/${input.maxLength}`;
}
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-count]");
  if (field) tell(field);
});
const tellAll = (root) => root.querySelectorAll("[data-count]").forEach(tell);
tellAll(document);
document.addEventListener("htmx:load", (event) => tellAll(event.detail.elt));
