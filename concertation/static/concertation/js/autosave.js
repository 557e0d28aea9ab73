/* A draft keeps itself while it is typed: sealed on the server to its author, never in the browser.

   Without this there is the button "Garder en brouillon". What the guard refuses isn't kept, and
   the line under the form says so. */

const form = document.querySelector("form[data-autosave]");
const line = form?.querySelector("[data-autosave-line]");
const PAUSE = 4000;
const APART = 20000;
let waiting = 0;
let sending = false;
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
  sending = true;
  dirty = false;
  last = Date.now();
  const data = new FormData(form);
  data.set("draft", "1");
  data.set("autosave", "1");
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
  sending = false;
  if (dirty) plan();
}

function plan() {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(keep, Math.max(PAUSE, APART - (Date.now() - last)));
}

if (form && line) {
  form.addEventListener("input", () => {
    dirty = true;
    plan();
  });
  form.addEventListener("submit", () => window.clearTimeout(waiting));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep(true);
  });
}
