// [data-share="url"] (data-title, data-text): the phone's own share sheet where there is one; inside WeChat a guide
// to its "…" menu (dialog#share-guide), because pages may not open WeChat's sheet; elsewhere the link is copied.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-share]");
  if (!button) return;
  const guide = document.getElementById("share-guide");
  if (/MicroMessenger/i.test(navigator.userAgent) && guide) {
    guide.showModal();
    return;
  }
  const { share: url, title, text } = button.dataset;
  if (navigator.share) {
    try {
      await navigator.share({ url, title, text });
    } catch {
      // Closing the sheet without sharing is no failure.
    }
    return;
  }
  const copier = button.parentElement?.querySelector("[data-copy]") ?? document.querySelector(`[data-copy="${CSS.escape(url)}"]`);
  copier?.click();
});
