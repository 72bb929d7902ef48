// [data-print]: opens the browser's print dialog; css/print.css makes the page fit for paper.
document.addEventListener("click", (event) => event.target.closest("[data-print]") && window.print());
