"""The only writer of the ledger (design 3: recorded first, revealed second)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Max
from django.utils import timezone

from audit.columns import entry_row
from audit.enums import Outcome, SubjectKind, Verb
from audit.event import Event
from audit.insert import insert_entries, insert_subjects
from audit.leaf import SALT_BYTES, leaf_bytes
from audit.merkle import EMPTY_ROOT, CompactRange, leaf_hash
from audit.models import Entry, Ledger, RefusalCount
from audit.names import PLATFORM, check_name

FLOOD_LIMIT: Final = 30
FLOOD_WINDOW: Final = timedelta(minutes=10)
COUNTED_EVERY: Final = timedelta(minutes=1)
# Refused to someone who hasn't shown who they are: the account tried is the subject, not the actor.
AT_THE_DOOR: Final = frozenset(
    {Verb.SIGN_IN_FAILED, Verb.SECOND_FACTOR_FAILED, Verb.LOCKED_OUT, Verb.RESET_ASKED}
)
ANONYMOUS: Final = "anonymous"
_TICK: Final = timedelta(microseconds=1)

# Per connection: a mark of its transaction, and the last ledger locked in it.
_locked: WeakKeyDictionary[BaseDatabaseWrapper, tuple[object, str]] = WeakKeyDictionary()


class LedgerError(Exception):
    """Nothing was recorded, so nothing may be revealed or saved."""


class OutsideTransactionError(LedgerError):
    """An action's event must share the action's transaction."""


class UnknownLedgerError(LedgerError):
    """The ledger was never made; ``ensure_ledger`` makes it with its concertation."""


class LedgersOutOfOrderError(LedgerError):
    """Two ledgers in one transaction must be locked in order of name, the platform's alone."""


@dataclass(frozen=True, slots=True)
class Flooded:
    """Too many refusals: the caller answers 429; the refusal is counted, not recorded alone."""

    retry_after: int


def ensure_ledger(name: str) -> Ledger:
    """Return the ledger of this name, made empty if need be. Raises InvalidLedgerNameError."""
    ledger, _ = Ledger.objects.get_or_create(
        name=check_name(name), defaults={"root": EMPTY_ROOT, "frontier": b""}
    )
    return ledger


def append(ledger_name: str, event: Event) -> Entry:
    """Record an event inside the transaction of the action it tells of.

    The action and its event are saved together or not at all, so an open transaction is required.
    Raises OutsideTransactionError, UnknownLedgerError or LedgersOutOfOrderError.
    """
    return append_many(ledger_name, (event,))[0]


def append_many(ledger_name: str, events: Sequence[Event]) -> list[Entry]:
    """Record several events of one action under one lock, in this order; rules as ``append``."""
    using = router.db_for_write(Ledger)
    connection = transaction.get_connection(using)
    if not connection.in_atomic_block:
        raise OutsideTransactionError(ledger_name)
    _keep_lock_order(connection, ledger_name)
    ledger = _lock(using, ledger_name)
    entries = _write(using, ledger, _numbered(ledger, events))
    Ledger.objects.using(using).filter(pk=ledger.pk).update(
        size=ledger.size,
        frontier=ledger.frontier,
        root=ledger.root,
        last_time=ledger.last_time,
    )
    return entries


def record_now(ledger_name: str, event: Event) -> Entry:
    """Record a read or a refusal, committed before anything is revealed (design 3).

    Raises RuntimeError inside a transaction: a rollback would undo the record of what was seen.
    """
    return record_many_now(ledger_name, (event,))[0]


def record_many_now(ledger_name: str, events: Sequence[Event]) -> list[Entry]:
    """Record several reads at once, committed before anything is revealed; as ``record_now``."""
    with transaction.atomic(using=router.db_for_write(Ledger), durable=True):
        return append_many(ledger_name, events)


def record_refusal(ledger_name: str, event: Event) -> Flooded | None:
    """Record a refusal; return Flooded when this person's refusals flood the ledger.

    30 refusals a person in 10 minutes, over all ledgers, are recorded one by one. Beyond that, and
    always for anonymous ones, they are only counted, and one event a minute carries the count
    (design 3): whoever hammers a door would otherwise fill the log or hide in it. Failed sign-ins
    to a known account are recorded up to the same number for that account, and never count as
    refusals of its person: a stranger could else shut somebody out. None means:
    recorded or counted, give the ordinary answer. Raises as ``record_now``.
    """
    if event.outcome is not Outcome.REFUSED:
        raise ValueError("only a refusal floods")
    recent = Entry.objects.filter(outcome=Outcome.REFUSED, time__gt=timezone.now() - FLOOD_WINDOW)
    if event.actor is None:
        tried = _account_tried(event)
        if tried is not None:
            recent = recent.filter(
                verb__in=AT_THE_DOOR,
                subjects__ledger__name=ledger_name,
                subjects__kind=SubjectKind.PERSON,
                subjects__number=tried,
            )
            if recent[:FLOOD_LIMIT].count() < FLOOD_LIMIT:
                record_now(ledger_name, event)
                return None
        _count(ledger_name, event)
        return None
    recent = recent.filter(actor=event.actor).exclude(verb__in=AT_THE_DOOR)
    if recent[:FLOOD_LIMIT].count() < FLOOD_LIMIT:
        record_now(ledger_name, event)
        return None
    _count(ledger_name, event)
    return Flooded(retry_after=int(COUNTED_EVERY.total_seconds()))


