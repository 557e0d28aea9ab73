"""Pruning: old leaves go, their hashes stay, proofs hold; what someone removed is still named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit import prune
from audit.checkpoint import sent_event, sign_checkpoint, signer_for
from audit.enums import RetentionClass, SubjectKind, Verb
from audit.event import Event, Pruned, Subject
from audit.immutability import lifted
from audit.leaf import parse_leaf
from audit.merkle import EMPTY_ROOT, root_of
from audit.models import Entry, EntrySubject, Ledger
from audit.names import PLATFORM
from audit.proofs import NoEntryError, prove, prove_consistency
from audit.reading import search, who_saw
from audit.record import record_now
from audit.verify import BadKind, FirstBad, verify_all
from tests.audit.conftest import NAME, PERSON, SITUATION, a_read, a_write

GOVERNANCE = Event(verb=Verb.ROLE_CHANGED, actor=PERSON)
ERASED = Event(
    verb=Verb.ERASED, actor=PERSON, subjects=(Subject(SubjectKind.SITUATION, SITUATION),)
)
Clock = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the machine's clock; every call moves it on a little, as time does."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_clock


@pytest.fixture
def aged(ledger: str, at: Clock) -> str:
    """Two years: reads and writes, an erasure, an anchor; then a year and a half later, today."""
    today = timezone.now()
    at(today - timedelta(days=700))
    for event in (a_read(), a_write(), a_read(), a_write(2), GOVERNANCE):  # 0-4
        record_now(ledger, event)
    at(today - timedelta(days=600))
    record_now(ledger, ERASED)  # 5
    at(today - timedelta(days=500))
    record_now(ledger, a_read(UUID(int=1)))  # 6
    record_now(ledger, GOVERNANCE)  # 7
    at(today)
    record_now(ledger, a_read())  # 8
    sign_checkpoint(ledger)
    return ledger


def indexes(planned: prune.Plan, klass: RetentionClass) -> list[int]:
    return [n for first, stop in planned.ranges[klass] for n in range(first, stop)]


def first_bad() -> FirstBad:
    return next(each.first_bad for each in verify_all().ledgers if each.first_bad)


def blank(index: int) -> None:
    """Remove a leaf as pruning does, without saying so."""
    with lifted("default"):
        rows = Entry.objects.filter(ledger__name=NAME, index=index)
        EntrySubject.objects.filter(entry__in=rows).delete()
        rows.update(**prune._BLANK)


def forge_event(klass: RetentionClass, *ranges: tuple[int, int]) -> None:
    record_now(NAME, Event(verb=Verb.PRUNED, pruned=Pruned(klass=klass, ranges=ranges)))


# --- What goes ---------------------------------------------------------------------------------


def test_old_reads_go_and_writes_of_what_was_erased_and_nothing_else(aged: str) -> None:
    planned = prune.plan(aged)
    assert indexes(planned, RetentionClass.ACCESS) == [0, 2, 6]
    assert indexes(planned, RetentionClass.WRITE) == [1, 3]
    assert prune.carry_out(planned) == 5
    left = Entry.objects.filter(ledger__name=aged, leaf__isnull=False)
    assert sorted(left.values_list("index", flat=True))[:4] == [4, 5, 7, 8]


def test_writes_of_a_living_situation_stay_whatever_their_age(ledger: str, at: Clock) -> None:
    today = timezone.now()
    at(today - timedelta(days=900))
    record_now(ledger, a_write())
    record_now(ledger, GOVERNANCE)
    at(today)
    assert prune.plan(ledger).total == 0
    record_now(ledger, ERASED)
    assert prune.plan(ledger).total == 0, "twelve months from the erasure on"


@pytest.mark.parametrize(("days", "gone"), [(364, 0), (366, 1)])
def test_a_read_goes_after_twelve_months(ledger: str, at: Clock, days: int, gone: int) -> None:
    today = timezone.now()
    at(today - timedelta(days=days))
    record_now(ledger, a_read())
    record_now(ledger, GOVERNANCE)
    at(today)
    assert prune.plan(ledger).total == gone


def test_a_read_that_no_later_leaf_proves_old_stays(ledger: str, at: Clock) -> None:
    today = timezone.now()
    at(today - timedelta(days=500))
    record_now(ledger, a_read())
    at(today)
    record_now(ledger, GOVERNANCE)
    assert prune.plan(ledger).total == 0


# --- What stays true ---------------------------------------------------------------------------


def test_after_pruning_everything_verifies_and_proofs_hold(aged: str) -> None:
    before = prove_consistency(aged, 3)
    kept = sign_checkpoint(aged).note
    root_of_three = _root_of(aged, 3)
    inclusion = prove(aged, Entry.objects.get(ledger__name=aged, index=8))
    prune.carry_out(prune.plan(aged))
    verifier = signer_for(aged).verifier
    assert verify_all(outside=[kept]).ok
    assert inclusion.verify(verifier).index == 8
    assert before.verify(root_of_three, verifier)
    again = prove_consistency(aged, 3)
    assert again.verify(root_of_three, verifier)
    fourth = prove(aged, Entry.objects.get(ledger__name=aged, index=4))
    assert fourth.verify(verifier).index == 4
    with pytest.raises(NoEntryError):
        prove(aged, Entry.objects.get(ledger__name=aged, index=0))


def test_what_goes_is_gone_from_every_column_and_search(aged: str) -> None:
    prune.carry_out(prune.plan(aged))
    gone = Entry.objects.get(ledger__name=aged, index=0)
    assert (gone.leaf, gone.actor, gone.time, gone.verb) == (None, None, None, "")
    assert len(bytes(gone.leaf_hash)) == 32
    assert not EntrySubject.objects.filter(entry=gone).exists()
    assert sum(each.times for each in who_saw(aged, UUID(int=1))) == 0
    assert search(aged).total == Entry.objects.filter(ledger__name=aged).count()


def test_the_ledger_says_which_went_and_goes_on(aged: str) -> None:
    prune.carry_out(prune.plan(aged))
    told = [
        parse_leaf(bytes(each.leaf or b"")).event.pruned
        for each in Entry.objects.filter(verb=Verb.PRUNED).order_by("index")
    ]
    assert told == [
        Pruned(klass=RetentionClass.ACCESS, ranges=((0, 1), (2, 3), (6, 7))),
        Pruned(klass=RetentionClass.WRITE, ranges=((1, 2), (3, 4))),
    ]
    assert prune.plan(aged).total == 0
    assert prune.carry_out(prune.plan(aged)) == 0
    record_now(aged, a_read())
    assert verify_all().ok


def test_a_write_after_pruned_ones_still_fits_its_number(aged: str) -> None:
    third = a_write(3)
    assert third.written is not None
    record_now(aged, replace(third, written=replace(third.written, write_number=3)))
    prune.carry_out(prune.plan(aged))
    assert verify_all().ok


def test_a_crash_after_the_event_leaves_work_for_the_next_run(
    aged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(prune, "_remove", crash)
    with pytest.raises(KeyboardInterrupt):
        prune.carry_out(prune.plan(aged))
    assert verify_all().ok, "more is there than the events say, never less"
    monkeypatch.undo()
    assert prune.carry_out(prune.plan(aged)) == 5
    assert verify_all().ok


def test_long_lists_of_ranges_are_told_in_several_events(
    aged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune, "MOST_RANGES", 1)
    prune.carry_out(prune.plan(aged))
    assert Entry.objects.filter(verb=Verb.PRUNED).count() == 5
    assert verify_all().ok


def test_the_dry_run_says_what_would_go_and_touches_nothing(aged: str) -> None:
    out = StringIO()
    call_command("ledger", "prune", "--dry-run", stdout=out)
    assert f"{NAME}: 3 access, 2 write, 0 governance entries would go" in out.getvalue()
    assert not Entry.objects.filter(leaf__isnull=True).exists()
    with pytest.raises(CommandError, match=r"12 such months.*is the clock right"):
        call_command("ledger", "prune", stdout=out)
    assert not Entry.objects.filter(leaf__isnull=True).exists()
    call_command("ledger", "prune", "--silence-was-real", stdout=out)
    assert f"{NAME}: 5 entries removed" in out.getvalue()


def test_the_triggers_are_back_when_pruning_is_done(aged: str) -> None:
    prune.carry_out(prune.plan(aged))
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(index=8).update(**prune._BLANK)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry")


# --- What is not mistaken for it ---------------------------------------------------------------


def test_a_leaf_that_no_event_lists_is_missing(aged: str) -> None:
    prune.carry_out(prune.plan(aged))
    blank(8)
    assert (first_bad().index, first_bad().kind) == (8, BadKind.MISSING)


def test_a_young_leaf_is_missing_even_with_an_event_that_lists_it(aged: str) -> None:
    forge_event(RetentionClass.ACCESS, (8, 9))
    blank(8)
    assert (first_bad().index, first_bad().kind) == (8, BadKind.MISSING)


def test_an_old_leaf_of_another_class_is_missing_inside_a_listed_range(aged: str) -> None:
    forge_event(RetentionClass.ACCESS, (0, 7))
    blank(4)
    assert (first_bad().index, first_bad().kind) == (4, BadKind.MISSING)


@pytest.mark.parametrize("by_letter", [False, True])
@pytest.mark.parametrize(("index", "klass"), [(4, "governance"), (3, "write")])
def test_a_leaf_called_a_read_and_then_pruned_as_one_is_named(
    aged: str, index: int, klass: str, by_letter: bool
) -> None:
    if by_letter:  # what the platform took in was lost, the letter stands in the ledger itself
        signed = sign_checkpoint(aged)
        record_now(aged, sent_event(signed, 2))
        with lifted("default"):
            gone = Entry.objects.filter(verb=Verb.CHECKPOINT_SIGNED)
            gone.delete()
            empty = {"size": 0, "root": EMPTY_ROOT, "frontier": b"", "last_time": None}
            Ledger.objects.filter(name=PLATFORM).update(**empty)
    forge_event(RetentionClass.ACCESS, (0, 7))
    blank(index)
    with lifted("default"):
        rows = Entry.objects.filter(ledger__name=NAME, index=index, klass=klass)
        assert rows.update(klass=RetentionClass.ACCESS) == 1
    assert first_bad().kind == BadKind.DERIVED_COLUMN
    assert "the class of one that was removed" in first_bad().why


def test_the_platform_says_of_itself_too_what_it_holds(aged: str) -> None:
    sign_checkpoint(PLATFORM)
    note = sign_checkpoint(PLATFORM)
    assert sign_checkpoint(PLATFORM).pk == note.pk, "nothing new, nothing signed"
    last = Entry.objects.filter(ledger__name=PLATFORM).latest("index")
    event = parse_leaf(bytes(last.leaf or b"")).event
    assert event.checkpoint is not None
    assert (event.checkpoint.ledger, event.checkpoint.size) == (PLATFORM, last.index)
    assert dict(event.details) == {"governance": last.index, "write": 0}
    assert note.size == last.index + 1
    assert verify_all(outside=[note.note]).ok


def test_a_pruning_dated_in_the_future_makes_nothing_old(aged: str, at: Clock) -> None:
    today = timezone.now()
    at(today + timedelta(days=1))
    record_now(aged, GOVERNANCE)
    at(today + timedelta(days=4000))
    prune.carry_out(prune.plan(aged))
    assert verify_all().ok, "as long as the clock says so"
    at(today + timedelta(days=1))
    assert (first_bad().index, first_bad().kind) == (0, BadKind.MISSING)
    with pytest.raises(CommandError, match=r"dated 20\d\d-\d\d-\d\d, in the future; nothing"):
        call_command("ledger", "prune", "--silence-was-real", stdout=StringIO())


def test_a_month_without_entries_asks_whether_the_clock_jumped(ledger: str, at: Clock) -> None:
    assert prune.silent_months() == []
    today = datetime(2031, 3, 15, tzinfo=UTC)
    for days in range(600, -1, -20):
        at(today - timedelta(days=days))
        record_now(ledger, a_read())
    assert prune.silent_months() == []
    at(today + timedelta(days=70))
    assert prune.silent_months() == [date(2031, 4, 1)]


def test_an_event_lists_nothing_that_comes_after_it(aged: str, at: Clock) -> None:
    forge_event(RetentionClass.ACCESS, (20, 30))
    for _ in range(15):
        record_now(aged, a_read())
    blank(20)
    assert (first_bad().index, first_bad().kind) == (20, BadKind.MISSING)


def test_a_row_that_is_gone_with_its_hash_is_missing(aged: str) -> None:
    prune.carry_out(prune.plan(aged))
    with lifted("default"):
        Entry.objects.filter(ledger__name=aged, index=2).delete()
    assert (first_bad().index, first_bad().kind) == (2, BadKind.MISSING)


def test_a_changed_hash_of_a_pruned_leaf_is_seen_by_the_signed_state(aged: str) -> None:
    prune.carry_out(prune.plan(aged))
    with lifted("default"):
        Entry.objects.filter(ledger__name=aged, index=2).update(leaf_hash=bytes(32))
    assert first_bad().kind == BadKind.CHECKPOINT_MISMATCH


def test_search_rows_left_of_a_pruned_leaf_are_named(aged: str) -> None:
    prune.carry_out(prune.plan(aged))
    row = EntrySubject.objects.filter(entry__index=8).get()
    row.pk, row.entry = None, Entry.objects.get(ledger__name=aged, index=0)
    row.save(force_insert=True)
    assert (first_bad().index, first_bad().kind) == (0, BadKind.DERIVED_COLUMN)


def _root_of(name: str, size: int) -> bytes:
    rows = Entry.objects.filter(ledger__name=name, index__lt=size).order_by("index")
    return root_of(bytes(each.leaf_hash) for each in rows)
