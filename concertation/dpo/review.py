"""The DPO's queue of a month, one item of it, and the question a reader answers. No content.

Each page is recorded before it is shown; an item's with whom and which situation it is about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.enums import Outcome, Purpose, SubjectKind, Verb
from audit.event import Subject
from audit.models import Entry
from audit.names import PLATFORM, concertation_ledger
from audit.reading import lines_at
from audit.review.models import ENDED, ReviewItem, ReviewMonth, ReviewReport, ReviewState
from audit.review.queue import first_day
from audit.review.rules import Facts, Rule
from concertation.accounts.models import Organisation, Participation, User
from concertation.dpo.rows import Row, row_of, words_for
from concertation.dpo.rule_words import GLYPHS, RULES, STATES, Words
from concertation.situations.enums import SituationState
from concertation.situations.models import AgreedAction, Situation, SituationGrant
from ethics import gate
from ethics.policy import Act, Refusal

MONTHS_SHOWN: Final = 6
ENTRIES_SHOWN: Final = 12
_BATCH: Final = 400


@dataclass(frozen=True, slots=True)
class Item:
    """One item in words. `code` is that of a situation that still lives."""

    number: UUID
    rule: Words
    person: str | Promise
    organisation: str
    code: str
    situation: UUID | None
    first: datetime
    last: datetime
    count: int
    entries: tuple[int, ...]
    more: int
    platform: bool
    state: str
    state_words: str | Promise
    glyph: str
    ended: bool
    note: str
    question: str
    asked_at: datetime | None
    answer: str
    answered_at: datetime | None
    version: int
    # A question goes to someone who can come and answer it.
    may_ask: bool
    # On its own page: what the log says, entry by entry.
    acts: tuple[Row, ...] = ()

    @property
    def same_moment(self) -> bool:
        """Whether it began and ended within the minute that a page shows."""
        return self.first.replace(second=0, microsecond=0) == self.last.replace(
            second=0, microsecond=0
        )


@dataclass(frozen=True, slots=True)
class Trend:
    """How many items one rule gave, month by month, and how many readers were questioned."""

    rule: Words
    counts: tuple[int, ...]
    questioned: int


@dataclass(frozen=True, slots=True)
class Queue:
    """One month's page."""

    month: date
    built_at: datetime | None
    complete: bool
    rules_version: int
    items: tuple[Item, ...]
    months: tuple[date, ...]
    trend_months: tuple[date, ...]
    trends: tuple[Trend, ...]
    # When the month's report was signed.
    signed_at: datetime | None = None
    # The last verification since the queue was built, and whether all was as recorded.
    verified_at: datetime | None = None
    verified_ok: bool = False

    @property
    def may_sign(self) -> bool:
        """Whether every item was looked at, and the month is over."""
        looked = all(each.state != ReviewState.OPEN for each in self.items)
        return self.complete and self.signed_at is None and looked

    @property
    def next(self) -> UUID | None:
        """The first item that nobody has looked at yet."""
        return next((each.number for each in self.items if each.state == ReviewState.OPEN), None)

    @property
    def begun(self) -> bool:
        """Whether somebody looked at one of them."""
        return any(each.state != ReviewState.OPEN for each in self.items)

    @property
    def left(self) -> int:
        """Items that have not ended yet."""
        return sum(not each.ended for each in self.items)


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader is asked about their own accesses, and when these were."""

    number: UUID
    question: str
    asked_at: datetime | None
    first: datetime
    last: datetime
    count: int
    version: int


def check_may_review(actor: gate.Actor) -> None:
    """Let nobody but the DPO go on; raises `Refused`, recorded."""
    gate.allow(actor, Act.REVIEW, purpose=Purpose.REVIEW, verb=Verb.LEDGER_READ, record=False)


def queue_page(actor: gate.Actor, month: date | None) -> Queue:
    """A month's queue; without a month the newest that has one, else the present one."""
    gate.allow(actor, Act.REVIEW, purpose=Purpose.REVIEW, verb=Verb.LEDGER_READ)
    months = _months(actor)
    asked = month or (months[0].month if months else first_day(timezone.localdate()))
    row = next((each for each in months if each.month == asked), None)
    items = list(row.items.all()) if row else []
    verified = _verified_since(row)
    return Queue(
        month=asked,
        built_at=row.built_at if row else None,
        complete=row.complete if row else False,
        rules_version=row.rules if row else 0,
        items=_in_words(actor, sorted(items, key=_order)),
        months=tuple(each.month for each in months),
        trend_months=tuple(each.month for each in months[:MONTHS_SHOWN][::-1]),
        trends=_trends(months[:MONTHS_SHOWN][::-1]),
        signed_at=_signed_at(row),
        verified_at=verified.time if verified else None,
        verified_ok=bool(verified and verified.outcome == Outcome.GRANTED),
    )


