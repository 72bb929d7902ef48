// form[data-scan]: reads a barcode with the camera where the browser can, puts it into "code" and sends the form.
const form = document.querySelector("[data-scan]");
const start = form.querySelector("[data-scan-start]");
const view = form.querySelector("[data-scan-view]");
if ("BarcodeDetector" in window && navigator.mediaDevices) start.hidden = false;
else form.querySelector("[data-scan-none]").hidden = false;

start.addEventListener("click", async () => {
  const detector = new BarcodeDetector({ formats: ["ean_13", "ean_8", "upc_a"] });
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    form.querySelector("[data-scan-none]").hidden = false;
    return;
  }
  view.hidden = false;
  view.srcObject = stream;
  await view.play();
  const look = async () => {
    const [found] = await detector.detect(view).catch(() => []);
    if (!found) {
      requestAnimationFrame(look);
      return;
    }
    stream.getTracks().forEach((track) => track.stop());
    form.elements.code.value = found.rawValue;
    form.requestSubmit();
  };
  look();
});
