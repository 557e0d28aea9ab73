/* The agenda's order by pointer. The up and down buttons do the same without a script; here a point
   is taken by its row and laid down between two others, and the very same form is sent. */

const form = document.querySelector("form[data-agenda]");
const list = form?.querySelector("ol");
let taken = null;

/* A point has a list of its own inside: who is expected. */
const pointOf = (target) => [...list.children].find((point) => point.contains(target));

function placeOf(point) {
  return [...list.children].indexOf(point);
}

function send(point) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "move";
  field.value = `${point.dataset.point}:${placeOf(point)}`;
  form.append(field);
  form.requestSubmit();
}

if (list) {
  for (const point of list.children) point.draggable = true;
  list.addEventListener("dragstart", (event) => {
    if (event.target.closest("input, button, a")) return;
    taken = pointOf(event.target);
    taken.classList.add("is-taken");
    taken.dataset.from = String(placeOf(taken));
    event.dataTransfer.effectAllowed = "move";
    /* Nothing of the page leaves it with the pointer. */
    event.dataTransfer.setData("text/plain", "");
  });
  list.addEventListener("dragover", (event) => {
    const over = pointOf(event.target);
    if (!taken || !over) return;
    event.preventDefault();
    if (over === taken) return;
    const box = over.getBoundingClientRect();
    const below = event.clientY > box.top + box.height / 2;
    over[below ? "after" : "before"](taken);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    if (!taken) return;
    taken.classList.remove("is-taken");
    if (Number(taken.dataset.from) !== placeOf(taken)) send(taken);
    taken = null;
  });
}
