"""What the DPO reads: found by index, newest first, counted, and without content."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from audit.checkpoint import sign_checkpoint
from audit.enums import Outcome, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import InvalidLedgerNameError
from audit.reading import (
    Filters,
    each_who_saw,
    entries_of,
    extent,
    heads,
    search,
    shown_on_screens,
    stream,
    who_saw,
)
from audit.record import ensure_ledger, record_now
from tests.audit.conftest import ORGANISATION, OTHER, PERSON, SITUATION, a_read, a_write

SOMEONE = UUID(int=5)
ELSEWHERE = UUID(int=6)


@pytest.fixture
def filled(ledger: str) -> str:
    """A month in six entries."""
    record_now(ledger, a_read())
    record_now(ledger, a_write())
    record_now(ledger, a_read(UUID(int=1)))
    record_now(
        ledger,
        Event(
            verb=Verb.READ,
            outcome=Outcome.REFUSED,
            reason="not_a_member",
            actor=SOMEONE,
            organisation=ELSEWHERE,
            subjects=(Subject(SubjectKind.SITUATION, SITUATION),),
        ),
    )
    record_now(ledger, Event(verb=Verb.SEARCH, actor=SOMEONE, organisation=ORGANISATION))
    record_now(ledger, a_read())
    return ledger


@pytest.mark.parametrize(
    ("filters", "indexes"),
    [
        ({}, [5, 4, 3, 2, 1, 0]),
        ({"actor": PERSON}, [5, 2, 1, 0]),
        ({"organisation": ELSEWHERE}, [3]),
        ({"situation": SITUATION}, [5, 3, 1, 0]),
        ({"situation": SITUATION, "outcome": "refused"}, [3]),
        ({"verb": "search"}, [4]),
        ({"purpose": "sheet", "verb": "read"}, [5, 2, 0]),
        ({"meeting": UUID(int=1)}, []),
    ],
)
def test_entries_are_found_newest_first(
    filled: str, filters: dict[str, object], indexes: list[int]
) -> None:
    page = search(filled, Filters(**filters))  # type: ignore[arg-type]
    assert [line.index for line in page.lines] == indexes
    assert page.total == len(indexes)


def test_entries_are_found_by_time(filled: str) -> None:
    times = [line.time for line in search(filled).lines][::-1]
    page = search(filled, Filters(since=times[2], until=times[4]))
    assert [line.index for line in page.lines] == [3, 2]
    assert times[0] is not None
    assert search(filled, Filters(until=times[0] - timedelta(seconds=1))).total == 0


def test_pages_have_an_end(filled: str) -> None:
    page = search(filled, page=2, page_size=4)
    assert [line.index for line in page.lines] == [1, 0]
    assert (page.total, page.pages) == (6, 2)
    assert search(filled, page=9).lines == ()


def test_a_line_carries_its_subjects(filled: str) -> None:
    (line,) = entries_of(filled, SOMEONE).lines[1:]
    assert line.subjects == (("situation", SITUATION),)
    assert (line.outcome, line.reason, line.organisation) == ("refused", "not_a_member", ELSEWHERE)


@pytest.mark.parametrize("size", [1, 6])
def test_a_page_takes_the_same_queries_whatever_its_size(
    filled: str, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        search(filled, Filters(situation=SITUATION), page_size=size)


def test_who_saw_counts_by_organisation_what_was_granted(filled: str) -> None:
    subjects = a_read().subjects
    listed = Event(verb=Verb.LIST, actor=SOMEONE, organisation=ELSEWHERE, subjects=subjects)
    record_now(filled, listed)
    readers = who_saw(filled, SITUATION)
    found = {reader.organisation: (reader.times, reader.people) for reader in readers}
    assert found == {ORGANISATION: (2, 1), None: (1, 1), ELSEWHERE: (1, 1)}
    assert readers[0].organisation == ORGANISATION
    assert readers[0].first < readers[0].last


def test_who_saw_looks_into_one_ledger(filled: str) -> None:
    ensure_ledger(OTHER)
    record_now(OTHER, a_read())
    assert sum(reader.times for reader in who_saw(filled, SITUATION)) == 3
    assert who_saw(OTHER, UUID(int=77)) == ()


def plan_of(call: Callable[[], object]) -> str:
    """How SQLite means to answer the first query of a call."""
    with CaptureQueriesContext(connection) as queries:
        call()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + queries.captured_queries[0]["sql"])
        return " ".join(row[3] for row in cursor.fetchall())


on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the planner's words are SQLite's"
)


@on_sqlite
def test_who_saw_is_answered_by_one_index_alone(filled: str) -> None:
    for ask in (who_saw, each_who_saw):
        plan = plan_of(partial(ask, filled, SITUATION))
        assert "COVERING INDEX audit_subject_who_saw" in plan


@on_sqlite
@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({}, "sqlite_autoindex_audit_entry"),
        ({"actor": PERSON}, "audit_entry_actor"),
        ({"organisation": ELSEWHERE}, "audit_entry_org"),
        ({"verb": "search"}, "audit_entry_verb"),
        ({"outcome": "refused"}, "audit_entry_refused"),
        ({"outcome": "failed"}, "audit_entry_failed"),
        ({"meeting": UUID(int=1)}, "audit_entry_meeting"),
        ({"situation": SITUATION}, "audit_subject_who_saw"),
    ],
)
def test_each_filter_has_its_index_and_no_table_is_walked(
    filled: str, filters: dict[str, object], index: str
) -> None:
    plan = plan_of(lambda: search(filled, Filters(**filters)))  # type: ignore[arg-type]
    assert index in plan
    assert "SCAN audit_entry" not in plan


def test_each_person_who_saw_is_told_with_the_hat_they_wore(filled: str) -> None:
    record_now(filled, replace(a_read(), organisation=ELSEWHERE))
    found = {
        (each.organisation, each.actor): each.times for each in each_who_saw(filled, SITUATION)
    }
    assert found == {(ORGANISATION, PERSON): 2, (None, PERSON): 1, (ELSEWHERE, PERSON): 1}


def test_what_was_shown_on_a_screen_tells_the_meeting_and_those_present(filled: str) -> None:
    meeting, present = UUID(int=8), (UUID(int=9), UUID(int=10))
    shown = replace(a_read(), verb=Verb.SHOWN_ON_SCREEN, meeting=meeting, present=present)
    record_now(filled, shown)
    record_now(filled, replace(shown, subjects=a_read(UUID(int=1)).subjects))
    (told,) = shown_on_screens(filled, SITUATION)
    assert (told.meeting, told.present) == (meeting, present)


def test_a_stream_gives_every_entry_once_newest_first_and_nothing_later(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.reading.BATCH", 2)
    filters = Filters(actor=PERSON)
    assert extent(filled, filters) == (4, 6)
    batches = []
    for batch in stream(filled, filters, below=6):
        batches.append([line.index for line in batch])
        record_now(filled, a_read())
    assert batches == [[5, 2], [1, 0]]
    assert extent(filled, Filters(verb="ever")) == (0, 0)


def test_heads_show_the_last_checkpoint(filled: str) -> None:
    platform, _ = heads(["platform", filled, OTHER])
    assert (platform.size, platform.checkpoint, platform.checkpoint_size) == (0, "", None)
    note = sign_checkpoint(filled).note
    (mine,) = heads([filled])
    assert (mine.size, mine.checkpoint, mine.checkpoint_size) == (6, note, 6)


def test_a_wrong_name_is_refused() -> None:
    with pytest.raises(InvalidLedgerNameError):
        search("concertation")


def test_a_read_s_lines_are_ordinary_values(filled: str) -> None:
    line = search(filled, Filters(actor=PERSON, verb="situation_edited")).lines[0]
    assert line.klass == "write"
    assert a_write().verb == line.verb
