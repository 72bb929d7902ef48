// [data-jump="dialog id"] beside data-copy: once the words are copied, the dialog offers the way into the network's app.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-jump]");
  const guide = button && document.getElementById(button.dataset.jump);
  if (!guide) return;
  // Copying by hand needs the page's own focus, so the dialog waits until it was done.
  setTimeout(() => {
    if ("copied" in button.dataset && !guide.open) guide.showModal();
  }, 250);
});
