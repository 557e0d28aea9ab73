"""What a case manager holds, at a glance, and what everybody was told and hasn't looked at."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from audit.enums import Purpose
from concertation.situations.enums import (
    AGREED_ACTION_STATES,
    OPEN_STATES,
    NoticeKind,
    SituationState,
)
from concertation.situations.models import AgreedAction, Notice, Situation
from concertation.situations.reading.find import code_of, holds_key, in_sight
from concertation.situations.reading.words import SITUATION_GLYPHS, shown
from ethics import gate

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class FollowedRow:
    """A situation this person holds, or is asked to hold."""

    code: str
    headline: str
    state_label: str
    glyph: str
    next_review_on: date | None
    review_due: bool
    open_actions: int
    overdue: int
    news: int
    asked: bool


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One thing this person was told: why, where, and when; never what."""

    code: str
    said: str
    action: str
    at: datetime
    urgent: bool


def followed(actor: gate.Actor) -> tuple[FollowedRow, ...]:
    """The open situations this person holds or is asked to hold, those with news first; one event
    for all of them."""
    if not holds_key(actor):
        return ()
    me, today = actor.participation, timezone.localdate()
    mine = Q(case_manager=me) | Q(proposed_manager=me)
    live = Q(actions__state__in=AGREED_ACTION_STATES)
    unseen = Q(notices__participation=me, notices__seen_at=None, notices__kind=NoticeKind.NEWS)
    rows = list(
        in_sight(actor)
        .filter(mine, state__in=OPEN_STATES)
        .annotate(
            running=Count("actions", filter=live, distinct=True),
            late=Count("actions", filter=live & Q(actions__due_on__lt=today), distinct=True),
            fresh=Count("notices", filter=unseen, distinct=True),
        )
        .order_by("-fresh", "next_review_on", "signalled_on", "id")
    )
    opened = gate.reveal(
        actor,
        records=rows,
        subjects=[row.id for row in rows],
        purpose=Purpose.FOLLOW_UP,
        fields={Situation.SEALED_AS: ("headline",)},
    )
    return tuple(
        FollowedRow(
            code=code_of(row),
            headline=shown(opened.get(row, "headline")),
            state_label=str(SituationState(row.state).label),
            glyph=SITUATION_GLYPHS[row.state],
            next_review_on=row.next_review_on,
            review_due=row.next_review_on is not None and row.next_review_on <= today,
            open_actions=row.running,
            overdue=row.late,
            news=row.fresh,
            asked=row.proposed_manager_id == me,
        )
        for row in rows
        if row.id in opened.groups
    )


def notices_waiting(actor: gate.Actor) -> int:
    """How many notices this person hasn't looked at, of situations in their sight."""
    return _waiting(actor).count()


def my_notices(actor: gate.Actor) -> tuple[NoticeRow, ...]:
    """What this person was told and hasn't looked at, the newest first; one event for all."""
    rows = list(_waiting(actor).select_related("situation", "action")[:MOST])
    opened = gate.reveal(
        actor,
        records=[row.action for row in rows if row.action],
        subjects=[row.situation_id for row in rows],
        purpose=Purpose.MY_ACTION,
        fields={AgreedAction.SEALED_AS: ("text",)},
    )
    return tuple(
        NoticeRow(
            code=code_of(row.situation),
            said=str(NoticeKind(row.kind).label),
            action=shown(opened.get(row.action, "text")) if row.action else "",
            at=row.made_at,
            urgent=row.urgent,
        )
        for row in rows
        if row.situation_id in opened.groups
    )


def _waiting(actor: gate.Actor) -> QuerySet[Notice]:
    return Notice.objects.filter(
        participation=actor.participation,
        seen_at=None,
        situation__in=in_sight(actor).values("id"),
    )
