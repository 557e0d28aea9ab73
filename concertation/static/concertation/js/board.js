/* The board: its list replaced in place, and keys to move in it. Without scripts the page is whole. */

const say = document.getElementById("say");
const keysAreOn = document.body.dataset.shortcuts !== "off";

/* --- The list replaced in place ---------------------------------------------------------------- */

/* The fields as they were when the list was asked for: what is typed since then stays. */
let asked = new Map();
let typed = new Map();

const fields = () => [...document.querySelectorAll("#board .tools :is(input, select)[id]")];
const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);
const valuesOf = () => new Map(fields().map((field) => [field.id, valueOf(field)]));

function give(field, value) {
  if (field.type === "checkbox") field.checked = value;
  else field.value = value;
}

function cut(sentence) {
  document.getElementById("board")?.removeAttribute("aria-busy");
  const line = document.getElementById("board-cut");
  if (!line) return;
  line.hidden = false;
  line.textContent = line.dataset[sentence];
}

document.addEventListener("htmx:beforeRequest", () => {
  const line = document.getElementById("board-cut");
  line.hidden = true;
  line.textContent = "";
  asked = valuesOf();
  document.getElementById("board").setAttribute("aria-busy", "true");
  say.textContent = say.dataset.wait;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { status } = event.detail.xhr;
  if (status >= 500 || status === 429) {
    event.detail.shouldSwap = false;
    cut("failed");
    return;
  }
  /* The session ended, or something went wrong: the whole page says it better. */
  if (status !== 200 || !event.detail.serverResponse.includes('id="board"')) {
    event.detail.shouldSwap = false;
    window.location.reload();
    return;
  }
  typed = new Map([...valuesOf()].filter(([id, value]) => asked.has(id) && asked.get(id) !== value));
});

for (const lost of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(lost, () => cut("cut"));
}

document.addEventListener("htmx:afterSwap", () => {
  for (const field of fields()) {
    if (typed.has(field.id)) give(field, typed.get(field.id));
  }
  typed.clear();
  const said = document.getElementById("board-said");
  if (!said) return;
  /* htmx gives the focus back by its id; what had it may be gone from the new list. */
  if (document.activeElement === document.body || document.activeElement === null) said.focus();
  say.textContent = said.textContent.replace(/\s+/g, " ").trim();
});

/* --- Keys -------------------------------------------------------------------------------------- */

const isTyping = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"));

function move(step) {
  const codes = [...document.querySelectorAll("table.board tbody a.code")];
  if (!codes.length) return;
  const row = document.activeElement?.closest("table.board tbody tr");
  const at = row ? codes.indexOf(row.querySelector("a.code")) : -1;
  const next = at < 0 ? (step > 0 ? 0 : codes.length - 1) : Math.min(Math.max(at + step, 0), codes.length - 1);
  codes[next].focus();
  codes[next].closest("tr").scrollIntoView({ block: "nearest" });
}

function help() {
  const keys = document.getElementById("keys");
  if (!keys) return;
  keys.open = !keys.open;
  keys.querySelector("summary").focus();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.getElementById("f-searched")?.focus(),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  if (!keysAreOn || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
