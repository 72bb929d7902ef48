// [data-preview] around a file input: shows the chosen pictures in [data-preview-box].
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches('[data-preview] input[type="file"]')) return;
  const box = input.closest("[data-preview]").querySelector("[data-preview-box]");
  if (!box) return;
  box.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
  const pictures = [...input.files].filter((file) => file.type.startsWith("image/")).slice(0, 9);
  box.replaceChildren(...pictures.map((file) => {
    const image = new Image();
    image.src = URL.createObjectURL(file);
    image.alt = file.name;
    return image;
  }));
});
