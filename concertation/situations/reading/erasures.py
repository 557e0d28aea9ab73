"""Erasures: what is about to be erased, and the certificates of what was. No content, no code."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.situations.enums import OPEN_STATES, SituationState
from concertation.situations.models import Erasure, Situation
from concertation.situations.reading.find import check_offered, code_of, find, in_sight
from concertation.situations.reading.words import place
from ethics import gate
from ethics.policy import Act
from ethics.rights import retention


@dataclass(frozen=True, slots=True)
class Certificate:
    """The record of one erasure (*procès-verbal d’effacement*): a number, steps and their times."""

    number: UUID
    cause: str
    by: str
    marked_at: datetime
    destroyed_at: datetime | None
    deleted_at: datetime | None
    certified_at: datetime | None
    texts: int

    @property
    def complete_on(self) -> date | None:
        """The day the last copy of its key is gone."""
        if self.destroyed_at is None:
            return None
        return retention.complete_on(timezone.localdate(self.destroyed_at))


@dataclass(frozen=True, slots=True)
class ToErase:
    """A closed situation about to be erased before its time; nothing of it but its code."""

    number: UUID
    code: str
    erased_on: date | None


@dataclass(frozen=True, slots=True)
class Announced:
    """A closed situation that the rules erase soon."""

    code: str
    on: date


def life_of(row: Situation) -> retention.Life:
    """The dates the rules ask for."""
    entered = timezone.localdate(row.last_entry_at)
    return retention.Life(
        signalled_on=row.signalled_on or entered,
        last_entry_on=entered,
        review_asked_on=row.review_asked_on,
        closed_on=row.closed_on if row.state == SituationState.CLOSED else None,
        kept_until=row.kept_until,
    )


def to_erase(actor: gate.Actor, code: str) -> ToErase:
    """What the page of erasing needs to know; raises `Refused`."""
    row = find(actor, code, purpose=Purpose.ADMINISTRATION)
    check_offered(actor, row, Act.ERASE, Verb.ERASED, Purpose.ADMINISTRATION)
    return ToErase(row.id, code_of(row), erased_on(row))


def erased_on(row: Situation) -> date | None:
    """The day the rules erase a closed situation; none for an open one."""
    return retention.last_day(life_of(row)) if row.closed_on else None


def last_day_soon(row: Situation) -> date | None:
    """The last day of an open situation, from half a year before; renewing takes its time."""
    day = retention.last_day(life_of(row))
    near = retention.months_later(timezone.localdate(), retention.QUIET_MONTHS) >= day
    return day if near and row.state in OPEN_STATES else None


def announced(actor: gate.Actor, on: date) -> tuple[Announced, ...]:
    """The closed situations whose erasure is to be announced by that day; codes only, recorded."""
    closed = in_sight(actor).filter(state=SituationState.CLOSED, closed_on__isnull=False)
    days = {row.id: retention.last_day(life_of(row)) for row in closed}
    rows = [row for row in closed if retention.announced_on(days[row.id]) <= on]
    if not rows:
        return ()
    seen = gate.reveal(
        actor,
        records=(),
        subjects=[row.id for row in rows],
        purpose=Purpose.AGENDA,
        act=Act.LIST,
    )
    return tuple(Announced(code_of(row), days[row.id]) for row in rows if row.id in seen.groups)


def certificates(actor: gate.Actor) -> tuple[Certificate, ...]:
    """Every erasure of the actor's concertation, drafts left out; raises `Refused`."""
    gate.allow(actor, Act.READ_ERASURES, purpose=Purpose.ADMINISTRATION, verb=Verb.LIST)
    rows = Erasure.objects.filter(concertation=actor.concertation).exclude(cause="draft")
    return tuple(_certificate(row) for row in rows.select_related("by__organisation"))


def certificate(actor: gate.Actor, number: UUID) -> Certificate:
    """One of them. Another concertation's and an unknown one are the same refusal, recorded."""
    row = Erasure.objects.filter(id=number).exclude(cause="draft").first()
    if row is None or row.concertation_id != actor.concertation:
        foreign = (row.concertation_id, row.id) if row else None
        raise gate.refuse_unknown(actor, purpose=Purpose.ADMINISTRATION, foreign=foreign)
    gate.allow(
        actor,
        Act.READ_ERASURES,
        purpose=Purpose.ADMINISTRATION,
        subjects=(Subject(SubjectKind.SITUATION, row.id),),
    )
    return _certificate(row)


def _certificate(row: Erasure) -> Certificate:
    return Certificate(
        number=row.id,
        cause=str(row.get_cause_display()),
        by=place(row.by),
        marked_at=row.marked_at,
        destroyed_at=row.destroyed_at,
        deleted_at=row.deleted_at,
        certified_at=row.certified_at,
        texts=row.rows,
    )
