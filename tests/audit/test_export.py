"""The ledger as a file: every entry once, codes and numbers, and nothing a spreadsheet runs."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from audit.export import csv_lines, json_lines, safe_cell
from audit.reading import Line

LINE = Line(
    ledger="platform",
    index=7,
    time=datetime(2026, 11, 3, 11, 0, tzinfo=UTC),
    actor=UUID(int=1),
    organisation=None,
    role="dpo",
    verb="read",
    purpose="review",
    outcome="granted",
    reason="",
    klass="access",
    meeting=None,
    request_id="abc",
    subjects=(("situation", UUID(int=2)), ("person", UUID(int=3))),
    field_groups=("frame", "summary"),
    details={"count": 3, "month": "2026-11"},
    leaf_hash="ab" * 32,
)


def names(lines: tuple[Line, ...]) -> list[dict[str, str]]:
    return [{"actor_name": f"Nom {line.index}"} for line in lines]


def test_a_json_line_tells_an_entry_whole() -> None:
    (text,) = json_lines([(LINE,)], names)
    told = json.loads(text)
    assert text.endswith("}\n")
    assert told["index"] == 7
    assert told["time"] == "2026-11-03T11:00:00+00:00"
    assert told["subjects"] == [f"situation:{UUID(int=2)}", f"person:{UUID(int=3)}"]
    assert told["details"] == {"count": 3, "month": "2026-11"}
    assert told["leaf_hash"] == "ab" * 32
    assert told["actor_name"] == "Nom 7"


def test_a_csv_has_one_head_and_reads_back() -> None:
    batches = [(LINE, replace(LINE, index=6)), (replace(LINE, index=5),)]
    text = "".join(csv_lines(batches, names))
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["index"] for row in rows] == ["7", "6", "5"]
    assert rows[0]["details"] == "count=3 month=2026-11"
    assert rows[0]["organisation"] == ""


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+32", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|'/c calc'!A0", "＝1"],
)
def test_a_cell_that_begins_like_a_formula_is_quoted(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    known = [{"actor_name": text}]
    body = "".join(csv_lines([(LINE,)], lambda lines: known)).removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(body, newline=""))
    assert row["actor_name"] == f"'{text}"


@pytest.mark.parametrize("text", ["", "Anne-Marie", "a=b", "3"])
def test_an_ordinary_cell_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_an_empty_export_is_empty() -> None:
    assert list(csv_lines([], names)) == []
    assert list(json_lines([], names)) == []


def test_a_long_export_keeps_memory_flat() -> None:
    def batches(count: int) -> Iterator[tuple[Line, ...]]:
        for _ in range(count):
            yield (LINE,) * 400

    def peak(count: int) -> int:
        tracemalloc.start()
        for _line in csv_lines(batches(count), names):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few = peak(2)
    assert peak(40) < few * 1.5
