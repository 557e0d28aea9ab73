/* A draft keeps itself while it is typed: sealed on the server to its author, never in the browser.

   Without this there is the button "Garder en brouillon". What the guard refuses isn't kept, and
   the line under the form says so. */

const PAUSE = 4000;
const APART = 20000;
let form, line;
let waiting = 0;
let sending = null;
let dirty = false;
let last = 0;

function tell(name, time = "") {
  line.textContent = line.dataset[name].replace("#", time);
}

async function keep(leaving = false) {
  window.clearTimeout(waiting);
  if (!dirty || sending || form.querySelector("[aria-busy]")) return;
  /* What must go is not sent at all: it is looked at on the device first. */
  if (form.querySelector("li.is-hard")) {
    tell("refused");
    return;
  }
  dirty = false;
  last = Date.now();
  const data = new FormData(form);
  data.set("draft", "1");
  data.set("autosave", "1");
  sending = post(data, leaving);
  await sending;
  sending = null;
  if (dirty) plan();
}

async function post(data, leaving) {
  try {
    const answer = await fetch(form.action || window.location.href, {
      method: "POST", body: data, keepalive: leaving, redirect: "manual", headers: { Accept: "application/json" },
    });
    const kept = answer.ok || answer.status === 422 ? await answer.json() : null;
    if (kept?.version) {
      form.elements.version.value = kept.version;
      tell("kept", kept.at);
    } else {
      tell(kept ? (kept.stale ? "stale" : "refused") : "failed");
    }
  } catch {
    dirty = true;
    tell("failed");
  }
}

function plan() {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(keep, Math.max(PAUSE, APART - (Date.now() - last)));
}

function start() {
  form = document.querySelector("form[data-autosave]");
  line = form?.querySelector("[data-autosave-line]");
  if (!line) return;
  form.addEventListener("input", () => {
    dirty = true;
    plan();
  });
  form.addEventListener("submit", () => window.clearTimeout(waiting));
  /* Sent by hand meanwhile: first its own answer, or the draft would look changed by another. */
  form.addEventListener("form:send", (event) => { if (sending) event.detail.push(sending); });
}

start();
document.addEventListener("page:shown", start);
document.addEventListener("visibilitychange", () => {
  if (line && document.visibilityState === "hidden") keep(true);
});
