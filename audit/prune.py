"""Pruning: what retention says goes, the hash stays, and the ledger tells which (design 2 and 3).

How long is ``audit.keeping``'s to say: reads and writes by rule or decision, governance once the
access of everybody it names is long over. A leaf goes only if a later leaf of governance that
stays is itself older than that: its time then proves the age of every leaf before it, long after
they are gone. Whoever removes a younger leaf, or one that no prune event lists, shows in
``verify``.

The event comes first, the removal after: a crash in between leaves more than the event says, never
less, and the next run goes on from there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from audit import keeping
from audit.columns import ENTRY_COLUMNS
from audit.enums import Outcome, RetentionClass, SubjectKind, Verb
from audit.event import Event, Pruned
from audit.immutability import lifted
from audit.leaf import InvalidLeafError, parse_leaf
from audit.models import Entry, EntrySubject, Ledger
from audit.record import record_now

PRUNABLE: Final = (RetentionClass.ACCESS, RetentionClass.WRITE, RetentionClass.GOVERNANCE)
# What clocks of two machines may be apart. An event dated later than that proves no age.
CLOCKS_APART: Final = timedelta(hours=1)
# One event stays a readable leaf, and one removal a short transaction.
MOST_RANGES: Final = 500
_BATCH: Final = 400
_ENDS: Final = (Verb.ERASED, Verb.DRAFT_DISCARDED)

Range = tuple[int, int]
T = TypeVar("T")


class ClockError(Exception):
    """The clock and the ledger's dates don't fit together; nothing was removed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go from one ledger, by class: half-open ranges of indexes, ascending."""

    ledger: str
    ranges: Mapping[RetentionClass, tuple[Range, ...]]

    def count(self, klass: RetentionClass) -> int:
        """How many leaves of a class would go."""
        return sum(stop - first for first, stop in self.ranges[klass])

    @property
    def total(self) -> int:
        """How many leaves would go in all."""
        return sum(self.count(klass) for klass in PRUNABLE)


@dataclass(frozen=True, slots=True)
class Listed:
    """One prune event: what it lists, and the index below which that may be believed."""

    index: int
    klass: str
    ranges: tuple[Range, ...]
    below: int

    def covers(self, index: int, klass: str) -> bool:
        """Whether a leaf of this class may be gone by this event."""
        if klass != self.klass or not index < min(self.below, self.index):
            return False
        return any(first <= index < stop for first, stop in self.ranges)


def plan(ledger_name: str, now: datetime | None = None) -> Plan:
    """What falls due in one ledger; nothing is touched."""
    ledger, now = Ledger.objects.get(name=ledger_name), now or timezone.now()
    found = keeping.steps(ledger)
    cutoffs = {klass: now - keeping.kept(found, klass, now) for klass in PRUNABLE}
    old = {
        klass: Entry.objects.filter(
            ledger=ledger,
            leaf__isnull=False,
            klass=klass,
            time__lte=cutoff,
            index__lt=anchor(ledger, cutoff),
        ).order_by("index")
        for klass, cutoff in cutoffs.items()
    }
    access, write, governance = (old[klass] for klass in PRUNABLE)
    # What proves the age of others stays: for what went before, and for what goes now.
    proofs = {each.below for each in listed_in(ledger)}
    proofs |= {anchor(ledger, cutoff) for cutoff in cutoffs.values()}
    due = (
        access.values_list("index", flat=True).iterator(),
        _writes(ledger, write, cutoffs[RetentionClass.WRITE]),
        (index for index in _governance(ledger_name, governance, now) if index not in proofs),
    )
    return Plan(ledger_name, {k: _ranges(each) for k, each in zip(PRUNABLE, due, strict=True)})


def carry_out(planned: Plan, *, alias: str | None = None) -> int:
    """Record what goes, then remove it, and what earlier events listed and a crash left.

    ``alias`` names the connection that may lift the triggers: on PostgreSQL the owner's. Whoever
    may not is told before anything is recorded: raises ProgrammingError. Raises ClockError for a
    ledger dated in the future: no event of pruning would be believed in it.
    """
    last = Ledger.objects.get(name=planned.ledger).last_time
    if last is not None and last > timezone.now() + CLOCKS_APART:
        raise ClockError(f"the last entry is dated {last:%Y-%m-%d}, in the future")
    with lifted(alias or owner_alias()):
        pass
    for klass, ranges in planned.ranges.items():
        for part in _parts(ranges, MOST_RANGES):
            pruned = Pruned(klass=klass, ranges=tuple(part))
            record_now(planned.ledger, Event(verb=Verb.PRUNED, pruned=pruned))
    ledger = Ledger.objects.get(name=planned.ledger)
    return sum(_remove(ledger, listed, alias or owner_alias()) for listed in listed_in(ledger))


def owner_alias() -> str:
    """The connection that owns the tables: its own where one is configured."""
    return "owner" if "owner" in connections.settings else DEFAULT_DB_ALIAS


def anchor(ledger: Ledger, cutoff: datetime) -> int:
    """The index of the last leaf that stays and is older than this: those before it are older."""
    stays = Entry.objects.filter(
        ledger=ledger,
        leaf__isnull=False,
        klass=RetentionClass.GOVERNANCE,
        time__lte=cutoff,
    )
    last: int | None = stays.aggregate(last=Max("index"))["last"]
    return last or 0


def silent_months(now: datetime | None = None) -> list[date]:
    """Months of the last twelve, since anything was first recorded, without a single entry.

    A server in use signs its ledgers each day, so they tell of a clock that jumped ahead.
    """
    now = now or timezone.now()
    times = Entry.objects.filter(leaf__isnull=False)
    first = times.order_by("time").values_list("time", flat=True).first()
    if first is None:
        return []
    spoken = set(times.filter(time__gt=now - timedelta(days=400)).dates("time", "month"))
    month, found = timezone.localdate(now).replace(day=1), []
    for _ in range(12):
        month = (month - timedelta(days=1)).replace(day=1)
        if month >= timezone.localdate(first).replace(day=1) and month not in spoken:
            found.append(month)
    return found


def listed_in(ledger: Ledger) -> list[Listed]:
    """Every prune event of a ledger, as it may be believed when the event was recorded.

    One dated in the future is not: whoever sets the clock ahead would make everything old.
    """
    told = Entry.objects.filter(
        ledger=ledger,
        verb=Verb.PRUNED,
        leaf__isnull=False,
        time__lte=timezone.now() + CLOCKS_APART,
    )
    rows = list(told.order_by("index").values_list("index", "time", "leaf"))
    decided, found = keeping.steps(ledger) if rows else [], []
    for index, time, leaf in rows:
        try:
            pruned = parse_leaf(bytes(leaf or b"")).event.pruned
        except InvalidLeafError:
            continue  # verifying names it when it comes to it
        if pruned is not None and time is not None:
            below = anchor(ledger, time - keeping.kept(decided, pruned.klass, time))
            found.append(Listed(index, pruned.klass.value, pruned.ranges, below))
    return found


def _writes(ledger: Ledger, old: QuerySet[Entry], cutoff: datetime) -> Iterator[int]:
    """Indexes of writes to situations that were erased, or drafts thrown away, long enough ago; and
    to meetings' notes that were."""
    ended = EntrySubject.objects.filter(
        ledger=ledger,
        kind__in=(SubjectKind.SITUATION, SubjectKind.MEETING),
        verb__in=_ENDS,
        outcome=Outcome.GRANTED,
        time__lte=cutoff,
    )
    numbers = ended.values("number")
    about = EntrySubject.objects.filter(
        ledger=ledger, kind=SubjectKind.SITUATION, number__in=numbers
    )
    rows = old.filter(Q(situation__in=numbers) | Q(pk__in=about.values("entry")))
    return rows.values_list("index", flat=True).iterator()


