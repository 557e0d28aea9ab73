"""Run a management command with production settings and throw-away secrets.

`python -m tests.production_env check --deploy` is how `make check` proves that the settings a
server is started with pass Django's own deployment checks. The secrets live in a temporary folder
for the time of the command.
"""

import base64
import os
import secrets
import sys
import tempfile
from pathlib import Path

from django.core.management import execute_from_command_line


def production_environment(folder: Path) -> dict[str, str]:
    """What a server's environment holds, with secret files made in `folder`."""
    for name in ("pepper", "checkpoint-key"):
        text = base64.b64encode(secrets.token_bytes(32)).decode()
        (folder / name).write_text(text, encoding="ascii")
    return {
        "DJANGO_SETTINGS_MODULE": "concertation.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "concertation.example",
        "DATABASE_URL": f"sqlite:///{folder}/board.sqlite3",
        "ERASURE_DATABASE_URL": f"sqlite:///{folder}/erasure.sqlite3",
        "PEPPER_ID": "check",
        "PEPPER_FILE": str(folder / "pepper"),
        "LEDGER_CHECKPOINT_KEY_FILE": str(folder / "checkpoint-key"),
        "LEDGER_ORIGIN": "concertation.example/ledger",
        "EMAIL_HOST": "localhost",
        "DEFAULT_FROM_EMAIL": "concertation@concertation.example",
    }


def main(arguments: list[str]) -> None:
    """Run the command, then forget the secrets."""
    with tempfile.TemporaryDirectory(prefix="concertation-production-") as name:
        os.environ |= production_environment(Path(name))
        execute_from_command_line(["manage.py", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
