"""The published rules that pick what the DPO looks at (design 2, “What the DPO reviews”). Pure.

The same entries, facts and seed always give the same queue, so that anybody can compute it again.
A rule says that something is worth a look, never that somebody did wrong.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Outcome, Purpose, Verb

# Moves with every change of a rule; each month keeps the version that built its queue.
VERSION: Final = 1

AGENDA_WINDOW: Final = timedelta(days=30)
BULK_MORE_THAN: Final = 10
BULK_WINDOW: Final = timedelta(minutes=10)
NIGHT_FROM: Final = 22
NIGHT_UNTIL: Final = 6
REFUSALS_FROM: Final = 5
REFUSALS_WINDOW: Final = timedelta(hours=1)
SAMPLE_SIZE: Final = 5

# One's own draft while bringing it, and an import's rows: nobody opens a sheet there.
_NO_SHEET: Final = frozenset({Purpose.BRINGING, Purpose.IMPORT})
# One situation laid open. Lists and searches show many at once, and are not bulk reading.
OPENED: Final = frozenset({Verb.READ, Verb.PRINT})
EXPORTED: Final = frozenset({Verb.EXPORT, Verb.REPORT_EXPORTED})
ASKED_OR_GRANTED: Final = frozenset({Verb.ACCESS_ASKED, Verb.ACCESS_GRANTED})
ADMINISTRATOR: Final = "administrator"


class Rule(StrEnum):
    """The rules in the order of the queue. Codes are kept with each item: add, never rename."""

    WITHOUT_INVOLVEMENT = "without_involvement"
    BULK_READING = "bulk_reading"
    UNUSUAL_HOURS = "unusual_hours"
    CLOSED_OR_RESTRICTED = "closed_or_restricted"
    REFUSALS = "refusals"
    ADMINISTRATION = "administration"
    EXPORT = "export"
    ACCESS = "access"
    SUPPRESSION = "suppression"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of the ledger as the rules see it."""

    index: int
    time: datetime
    verb: str
    outcome: str = Outcome.GRANTED
    actor: UUID | None = None
    organisation: UUID | None = None
    role: str = ""
    purpose: str = ""
    situations: tuple[UUID, ...] = ()
    # How many refusals a counted one stands for.
    count: int = 1
    # Recorded in the platform's ledger: what administrators did to this concertation.
    platform: bool = False

    @property
    def opens_one(self) -> bool:
        """Whether one situation was laid open before this person."""
        granted = self.outcome == Outcome.GRANTED and self.actor is not None
        sheet = self.verb in OPENED and self.purpose not in _NO_SHEET
        return granted and sheet and len(self.situations) == 1


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ledger doesn't say: who has to do with which situation, and its state."""

    # Who signalled it, owns an action of it or is its case manager, by situation.
    involved: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    # When it stood on an agenda that somebody was shown.
    on_agenda: Mapping[UUID, Sequence[datetime]] = field(default_factory=dict)
    closed_on: Mapping[UUID, date] = field(default_factory=dict)
    restricted: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule picked: numbers only. `key` names it within its rule and month."""

    rule: Rule
    key: str
    actor: UUID | None
    organisation: UUID | None
    situation: UUID | None
    first: datetime
    last: datetime
    entries: tuple[int, ...]
    count: int
    platform: bool = False


def pick(acts: Iterable[Act], facts: Facts, *, seed: bytes) -> tuple[Finding, ...]:
    """Build a month's queue: every rule in its order, then the random sample of what is left."""
    ordered = sorted(acts, key=lambda each: (each.platform, each.index))
    opened = [each for each in ordered if each.opens_one]
    found = [
        *_grouped(Rule.WITHOUT_INVOLVEMENT, _uninvolved(opened, facts), _person_situation),
        *_bursts(Rule.BULK_READING, opened, BULK_WINDOW, _too_many_situations),
        *_grouped(Rule.UNUSUAL_HOURS, filter(_at_night, opened), _person_night),
        *_grouped(Rule.CLOSED_OR_RESTRICTED, _shut(opened, facts), _person_situation),
        *_bursts(Rule.REFUSALS, filter(_refused, ordered), REFUSALS_WINDOW, _too_many_refusals),
        *_grouped(Rule.ADMINISTRATION, filter(_by_administrator, ordered), _person_verb_day),
        *_grouped(Rule.EXPORT, _granted(ordered, EXPORTED), _alone),
        *_grouped(Rule.ACCESS, _granted(ordered, ASKED_OR_GRANTED), _alone),
        *_grouped(Rule.SUPPRESSION, _granted(ordered, {Verb.SUPPRESSION_LIFTED}), _alone),
    ]
    seen = {index for each in found if not each.platform for index in each.entries}
    ordinary = [each for each in opened if each.index not in seen]
    return (*found, *_grouped(Rule.SAMPLE, _sample(ordinary, seed), _alone))


