/* A meeting in session: clocks that run between two answers of the server, and a poll every three
   seconds that carries a number only. When it changes, the page is asked for anew, through the gate,
   and its parts are put in place; what is being typed is never touched. Without this script the page
   says the same at the time it was loaded, and “Actualiser” asks again. While the network or the
   server is away it goes on asking, and nothing typed is handed to a server that isn't there. */

const EVERY = 3000;
const PATIENCE = 8000;
const TOO_MANY = 429;
const FAULT = 500;
const root = document.querySelector(".live");
const said = document.querySelector(".live__said");

/* --- Clocks: the server says what is left, the page only counts on from there --------------- */

let since = performance.now();

function tick() {
  const passed = Math.floor((performance.now() - since) / 1000);
  for (const clock of root.querySelectorAll("[data-clock]")) {
    const running = clock.dataset.running === "yes";
    const left = Number(clock.dataset.left) - (running ? passed : 0);
    const all = Math.abs(left);
    const text = `${left < 0 ? "+" : ""}${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
    if (clock.textContent !== text) clock.textContent = text;
  }
}

/* --- Away and back ------------------------------------------------------------------------------ */

let missed = 0;

/* The first poll that fails says nothing yet: a train's tunnel, a blink of the network. */
function heard(there) {
  missed = there ? 0 : missed + 1;
  said.querySelector("[data-away]").hidden = missed < 2;
}

/* A server that restarts refuses the line, or whatever stands before it answers in its place. */
async function get(address) {
  const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status >= FAULT || answer.status === TOO_MANY) throw new Error("away");
  return answer;
}

/* --- Following -------------------------------------------------------------------------------- */

function isTouched(field) {
  if (field.type === "hidden") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    /* Where the page chose none, the browser shows the first. */
    const offered = [...field.options].findIndex((each) => each.defaultSelected);
    return field.selectedIndex !== Math.max(0, offered);
  }
  return field.value !== field.defaultValue;
}

const isTyping = () => [...root.querySelectorAll("input, textarea, select")].some(isTouched);

/* On a phone the strip of points is longer than the screen: the present one is brought into it. */
function findPlace() {
  const strip = root.querySelector(".points");
  const here = strip?.querySelector("[aria-current]")?.closest("li");
  if (here) strip.scrollLeft = here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}

function place(fresh) {
  for (const part of root.querySelectorAll("[data-part]")) {
    const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!other || part.contains(document.activeElement)) continue;
    const opened = [...part.querySelectorAll("details")].map((each) => each.open);
    part.replaceChildren(...other.childNodes);
    [...part.querySelectorAll("details")].forEach((each, index) => { each.open = opened[index] ?? false; });
  }
  root.dataset.stamp = fresh.dataset.stamp;
  since = performance.now();
  tick();
  findPlace();
}

async function ask() {
  const answer = await get(root.dataset.follow);
  if (answer.redirected || !answer.ok) return false;
  const stamp = await answer.text();
  if (stamp === root.dataset.stamp || sending.size) return true;
  const page = await get(window.location.pathname);
  if (page.redirected || !page.ok) return false;
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector(".live");
  if (!fresh) return false;
  if (sending.size) return true;
  const gone = fresh.dataset.item !== root.dataset.item;
  if (gone && !isTyping()) {
    window.location.reload();
    return true;
  }
  if (gone) said.querySelector("[data-moved]").hidden = false;
  else place(fresh);
  root.dataset.stamp = fresh.dataset.stamp;
  return true;
}

async function follow() {
  let goes = true;
  try {
    goes = await ask();
    heard(true);
  } catch {
    heard(false);
  }
  if (goes) window.setTimeout(follow, EVERY);
  else said.querySelector("[data-ended]").hidden = false;
}

/* --- Sending: with text on the page, the server is asked first whether it is there --------------- */

const sending = new Set();
const answered = new WeakSet();
const TEXTS = "textarea, select, input:not([type=radio], [type=checkbox])";

/* A click that leaves nothing typed behind goes out at once. */
const holdsText = () => [...root.querySelectorAll(TEXTS)].some(isTouched);

async function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post" || answered.delete(form) || !holdsText()) return;
  event.preventDefault();
  if (sending.has(form)) return;
  sending.add(form);
  try {
    await get(root.dataset.follow);
    heard(true);
    answered.add(form);
  } catch {
    missed += 1;
    heard(false);
  }
  /* Sent while it still counts as being sent: no part of the page is replaced under it. */
  if (answered.has(form)) form.requestSubmit(event.submitter);
  sending.delete(form);
}

/* --- N: a new action ---------------------------------------------------------------------------- */

function onKey(event) {
  if (document.body.dataset.shortcuts === "off" || event.key.toLowerCase() !== "n") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const field = document.getElementById("id_propose_text");
  if (!field) return;
  event.preventDefault();
  field.focus();
}

if (root) {
  tick();
  findPlace();
  window.setInterval(tick, 1000);
  document.addEventListener("keydown", onKey);
  if (root.dataset.follow) {
    root.addEventListener("submit", onSubmit);
    window.setTimeout(follow, EVERY);
  }
}
