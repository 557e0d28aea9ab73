/* The privacy veil: one key hides everything at once when someone walks in, and shows it again.
   It lives in the page only: nothing is stored, so a new page always opens in the light. */

const IDLE = 5 * 60 * 1000;
const root = document.documentElement;
const band = document.querySelector(".veil-band");
const say = document.getElementById("say");
const live = document.body.hasAttribute("data-live");
const keyIsOn = document.body.dataset.shortcuts !== "off";

let lastSign = Date.now();

const isVeiled = () => root.classList.contains("is-veiled");

/* A letter typed in a field is content, never a command. */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  const pressed = ["button", "checkbox", "radio", "submit", "reset", "range", "file", "color"];
  return target instanceof HTMLInputElement && !pressed.includes(target.type);
}

function veil(on) {
  if (on === isVeiled()) return;
  root.classList.toggle("is-veiled", on);
  for (const button of document.querySelectorAll("[data-veil][aria-pressed]")) {
    button.setAttribute("aria-pressed", String(on));
  }
  say.textContent = on ? say.dataset.veiled : say.dataset.shown;
  lastSign = Date.now();
}

function onKey(event) {
  if (event.key === "Escape" && isVeiled()) {
    event.preventDefault();
    event.stopPropagation();
    veil(false);
    return;
  }
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
  if (keyIsOn && plain && event.key.toLowerCase() === "v" && !isTyping(event.target)) {
    event.preventDefault();
    veil(!isVeiled());
  }
}

/* A meeting is read aloud for minutes without a touch: there the veil never falls by itself. */
function hideWhenIdle() {
  if (!live && Date.now() - lastSign >= IDLE) veil(true);
}

function sign() {
  /* A laptop that slept fires no timer: the first sign of life comes after the silence. */
  hideWhenIdle();
  lastSign = Date.now();
}

if (band && say) {
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-veil]")) veil(!isVeiled());
  });
  for (const kind of ["scroll", "keydown", "pointerdown", "pointermove", "wheel", "touchmove"]) {
    window.addEventListener(kind, sign, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", hideWhenIdle);
  window.addEventListener("pageshow", hideWhenIdle);
  window.setInterval(hideWhenIdle, 5000);
}
