"""Tests: SQLite, or PostgreSQL when DATABASE_URL names one. Cheap Argon2id, the rest as served."""

import hashlib
import tempfile
from pathlib import Path

from concertation.settings.base import *  # noqa: F403
from concertation.settings.base import STORAGES
from concertation.settings.environment import database, env

SECRET_KEY = "tests only, never served"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

_folder = Path(tempfile.mkdtemp(prefix="concertation-test-"))
DATABASES = {
    "default": database(
        env.str("DATABASE_URL", f"sqlite:///{_folder}/board.sqlite3"), "DATABASE_URL"
    ),
    "erasure": database(f"sqlite:///{_folder}/erasure.sqlite3", "ERASURE_DATABASE_URL"),
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test-board.sqlite3")}
DATABASES["erasure"]["TEST"] = {"NAME": str(_folder / "test-erasure.sqlite3")}

PEPPERS = {"test": hashlib.sha256(b"a pepper for tests").digest()}
PEPPER_ID = "test"
LEDGER_ORIGIN = "test.example/concertation"
LEDGER_CHECKPOINT_SEED = hashlib.sha256(b"a checkpoint key for tests").digest()
ARGON2_MEMORY = 64
ARGON2_ITERATIONS = 1
ARGON2_SLOTS = 2

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
# Nothing is collected for tests, but WhiteNoise warns about a folder that isn't there.
STATIC_ROOT = _folder / "static"
STATIC_ROOT.mkdir()
