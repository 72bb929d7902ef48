// [data-shelf]: rows that are dragged by their grip; the numbers follow, and the new order is kept at once.
// Without Sortable, or without JavaScript, numbers and arrows do the same.
const shelf = document.querySelector("[data-shelf]");
const form = shelf?.closest("form");

function renumber() {
  [...shelf.children].forEach((row, place) => {
    const number = Number(shelf.dataset.from) + place;
    row.querySelector('[name="n"]').value = number;
    row.querySelector('[name="was"]').value = number;
    const [up, down] = row.querySelectorAll('[name="to"]');
    up.value = number - 1;
    down.value = number + 1;
    up.disabled = number === 1;
  });
}

function tell(text, tone) {
  document.dispatchEvent(new CustomEvent("flash", { detail: { text, tone } }));
}

async function keep() {
  renumber();
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Requested-With": "fetch" },
    });
    if (!answer.ok) throw new Error(answer.status);
    tell(shelf.dataset.shelf, "good");
  } catch {
    tell(document.querySelector("[data-flashes]")?.dataset.offline, "bad");
  }
}

if (shelf && window.Sortable) {
  window.Sortable.create(shelf, {
    handle: ".shelf-grip",
    animation: 120,
    onMove: (event) => event.dragged.dataset.pinned === event.related.dataset.pinned, // pinned ones stay before the rest
    onEnd: (event) => {
      if (event.oldIndex !== event.newIndex) keep();
    },
  });
  shelf.classList.add("shelf-drags");
}
