/* The identifier guard while people write: marks passages in place and lists them under the field.
   Looks with the rules the server looks with (scan.js, rules.json). Nothing is sent, nothing kept:
   no request after the page has loaded, no storage. Without this file the server alone looks. */

const host = document.getElementById("guard");
const say = document.getElementById("say");
const words = JSON.parse(host.dataset.words);
const [{ scanner }, rules] = await Promise.all([
  import(host.dataset.scan),
  fetch(host.dataset.rules).then((answer) => answer.json()),
]);
const scan = scanner(rules, { known: JSON.parse(host.dataset.known) });
const shapes = Object.fromEntries(
  [...host.querySelectorAll("template")].map((each) => [each.dataset.severity, each.content.firstElementChild]),
);

const PAUSE = 250;      /* of typing, before looking */
const ALOUD = 1200;     /* of typing, before speaking */
const MANY = 40;        /* passages listed; all are marked */
const timers = new WeakMap();
const told = new WeakMap();
const marked = new WeakMap();

/* As the server names a passage: its kind and its words, however they are spaced. */
function keyOf(finding, text) {
  const seen = text.slice(finding.start, finding.end).normalize("NFC").replace(/(?!\s)[\p{Cf}\p{Cc}]/gu, "");
  return `${finding.kind}:${seen.split(/\s+/).filter(Boolean).join(" ")}`;
}

/* --- In place ------------------------------------------------------------------------------ */

function mark(area, text, findings) {
  const mirror = area.parentElement.querySelector(".guard__mirror");
  if (!mirror) return;
  marked.set(area, { text, findings });
  const parts = [];
  let at = 0;
  for (const each of findings) {
    if (each.start < at) continue;
    const passage = document.createElement("mark");
    passage.className = each.severity === "hard" ? "hard" : "mild";
    passage.textContent = text.slice(each.start, each.end);
    parts.push(text.slice(at, each.start), passage);
    at = each.end;
  }
  /* A text area shows an empty last line; without a character after it, a mirror does not. */
  mirror.replaceChildren(...(parts.length ? [...parts, `${text.slice(at)}\n`] : []));
  follow(area);
}

/* Between two looks, marks move with their words; the one that is being changed loses its mark. */
function carry(area) {
  const before = marked.get(area);
  if (!before?.findings.length) return;
  const now = area.value, most = Math.min(now.length, before.text.length);
  let head = 0, tail = 0;
  while (head < most && now[head] === before.text[head]) head += 1;
  while (tail < most - head && now.at(-1 - tail) === before.text.at(-1 - tail)) tail += 1;
  const grown = now.length - before.text.length, end = before.text.length - tail;
  const kept = before.findings.filter((each) => each.end <= head || each.start >= end);
  mark(area, now, kept.map((each) => (each.end <= head ? each : { ...each, start: each.start + grown, end: each.end + grown })));
}

/* Same lines at the same height: as wide as the text's own column, as far as it is scrolled. */
function follow(area) {
  const mirror = area.parentElement.querySelector(".guard__mirror");
  if (!mirror || !mirror.firstChild) return;
  const bar = area.offsetWidth - area.clientWidth - 2 * area.clientLeft;
  mirror.style.borderInlineEndWidth = `${area.clientLeft + Math.max(0, bar)}px`;
  mirror.scrollTop = area.scrollTop;
}

/* --- Under the field ------------------------------------------------------------------------ */

function item(field, finding, key, ticked, counted) {
  const line = shapes[finding.severity].cloneNode(true);
  const slot = (name) => line.querySelector(`[data-slot=${name}]`);
  line.dataset.key = key;
  slot("label").textContent = words.kinds[finding.kind] ?? finding.kind;
  slot("words").textContent = field.value.slice(finding.start, finding.end);
  slot("advice").textContent = words.advice[finding.advice] ?? "";
  for (const box of line.querySelectorAll("input")) {
    box.value = key;
    box.checked = ticked.has(`${box.name} ${key}`);
    /* Counted once already; the words that say so stand in the line. */
    if (counted.has(key) && box.name === "guard_false") box.closest("label").remove();
  }
  const find = line.querySelector("[data-select]");
  find.hidden = false;
  find.addEventListener("click", () => select(field, key));
  return line;
}

function select(field, key) {
  const found = scan(field.value).find((each) => keyOf(each, field.value) === key);
  field.focus();
  if (found) field.setSelectionRange(found.start, found.end);
}

function list(field, findings) {
  const place = document.getElementById(`${field.id}_found`);
  if (!place) return;
  const named = new Map();
  for (const each of findings) {
    const key = keyOf(each, field.value);
    if (!named.has(key)) named.set(key, each);
  }
  const lines = [...place.querySelectorAll("li[data-key]")];
  const stands = lines.map((each) => each.dataset.key);
  if (stands.join("\n") === [...named.keys()].join("\n") && lines.every((each) => each.querySelector("[data-select]:not([hidden])"))) return;
  const ticked = new Set([...place.querySelectorAll("input:checked")].map((box) => `${box.name} ${box.value}`));
  const counted = new Set(lines.filter((each) => each.hasAttribute("data-counted")).map((each) => each.dataset.key));
  const items = [...named].slice(0, MANY).map(([key, each]) => item(field, each, key, ticked, counted));
  const whole = document.createElement("ul");
  whole.className = "found";
  whole.append(...items);
  place.replaceChildren(...(items.length ? [whole] : []));
}

/* --- Aloud ---------------------------------------------------------------------------------- */

function labelOf(field) {
  return field.labels?.[0]?.firstChild?.textContent.trim() ?? "";
}

function announce(field, findings) {
  const kinds = (severity) => [...new Set(findings.filter((each) => each.severity === severity).map((each) => words.kinds[each.kind] ?? each.kind))].join(", ");
  const hard = kinds("hard"), soft = kinds("soft");
  const now = `${hard}|${soft}`;
  if (now === (told.get(field) ?? "|")) return;
  told.set(field, now);
  const label = labelOf(field);
  const sentences = [hard && words.hard.replace("#", label) + hard, soft && words.soft.replace("#", label) + soft];
  say.textContent = sentences.filter(Boolean).join(". ") || words.clean.replace("#", label);
}

/* --- When ----------------------------------------------------------------------------------- */

export function look(field) {
  const allowed = field.dataset.guard.split(" ");
  const findings = scan(field.value).filter((each) => !allowed.includes(each.kind));
  mark(field, field.value, findings);
  list(field, findings);
  return findings;
}

function soon(field) {
  for (const each of timers.get(field) ?? []) window.clearTimeout(each);
  carry(field);
  timers.set(field, [
    window.setTimeout(() => look(field), PAUSE),
    window.setTimeout(() => announce(field, look(field)), ALOUD),
  ]);
}

const guarded = (target) => target instanceof HTMLElement && target.matches("[data-guard]");
document.addEventListener("input", (event) => { if (guarded(event.target)) soon(event.target); });
document.addEventListener("scroll", (event) => { if (guarded(event.target)) follow(event.target); }, true);
const sizes = new ResizeObserver((changes) => { for (const each of changes) follow(each.target); });
function start() {
  for (const field of document.querySelectorAll("[data-guard]")) {
    if (field.matches("textarea")) sizes.observe(field);
    if (field.value) look(field);
  }
}
start();
window.addEventListener("pageshow", (event) => { if (event.persisted) start(); });
document.addEventListener("page:shown", start);
host.dataset.ready = "";
