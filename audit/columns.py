"""Columns derived from a leaf: written once by ``record``, compared by ``verify``."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from audit.enums import RetentionClass
from audit.event import Event
from audit.models import Entry

ENTRY_COLUMNS: Final = (
    "klass",
    "time",
    "actor",
    "organisation",
    "role",
    "verb",
    "purpose",
    "outcome",
    "reason",
    "meeting",
    "request_id",
    "object_model",
    "object_uuid",
    "object_version",
    "ciphertext_hash",
    "situation",
    "write_number",
)
SUBJECT_COLUMNS: Final = ("kind", "number", "time", "organisation", "actor", "verb", "outcome")


def entry_values(event: Event, time: datetime, klass: RetentionClass) -> tuple[Any, ...]:
    """Return what ENTRY_COLUMNS must hold for this leaf, in that order."""
    written = event.written
    return (
        klass.value,
        time,
        event.actor,
        event.organisation,
        event.role,
        event.verb.value,
        "" if event.purpose is None else event.purpose.value,
        event.outcome.value,
        event.reason,
        event.meeting,
        event.request_id,
        *(
            ("", None, None, "", None, None)
            if written is None
            else (
                written.model,
                written.object,
                written.version,
                written.ciphertext_hash,
                written.situation,
                written.write_number,
            )
        ),
    )


def subject_values(event: Event, time: datetime) -> Iterator[tuple[Any, ...]]:
    """Return what SUBJECT_COLUMNS must hold, one row for each subject."""
    tail = (time, event.organisation, event.actor, event.verb.value, event.outcome.value)
    for subject in event.indexed_subjects:
        yield (subject.kind.value, subject.number, *tail)


def entry_row(event: Event, time: datetime, **stored: Any) -> Entry:
    """Build an unsaved entry with its derived columns."""
    values = zip(ENTRY_COLUMNS, entry_values(event, time, event.klass), strict=True)
    return Entry(**dict(values), **stored)
