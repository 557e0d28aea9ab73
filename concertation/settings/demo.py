"""The demo: one machine, one loopback address, invented data, mail on the console.

Everything it needs is made at the first start under `var/demo/`, and thrown away by
`make demo-reset`. It refuses any host that is not this machine (see `concertation.checks`).
"""

import base64
import secrets

from concertation.settings.base import *  # noqa: F403
from concertation.settings.base import BASE_DIR
from concertation.settings.environment import database, env, secret_bytes

DEMO = True
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
DEMO_FOLDER = BASE_DIR / env.str("DEMO_FOLDER", "var/demo")
DEMO_FOLDER.mkdir(parents=True, exist_ok=True)


def _kept_secret(name: str) -> bytes:
    path = DEMO_FOLDER / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(base64.b64encode(secrets.token_bytes(32)).decode() + "\n", encoding="ascii")
    return secret_bytes(str(path), name)


SECRET_KEY = _kept_secret("secret-key").hex()
PEPPERS = {"demo": _kept_secret("pepper")}
PEPPER_ID = "demo"
LEDGER_CHECKPOINT_SEED = _kept_secret("checkpoint-key")
LEDGER_ORIGIN = "demo.example/concertation"

DATABASES = {
    "default": database(f"sqlite:///{DEMO_FOLDER}/board.sqlite3", "DATABASE_URL"),
    "erasure": database(f"sqlite:///{DEMO_FOLDER}/erasure.sqlite3", "ERASURE_DATABASE_URL"),
}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
STATIC_ROOT = DEMO_FOLDER / "static"

# The demo's password is printed on the screen: guessing it costs nothing anyway. OWASP's minimum
# (Password Storage Cheat Sheet, Argon2id: 19 MiB, two iterations) makes its build quick.
ARGON2_MEMORY = 19456
ARGON2_ITERATIONS = 2
