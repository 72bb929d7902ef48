// [data-countdown="ISO instant"]: counts down against the server's clock, not the phone's.
const serverNow = Date.parse(document.querySelector('meta[name="server-now"]')?.content ?? "");
const ahead = Number.isNaN(serverNow) ? 0 : serverNow - Date.now();
const two = (number) => String(number).padStart(2, "0");

function write(element) {
  const clock = element.querySelector("[data-countdown-clock]");
  const left = Math.floor((Date.parse(element.dataset.countdown) - Date.now() - ahead) / 1000);
  if (!clock || Number.isNaN(left)) return;
  if (left <= 0) {
    clock.textContent = element.dataset.overWord;
    if (!("over" in element.dataset)) {
      element.dataset.over = "";
      element.dispatchEvent(new CustomEvent("deadline", { bubbles: true }));
    }
    return;
  }
  const days = Math.floor(left / 86400);
  const rest = `${two(Math.floor(left / 3600) % 24)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  clock.textContent = days ? `${days}${element.dataset.dayWord} ${rest}` : rest;
  element.toggleAttribute("data-near", left < 300);
}

const writeAll = () => document.querySelectorAll("[data-countdown]").forEach(write);
writeAll();
setInterval(writeAll, 1000);
