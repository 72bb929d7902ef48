// [data-open="id"] opens a <dialog>, [data-close] or a tap on the veil closes it, [data-open-now] opens with the page.
function openDialog(dialog) {
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    event.preventDefault();
    openDialog(document.getElementById(opener.dataset.open));
    return;
  }
  const dialog = event.target.closest("dialog");
  if (!dialog) return;
  if (event.target.closest("[data-close]")) {
    dialog.close();
  } else if (event.target === dialog) {
    const box = dialog.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) dialog.close();
  }
});

const openWaiting = (root) => root.querySelectorAll("dialog[data-open-now]").forEach(openDialog);
openWaiting(document);
document.addEventListener("htmx:load", (event) => openWaiting(event.detail.elt));
