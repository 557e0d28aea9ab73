"""The erasure store's own copies: made daily, apart from every other backup, kept seven days.

Losing the store is losing everything, so it is copied. Keeping a copy keeps what was erased since,
so none outlives its week.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections
from django.utils import timezone

from ethics.rights.retention import COPIES_KEPT
from ethics.secrecy.erasure.router import ALIAS

_NAME: Final = "erasure-%Y%m%dT%H%M%SZ.sqlite3"


class NoCopies(Exception):
    """The store can't be copied by this command; the message says what to do."""


def own_folder() -> Path | None:
    """Where the settings say copies go; none when something else copies the store."""
    folder: Path | None = getattr(settings, "ERASURE_BACKUP_FOLDER", None)
    return folder


def make_copy(folder: Path) -> Path:
    """Copy the store while it is in use; gives the file. Raises `NoCopies`.

    Written under another name first: a copy that broke off is never taken for a whole one.
    """
    connection = connections[ALIAS]
    if connection.vendor != "sqlite":
        raise NoCopies("The store isn't SQLite: copy it with pg_dump, and keep copies 7 days.")
    target = folder / timezone.now().astimezone(UTC).strftime(_NAME)
    unfinished = target.with_suffix(".unfinished")
    try:
        unfinished.touch(mode=0o600)
        # A connection of its own: a backup through one that writes would wait for itself.
        store = sqlite3.connect(connection.settings_dict["NAME"], timeout=20)
        with closing(store), closing(sqlite3.connect(unfinished)) as copy:
            store.backup(copy)
        unfinished.rename(target)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise NoCopies(f"The copy could not be written to {folder}: {error}.") from error
    return target


def expire(folder: Path) -> list[Path]:
    """Delete the copies that are older than their week; gives those deleted."""
    limit = timezone.now() - COPIES_KEPT
    old = [path for made, path in copies(folder) if made < limit]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def copies(folder: Path) -> list[tuple[datetime, Path]]:
    """The copies there are, the oldest first, by the time in their names."""
    found = []
    for path in folder.glob("erasure-*.sqlite3"):
        try:
            found.append((datetime.strptime(path.name, _NAME).replace(tzinfo=UTC), path))
        except ValueError:
            continue
    return sorted(found)
