// [data-sku-rows]: the button clones the <template> with the next number; "__prefix__" is how Django marks it.
document.querySelectorAll("[data-sku-rows]").forEach((box) => {
  const total = box.querySelector('[name$="-TOTAL_FORMS"]');
  const most = Number(box.querySelector('[name$="-MAX_NUM_FORMS"]').value);
  const list = box.querySelector("[data-sku-list]");
  const button = box.querySelector("[data-sku-add]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = Number(total.value);
    if (next >= most) return;
    const row = box.querySelector("template").content.cloneNode(true);
    row.querySelectorAll("*").forEach((part) => {
      for (const { name, value } of [...part.attributes]) {
        if (value.includes("__prefix__")) part.setAttribute(name, value.replaceAll("__prefix__", next));
      }
    });
    list.append(row);
    total.value = next + 1;
    list.lastElementChild.querySelector('input:not([type="hidden"])').focus();
  });
});