def _verified_since(row: ReviewMonth | None) -> Entry | None:
    if row is None:
        return None
    rows = Entry.objects.filter(ledger=row.ledger_id, verb=Verb.LEDGER_VERIFIED)
    return rows.filter(time__gte=row.built_at).order_by("-index").first()


def item_page(actor: gate.Actor, number: UUID) -> Item:
    """One item. An unknown one, and another concertation's, are the same refusal, recorded."""
    check_may_review(actor)
    row = _items(actor).filter(pk=number).first()
    if row is None:
        raise gate.refuse_unknown(actor, purpose=Purpose.REVIEW, foreign=None)
    about = [
        Subject(kind, each)
        for kind, each in (
            (SubjectKind.REVIEW_ITEM, row.id),
            (SubjectKind.PERSON, row.actor),
            (SubjectKind.SITUATION, row.situation),
        )
        if each is not None
    ]
    gate.allow(actor, Act.REVIEW, purpose=Purpose.REVIEW, verb=Verb.LEDGER_READ, subjects=about)
    (item,) = _in_words(actor, [row])
    lines = lines_at(PLATFORM if row.platform else _ledger(actor), item.entries)
    words = words_for(actor, lines)
    return replace(item, acts=tuple(row_of(line, words) for line in lines))


def next_open(actor: gate.Actor, month: date) -> UUID | None:
    """The first item of the month that nobody has looked at yet."""
    rows = _items(actor).filter(month__month=month, state=ReviewState.OPEN)
    return next((each.id for each in sorted(rows, key=_order)), None)


def question_page(actor: gate.Actor, number: UUID) -> Question:
    """The question to this reader that still waits; anybody else's is unknown. Recorded."""
    gate.allow(
        actor, Act.ANSWER_REVIEW, purpose=Purpose.REVIEW, verb=Verb.REVIEW_ANSWERED, record=False
    )
    row = waiting(actor).filter(pk=number).first()
    if row is None:
        raise gate.refuse_unknown(actor, purpose=Purpose.REVIEW, foreign=None)
    return Question(
        row.id, row.question, row.asked_at, row.first_at, row.last_at, row.count, row.version
    )


def waiting(actor: gate.Actor) -> QuerySet[ReviewItem]:
    """The questions that wait for this reader's answer."""
    return _items(actor).filter(actor=actor.person, state=ReviewState.QUESTIONED, answered_at=None)


def published_rules() -> tuple[Words, ...]:
    """The rules in the order of the queue."""
    return tuple(RULES[rule] for rule in Rule)


def facts_of(concertation: UUID, situations: Iterable[UUID]) -> Facts:
    """What the ledger doesn't say of these situations. An erased one has nobody involved."""
    involved: dict[UUID, set[UUID]] = {}
    closed: dict[UUID, date] = {}
    restricted = set()
    for numbers in _batches(list(situations)):
        rows = Situation.objects.filter(concertation=concertation, id__in=numbers).order_by()
        for number, state, closed_on, shut, by, manager in rows.values_list(
            "id", "state", "closed_on", "restricted", "brought_by__person", "case_manager__person"
        ):
            involved.setdefault(number, set()).add(by)
            if manager is not None:
                involved[number].add(manager)
            if state == SituationState.CLOSED and closed_on:
                closed[number] = closed_on
            if shut:
                restricted.add(number)
        owners = AgreedAction.objects.filter(situation__in=numbers).order_by()
        for number, person in owners.values_list("situation", "owner__person"):
            involved.setdefault(number, set()).add(person)
        opened = SituationGrant.objects.filter(content_object__in=numbers)
        for number, person in opened.values_list("content_object", "user"):
            involved.setdefault(number, set()).add(person)
    return Facts(
        involved={number: frozenset(people) for number, people in involved.items()},
        closed_on=closed,
        restricted=frozenset(restricted),
    )


