// Flashes leave by themselves (errors stay), can be closed, and may come from htmx:
// the header HX-Trigger: {"flash": {"text": "…", "tone": "good"}}.
const place = document.querySelector("[data-flashes]");
const signs = { good: "circle-check", warn: "alert-triangle", bad: "alert-circle", info: "info-circle" };

function glyph(name, size) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", `glyph glyph-${size}`);
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${place.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

function retire(flash) {
  if (flash.dataset.flash !== "bad") setTimeout(() => flash.remove(), 5000);
}

function say(text, tone = "info") {
  if (!place || !text) return;
  const flash = document.createElement("div");
  const words = document.createElement("span");
  const close = document.createElement("button");
  flash.className = `flash flash-${tone}`;
  flash.dataset.flash = tone;
  words.textContent = text;
  close.type = "button";
  close.className = "flash-close";
  close.dataset.flashClose = "";
  close.setAttribute("aria-label", place.dataset.closeLabel);
  close.append(glyph("x", "sm"));
  flash.append(glyph(signs[tone] ?? signs.info, "md"), words, close);
  place.replaceChildren(...[...place.children].slice(-2), flash);
  retire(flash);
}

place?.querySelectorAll("[data-flash]").forEach(retire);
document.addEventListener("click", (event) => event.target.closest("[data-flash-close]")?.closest("[data-flash]")?.remove());
document.addEventListener("flash", (event) => {
  const detail = event.detail ?? {};
  say(detail.text ?? detail.value, detail.tone);
});
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const told = event.detail.xhr?.getResponseHeader?.("HX-Trigger")?.includes('"flash"'); // the answer brings its own words
    if (!told) say(place?.dataset.offline, "bad");
  });
}
document.querySelector("[data-focus]")?.focus();
