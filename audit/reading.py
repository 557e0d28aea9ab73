"""Reading the ledger: for the DPO's page, and for people about themselves. Writes nothing.

Whoever shows what is read here records that first: the DPO's own reading is logged (design 3).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet

from audit.enums import Outcome, SubjectKind, Verb
from audit.event import DetailValue, Event
from audit.leaf import InvalidLeafError, parse_leaf
from audit.models import Checkpoint, Entry, EntrySubject, Ledger
from audit.names import check_name

PAGE_SIZE: Final = 50
# Entries of one query of an export; their subjects fit one statement of an old SQLite.
BATCH: Final = 400


# A subject laid open before someone, one at a time.
OPENINGS = (Verb.READ, Verb.PRINT, Verb.EXPORT, Verb.SHOWN_ON_SCREEN)
# About a situation, and yet nothing of it was before anybody: only who saw it was looked up.
LOOKED_UP = (Verb.LEDGER_READ, Verb.LEDGER_EXPORTED)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a list shows it; its subjects are kind and number only."""

    ledger: str
    index: int
    time: datetime | None
    actor: UUID | None
    organisation: UUID | None
    role: str
    verb: str
    purpose: str
    outcome: str
    reason: str
    klass: str
    meeting: UUID | None
    request_id: str
    subjects: tuple[tuple[str, UUID], ...]
    # Read from the leaf itself; empty when it can't be read (``verify`` names such an entry).
    field_groups: tuple[str, ...] = ()
    details: Mapping[str, DetailValue] = field(default_factory=dict)
    # In hexadecimal: what a proof of this entry starts from.
    leaf_hash: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of lines, newest first, and how many there are in all."""

    lines: tuple[Line, ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Reader:
    """How often, how many and when the people of one organisation had a situation before them."""

    organisation: UUID | None
    times: int
    people: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class PersonReader:
    """How often and when one person, in one organisation's hat, had a situation before them."""

    organisation: UUID | None
    actor: UUID | None
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """One time a situation was laid open before somebody, and why."""

    time: datetime
    actor: UUID | None
    organisation: UUID | None
    purpose: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One time a situation was put on a meeting's screen, and before which participations."""

    time: datetime
    meeting: UUID | None
    present: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A ledger as it stands, with its last signed state."""

    name: str
    size: int
    root: str
    last_time: datetime | None
    checkpoint: str
    checkpoint_size: int | None
    checkpoint_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What to look for; nothing given means everything. Times are from `since` up to `until`."""

    actor: UUID | None = None
    organisation: UUID | None = None
    # A situation's entries are those that name it as subject.
    situation: UUID | None = None
    verb: str | None = None
    outcome: str | None = None
    purpose: str | None = None
    meeting: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING: Final = Filters()


def search(
    ledger_name: str,
    filters: Filters = EVERYTHING,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
) -> Page:
    """Return one page of the entries that fit every filter, newest first.

    A page beyond the last is empty. Raises InvalidLedgerNameError.
    """
    entries = _matching(ledger_name, filters)
    number = max(1, page)
    start = (number - 1) * page_size
    rows = entries.order_by("-index")[start : start + page_size]
    return Page(_lines(rows), entries.count(), number, page_size)


def extent(ledger_name: str, filters: Filters) -> tuple[int, int]:
    """How many entries fit, and the index that the newest of them lies below."""
    found = _matching(ledger_name, filters).aggregate(count=Count("pk"), last=Max("index"))
    return found["count"], 0 if found["last"] is None else found["last"] + 1


def stream(ledger_name: str, filters: Filters, *, below: int) -> Iterator[tuple[Line, ...]]:
    """Yield all entries that fit and lie below an index, newest first, batch by batch.

    Each batch is its own short query from the last index on: memory stays flat, and no
    transaction stays open while someone downloads.
    """
    entries = _matching(ledger_name, filters).order_by("-index")
    while batch := _lines(entries.filter(index__lt=below)[:BATCH]):
        yield batch
        below = batch[-1].index


def _matching(ledger_name: str, filters: Filters) -> QuerySet[Entry]:
    given = {
        "actor": filters.actor,
        "organisation": filters.organisation,
        "verb": filters.verb,
        "outcome": filters.outcome,
        "purpose": filters.purpose,
        "meeting": filters.meeting,
        "time__gte": filters.since,
        "time__lt": filters.until,
    }
    entries = Entry.objects.filter(
        _in(ledger_name), **{name: value for name, value in given.items() if value is not None}
    )
    if filters.situation is None:
        return entries
    about = _about(ledger_name, SubjectKind.SITUATION, filters.situation)
    return entries.filter(pk__in=about.values("entry_id"))


