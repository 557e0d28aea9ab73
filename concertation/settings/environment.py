"""The environment, read strictly: a bad value stops the start with one clear sentence.

The pepper and the keys of the server are read from files, so that they never stand in a process
listing, and are kept apart from the database and its backups (design 3).
"""

import base64
import binascii
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env

env = Env()


def required(name: str) -> str:
    """The value of a variable that has no safe default."""
    value = env.str(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. See docs/operations.md, “Settings”.")
    return value


def database(url: str, name: str) -> dict[str, Any]:
    """The Django settings of a database named by a URL (`sqlite:///path` or `postgresql://…`)."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path)[1:]
        if not path:
            raise ImproperlyConfigured(
                f"{name} names no file: write sqlite:///relative or //absolute."
            )
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                    " PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
                ),
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured(f"{name} must start with sqlite:/// or postgresql://.")


def secret_bytes(path: str, name: str, *, length: int = 32) -> bytes:
    """The `length` random bytes kept as base64 in a server file; anything else stops the start."""
    try:
        value = base64.b64decode(Path(path).read_text(encoding="ascii").strip(), validate=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}: the file cannot be read ({error.strerror})."
        ) from error
    except (UnicodeDecodeError, binascii.Error) as error:
        raise ImproperlyConfigured(f"{name}: the file does not hold base64 text.") from error
    if len(value) != length:
        raise ImproperlyConfigured(
            f"{name}: the file holds {len(value)} bytes, {length} are needed."
        )
    return value
