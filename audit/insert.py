"""Plain INSERTs for entries and their subjects.

Every page and every action appends, so the append must cost little beside them: the ORM's own
insert took most of its time (``ledger_append`` and ``board_price``, design 7).
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

from audit.columns import ENTRY_COLUMNS
from audit.event import Subject
from audit.models import Entry, EntrySubject

if TYPE_CHECKING:
    from django.db import models

_ENTRY: Final = tuple(
    field
    for field in Entry._meta.concrete_fields
    if field.name in {"ledger", "index", "leaf", "leaf_hash", *ENTRY_COLUMNS}
)
_NUMBER: Final = EntrySubject._meta.get_field("number")
# SQLite before 3.32 takes no more parameters in one statement.
_MOST_PARAMETERS: Final = 999


def insert_entries(connection: BaseDatabaseWrapper, entries: Sequence[Entry]) -> None:
    """Insert entries in their order and give each its key. Raises IntegrityError as the ORM."""
    for part in _parts(entries, len(_ENTRY)):
        values = [
            field.get_db_prep_save(getattr(entry, field.attname), connection)
            for entry in part
            for field in _ENTRY
        ]
        with connection.cursor() as cursor:
            cursor.execute(_entries_sql(len(part)), values)
            keys = sorted(key for (key,) in cursor.fetchall())
        # SQLite promises no order for RETURNING, but keys grow in the order of the rows.
        for entry, key in zip(part, keys, strict=True):
            entry.pk = key
            entry._state.adding, entry._state.db = False, connection.alias


def insert_subjects(
    connection: BaseDatabaseWrapper, subjects: Sequence[tuple[int, Subject]]
) -> None:
    """Insert the subjects of entries by their keys; the other columns come from the entry."""
    number: models.Field[Any, Any] = _NUMBER
    for part in _parts(subjects, 3):
        values = chain.from_iterable(
            (key, subject.kind.value, number.get_db_prep_save(subject.number, connection))
            for key, subject in part
        )
        with connection.cursor() as cursor:
            cursor.execute(_subjects_sql(len(part)), list(values))


def _parts(rows: Sequence[Any], parameters: int) -> list[Sequence[Any]]:
    size = _MOST_PARAMETERS // parameters
    return [rows[start : start + size] for start in range(0, len(rows), size)]


@lru_cache(maxsize=64)
def _entries_sql(count: int) -> str:
    columns = ", ".join(f'"{field.column}"' for field in _ENTRY)
    row = f"({', '.join(['%s'] * len(_ENTRY))})"
    rows = ", ".join([row] * count)
    return f'INSERT INTO audit_entry ({columns}) VALUES {rows} RETURNING "id"'  # noqa: S608 - no values


@lru_cache(maxsize=512)
def _subjects_sql(count: int) -> str:
    # Both databases name the columns of bare VALUES column1, column2, column3.
    rows = ", ".join(["(%s, %s, %s)"] * count)
    return (
        "INSERT INTO audit_entrysubject"  # noqa: S608 - no values
        " (entry_id, kind, number, ledger_id, time, organisation, actor, verb, outcome)"
        " SELECT e.id, v.column2, v.column3, e.ledger_id, e.time, e.organisation, e.actor, e.verb,"
        f" e.outcome FROM (VALUES {rows}) AS v JOIN audit_entry AS e ON e.id = v.column1"
    )
