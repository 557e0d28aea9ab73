"""Who reads a situation: the circle or named persons, who withdrew, who asks to be let in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.situations.enums import OPEN_ACTION_STATES, ConflictReason, RequestState
from concertation.situations.models import (
    AccessRequest,
    ConflictOfInterest,
    Situation,
    SituationGrant,
)
from concertation.situations.reading.find import check_offered, code_of, find
from concertation.situations.reading.words import label, place
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role, SecrecyStatus, may_hold_key


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """Someone who can be named: of the circle, or a guest it was opened to until a day."""

    number: UUID
    person: UUID
    label: str
    # In the circle for good, or until the day their access ends.
    until: date | None
    named: bool
    # Who brought or holds the situation stays among its readers.
    kept: bool
    # Ticked when the page opens: its readers, or those it concerns while the circle reads it.
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class WithdrawnRow:
    """Someone to whom the situation is shut, and why."""

    label: str
    on: date
    reason: str
    # Actions of theirs that wait for somebody else.
    open_actions: int


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request that waits for an answer of the situation's readers."""

    number: UUID
    code: str
    label: str
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class Audience:
    """The page of a situation's readers."""

    number: UUID
    code: str
    restricted: bool
    # A guest or a limited reader loses what was addressed to them while it is restricted.
    choices: tuple[ReaderChoice, ...]
    withdrawn: tuple[WithdrawnRow, ...]
    requests: tuple[RequestRow, ...]
    may_withdraw_others: bool


def audience(actor: gate.Actor, code: str) -> Audience:
    """Who reads a situation, for whoever may change it; raises `Refused`."""
    row = find(actor, code, purpose=Purpose.FOLLOW_UP)
    check_offered(actor, row, Act.RESTRICT, Verb.SITUATION_RESTRICTED, Purpose.FOLLOW_UP)
    conflicts = list(row.conflicts.select_related("participation__organisation"))
    opened = gate.reveal(actor, records=conflicts, subjects=[row.id], purpose=Purpose.FOLLOW_UP)
    return Audience(
        number=row.id,
        code=code_of(row),
        restricted=row.restricted,
        choices=_ticked(actor, row),
        withdrawn=tuple(_withdrawn(row, each, opened) for each in conflicts),
        requests=_requests(
            row.requests.filter(state=RequestState.ASKED).select_related(
                "situation", "participation__organisation", "participation__person"
            )
        ),
        may_withdraw_others=gate.offers(actor, row.id).may(Act.WITHDRAW_OTHER),
    )


def reads(actor: gate.Actor, situation: UUID) -> bool:
    """Whether a page about the situation may be shown next; nothing is opened for the answer."""
    return gate.offers(actor, situation).may(Act.RESTRICT)


def choices(row: Situation) -> tuple[ReaderChoice, ...]:
    """Who can be named as a reader of a situation: nobody who withdrew from it."""
    grants = {each.participation: each.until for each in live_grants(row)}
    by_rule = {row.brought_by_id, row.supervisor_id, row.case_manager_id}
    found = []
    for each in _admitted(row):
        inside = may_hold_key(each.role_set, SecrecyStatus(each.secrecy_status))
        if not inside and not (Role.GUEST in each.role_set and each.id in grants):
            continue
        found.append(
            ReaderChoice(
                number=each.id,
                person=each.person_id,
                label=f"{each.organisation.name}, {each.person.name}",
                until=grants.get(each.id),
                named=each.id in grants if row.restricted else inside,
                kept=inside and each.id in by_rule,
            )
        )
    return tuple(found)


def _ticked(actor: gate.Actor, row: Situation) -> tuple[ReaderChoice, ...]:
    owners = row.actions.filter(state__in=OPEN_ACTION_STATES).values_list("owner", flat=True)
    concerned = {actor.participation, *owners}
    return tuple(
        replace(
            each,
            ticked=each.named
            if row.restricted
            else each.kept or bool(each.until) or each.number in concerned,
        )
        for each in choices(row)
    )


