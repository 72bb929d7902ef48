// [data-scroll-region="name"]: while it is wider than its place, the arrow keys must be able to scroll it.
const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth + 1) {
      target.tabIndex = 0;
      target.setAttribute("role", "region");
      target.setAttribute("aria-label", target.dataset.scrollRegion);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
    }
  }
});
const watchAll = (root) => root.querySelectorAll("[data-scroll-region]").forEach((region) => watch.observe(region));
watchAll(document);
document.addEventListener("htmx:load", (event) => watchAll(event.detail.elt));
