// form[data-scan]: reads a barcode with the camera, or out of a picture, puts it into "code" and sends the form. Browsers that
// cannot read barcodes themselves get a reader of ours (zxing as WebAssembly, 1.1 MB), when it is asked for and not before.
const form = document.querySelector("[data-scan]");
const start = form.querySelector("[data-scan-start]");
const view = form.querySelector("[data-scan-view]");
const picture = form.querySelector("[data-scan-picture]");
const said = form.querySelector("[data-scan-said]");
const FORMATS = ["ean_13", "ean_8", "upc_a"];
let reader;

const say = (name) => { said.textContent = name ? said.dataset[name] : ""; };

const loaded = (address) => new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = address;
  script.onload = resolve;
  script.onerror = reject;
  document.head.append(script);
});

async function itsOwn() {
  if (!("BarcodeDetector" in window)) return null;
  const known = await BarcodeDetector.getSupportedFormats().catch(() => []);
  return FORMATS.every((format) => known.includes(format)) ? new BarcodeDetector({ formats: FORMATS }) : null;
}

async function ours() {
  await loaded(form.dataset.reader);
  const { BarcodeDetector: Reader, prepareZXingModule } = window.BarcodeDetectionAPI;
  prepareZXingModule({ overrides: { locateFile: () => form.dataset.readerWasm } });
  return new Reader({ formats: FORMATS });
}

const theReader = () => {
  reader ??= itsOwn().then((found) => found ?? ours()).catch(() => { reader = undefined; return null; });
  return reader;
};

const take = (code) => {
  form.elements.code.value = code;
  form.requestSubmit();
};

picture.closest("[data-scan-file]").hidden = false;
picture.addEventListener("change", async () => {
  if (!picture.files.length) return;
  say("busy");
  const detector = await theReader();
  const image = await createImageBitmap(picture.files[0]).catch(() => null);
  const [found] = detector && image ? await detector.detect(image).catch(() => []) : [];
  if (found) take(found.rawValue);
  else say(detector ? "nothing" : "none");
});

if (navigator.mediaDevices?.getUserMedia) start.hidden = false;

start.addEventListener("click", async () => {
  say("busy");
  const detector = await theReader();
  const stream = detector && await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
  if (!stream) {
    say("none");
    return;
  }
  say("");
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
    take(found.rawValue);
  };
  look();
});