def _admitted(row: Situation) -> list[Participation]:
    """Places of today whose person didn't withdraw."""
    away = row.conflicts.values("participation__person")
    rows = Participation.objects.filter(
        concertation=row.concertation_id, state=ParticipationState.ADMITTED
    ).exclude(person__in=away)
    return [each for each in rows.select_related("organisation", "person") if each.is_current()]


def live_grants(row: Situation) -> QuerySet[SituationGrant]:
    """The grants of a situation that hold today."""
    lasting = Q(until=None) | Q(until__gte=timezone.localdate())
    return SituationGrant.objects.filter(
        lasting, content_object=row, permission__codename="read_situation"
    )


@dataclass(frozen=True, slots=True)
class ToWithdraw:
    """What the page of withdrawing shows: nothing of the situation but its code."""

    number: UUID
    code: str
    restricted: bool
    # Whom the coordinator may withdraw; empty for everybody else.
    others: tuple[tuple[UUID, str], ...]


def to_withdraw(actor: gate.Actor, code: str) -> ToWithdraw:
    """What withdrawing from a situation needs to know; raises `Refused`."""
    row = find(actor, code, purpose=Purpose.FOLLOW_UP)
    check_offered(actor, row, Act.WITHDRAW, Verb.CONFLICT_DECLARED, Purpose.FOLLOW_UP)
    others: tuple[tuple[UUID, str], ...] = ()
    if gate.offers(actor, row.id).may(Act.WITHDRAW_OTHER):
        others = tuple(
            (each.id, f"{each.organisation.name}, {each.person.name}")
            for each in _admitted(row)
            if each.person_id != actor.person and Role.DPO not in each.role_set
        )
    return ToWithdraw(row.id, code_of(row), row.restricted, others)


def requests_to_answer(actor: gate.Actor) -> tuple[RequestRow, ...]:
    """The requests of the situations this person reads for good; codes only, no text.

    Raises `Refused` for whoever may not even ask.
    """
    gate.allow(actor, Act.ASK_ACCESS, purpose=Purpose.FOLLOW_UP, record=False)
    asked = list(_waiting_for(actor).select_related("situation"))
    if not asked:
        return ()
    seen = gate.reveal(
        actor,
        records=(),
        subjects=[each.situation_id for each in asked],
        purpose=Purpose.FOLLOW_UP,
        act=Act.LIST,
    )
    return _requests(each for each in asked if each.situation_id in seen.groups)


def requests_waiting(actor: gate.Actor) -> int:
    """How many requests wait for this person's answer: a number, without any situation."""
    return _waiting_for(actor).count()


def _waiting_for(actor: gate.Actor) -> QuerySet[AccessRequest]:
    mine = SituationGrant.objects.filter(
        user=actor.person, participation=actor.participation, until=None
    ).values("content_object")
    return AccessRequest.objects.filter(
        situation__in=mine,
        situation__concertation=actor.concertation,
        situation__restricted=True,
        state=RequestState.ASKED,
    ).select_related("participation__organisation", "participation__person")


def _requests(rows: Iterable[AccessRequest]) -> tuple[RequestRow, ...]:
    return tuple(
        RequestRow(
            number=each.id,
            code=code_of(each.situation),
            label=f"{each.participation.organisation.name}, {each.participation.person.name}",
            reason=str(each.get_reason_display()),
            on=timezone.localdate(each.made_at),
        )
        for each in rows
    )


def _withdrawn(
    row: Situation, conflict: ConflictOfInterest, opened: gate.Revelation
) -> WithdrawnRow:
    return WithdrawnRow(
        label=place(conflict.participation),
        on=conflict.on,
        reason=label(opened.get(conflict, "reason"), ConflictReason),
        open_actions=row.actions.filter(
            owner__person=conflict.participation.person_id, state__in=OPEN_ACTION_STATES
        ).count(),
    )
