"""When the log can't be written nothing is read: the disk is full, really."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from audit.enums import Purpose
from audit.models import Entry
from audit.verify import verify_all
from ethics import gate
from ethics.secrecy import unsealing
from tests.cast import make_circle
from tests.ethics.sealed_rows import bring


@contextmanager
def full_disk() -> Iterator[None]:
    """No page more than the database has: what SQLite says then is what a full disk says."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA freelist_count")
        assert cursor.fetchone() is not None
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute("PRAGMA max_page_count")
        (before,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA max_page_count = {before}")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the limit is SQLite's")
@pytest.mark.django_db(transaction=True, databases=["default", "erasure"])
def test_on_a_full_disk_a_read_is_refused_not_unlogged(monkeypatch: pytest.MonkeyPatch) -> None:
    circle = make_circle()
    row = bring(circle)
    opened: list[object] = []
    real = unsealing.open_fields

    def watched(*arguments: object) -> object:
        opened.append(arguments)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(unsealing, "open_fields", watched)

    granted = 0

    def read() -> None:
        nonlocal granted
        opened.clear()
        gate.reveal(circle.manager.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET)
        granted += 1

    def read_on() -> None:
        for _ in range(400):  # what is left of the last pages is soon written
            read()

    with full_disk():
        with pytest.raises(OperationalError, match="full"):
            read_on()
        assert opened == [], "nothing was opened by the read that could not be recorded"
        count = Entry.objects.filter(verb="read", actor=circle.manager.user.id).count()
        assert count == granted
    read()
    assert opened
    assert verify_all().ok
