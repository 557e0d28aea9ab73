"""The erasure store's own files and copies."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from ethics.secrecy.erasure import copies, store

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def files_of_the_store() -> bytes:
    """The bytes of the store's file and of its write-ahead log."""
    path = Path(str(connections["erasure"].settings_dict["NAME"]))
    there = [path, path.with_name(f"{path.name}-wal")]
    return b"".join(each.read_bytes() for each in there if each.exists())


@pytest.mark.django_db(transaction=True, databases=["default", "erasure"])
def test_a_destroyed_key_is_in_no_byte_of_the_store_s_files_nor_of_a_new_copy(
    tmp_path: Path,
) -> None:
    number, other = UUID(int=1), UUID(int=2)
    key, kept = store.make_key(number), store.make_key(other)
    assert key in files_of_the_store()
    store.destroy(number)
    assert key not in files_of_the_store()
    assert kept in files_of_the_store()
    copy = copies.make_copy(tmp_path).read_bytes()
    assert kept in copy
    assert key not in copy
    with connections["erasure"].cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone()[0] == 1


def test_copies_are_whole_private_and_gone_after_a_week(tmp_path: Path) -> None:
    call_command("erasure", "backup", "--folder", str(tmp_path), stdout=io.StringIO())
    (_, path) = copies.copies(tmp_path)[0]
    assert path.stat().st_mode & 0o777 == 0o600
    old_name = (timezone.now() - timedelta(days=8)).strftime("erasure-%Y%m%dT%H%M%SZ.sqlite3")
    path.rename(tmp_path / old_name)
    (tmp_path / "erasure-of-someone-else.sqlite3").touch()
    call_command("erasure", "backup", "--folder", str(tmp_path), stdout=io.StringIO())
    (left,) = copies.copies(tmp_path)
    assert left[1].name != old_name
    assert (tmp_path / "erasure-of-someone-else.sqlite3").exists()


def test_a_copy_that_cannot_be_written_fails_aloud(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="could not be written"):
        call_command("erasure", "backup", "--folder", str(tmp_path / "missing"))
    with pytest.raises(CommandError, match="Say where"):
        call_command("erasure", "backup")
