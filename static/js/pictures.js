// [data-pictures]: a good's pictures. New files get rows of their own, rows move by button or, with sortablejs, by dragging, a
// square is cut with cropperjs, which is loaded when it is asked for first. Without this the numbers of the rows are their order.
document.querySelectorAll("[data-pictures]").forEach((box) => {
  const list = box.querySelector("[data-picture-list]");
  const blank = box.querySelector("template");
  const input = box.querySelector('input[type="file"]');
  const said = box.querySelector("[data-picture-said]");
  const dialog = document.getElementById("crop");
  const chosen = new DataTransfer();
  let cropping = null;

  const rows = () => [...list.querySelectorAll("[data-picture]")];
  const renumber = () => {
    rows().forEach((row, at) => { row.querySelector('[name="picture_place"]').value = at + 1; });
  };
  const say = (words) => { said.textContent = words; };

  const enliven = (row) => {
    row.querySelectorAll("[data-picture-move], [data-picture-crop]").forEach((button) => { button.hidden = false; });
  };

  input.addEventListener("change", () => {
    const room = Number(box.dataset.most) - rows().filter((row) => !row.querySelector('[name="picture_remove"]').checked).length;
    const found = [...input.files].filter((file) => file.type.startsWith("image/"));
    if (found.length > room) say(box.dataset.fullWords);
    found.slice(0, Math.max(0, room)).forEach((file) => {
      const row = blank.content.cloneNode(true).querySelector("[data-picture]");
      const key = `new:${chosen.items.length}`;
      chosen.items.add(file);
      row.querySelector('[name="picture_key"]').value = key;
      row.querySelector('[name="picture_remove"]').value = key;
      const image = row.querySelector("img");
      image.src = URL.createObjectURL(file);
      image.dataset.whole = image.src;
      image.alt = file.name;
      list.append(row);
      enliven(row);
    });
    input.files = chosen.files;
    renumber();
  });

  const move = (row, by) => {
    const all = rows();
    const to = all.indexOf(row) + by;
    if (to < 0 || to >= all.length) return;
    if (by < 0) all[to].before(row); else all[to].after(row);
    renumber();
    say(box.dataset.movedWords.replace("{n}", to + 1));
    row.dispatchEvent(new Event("change", { bubbles: true }));
  };

  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-picture]");
    const mover = event.target.closest("[data-picture-move]");
    if (mover) {
      move(row, Number(mover.dataset.pictureMove));
      mover.focus();
    } else if (event.target.closest("[data-picture-crop]")) {
      openCrop(row);
    }
  });
  list.addEventListener("change", (event) => {
    if (event.target.name !== "picture_place" || !event.isTrusted) return;
    const row = event.target.closest("[data-picture]");
    move(row, Number(event.target.value) - 1 - rows().indexOf(row));
  });

  window.Sortable?.create(list, {
    filter: "input, select, button, summary",
    preventOnFilter: false,
    animation: 120,
    delay: 150, // a finger that scrolls moves nothing
    delayOnTouchOnly: true,
    onEnd: (event) => {
      if (event.oldIndex !== event.newIndex) move(event.item, 0);
    },
  });

  async function openCrop(row) {
    const { default: Cropper } = await import(box.dataset.cropper);
    const stage = dialog.querySelector("[data-crop-stage]");
    const image = new Image();
    image.src = row.querySelector("img").dataset.whole;
    await image.decode();
    const cut = row.querySelector("[data-picture-cut]");
    dialog.showModal();
    stage.replaceChildren(image);
    const cropper = new Cropper(image, { container: stage });
    const canvas = cropper.getCropperCanvas();
    canvas.setAttribute("background", "");
    const shown = cropper.getCropperImage();
    const square = cropper.getCropperSelection();
    for (const name of ["rotatable", "scalable", "skewable", "translatable"]) shown[name] = false;
    square.aspectRatio = 1;
    square.movable = true;
    square.resizable = true;
    square.keyboard = true;
    await shown.$ready();
    shown.$center("contain");
    const within = () => {
      const outer = canvas.getBoundingClientRect();
      const inner = shown.getBoundingClientRect();
      return { x: inner.left - outer.left, y: inner.top - outer.top, width: inner.width, height: inner.height };
    };
    square.addEventListener("change", (event) => {
      const room = within();
      const { x, y, width, height } = event.detail;
      const slack = 1;
      if (x < room.x - slack || y < room.y - slack || x + width > room.x + room.width + slack || y + height > room.y + room.height + slack) event.preventDefault();
    });
    const room = within();
    const side = Math.min(room.width, room.height);
    square.$change(room.x + (room.width - side) / 2, room.y + (room.height - side) / 2, side, side, 1, true);
    cropping = { row, cut, square, within };
  }

  dialog.querySelector("[data-crop-done]").addEventListener("click", async () => {
    if (!cropping) return;
    const { row, cut, square, within } = cropping;
    const room = within();
    const share = (part, whole) => (whole < 1 ? 5000 : Math.min(10000, Math.max(0, Math.round((part * 10000) / whole))));
    const side = Math.min(square.width, room.width, room.height);
    const value = [
      share(square.x - room.x, room.width - side),
      share(square.y - room.y, room.height - side),
      Math.max(1000, share(side, Math.min(room.width, room.height))),
    ].join(",");
    cut.querySelector("[data-own]")?.remove();
    const option = new Option(box.dataset.ownWords, value, true, true);
    option.dataset.own = "";
    cut.append(option);
    const drawn = await square.$toCanvas({ width: 320, height: 320 });
    drawn.toBlob((blob) => {
      const image = row.querySelector("img");
      if (blob) image.src = URL.createObjectURL(blob);
    });
    cut.dispatchEvent(new Event("change", { bubbles: true }));
    dialog.close();
    cropping = null;
  });

  if (window.Sortable) list.classList.add("picture-list-drags");
  rows().forEach(enliven);
});
