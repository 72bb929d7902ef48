// Light, dark or the system's, decided before the first paint, so this one is no module and stands in the head.
// The choice lies where the staff's desk keeps its own (localStorage "adminTheme", as JSON), so both are in step.
(() => {
  const KEY = "adminTheme";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return ["light", "dark"].includes(kept) ? kept : "auto";
    } catch {
      return "auto"; // no storage in this browser, or another program's words in it
    }
  }

  function apply() {
    const choice = chosen();
    const theme = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
    if (root.dataset.theme === theme && root.dataset.themeChoice === choice) return;
    root.dataset.theme = theme;
    root.dataset.bsTheme = theme; // Tabler's own name for it
    root.dataset.themeChoice = choice;
    mark();
    document.dispatchEvent(new CustomEvent("theme", { detail: theme }));
  }

  // [data-theme-to="light|dark|auto"] are the switch's buttons; <meta name="theme-color"> tints the browser's bar.
  function mark() {
    document.querySelectorAll("[data-theme-to]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themeTo === root.dataset.themeChoice));
    });
    const paper = getComputedStyle(root).getPropertyValue("--paper").trim();
    if (paper) document.querySelector('meta[name="theme-color"]')?.setAttribute("content", paper);
  }

  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", (event) => event.key === KEY && apply());
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-to]");
    if (!button) return;
    try {
      localStorage.setItem(KEY, JSON.stringify(button.dataset.themeTo));
    } catch {
      return; // a browser that keeps nothing keeps following the system
    }
    apply();
  });
})();
