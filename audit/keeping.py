"""How long the log keeps what it says: the rule, and decisions that stand in the log itself.

Reads go after twelve months, writes twelve months after their situation was erased; a reasoned
decision after the DPO's opinion keeps both up to three years, and holds as long. What says who had
access, and on what ground, goes five years after that access ended (design 2, “Rights and
retention”; design 3, classes).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from audit.enums import Outcome, RetentionClass, SubjectKind, Verb
from audit.event import Event, Subject
from audit.leaf import InvalidLeafError, parse_leaf
from audit.models import Entry, EntrySubject, Ledger
from audit.names import PLATFORM, ledger_id

YEAR: Final = timedelta(days=365)
# What a decision may choose; one year is the rule, and takes a decision back.
YEARS: Final = (2, 3)
# Between the decision to keep less and its effect: everybody is told, and nothing goes meanwhile.
NOTICE: Final = timedelta(days=30)
# Two leap days fit in: never early.
AFTER_ACCESS: Final = timedelta(days=5 * 365 + 2)

ASKED: Final = Verb.EXTENSION_ASKED
ADVISED: Final = Verb.OPINION_GIVEN
DECIDED: Final = Verb.RETENTION_EXTENDED
DECLINED: Final = Verb.EXTENSION_DECLINED
_STEPS: Final = (ASKED, ADVISED, DECIDED, DECLINED)

# The ground the rest stands on; each is about the ledger, its keys, or what no longer exists.
STAYS: Final = frozenset(
    {
        Verb.GENESIS, Verb.GENERATION_MADE, Verb.RECOVERY_REISSUED, Verb.ERASED, Verb.PRUNED,
        Verb.CHECKPOINT_SIGNED, Verb.CHECKPOINT_KEY_CHANGED, Verb.CHECKPOINT_SENT, Verb.ALARM,
        Verb.UNOPENABLE, Verb.CONCERTATION_CREATED, Verb.CHARTER_PUBLISHED,
    }
)  # fmt: skip
_NAMES: Final = (SubjectKind.PERSON, SubjectKind.ORGANISATION, SubjectKind.WITHOUT_ACCOUNT)

Ends = Mapping[UUID, datetime | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a question about the log's own keeping, as it was recorded."""

    index: int
    time: datetime
    event: Event


def about_the_log(concertation: UUID) -> Subject:
    """The subject of such a question: the log of this concertation."""
    return Subject(SubjectKind.LEDGER, concertation)


def steps(ledger: Ledger) -> list[Step]:
    """What was asked, advised and decided about how long this log is kept, oldest first.

    Only a concertation's: nobody prolongs the platform's.
    """
    concertation = _concertation(ledger.name)
    if concertation is None:
        return []
    about = EntrySubject.objects.filter(
        ledger=ledger,
        kind=SubjectKind.LEDGER,
        number=concertation,
        verb__in=_STEPS,
        outcome=Outcome.GRANTED,
    )
    found = []
    rows = Entry.objects.filter(pk__in=about.values("entry"), leaf__isnull=False)
    for index, leaf in rows.order_by("index").values_list("index", "leaf"):
        try:
            parsed = parse_leaf(bytes(leaf or b""))
        except InvalidLeafError:
            continue  # verifying names it when it comes to it
        found.append(Step(index, parsed.time, parsed.event))
    return found


def years_of(step: Step) -> int:
    """The years a step is about; anything that no decision may choose is the rule."""
    told = step.event.details.get("value")
    return told if isinstance(told, int) and told in YEARS else 1


def in_force(found: Iterable[Step], moment: datetime) -> Step | None:
    """The decision that holds at a moment: the last one, as long as the years it gives.

    One that shortens holds only after its notice; until then the longer one does.
    """
    holds: Step | None = None
    for step in _decided(found, moment):
        if holds is None or not _waits(step, holds, moment):
            holds = step
    if holds is None or years_of(holds) == 1 or moment >= ends(holds):
        return None
    return holds


def announced(found: Iterable[Step], moment: datetime) -> Step | None:
    """The decision to keep less that was taken and doesn't hold yet."""
    told = list(found)
    holds, decided = in_force(told, moment), _decided(told, moment)
    if holds is None or not decided or decided[-1].index == holds.index:
        return None
    return decided[-1]


def _decided(found: Iterable[Step], moment: datetime) -> list[Step]:
    return [step for step in found if step.event.verb == DECIDED and step.time <= moment]


def _waits(step: Step, holds: Step, moment: datetime) -> bool:
    shorter = years_of(step) < years_of(holds)
    return shorter and moment < min(ends(holds), step.time + NOTICE)


def ends(decision: Step) -> datetime:
    """When a decision ends by itself: by then what it was made for has reached its age."""
    return decision.time + years_of(decision) * YEAR


def kept(found: Iterable[Step], klass: RetentionClass, moment: datetime) -> timedelta:
    """The age at which an entry of a class may go, by the rule or by the decision in force."""
    if klass == RetentionClass.GOVERNANCE:
        return AFTER_ACCESS
    decision = in_force(found, moment)
    return YEAR if decision is None else years_of(decision) * YEAR


_ends: Callable[[UUID | None], Ends] | None = None


def register_ends(ends: Callable[[UUID | None], Ends]) -> None:
    """Register who says when a person's or an organisation's access to a concertation ended, or to
    the platform; a number whose access goes on has no date.

    The ledger knows numbers only. Without anybody who says, nothing of governance goes.
    """
    global _ends
    _ends = ends


def ended_numbers(ledger_name: str, now: datetime) -> frozenset[UUID]:
    """Numbers whose access ended long enough ago.

    A number that nobody knows any more (its row was erased) counts from its last trace: what it
    did, or what governance says about it, in any ledger.
    """
    if _ends is None:
        return frozenset()
    known, cutoff = _ends(_concertation(ledger_name)), now - AFTER_ACCESS
    recent = _traces(since=cutoff) - known.keys()
    every = _traces() - known.keys()
    long_ago = {number for number, end in known.items() if end is not None and end <= cutoff}
    return frozenset(long_ago | (every - recent))


def named(event: Event) -> frozenset[UUID]:
    """Whom an entry names: who did it, the people and organisations it is about."""
    about = {each.number for each in event.subjects if each.kind in _NAMES}
    return frozenset(about | ({event.actor} if event.actor else set()))


def _concertation(ledger_name: str) -> UUID | None:
    return None if ledger_name == PLATFORM else UUID(ledger_id(ledger_name))


def _traces(since: datetime | None = None) -> set[UUID]:
    acts = Entry.objects.filter(leaf__isnull=False)
    about = EntrySubject.objects.filter(kind__in=_NAMES)
    if since is not None:
        acts, about = acts.filter(time__gt=since), about.filter(time__gt=since)
    # A search about someone, years later, is no sign of theirs: only what governance says of them.
    about = about.filter(entry__klass=RetentionClass.GOVERNANCE)
    return {
        *(each for each in acts.values_list("actor", flat=True).distinct() if each is not None),
        *about.values_list("number", flat=True).distinct(),
    }