def _uninvolved(opened: Iterable[Act], facts: Facts) -> Iterator[Act]:
    for each in opened:
        situation = each.situations[0]
        if each.actor in facts.involved.get(situation, frozenset()):
            continue
        listed = facts.on_agenda.get(situation, ())
        if not any(abs(at - each.time) <= AGENDA_WINDOW for at in listed):
            yield each


def _shut(opened: Iterable[Act], facts: Facts) -> Iterator[Act]:
    for each in opened:
        closed = facts.closed_on.get(each.situations[0])
        after = closed is not None and timezone.localdate(each.time) >= closed
        if after or each.situations[0] in facts.restricted:
            yield each


def _at_night(act: Act) -> bool:
    hour = timezone.localtime(act.time).hour
    return hour >= NIGHT_FROM or hour < NIGHT_UNTIL


def _refused(act: Act) -> bool:
    return act.outcome == Outcome.REFUSED


def _by_administrator(act: Act) -> bool:
    changed = act.verb == Verb.SETTINGS_CHANGED
    return act.outcome == Outcome.GRANTED and (act.role == ADMINISTRATOR or changed)


def _granted(acts: Iterable[Act], verbs: Iterable[str]) -> list[Act]:
    wanted = set(verbs)
    return [each for each in acts if each.outcome == Outcome.GRANTED and each.verb in wanted]


def _too_many_situations(window: Sequence[Act]) -> bool:
    return len({each.situations[0] for each in window}) > BULK_MORE_THAN


def _too_many_refusals(window: Sequence[Act]) -> bool:
    return sum(each.count for each in window) >= REFUSALS_FROM


def _sample(ordinary: Iterable[Act], seed: bytes) -> list[Act]:
    """Drawn by a hash over the month's own seed: nobody chooses, everybody can check."""

    def lot(act: Act) -> bytes:
        return sha256(seed + act.index.to_bytes(8, "big")).digest()

    drawn = sorted(ordinary, key=lot)[:SAMPLE_SIZE]
    return sorted(drawn, key=lambda each: each.index)


def _person_situation(act: Act) -> str:
    return f"{act.actor}:{act.situations[0]}"


def _person_night(act: Act) -> str:
    # A night is one, before and after midnight: it bears the date of its evening.
    evening = timezone.localtime(act.time) - timedelta(hours=NIGHT_UNTIL)
    return f"{act.actor}:{evening.date()}"


def _person_verb_day(act: Act) -> str:
    return f"{act.actor}:{act.verb}:{timezone.localdate(act.time)}"


def _alone(act: Act) -> str:
    return str(act.index)


def _grouped(rule: Rule, acts: Iterable[Act], key: Callable[[Act], str]) -> list[Finding]:
    groups: dict[str, list[Act]] = defaultdict(list)
    for each in acts:
        groups[key(each)].append(each)
    return [_finding(rule, name, group) for name, group in groups.items()]


def _bursts(
    rule: Rule,
    acts: Iterable[Act],
    length: timedelta,
    too_many: Callable[[Sequence[Act]], bool],
) -> list[Finding]:
    """Each stretch of one person's acts in which some window holds too many of them."""
    by_person: dict[UUID | None, list[Act]] = defaultdict(list)
    for each in acts:
        by_person[each.actor].append(each)
    return [
        _finding(rule, f"{person}:{stretch[0].index}", stretch)
        for person, mine in by_person.items()
        for stretch in _stretches(mine, length, too_many)
    ]


def _stretches(
    acts: Sequence[Act], length: timedelta, too_many: Callable[[Sequence[Act]], bool]
) -> list[list[Act]]:
    found: list[list[Act]] = []
    start, taken = 0, 0
    for stop, act in enumerate(acts, 1):
        while act.time - acts[start].time > length:
            start += 1
        if not too_many(acts[start:stop]):
            continue
        if found and start < taken:
            found[-1].extend(acts[taken:stop])
        else:
            found.append(list(acts[start:stop]))
        taken = stop
    return found


def _finding(rule: Rule, key: str, acts: Sequence[Act]) -> Finding:
    situations = {number for each in acts for number in each.situations}
    return Finding(
        rule=rule,
        key=key,
        actor=acts[0].actor,
        organisation=acts[0].organisation,
        situation=next(iter(situations)) if len(situations) == 1 else None,
        first=acts[0].time,
        last=acts[-1].time,
        entries=tuple(each.index for each in acts),
        count=sum(each.count for each in acts),
        platform=acts[0].platform,
    )
