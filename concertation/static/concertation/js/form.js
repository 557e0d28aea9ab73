/* Small help around forms. Every form works without it: the server counts, confirms and refuses. */

const say = document.getElementById("say");
const dialog = document.getElementById("confirm");
const confirmed = new WeakSet();

/* --- Length left ------------------------------------------------------------------------- */

const counting = new WeakMap();

/* As the server counts: a line break travels as two characters, an emoji counts once. */
const lengthOf = (text) => [...text.replace(/\r?\n/g, "\r\n")].length;

function count(area, aloud) {
  const line = document.getElementById(`${area.id}_count`);
  if (!line) return;
  const left = Number(area.dataset.max) - lengthOf(area.value);
  const text = (left < 0 ? say.dataset.over : say.dataset.left).replace("#", String(Math.abs(left)));
  line.textContent = text;
  line.classList.toggle("is-over", left < 0);
  /* Spoken only near the end, and only once the typing pauses. */
  window.clearTimeout(counting.get(area));
  if (aloud && left <= 20) {
    counting.set(area, window.setTimeout(() => { say.textContent = text; }, 900));
  }
}

document.addEventListener("input", (event) => {
  if (event.target instanceof Element && event.target.matches("textarea[data-max]")) {
    count(event.target, true);
  }
});
function countAll() {
  for (const area of document.querySelectorAll("textarea[data-max]")) {
    if (area.value) count(area, false);
  }
}
countAll();

/* --- One click, one submission ------------------------------------------------------------- */

const busy = new Set();

function release() {
  for (const button of busy) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
  busy.clear();
}

/* data-again: the answer is a file, so the page stays and the button must stay too. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || (form.getAttribute("method") ?? "").toLowerCase() !== "post" || form.hasAttribute("data-again")) return;
  const button = event.submitter ?? form.querySelector("button[type=submit]");
  if (!button) return;
  if ([...busy].some((each) => each.form === form)) {
    event.preventDefault();
    return;
  }
  busy.add(button);
  button.setAttribute("aria-busy", "true");
  say.textContent = say.dataset.busy;
  /* After the browser has read the form: a disabled button would not send its own value. */
  window.setTimeout(() => { button.disabled = busy.has(button); }, 0);
  if (!form.hasAttribute("data-stay")) return;
  event.preventDefault();
  send(form, event.submitter);
});
window.addEventListener("pageshow", release);

/* --- The page stays until the answer is there ---------------------------------------------- */

/* A browser leaves the page to send a form: on a line that is cut, what was typed goes with it. */
const PATIENCE = 60000;

async function send(form, submitter) {
  form.querySelector(":scope > .form__cut")?.remove();
  /* What is on its way already (a draft that keeps itself) arrives first. */
  const before = [];
  form.dispatchEvent(new CustomEvent("form:send", { detail: before }));
  await Promise.all(before);
  /* A disabled button would not send its own value. */
  if (submitter) submitter.disabled = false;
  const typed = new FormData(form, submitter);
  if (submitter) submitter.disabled = true;
  const address = form.getAttribute("action") || window.location.href;
  try {
    const answer = await fetch(address, {
      method: "POST", body: typed, headers: { "X-Page-Stays": "1" }, signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.headers.has("X-Go")) go(answer.headers.get("X-Go"));
    else if (answer.status >= 500 || answer.status === 429 || !show(await answer.text(), answer.url)) fail(form, say.dataset.failed);
  } catch {
    fail(form, say.dataset.cut);
  }
}

function go(address) {
  const there = new URL(address, window.location.href);
  const here = there.pathname === window.location.pathname && there.search === window.location.search;
  if (!here) {
    window.location.assign(there);
    return;
  }
  /* The same page again, as it is now: an address that differs by its anchor alone loads nothing. */
  window.history.replaceState(null, "", there);
  window.location.reload();
}

/* The answer is the page with what the server says of the form. */
function show(text, address) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const main = page.getElementById("contenu");
  if (!main) return false;
  busy.clear();
  document.title = page.title;
  window.history.replaceState(null, "", address);
  document.getElementById("contenu").replaceWith(document.adoptNode(main));
  say.textContent = "";
  window.scrollTo(0, 0);
  countAll();
  document.querySelector("[data-focus]")?.focus();
  document.dispatchEvent(new CustomEvent("page:shown"));
  return true;
}

function fail(form, sentence) {
  release();
  say.textContent = "";
  const line = document.createElement("p");
  line.className = "form__cut";
  line.setAttribute("role", "alert");
  form.append(line);
  line.textContent = sentence;
  line.scrollIntoView({ block: "nearest" });
}

/* --- Ask once more ------------------------------------------------------------------------- */

function ask(button) {
  dialog.querySelector("#confirm-text").textContent = button.dataset.confirm;
  const yes = dialog.querySelector("[value=yes]");
  yes.textContent = button.dataset.confirmLabel ?? button.textContent.trim();
  dialog.onclick = (event) => {
    const choice = event.target.closest("button");
    if (!choice) return;
    dialog.close();
    if (choice !== yes) return;
    confirmed.add(button);
    button.click();
  };
  dialog.showModal();
  dialog.querySelector("[value=no]").focus();
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-confirm]") : null;
  if (!button || !dialog || confirmed.delete(button)) return;
  if (button.form && !button.formNoValidate && !button.form.reportValidity()) return;
  event.preventDefault();
  event.stopPropagation();
  ask(button);
}, true);

/* --- Print, copy --------------------------------------------------------------------------- */

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!source || !navigator.clipboard) return;
  await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
  say.textContent = say.dataset.copied;
  button.classList.add("is-done");
  window.setTimeout(() => button.classList.remove("is-done"), 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-print], [data-copy]") : null;
  if (button?.matches("[data-print]")) window.print();
  else if (button) copy(button);
});

document.querySelector("[data-focus]")?.focus();

/* --- Long work: goes on by itself; without this there is its button ------------------------- */

const goingOn = document.querySelector("form[data-go-on]");
if (goingOn) window.setTimeout(() => goingOn.requestSubmit(goingOn.querySelector("button")), 300);
