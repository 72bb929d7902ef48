// [data-copy="words"] or [data-copy-from="#selector"]: copies and says data-done for two seconds.
async function copyWords(words) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(words);
      return true;
    } catch {
      // Some in-app browsers refuse; the older way below still works there.
    }
  }
  const box = document.createElement("textarea");
  box.value = words;
  box.setAttribute("readonly", "");
  box.className = "visually-hidden";
  document.body.append(box);
  box.select();
  box.setSelectionRange(0, words.length);
  const copied = document.execCommand("copy");
  box.remove();
  return copied;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
  const words = source ? (source.value ?? source.innerText) : button.dataset.copy;
  if (!words || !(await copyWords(words))) return;
  const word = button.querySelector("[data-copy-word]") ?? button;
  const before = button.dataset.before ?? word.textContent;
  button.dataset.before = before;
  button.dataset.copied = "";
  word.textContent = button.dataset.done || before;
  document.dispatchEvent(new CustomEvent("flash", { detail: { text: button.dataset.done, tone: "good" } }));
  clearTimeout(button.copyTimer);
  button.copyTimer = setTimeout(() => {
    word.textContent = before;
    delete button.dataset.copied;
  }, 2000);
});
