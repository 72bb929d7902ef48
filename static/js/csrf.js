// Gives htmx requests the CSRF token that the page carries, or the cookie's when it carries none.
const fromCookie = () => document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? "";

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") return;
  const meta = document.querySelector('meta[name="csrf-token"]');
  const input = document.querySelector('input[name="csrfmiddlewaretoken"]');
  event.detail.headers["X-CSRFToken"] = meta?.content || input?.value || fromCookie();
});
