"""Feedback that is owed: by the group to who brought a situation, and by each organisation.

A signaller always gets feedback on what they brought (design 1): until somebody else told the group
how it goes, or a meeting decided on it, whoever holds the situation owes it; the coordinator, where
nobody does or the holder brought it. Computed, never stored.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from audit.enums import Purpose
from concertation.accounts.models import Organisation
from concertation.situations.enums import (
    OPEN_STATES,
    ActionState,
    ContributionKind,
)
from concertation.situations.models import AgreedAction, Contribution, Situation
from concertation.situations.reading.find import code_of, holds_key, in_sight
from concertation.situations.reading.mine import owes, told_on
from concertation.situations.reading.words import shown
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role

ANSWERS: Final = (ContributionKind.FEEDBACK, ContributionKind.DECISION)


@dataclass(frozen=True, slots=True)
class BroughtOwed:
    """A situation whose bringer waits for a first word of the group."""

    code: str
    headline: str
    brought_on: date | None
    by: str


@dataclass(frozen=True, slots=True)
class OwedByHouse:
    """What one organisation owes the group: never by person, it is no appraisal."""

    organisation: str
    actions: int
    overdue: int
    situations: int


def unanswered(rows: QuerySet[Situation]) -> QuerySet[Situation]:
    """Those of these situations on which nobody but their bringer told the group anything yet."""
    told = Contribution.objects.filter(situation=OuterRef("pk"), kind__in=ANSWERS).exclude(
        author=OuterRef("brought_by")
    )
    return rows.filter(~Exists(told), state__in=OPEN_STATES, hidden=False)


def brought_owed(actor: gate.Actor) -> tuple[BroughtOwed, ...]:
    """The situations whose bringer waits for this person's word; one event for all of them."""
    if not holds_key(actor):
        return ()
    me = actor.participation
    mine = Q(case_manager=me)
    if Role.COORDINATOR in gate.fetch_standing(actor).person.roles:
        mine |= Q(case_manager=None) | Q(case_manager=F("brought_by"))
    rows = list(
        unanswered(in_sight(actor))
        .filter(mine)
        .exclude(brought_by=me)
        .select_related("brought_by__organisation")
        .order_by("signalled_on", "id")
    )
    opened = gate.reveal(
        actor,
        records=rows,
        subjects=[row.id for row in rows],
        purpose=Purpose.FOLLOW_UP,
        fields={Situation.SEALED_AS: ("headline",)},
    )
    return tuple(
        BroughtOwed(
            code=code_of(row),
            headline=shown(opened.get(row, "headline")),
            brought_on=row.signalled_on,
            by=row.brought_by.organisation.name,
        )
        for row in rows
        if row.id in opened.groups
    )


def owed_by_organisation(actor: gate.Actor, since: date | None) -> tuple[OwedByHouse, ...]:
    """What each organisation owes the group now, for whoever prepares the meeting; nothing for
    anybody else. Clear columns only: no text is opened."""
    if not gate.may(actor, Act.PLAN_MEETING):
        return ()
    sight = in_sight(actor).filter(state__in=OPEN_STATES)
    actions = AgreedAction.objects.filter(situation__in=sight.values("id")).exclude(
        state__in=[ActionState.PROPOSED, ActionState.WITHDRAWN]
    )
    today = timezone.localdate()
    owed, overdue, situations = Counter[UUID](), Counter[UUID](), Counter[UUID]()
    rows: Any = actions.select_related("owner").annotate(told_on=told_on())
    for row in rows:
        if owes(row, since):
            house = row.owner.organisation_id
            owed[house] += 1
            overdue[house] += row.ended_on is None and row.due_on < today
    held = unanswered(in_sight(actor)).exclude(case_manager=None)
    held = held.exclude(case_manager=F("brought_by"))
    situations.update(held.values_list("case_manager__organisation", flat=True))
    names = Organisation.objects.in_bulk([*owed, *situations])
    found = [
        OwedByHouse(row.name, owed[number], overdue[number], situations[number])
        for number, row in names.items()
    ]
    most = sorted(found, key=lambda each: (-each.actions, -each.situations, each.organisation))
    return tuple(most)