def record_waiting_refusals() -> int:
    """Record the counts that no later refusal carried; ``manage.py daily`` calls it.

    Returns how many counted events were recorded. Raises as ``record_now``.
    """
    recorded = 0
    for pk in list(RefusalCount.objects.filter(waiting__gt=0).values_list("pk", flat=True)):
        with transaction.atomic(using=router.db_for_write(Ledger), durable=True):
            rows = RefusalCount.objects.select_for_update(of=("self",)).select_related("ledger")
            count = rows.get(pk=pk)
            if count.waiting:
                actor = None if count.who == ANONYMOUS else UUID(count.who)
                _record_count(count, Event(verb=Verb.REQUESTED, actor=actor))
                recorded += 1
    return recorded


def _account_tried(event: Event) -> UUID | None:
    """The account that someone unknown tried to enter."""
    if event.verb not in AT_THE_DOOR:
        return None
    return next((s.number for s in event.subjects if s.kind is SubjectKind.PERSON), None)


def _count(ledger_name: str, event: Event) -> None:
    who = ANONYMOUS if event.actor is None else str(event.actor)
    using = router.db_for_write(Ledger)
    with transaction.atomic(using=using, durable=True):
        # Made without a lock on the ledger's head: counting must stay cheap under a flood.
        ledger = Ledger.objects.using(using).only("pk", "name").filter(name=ledger_name).first()
        if ledger is None:
            raise UnknownLedgerError(ledger_name)
        rows = RefusalCount.objects.using(using).select_for_update()
        now = timezone.now()
        count, created = rows.get_or_create(ledger=ledger, who=who, defaults={"since": now})
        count.waiting += 1
        if created or now - count.since >= COUNTED_EVERY:
            _record_count(count, event)
        else:
            count.save(update_fields=["waiting"])


def _record_count(count: RefusalCount, event: Event) -> None:
    """Append one event for all refusals waiting: who and how many, of whatever kind."""
    counted = Event(
        verb=Verb.REQUESTED,
        outcome=Outcome.REFUSED,
        reason="counted",
        actor=event.actor,
        organisation=event.organisation,
        role=event.role,
        details={"count": count.waiting},
    )
    append(count.ledger.name, counted)
    count.waiting, count.since = 0, timezone.now()
    count.save(update_fields=["waiting", "since"])


def _keep_lock_order(connection: BaseDatabaseWrapper, ledger_name: str) -> None:
    """Refuse an order of locks in which two transactions could wait for each other.

    The platform's ledger is everybody's: held inside another's lock it would make all wait.
    """
    blocks = connection.atomic_blocks
    if blocks and getattr(blocks[0], "_from_testcase", False):
        return  # one transaction holds the whole test: its order means nothing
    # Django replaces this list at each commit and rollback, so it stands for the transaction.
    transaction_mark = connection.run_on_commit
    mark, held = _locked.get(connection, (None, ""))
    if mark is not transaction_mark:
        held = ""
    if held and held != ledger_name and (PLATFORM in (held, ledger_name) or ledger_name < held):
        raise LedgersOutOfOrderError(f"{ledger_name} after {held}")
    _locked[connection] = (transaction_mark, ledger_name)


def _lock(using: str, ledger_name: str) -> Ledger:
    # NO KEY: a new row that merely refers to the ledger need not wait. SQLite's IMMEDIATE
    # transactions serialise writers by themselves.
    try:
        return Ledger.objects.using(using).select_for_update(no_key=True).get(name=ledger_name)
    except Ledger.DoesNotExist as error:
        raise UnknownLedgerError(ledger_name) from error


def _numbered(ledger: Ledger, events: Sequence[Event]) -> list[Event]:
    """Give each write of a situation its running number, safe under the ledger's lock."""
    last: dict[UUID, int] = {}
    numbered = []
    for event in events:
        written = event.written
        if written is not None and written.situation is not None:
            number = written.write_number
            if number is None:
                before = last.get(written.situation)
                if before is None:
                    before = _last_write(ledger, written.situation)
                number = before + 1
                event = replace(event, written=replace(written, write_number=number))
            last[written.situation] = number
        numbered.append(event)
    return numbered


def _last_write(ledger: Ledger, situation: UUID) -> int:
    numbers = Entry.objects.using(ledger._state.db).filter(ledger=ledger, situation=situation)
    highest: int | None = numbers.aggregate(highest=Max("write_number"))["highest"]
    return highest or 0


def _write(using: str, ledger: Ledger, events: Sequence[Event]) -> list[Entry]:
    tree = CompactRange.from_bytes(ledger.size, bytes(ledger.frontier))
    written: list[tuple[Entry, Event]] = []
    for event in events:
        time = _next_time(ledger.last_time)
        entry = _entry(ledger, tree.size, event, time)
        tree.append(bytes(entry.leaf_hash))
        ledger.last_time = time
        written.append((entry, event))
    _insert(using, written)
    ledger.size, ledger.frontier, ledger.root = tree.size, tree.to_bytes(), tree.root()
    return [entry for entry, _ in written]


def _insert(using: str, written: Sequence[tuple[Entry, Event]]) -> None:
    connection = transaction.get_connection(using)
    insert_entries(connection, [entry for entry, _ in written])
    subjects = [
        (entry.pk, subject) for entry, event in written for subject in event.indexed_subjects
    ]
    if subjects:
        insert_subjects(connection, subjects)


def _next_time(last: datetime | None) -> datetime:
    """Never go backwards, even when the machine's clock does."""
    now = timezone.now()
    return now if last is None else max(now, last + _TICK)


def _entry(ledger: Ledger, index: int, event: Event, time: datetime) -> Entry:
    salt = secrets.token_bytes(SALT_BYTES)
    leaf = leaf_bytes(event, ledger=ledger.name, index=index, time=time, salt=salt)
    return entry_row(event, time, ledger=ledger, index=index, leaf=leaf, leaf_hash=leaf_hash(leaf))
