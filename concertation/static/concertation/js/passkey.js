/* Passkeys (Web Authentication). A form carries the server's options in data-options and sends the
   browser's answer in its field "credential"; without this script the page asks for a code. */

function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function textOf(buffer) {
  if (!buffer) return null;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/* Options travel as JSON, where bytes are base64url. */
function read(options) {
  const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytesOf(each.id) }));
  const ready = { ...options, challenge: bytesOf(options.challenge) };
  if (options.user) ready.user = { ...options.user, id: bytesOf(options.user.id) };
  if (options.excludeCredentials) ready.excludeCredentials = known(options.excludeCredentials);
  if (options.allowCredentials) ready.allowCredentials = known(options.allowCredentials);
  return ready;
}

function write(credential) {
  const { response } = credential;
  const answer = { clientDataJSON: textOf(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = textOf(response.attestationObject);
    answer.transports = response.getTransports?.() ?? [];
  } else {
    answer.authenticatorData = textOf(response.authenticatorData);
    answer.signature = textOf(response.signature);
    answer.userHandle = textOf(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: answer,
  });
}

async function ceremony(form) {
  const publicKey = read(JSON.parse(form.dataset.options));
  const credential = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey });
  form.elements.namedItem("credential").value = write(credential);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  for (const without of document.querySelectorAll("[data-without-passkey]")) without.hidden = true;
  const problem = form.querySelector("[data-passkey-problem]");
  let running = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) return;
    running = true;
    problem.hidden = true;
    ceremony(form)
      .catch((error) => {
        /* Which one: this device is registered already, or it did not answer. */
        const known = error instanceof DOMException && error.name === "InvalidStateError";
        problem.textContent = known ? problem.dataset.known : problem.dataset.silent;
        problem.hidden = false;
      })
      .finally(() => { running = false; });
  });
}
