"""How long a situation is kept, and whether longer is asked: days and words, no content."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from django.db.models import QuerySet

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.models import Participation
from concertation.situations.enums import OPEN_EXTENSIONS, ExtensionState
from concertation.situations.models import Extension, Situation
from concertation.situations.reading.erasures import life_of
from concertation.situations.reading.find import check_offered, code_of, find, my_place
from concertation.situations.reading.words import place
from ethics import gate
from ethics.policy import Act
from ethics.rights import retention
from ethics.roles import Role

Voice = Literal["coordinator", "holder"]

# What the form proposes, as far as it fits.
MONTHS: Final = (1, 3, 6, 12)
# Answered questions that the DPO's page still shows.
SHOWN: Final = 20
_PLACES: Final = ("asked_by", "coordinator", "holder")


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """One question: who asked, why, for how long, and what became of it."""

    number: UUID
    state: str
    state_label: str
    asked_by: str
    asked_at: datetime
    reason: str
    months: int
    opinion: str
    opinion_at: datetime | None
    agreed: tuple[str, ...]
    until: date | None

    @property
    def waits_for_opinion(self) -> bool:
        """Whether the DPO is to answer."""
        return self.state == ExtensionState.ASKED

    @property
    def waits(self) -> bool:
        """Whether anybody is."""
        return self.state in OPEN_EXTENSIONS


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """One question before the DPO: the situation's code, state and days, and nothing of it."""

    extension: ExtensionRow
    code: str
    state: str
    last_day: date
    wanted: date | None


@dataclass(frozen=True, slots=True)
class ExtensionPage:
    """A situation's last day, the question that is open, those before, what could be asked."""

    number: UUID
    code: str
    closed: bool
    last_day: date
    open: ExtensionRow | None
    before: tuple[ExtensionRow, ...]
    months: tuple[int, ...]
    # Whether the actor's own voice is awaited.
    my_voice: bool


def to_extend(actor: gate.Actor, code: str) -> ExtensionPage:
    """The page of keeping a situation longer; raises `Refused`."""
    row = find(actor, code, purpose=Purpose.ADMINISTRATION)
    check_offered(actor, row, Act.EXTEND, Verb.EXTENSION_ASKED, Purpose.ADMINISTRATION)
    life = life_of(row)
    rows = list(row.extensions.select_related(*(f"{each}__organisation" for each in _PLACES)))
    waiting = next((each for each in rows if each.state in OPEN_EXTENSIONS), None)
    mine = Participation.objects.get(id=my_place(actor)) if waiting else None
    return ExtensionPage(
        number=row.id,
        code=code_of(row),
        closed=row.closed_on is not None,
        last_day=retention.last_day(life),
        open=_shown(waiting) if waiting else None,
        before=tuple(_shown(each) for each in rows if each is not waiting),
        months=tuple(each for each in MONTHS if retention.extended(life, each)),
        my_voice=waiting is not None
        and waiting.state == ExtensionState.ADVISED
        and mine is not None
        and voice_of(waiting, row, mine) is not None,
    )


def opinions(actor: gate.Actor) -> tuple[OpinionRow, ...]:
    """The questions of the concertation, those that wait for the DPO first; raises `Refused`."""
    gate.allow(actor, Act.GIVE_OPINION, purpose=Purpose.REVIEW, record=False)
    rows = _asked(actor).select_related("situation", *(f"{each}__organisation" for each in _PLACES))
    waiting = list(rows.filter(state=ExtensionState.ASKED).order_by("made_at"))
    shown = [*waiting, *rows.exclude(state=ExtensionState.ASKED)[:SHOWN]]
    gate.allow(
        actor,
        Act.GIVE_OPINION,
        purpose=Purpose.REVIEW,
        verb=Verb.LIST,
        subjects=tuple(Subject(SubjectKind.SITUATION, each.situation_id) for each in shown),
    )
    return tuple(_before_the_dpo(each) for each in shown)


def opinions_waiting(actor: gate.Actor) -> int:
    """How many wait for the DPO."""
    return _asked(actor).filter(state=ExtensionState.ASKED).count()


def _asked(actor: gate.Actor) -> QuerySet[Extension]:
    return Extension.objects.filter(
        situation__concertation=actor.concertation, situation__erasing=False
    )


def answerer(row: Situation) -> Participation | None:
    """Who answers for a situation beside the coordinator: its case manager, else who brought it.

    A case manager who coordinates is the first voice already; nobody who left counts.
    """
    numbers = [each for each in (row.case_manager_id, row.brought_by_id) if each]
    places = Participation.objects.in_bulk(numbers)
    found = [places[each] for each in numbers if places[each].is_current()]
    others = [each for each in found if Role.COORDINATOR not in each.role_set]
    return next(iter([*others, *found]), None)


def voice_of(made: Extension, row: Situation, mine: Participation) -> Voice | None:
    """Which voice of a decision is this place's to give now: two voices, two persons.

    Where nobody but coordinators answers for the situation, a second coordinator is the second.
    """
    coordinates = Role.COORDINATOR in mine.role_set
    given = [each for each in (made.coordinator, made.holder) if each]
    if any(each.person_id == mine.person_id for each in given):
        return None
    if coordinates and made.coordinator is None:
        return "coordinator"
    second = answerer(row)
    only_coordinators = second is None or Role.COORDINATOR in second.role_set
    answers = second is not None and second.id == mine.id
    if made.holder is None and (answers or (coordinates and only_coordinators)):
        return "holder"
    return None


def _shown(row: Extension) -> ExtensionRow:
    return ExtensionRow(
        number=row.id,
        state=row.state,
        state_label=str(row.get_state_display()),
        asked_by=place(row.asked_by),
        asked_at=row.made_at,
        reason=str(row.get_reason_display()),
        months=row.months,
        opinion=str(row.get_opinion_display()) if row.opinion else "",
        opinion_at=row.opinion_at,
        agreed=tuple(place(each) for each in (row.coordinator, row.holder) if each),
        until=row.until,
    )


def _before_the_dpo(row: Extension) -> OpinionRow:
    life = life_of(row.situation)
    return OpinionRow(
        extension=_shown(row),
        code=code_of(row.situation),
        state=str(row.situation.get_state_display()),
        last_day=retention.last_day(life),
        wanted=row.until or retention.extended(life, row.months),
    )
