"""The ledger as a file: JSON Lines or CSV, one entry a line, made while it is sent.

Numbers and codes stand in it as they stand in the ledger; names are the caller's to add. A
spreadsheet must not run what somebody once typed: a cell that begins like a formula is quoted.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from typing import Any, Final, TypeAlias

from audit.reading import Line

# What spreadsheets take for a formula (OWASP, “CSV injection”); tab and return may precede one.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Row: TypeAlias = dict[str, Any]
# What the caller knows of some entries beside their numbers, in the order of the entries.
Names: TypeAlias = Callable[[tuple[Line, ...]], Iterable[Row]]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def json_lines(batches: Iterable[tuple[Line, ...]], names: Names) -> Iterator[str]:
    """One JSON object a line, with the same keys in each."""
    for row in _rows(batches, names):
        yield json.dumps(row, ensure_ascii=False) + "\n"


def csv_lines(batches: Iterable[tuple[Line, ...]], names: Names) -> Iterator[str]:
    """A head, then one line an entry; a byte-order mark, or spreadsheets misread accents."""
    writer = csv.writer(_Echo())
    head: list[str] = []
    for row in _rows(batches, names):
        if not head:
            head = list(row)
            yield "\ufeff" + writer.writerow(head)
        yield writer.writerow([safe_cell(_flat(value)) for value in row.values()])


def safe_cell(text: str) -> str:
    """A cell's text that no spreadsheet runs."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(str(each) for each in value)
    if isinstance(value, dict):
        return " ".join(f"{key}={each}" for key, each in value.items())
    return "" if value is None else str(value)


def _rows(batches: Iterable[tuple[Line, ...]], names: Names) -> Iterator[Row]:
    for lines in batches:
        for line, known in zip(lines, names(lines), strict=True):
            yield _row(line) | known


def _row(line: Line) -> Row:
    return {
        "ledger": line.ledger,
        "index": line.index,
        "time": line.time.astimezone(UTC).isoformat() if line.time else None,
        "actor": _text(line.actor),
        "organisation": _text(line.organisation),
        "role": line.role,
        "verb": line.verb,
        "purpose": line.purpose,
        "outcome": line.outcome,
        "reason": line.reason,
        "class": line.klass,
        "meeting": _text(line.meeting),
        "request": line.request_id,
        "subjects": [f"{kind}:{number}" for kind, number in line.subjects],
        "fields": list(line.field_groups),
        "details": dict(line.details),
        "leaf_hash": line.leaf_hash,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
