"""The only writer: together with the action or not at all, before anything is revealed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from audit.enums import Outcome, Verb
from audit.event import Event
from audit.leaf import parse_leaf
from audit.merkle import leaf_hash, root_of
from audit.models import Entry, EntrySubject, Ledger, RefusalCount
from audit.names import PLATFORM, InvalidLedgerNameError, concertation_ledger
from audit.record import (
    FLOOD_LIMIT,
    Flooded,
    LedgersOutOfOrderError,
    OutsideTransactionError,
    UnknownLedgerError,
    append,
    append_many,
    ensure_ledger,
    record_now,
    record_refusal,
    record_waiting_refusals,
)
from audit.verify import verify_all
from tests.audit.conftest import NAME, OTHER, PERSON, SITUATION, a_read, a_write

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator["Clock"]:
    """Give the test a clock that stands until it is moved."""
    clock = Clock()
    with patch("audit.record.timezone.now", clock.read):
        yield clock


class Clock:
    now = NOON

    def read(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def a_refusal(actor: UUID | None = PERSON) -> Event:
    return Event(verb=Verb.READ, outcome=Outcome.REFUSED, reason="not_a_member", actor=actor)


def test_the_head_follows_the_leaves(ledger: str) -> None:
    entries = [record_now(ledger, a_read()) for _ in range(5)]
    head = Ledger.objects.get(name=ledger)
    assert head.size == 5
    assert bytes(head.root) == root_of(leaf_hash(bytes(entry.leaf or b"")) for entry in entries)
    assert head.last_time == entries[-1].time


def test_the_leaf_says_where_it_belongs(ledger: str) -> None:
    record_now(ledger, a_read())
    leaf = parse_leaf(bytes(record_now(ledger, a_read()).leaf or b""))
    assert (leaf.ledger, leaf.index, leaf.event) == (ledger, 1, a_read())


def test_two_equal_events_have_different_leaves(ledger: str) -> None:
    first, second = record_now(ledger, a_read()), record_now(ledger, a_read())
    assert parse_leaf(bytes(first.leaf or b"")).salt != parse_leaf(bytes(second.leaf or b"")).salt


def test_an_append_takes_four_queries(
    ledger: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with transaction.atomic(), django_assert_num_queries(4):
        append(ledger, a_read())


def test_an_append_without_subjects_takes_three_queries(
    ledger: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with transaction.atomic(), django_assert_num_queries(3):
        append(ledger, Event(verb=Verb.SIGN_OUT, actor=PERSON))


def test_many_events_take_one_lock(
    ledger: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with transaction.atomic(), django_assert_num_queries(4):
        entries = append_many(ledger, [a_read() for _ in range(20)])
    assert [entry.index for entry in entries] == list(range(20))
    assert verify_all().ok


def test_a_rolled_back_action_leaves_no_event(ledger: str) -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        append(ledger, a_write())
        raise ZeroDivisionError
    assert not Entry.objects.exists()
    assert Ledger.objects.get(name=ledger).size == 0


def test_time_never_goes_backwards(ledger: str, clock: Clock) -> None:
    first = record_now(ledger, a_read())
    clock.move(hours=-2)
    second = record_now(ledger, a_read())
    assert first.time == NOON
    assert second.time == NOON + timedelta(microseconds=1)


def test_writes_of_a_situation_are_numbered(ledger: str) -> None:
    with transaction.atomic():
        first, second = append_many(ledger, [a_write(1), a_write(2)])
    third = record_now(ledger, a_write(3))
    assert [entry.write_number for entry in (first, second, third)] == [1, 2, 3]


def test_a_write_number_is_never_used_twice(ledger: str) -> None:
    entry = record_now(ledger, a_write())
    event = parse_leaf(bytes(entry.leaf or b"")).event
    with pytest.raises(IntegrityError):
        record_now(ledger, event)


def test_a_written_situation_is_found_as_subject(ledger: str) -> None:
    record_now(ledger, a_write())
    assert EntrySubject.objects.get().number == SITUATION


def test_an_unknown_ledger_records_nothing(db: None) -> None:
    with pytest.raises(UnknownLedgerError):
        record_now(concertation_ledger(UUID(int=1)), a_read())


@pytest.mark.parametrize("name", ["", "Platform", "concertation:", "concertation:x", NAME.upper()])
def test_a_ledger_has_a_canonical_name(db: None, name: str) -> None:
    with pytest.raises(InvalidLedgerNameError):
        ensure_ledger(name)


def test_a_ledger_is_made_once(db: None) -> None:
    assert ensure_ledger(NAME).pk == ensure_ledger(NAME).pk


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_of_its_action() -> None:
    ensure_ledger(NAME)
    with pytest.raises(OutsideTransactionError):
        append(NAME, a_write())


@pytest.mark.django_db(transaction=True)
def test_a_read_is_never_recorded_inside_a_transaction() -> None:
    ensure_ledger(NAME)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        record_now(NAME, a_read())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "second"), [(NAME, PLATFORM), (PLATFORM, NAME), (OTHER, NAME)])
def test_ledgers_are_locked_in_one_order(first: str, second: str) -> None:
    for name in (PLATFORM, NAME, OTHER):
        ensure_ledger(name)
    with transaction.atomic():
        append(first, a_read())
        with pytest.raises(LedgersOutOfOrderError):
            append(second, a_read())
    with transaction.atomic():  # a new transaction starts afresh
        append(second, a_read())
    with transaction.atomic():
        append(NAME, a_read())
        append(NAME, a_read())
        append(OTHER, a_read())
    assert verify_all().ok


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_make_one_sound_ledger() -> None:
    ensure_ledger(PLATFORM)
    ensure_ledger(NAME)

    def write(_: int) -> None:
        try:
            for _ in range(5):
                record_now(NAME, a_write())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert Ledger.objects.get(name=NAME).size == 20
    assert verify_all().ok


def test_thirty_refusals_are_recorded_and_then_counted(ledger: str, clock: Clock) -> None:
    for _ in range(FLOOD_LIMIT):
        assert record_refusal(ledger, a_refusal()) is None
    assert Entry.objects.count() == 30
    answers = [record_refusal(ledger, a_refusal()) for _ in range(40)]
    assert answers == [Flooded(retry_after=60)] * 40
    counted = Entry.objects.get(index=30)
    assert (counted.reason, counted.actor, Entry.objects.count()) == ("counted", PERSON, 31)
    clock.move(seconds=61)
    record_refusal(ledger, a_refusal())
    event = parse_leaf(bytes(Entry.objects.get(index=31).leaf or b"")).event
    assert event.details == {"count": 40}
    assert verify_all().ok


def test_ten_minutes_later_refusals_are_recorded_again(ledger: str, clock: Clock) -> None:
    for _ in range(FLOOD_LIMIT):
        record_refusal(ledger, a_refusal())
    clock.move(minutes=10)
    assert record_refusal(ledger, a_refusal()) is None


def test_one_person_s_flood_does_not_silence_another(ledger: str) -> None:
    for _ in range(FLOOD_LIMIT + 1):
        record_refusal(ledger, a_refusal())
    assert record_refusal(ledger, a_refusal(UUID(int=99))) is None


def test_a_flood_is_seen_over_all_ledgers(ledger: str) -> None:
    for _ in range(FLOOD_LIMIT):
        record_refusal(PLATFORM, a_refusal())
    assert isinstance(record_refusal(ledger, a_refusal()), Flooded)


def test_anonymous_refusals_are_only_counted(ledger: str, clock: Clock) -> None:
    for _ in range(50):
        assert record_refusal(PLATFORM, a_refusal(None)) is None
    assert Entry.objects.count() == 1
    clock.move(minutes=2)
    assert record_waiting_refusals() == 1
    assert record_waiting_refusals() == 0
    event = parse_leaf(bytes(Entry.objects.get(index=1).leaf or b"")).event
    assert event.details == {"count": 49}
    assert not RefusalCount.objects.filter(waiting__gt=0).exists()


def test_a_counted_refusal_is_cheap(
    ledger: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(FLOOD_LIMIT + 1):
        record_refusal(ledger, a_refusal())
    with django_assert_num_queries(6):  # count, savepoint, ledger, row, row, release
        record_refusal(ledger, a_refusal())


def test_what_was_granted_is_no_refusal(ledger: str) -> None:
    with pytest.raises(ValueError, match="refusal"):
        record_refusal(ledger, a_read())
