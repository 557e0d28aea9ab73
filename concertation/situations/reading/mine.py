"""What concerns one person: the actions they took, the feedback they owe, what is new.

Whoever replaces someone finds that person's actions here too.

Feedback is owed by every action the group agreed on, until its owner has told the group: for one
that goes on, since the last meeting (`since`); for one that ended, once after it was agreed. A
withdrawn action owes nothing, nor does a closed situation. Computed, never stored (design 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, Q
from django.utils import timezone

from audit.enums import Purpose
from concertation.situations.enums import (
    AGREED_ACTION_STATES,
    OPEN_STATES,
    ActionState,
    ContributionKind,
    Informed,
)
from concertation.situations.models import (
    AgreedAction,
    Contribution,
    Situation,
    acted_for,
    answered_by,
)
from concertation.situations.reading.find import code_of, holds_key, in_sight
from concertation.situations.reading.words import ACTION_GLYPHS, shown
from ethics import gate

MOST_NEWS: Final = 20


@dataclass(frozen=True, slots=True)
class MyAction:
    """An action someone took, to be answered in place."""

    number: UUID
    code: str
    text: str
    headline: str
    state: str
    state_label: str
    glyph: str
    due_on: date
    overdue_days: int
    version: int


@dataclass(frozen=True, slots=True)
class OwedFeedback:
    """An agreed action whose owner hasn't told the group yet."""

    number: UUID
    code: str
    text: str
    due_on: date
    state_label: str
    ended: bool


@dataclass(frozen=True, slots=True)
class News:
    """An entry someone else made in a situation that concerns this person; no text."""

    code: str
    kind: str
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class ToInform:
    """A situation this person brought or holds whose person isn't informed yet."""

    code: str
    headline: str


@dataclass(frozen=True, slots=True)
class Home:
    """All of it at once, for one event."""

    actions: tuple[MyAction, ...]
    owed: tuple[OwedFeedback, ...]
    news: tuple[News, ...]
    to_inform: tuple[ToInform, ...]


def home(actor: gate.Actor, *, since: date) -> Home:
    """What concerns a person now, recorded as one reading; `since` is the last meeting's day."""
    rows = _owned(actor)
    entries = _entries(actor, since)
    followed = _followed(actor)
    opened = _open(actor, rows, [entry.situation_id for entry in entries], followed)
    return Home(
        actions=_my_actions(rows, opened),
        owed=_owed(rows, opened, since),
        news=tuple(_news(each) for each in entries if each.situation_id in opened.groups),
        to_inform=tuple(
            ToInform(code_of(row), shown(opened.get(row, "headline")))
            for row in followed
            if _answer(opened.get(row, "informed")) == Informed.NOT_YET
        ),
    )


def my_actions(actor: gate.Actor) -> tuple[MyAction, ...]:
    """The agreed actions this person took and hasn't ended, the nearest date first."""
    rows = _owned(actor)
    return _my_actions(rows, _open(actor, rows))


def owed_feedback(actor: gate.Actor, since: date | None = None) -> tuple[OwedFeedback, ...]:
    """The actions of this person that owe the group a word."""
    rows = _owned(actor)
    return _owed(rows, _open(actor, rows), since)


def news(actor: gate.Actor, since: date) -> tuple[News, ...]:
    """What others entered since that day in situations this person brought, holds or acts in."""
    entries = _entries(actor, since)
    opened = _open(actor, [], [entry.situation_id for entry in entries])
    return tuple(_news(each) for each in entries if each.situation_id in opened.groups)


def told_on() -> Max:
    """When an action's last feedback was given, to annotate actions with."""
    return Max("feedback__on", filter=Q(feedback__kind=ContributionKind.FEEDBACK))


def _owned(actor: gate.Actor) -> list[Any]:
    rows = AgreedAction.objects.filter(
        acted_for(actor.participation),
        situation__in=in_sight(actor).filter(state__in=OPEN_STATES).values("id"),
    ).exclude(state__in=[ActionState.PROPOSED, ActionState.WITHDRAWN])
    return list(
        rows.select_related("situation").annotate(told_on=told_on()).order_by("due_on", "id")
    )


def _open(
    actor: gate.Actor,
    rows: Sequence[AgreedAction],
    more: Sequence[UUID] = (),
    followed: Sequence[Situation] = (),
) -> gate.Revelation:
    about = {row.situation_id: row.situation for row in rows}
    about |= {row.id: row for row in followed}
    fields = ("headline", "informed") if followed else ("headline",)
    return gate.reveal(
        actor,
        records=[*rows, *about.values()],
        subjects=[*about, *more],
        purpose=Purpose.MY_ACTION,
        fields={AgreedAction.SEALED_AS: ("text",), Situation.SEALED_AS: fields},
    )


def _followed(actor: gate.Actor) -> list[Situation]:
    """What this person brought or holds: theirs to see that the person is informed."""
    if not holds_key(actor):
        return []
    me = actor.participation
    mine = answered_by(me) | Q(case_manager=me)
    return list(in_sight(actor).filter(mine, state__in=OPEN_STATES).order_by("signalled_on", "id"))


def _answer(value: Any) -> str:
    return str(value.get("answer", "")) if isinstance(value, dict) else ""


def _my_actions(rows: Sequence[Any], opened: gate.Revelation) -> tuple[MyAction, ...]:
    today = timezone.localdate()
    return tuple(
        MyAction(
            number=row.id,
            code=code_of(row.situation),
            text=shown(opened.get(row, "text")),
            headline=shown(opened.get(row.situation, "headline")),
            state=row.state,
            state_label=str(ActionState(row.state).label),
            glyph=ACTION_GLYPHS[row.state],
            due_on=row.due_on,
            overdue_days=max(0, (today - row.due_on).days),
            version=row.version,
        )
        for row in rows
        if row.state in AGREED_ACTION_STATES and row.situation_id in opened.groups
    )


def _owed(
    rows: Sequence[Any], opened: gate.Revelation, since: date | None
) -> tuple[OwedFeedback, ...]:
    return tuple(
        OwedFeedback(
            number=row.id,
            code=code_of(row.situation),
            text=shown(opened.get(row, "text")),
            due_on=row.due_on,
            state_label=str(ActionState(row.state).label),
            ended=row.ended_on is not None,
        )
        for row in rows
        if owes(row, since) and row.situation_id in opened.groups
    )


def owes(row: Any, since: date | None) -> bool:
    """Whether an agreed action (annotated with `told_on`) owes the group feedback."""
    if row.agreed_on is None:
        return False
    start = row.agreed_on
    if row.ended_on is None and since is not None:
        start = max(start, since)
    return row.told_on is None or row.told_on < start


def _entries(actor: gate.Actor, since: date) -> list[Contribution]:
    # The timeline isn't a limited reader's: not even that something was entered.
    if not holds_key(actor):
        return []
    me = actor.participation
    concerned = answered_by(me) | Q(case_manager=me) | acted_for(me, "actions__owner")
    about = in_sight(actor).filter(concerned, state__in=OPEN_STATES).values("id")
    rows = Contribution.objects.filter(situation__in=about, on__gte=since).exclude(author=me)
    return list(
        rows.select_related("situation", "author__organisation").order_by("-on", "-made_at")[
            :MOST_NEWS
        ]
    )


def _news(row: Contribution) -> News:
    return News(
        code=code_of(row.situation),
        kind=str(ContributionKind(row.kind).label),
        by=row.author.organisation.name,
        on=row.on,
    )
