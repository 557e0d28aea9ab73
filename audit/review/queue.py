"""Building a month's queue from the ledger, and keeping it. The rules themselves are pure."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from audit.enums import Outcome, Purpose, SubjectKind, Verb
from audit.event import DetailValue
from audit.leaf import InvalidLeafError, parse_leaf
from audit.models import Entry, EntrySubject, Ledger
from audit.names import CONCERTATION_PREFIX, PLATFORM
from audit.review.models import ReviewItem, ReviewMonth, ReviewState
from audit.review.rules import (
    ADMINISTRATOR,
    AGENDA_WINDOW,
    ASKED_OR_GRANTED,
    EXPORTED,
    OPENED,
    VERSION,
    Act,
    Facts,
    Finding,
    Rule,
    pick,
)

SEED_BYTES: Final = 16
_BATCH: Final = 400  # SQLite before 3.32 takes no more than 999 parameters in one statement
_VERBS: Final = OPENED | EXPORTED | ASKED_OR_GRANTED
_RARE: Final = frozenset({Verb.SUPPRESSION_LIFTED, Verb.SETTINGS_CHANGED})
# An agenda shown names its situations in one event; a free search has no such purpose.
_AGENDAS: Final = Q(purpose=Purpose.AGENDA, verb=Verb.LIST, outcome=Outcome.GRANTED)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Built:
    """What building a queue did, and what its event says of it; none for a complete month."""

    month: ReviewMonth
    added: int
    details: Mapping[str, DetailValue] | None = None


def first_day(day: date) -> date:
    """The month that a day lies in."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return first_day(month + timedelta(days=31))


def build(ledger_name: str, month: date, facts: Callable[[set[UUID]], Facts]) -> Built:
    """Build a month's queue, or add to it what happened since; what was decided stays.

    `facts` tells what the ledger doesn't: it is asked once, for the situations that were opened.
    Called inside the caller's transaction, who records it. A complete month is left as it is.
    """
    # The head is the lock: two who build at the same time would each add the same items.
    ledger = Ledger.objects.select_for_update(no_key=True).get(name=ledger_name)
    now = timezone.now()
    row, _made = ReviewMonth.objects.get_or_create(
        ledger=ledger,
        month=month,
        defaults={
            "seed": secrets.token_bytes(SEED_BYTES),
            "rules": VERSION,
            "entries": 0,
            "built_at": now,
        },
    )
    if row.complete:
        return Built(row, 0)
    start, stop = _midnight(month), _midnight(next_month(month))
    acts = [*_acts(ledger, start, stop), *_of_administrators(ledger, start, stop)]
    opened = {each.situations[0] for each in acts if each.opens_one}
    told = replace(facts(opened), on_agenda=_on_agenda(ledger, start, stop))
    added = _keep(row, pick(acts, told, seed=bytes(row.seed)))
    row.entries, row.built_at, row.rules = len(acts), now, VERSION
    row.complete = timezone.localdate(now) >= next_month(month)
    row.save()
    details: dict[str, DetailValue] = {
        "month": f"{month:%Y-%m}",
        "count": added,
        "version": VERSION,
    }
    return Built(row, added, details)


def _keep(month: ReviewMonth, findings: Iterable[Finding]) -> int:
    """Keep what was found: new items are added, undecided ones follow, decided ones stay."""
    before = {(each.rule, each.key): each for each in month.items.all()}
    new, current = [], set()
    for found in findings:
        name = (str(found.rule), found.key)
        current.add(name)
        item = before.get(name)
        if item is None:
            new.append(ReviewItem(month=month, rule=found.rule, key=found.key, **_columns(found)))
        elif item.state == ReviewState.OPEN and item.count != found.count:
            for column, value in _columns(found).items():
                setattr(item, column, value)
            item.version += 1
            item.save()
    ReviewItem.objects.bulk_create(new)
    # The draw is made again over the whole month; only the sample can lose an item.
    gone = [item.pk for name, item in before.items() if name not in current]
    ReviewItem.objects.filter(pk__in=gone, rule=Rule.SAMPLE, state=ReviewState.OPEN).delete()
    return len(new)