def _batches(numbers: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH))


def _months(actor: gate.Actor) -> list[ReviewMonth]:
    return list(ReviewMonth.objects.filter(ledger__name=_ledger(actor)).order_by("-month"))


def _items(actor: gate.Actor) -> QuerySet[ReviewItem]:
    return ReviewItem.objects.filter(month__ledger__name=_ledger(actor))


def _ledger(actor: gate.Actor) -> str:
    if actor.concertation is None:  # never: the gate allowed the actor in this concertation
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return concertation_ledger(actor.concertation)


def _signed_at(row: ReviewMonth | None) -> datetime | None:
    return ReviewReport.objects.filter(month=row).values_list("signed_at", flat=True).first()


def _order(item: ReviewItem) -> tuple[int, datetime]:
    return list(Rule).index(Rule(item.rule)), item.first_at


def _trends(months: Sequence[ReviewMonth]) -> tuple[Trend, ...]:
    rows = ReviewItem.objects.filter(month__in=months).values_list("month", "rule", "asked_at")
    counts: dict[tuple[int, str], int] = {}
    questioned: dict[str, int] = {}
    for month, rule, asked in rows:
        counts[month, rule] = counts.get((month, rule), 0) + 1
        questioned[rule] = questioned.get(rule, 0) + (asked is not None)
    return tuple(
        Trend(
            RULES[rule],
            tuple(counts.get((month.pk, rule), 0) for month in months),
            questioned.get(rule, 0),
        )
        for rule in Rule
        if months
    )


def _in_words(actor: gate.Actor, rows: Sequence[ReviewItem]) -> tuple[Item, ...]:
    """Items with names and codes, fetched once for all of them."""
    people = dict(User.objects.filter(id__in={row.actor for row in rows}).values_list("id", "name"))
    organisations = dict(
        Organisation.objects.filter(id__in={row.organisation for row in rows}).values_list(
            "id", "name"
        )
    )
    codes = dict(
        Situation.objects.filter(
            concertation=actor.concertation, id__in={row.situation for row in rows}
        ).values_list("id", "code")
    )
    places = Participation.objects.filter(
        concertation=actor.concertation, person__in={row.actor for row in rows}
    )
    present = {row.person_id for row in places if row.is_current()}
    return tuple(_item(row, people, organisations, codes, present) for row in rows)


def _item(
    row: ReviewItem,
    people: Mapping[UUID, str],
    organisations: Mapping[UUID, str],
    codes: Mapping[UUID, str | None],
    present: set[UUID],
) -> Item:
    person: str | Promise = _("personne non identifiée")
    if row.actor is not None:
        person = people.get(row.actor, _("compte inconnu"))
    shown = tuple(row.entries[:ENTRIES_SHOWN])
    return Item(
        number=row.id,
        rule=RULES[row.rule],
        person=person,
        organisation=organisations.get(row.organisation, "") if row.organisation else "",
        code=(codes.get(row.situation) or "") if row.situation else "",
        situation=row.situation,
        first=row.first_at,
        last=row.last_at,
        count=row.count,
        entries=shown,
        more=len(row.entries) - len(shown),
        platform=row.platform,
        state=row.state,
        state_words=STATES[row.state],
        glyph=GLYPHS[row.state],
        ended=row.state in ENDED,
        note=row.note,
        question=row.question,
        asked_at=row.asked_at,
        answer=row.answer,
        answered_at=row.answered_at,
        version=row.version,
        may_ask=row.state == ReviewState.OPEN and row.actor in present,
    )