def details_of(
    ledger_name: str, verb: Verb, *, since: datetime
) -> Iterator[tuple[datetime, Mapping[str, DetailValue]]]:
    """Yield when and with which details a rare act was recorded: what is counted by its details,
    without who, and without a page. Entries whose leaf can't be read are left out."""
    rows = Entry.objects.filter(_in(ledger_name), verb=verb, time__gte=since).order_by("index")
    for entry in rows.only("time", "leaf").iterator():
        event = _event(entry)
        if event is not None and entry.time is not None:
            yield entry.time, event.details


def entries_of(ledger_name: str, actor: UUID, *, page: int = 1) -> Page:
    """Return what one person did: their own log, or the DPO's view of it."""
    return search(ledger_name, Filters(actor=actor), page=page)


def lines_at(ledger_name: str, indexes: Sequence[int]) -> tuple[Line, ...]:
    """The entries at these places of a ledger, in their order."""
    rows = Entry.objects.filter(_in(ledger_name), index__in=indexes)
    return _lines(rows.order_by("index"))


def who_saw(
    ledger_name: str,
    number: UUID,
    kind: SubjectKind = SubjectKind.SITUATION,
    *,
    opened: bool = False,
) -> tuple[Reader, ...]:
    """Return by organisation who had a subject before them, most often first; refusals don't count.

    Nor does reading the ledger: whoever looks up who saw a situation has not seen it. `opened`
    counts openings only, not the lists it stood in. Answered from one index alone, so it stays
    fast over millions of entries.
    """
    verbs = Q(verb__in=OPENINGS) if opened else ~Q(verb__in=LOOKED_UP)
    rows = (
        _about(ledger_name, kind, number)
        .filter(verbs, outcome=Outcome.GRANTED)
        .values("organisation")
        .annotate(
            times=Count("number"),
            people=Count("actor", distinct=True),
            first=Min("time"),
            last=Max("time"),
        )
        .order_by("-times", "organisation")
    )
    return tuple(Reader(**row) for row in rows)


def shown_on_screen(
    ledger_name: str, meeting: UUID, situation: UUID
) -> Mapping[UUID, frozenset[str]]:
    """Return, by the place of each person present, the field groups of a situation that a meeting's
    screen has shown them so far: what needs no second entry."""
    found = _about(ledger_name, SubjectKind.SITUATION, situation).filter(
        verb=Verb.SHOWN_ON_SCREEN, outcome=Outcome.GRANTED
    )
    rows = Entry.objects.filter(pk__in=found.values("entry_id"), meeting=meeting)
    shown: dict[UUID, frozenset[str]] = {}
    for event in (_event(entry) for entry in rows.only("leaf")):
        for place in event.present if event else ():
            groups = event.field_groups if event else ()
            shown[place] = shown.get(place, frozenset()) | frozenset(groups)
    return shown


def notes_shown(ledger_name: str, meeting: UUID) -> Mapping[UUID, int]:
    """Return, by place, how many of a meeting's own notes its screen has shown each person."""
    found = _about(ledger_name, SubjectKind.MEETING, meeting).filter(
        verb=Verb.SHOWN_ON_SCREEN, outcome=Outcome.GRANTED
    )
    shown: dict[UUID, int] = {}
    rows = Entry.objects.filter(pk__in=found.values("entry_id")).only("leaf")
    for event in map(_event, rows):
        count = event.details.get("count") if event else None
        for place in event.present if event else ():
            shown[place] = max(shown.get(place, 0), count if isinstance(count, int) else 0)
    return shown


def each_who_saw(ledger_name: str, number: UUID) -> tuple[PersonReader, ...]:
    """Return each person who had a situation before them, by `who_saw`'s rules and its index."""
    rows = (
        _about(ledger_name, SubjectKind.SITUATION, number)
        .exclude(verb__in=LOOKED_UP)
        .filter(outcome=Outcome.GRANTED)
        .values("organisation", "actor")
        .annotate(times=Count("number"), first=Min("time"), last=Max("time"))
        .order_by("organisation", "-times", "actor")
    )
    return tuple(PersonReader(**row) for row in rows)