def _governance(name: str, old: QuerySet[Entry], now: datetime) -> Iterator[int]:
    """Indexes of what names somebody, and nobody whose access goes on or ended lately.

    Decisions about this log stay with it, and the ground that the rest stands on.
    """
    ended = keeping.ended_numbers(name, now)
    if not ended:
        return
    rows = old.exclude(verb__in=keeping.STAYS).values_list("index", "leaf")
    for index, leaf in rows.iterator():
        try:
            event = parse_leaf(bytes(leaf or b"")).event
        except InvalidLeafError:
            continue
        about_the_log = any(each.kind == SubjectKind.LEDGER for each in event.subjects)
        names = keeping.named(event)
        if names and names <= ended and not about_the_log:
            yield index


def _ranges(indexes: Iterable[int]) -> tuple[Range, ...]:
    found: list[list[int]] = []
    for index in indexes:
        if found and found[-1][1] == index:
            found[-1][1] = index + 1
        else:
            found.append([index, index + 1])
    return tuple((first, stop) for first, stop in found)


def _remove(ledger: Ledger, listed: Listed, alias: str) -> int:
    removed = 0
    for first, stop in listed.ranges:
        rows = Entry.objects.using(alias).filter(
            ledger_id=ledger.pk,
            index__gte=first,
            index__lt=min(stop, listed.below),
            klass=listed.klass,
            leaf__isnull=False,
        )
        for keys in _parts(list(rows.values_list("pk", flat=True)), _BATCH):
            with lifted(alias):
                EntrySubject.objects.using(alias).filter(entry__in=keys).delete()
                removed += Entry.objects.using(alias).filter(pk__in=keys).update(**_BLANK)
    return removed


def _blank() -> dict[str, Any]:
    fields = (Entry._meta.get_field(name) for name in ENTRY_COLUMNS if name != "klass")
    return {"leaf": None} | {each.name: None if each.null else "" for each in fields}


_BLANK: Final = _blank()


def _parts(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