def _columns(found: Finding) -> dict[str, Any]:
    return {
        "actor": found.actor,
        "organisation": found.organisation,
        "situation": found.situation,
        "first_at": found.first,
        "last_at": found.last,
        "entries": list(found.entries),
        "count": found.count,
        "platform": found.platform,
    }


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


_COLUMNS: Final = (
    "pk",
    "index",
    "time",
    "verb",
    "outcome",
    "actor",
    "organisation",
    "role",
    "purpose",
)


def _acts(ledger: Ledger, start: datetime, stop: datetime) -> Iterator[Act]:
    rows = Entry.objects.filter(
        Q(verb__in=_VERBS | _RARE) | Q(outcome=Outcome.REFUSED) | Q(role=ADMINISTRATOR),
        ledger=ledger,
        time__gte=start,
        time__lt=stop,
    ).order_by("index")
    for batch in _batches(rows.values_list(*_COLUMNS, "reason").iterator(_BATCH)):
        subjects = _situations([row[0] for row in batch])
        counted = _counted([row[0] for row in batch if row[-1] == "counted"])
        for pk, *columns, _reason in batch:
            act = _act(columns)
            yield replace(act, situations=subjects.get(pk, ()), count=counted.get(pk, 1))


def _act(columns: list[Any], *, platform: bool = False) -> Act:
    index, time, verb, outcome, actor, organisation, role, purpose = columns
    return Act(
        index=index,
        time=time,
        verb=verb,
        outcome=outcome,
        actor=actor,
        organisation=organisation,
        role=role,
        purpose=purpose,
        platform=platform,
    )


def _of_administrators(ledger: Ledger, start: datetime, stop: datetime) -> Iterator[Act]:
    """What administrators did to this concertation stands in the platform's ledger."""
    number = UUID(ledger.name.removeprefix(CONCERTATION_PREFIX))
    about = EntrySubject.objects.filter(
        ledger__name=PLATFORM,
        kind=SubjectKind.CONCERTATION,
        number=number,
        time__gte=start,
        time__lt=stop,
    )
    rows = Entry.objects.filter(pk__in=about.values("entry"), role=ADMINISTRATOR)
    for columns in rows.order_by("index").values_list(*_COLUMNS[1:]):
        yield _act(list(columns), platform=True)


def _situations(entries: list[int]) -> Mapping[int, tuple[UUID, ...]]:
    found: dict[int, tuple[UUID, ...]] = defaultdict(tuple)
    rows = EntrySubject.objects.filter(entry__in=entries, kind=SubjectKind.SITUATION)
    for entry, number in rows.order_by("pk").values_list("entry", "number"):
        found[entry] += (number,)
    return found


def _counted(entries: list[int]) -> dict[int, int]:
    """How many refusals a counted one stands for: only its leaf says it."""
    found = {}
    for pk, leaf in Entry.objects.filter(pk__in=entries).values_list("pk", "leaf"):
        try:
            count = parse_leaf(bytes(leaf or b"")).event.details.get("count")
        except InvalidLeafError:
            continue  # `ledger verify` names it
        if isinstance(count, int):
            found[pk] = count
    return found


def _on_agenda(ledger: Ledger, start: datetime, stop: datetime) -> Mapping[UUID, list[datetime]]:
    """When each situation stood on an agenda that was shown, once a day."""
    listed = Entry.objects.filter(
        _AGENDAS, ledger=ledger, time__gte=start - AGENDA_WINDOW, time__lt=stop + AGENDA_WINDOW
    )
    rows = EntrySubject.objects.filter(
        entry__in=listed.values("pk"), kind=SubjectKind.SITUATION
    ).order_by("time")
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for number, at in rows.values_list("number", "time").iterator(_BATCH):
        days = found[number]
        if not days or days[-1].date() != at.date():
            days.append(at)
    return found


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def questions_for(ledger_name: str, person: UUID) -> list[ReviewItem]:
    """The questions that wait for one reader's answer, the oldest first."""
    rows = ReviewItem.objects.filter(
        month__ledger__name=ledger_name,
        actor=person,
        state=ReviewState.QUESTIONED,
        answered_at=None,
    )
    return list(rows.order_by("asked_at"))