def openings_of(ledger_name: str, number: UUID) -> tuple[Opening, ...]:
    """Return each time a situation was laid open before one person, the oldest first.

    Meetings' screens are not in it (``shown_on_screens``): who clicked is not who saw.
    """
    about = _about(ledger_name, SubjectKind.SITUATION, number).filter(
        verb__in=set(OPENINGS) - {Verb.SHOWN_ON_SCREEN}, outcome=Outcome.GRANTED
    )
    rows = Entry.objects.filter(pk__in=about.values("entry_id")).order_by("index")
    columns = rows.values_list("time", "actor", "organisation", "purpose")
    return tuple(
        Opening(time, actor, organisation, purpose)
        for time, actor, organisation, purpose in columns
        if time is not None
    )


def shown_on_screens(ledger_name: str, number: UUID) -> tuple[Shown, ...]:
    """Return when a situation was shown in a meeting, and before whom: those present are told by
    the leaf alone. An entry whose leaf can't be read is left out; ``verify`` names it."""
    about = _about(ledger_name, SubjectKind.SITUATION, number).filter(
        verb=Verb.SHOWN_ON_SCREEN, outcome=Outcome.GRANTED
    )
    rows = Entry.objects.filter(pk__in=about.values("entry_id")).order_by("-index")
    found = ((entry, _event(entry)) for entry in rows.only("time", "leaf", "meeting"))
    return tuple(
        Shown(entry.time, entry.meeting, event.present)
        for entry, event in found
        if event is not None and entry.time is not None
    )


def people_who_saw(ledger_name: str, number: UUID) -> set[UUID]:
    """Return the people a situation was laid open before; refusals and lists don't count."""
    rows = _about(ledger_name, SubjectKind.SITUATION, number).filter(
        verb__in=OPENINGS, outcome=Outcome.GRANTED, actor__isnull=False
    )
    return {actor for actor in rows.values_list("actor", flat=True).distinct() if actor}


def heads(ledger_names: Sequence[str]) -> tuple[Head, ...]:
    """Return the state of each ledger that exists, in the order of the names."""
    ledgers = {ledger.name: ledger for ledger in Ledger.objects.filter(name__in=ledger_names)}
    last: dict[int, Checkpoint] = {}
    for checkpoint in Checkpoint.objects.filter(ledger__in=ledgers.values()).order_by("pk"):
        last[checkpoint.ledger_id] = checkpoint
    found = (ledgers[name] for name in ledger_names if name in ledgers)
    return tuple(_head(ledger, last.get(ledger.pk)) for ledger in found)


def _about(ledger_name: str, kind: SubjectKind, number: UUID) -> QuerySet[EntrySubject]:
    return EntrySubject.objects.filter(_in(ledger_name), kind=kind, number=number)


def _in(ledger_name: str) -> Q:
    # The ledger's number, found first: joined, its rows could not be walked in an index's order.
    return Q(ledger=Ledger.objects.filter(name=check_name(ledger_name)).values("pk")[:1])


def _lines(rows: QuerySet[Entry]) -> tuple[Line, ...]:
    entries = list(rows.select_related("ledger"))
    subjects: dict[int, list[tuple[str, UUID]]] = {}
    found = EntrySubject.objects.filter(entry__in=entries).order_by("pk")
    for entry_id, kind, number in found.values_list("entry_id", "kind", "number"):
        subjects.setdefault(entry_id, []).append((kind, number))
    return tuple(
        Line(
            ledger=entry.ledger.name,
            index=entry.index,
            time=entry.time,
            actor=entry.actor,
            organisation=entry.organisation,
            role=entry.role,
            verb=entry.verb,
            purpose=entry.purpose,
            outcome=entry.outcome,
            reason=entry.reason,
            klass=entry.klass,
            meeting=entry.meeting,
            request_id=entry.request_id,
            subjects=tuple(subjects.get(entry.pk, ())),
            field_groups=event.field_groups if event else (),
            details=event.details if event else {},
            leaf_hash=bytes(entry.leaf_hash).hex(),
        )
        for entry, event in ((entry, _event(entry)) for entry in entries)
    )


def _event(entry: Entry) -> Event | None:
    try:
        return parse_leaf(bytes(entry.leaf or b"")).event
    except InvalidLeafError:
        return None


def _head(ledger: Ledger, checkpoint: Checkpoint | None) -> Head:
    return Head(
        name=ledger.name,
        size=ledger.size,
        root=bytes(ledger.root).hex(),
        last_time=ledger.last_time,
        checkpoint="" if checkpoint is None else checkpoint.note,
        checkpoint_size=None if checkpoint is None else checkpoint.size,
        checkpoint_at=None if checkpoint is None else checkpoint.signed_at,
    )
