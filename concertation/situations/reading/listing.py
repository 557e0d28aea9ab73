"""The board: fifty situations a page, the next date first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from audit.enums import Purpose
from concertation.situations.enums import (
    AGREED_ACTION_STATES,
    OPEN_ACTION_STATES,
    OPEN_STATES,
    Need,
    SituationState,
    Urgency,
)
from concertation.situations.models import (
    AgreedAction,
    Situation,
    SituationGrant,
    acted_for,
    answered_by,
)
from concertation.situations.reading.brought import as_brought
from concertation.situations.reading.find import code_of, in_sight, visits
from concertation.situations.reading.words import SITUATION_GLYPHS, label, labels, shown
from ethics import gate
from ethics.policy import Act

PAGE_SIZE: Final = 50
VIEWS: Final = ("all", "mine", "overdue")
STATES: Final = (*OPEN_STATES, SituationState.CLOSED)
_FAR: Final = date(9999, 12, 31)
_LATE_STATES: Final = Q(actions__state__in=AGREED_ACTION_STATES, state__in=OPEN_STATES)
_LISTED: Final = ("headline", "needs", "urgency")


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One situation in the list: its frame, and of its text the headline only."""

    code: str
    headline: str
    needs: tuple[str, ...]
    urgency: str
    # A word stands beside the headline only when it is more than "not urgent".
    pressing: bool
    state: str
    glyph: str
    restricted: bool
    next_on: date | None
    next_is_action: bool
    open_actions: int
    overdue_actions: int
    holder: str


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the board, with how many situations each view holds."""

    rows: tuple[BoardRow, ...]
    view: str
    state: str
    page: int
    pages: int
    all: int
    mine: int
    overdue: int
    overdue_actions: int

    @property
    def states(self) -> tuple[tuple[str, str], ...]:
        """The states to choose from, with their words."""
        return tuple((str(each), str(each.label)) for each in STATES)

    @property
    def previous(self) -> int:
        """The page before, 0 on the first."""
        return self.page - 1

    @property
    def next(self) -> int:
        """The page after, 0 on the last."""
        return self.page + 1 if self.page < self.pages else 0

    @property
    def filtered(self) -> bool:
        """Whether an empty page may only mean a narrow filter."""
        return self.view != "all" or bool(self.state)


def has_board(actor: gate.Actor) -> bool:
    """Whether the board is this person's; others get the list of what is opened to them."""
    return gate.may(actor, Act.LIST)


def board(actor: gate.Actor, *, view: str = "all", state: str = "", page: int = 1) -> Board:
    """A page of the board: open situations, or those in one state; all, mine or overdue.

    Filters are clear columns only: no address holds a word. One event stands for the page, with
    the situations it lists. Raises `Refused` for whoever the board isn't for.
    """
    view = view if view in VIEWS else "all"
    state = state if state in STATES else ""
    within = in_sight(actor).filter(state__in=[state] if state else OPEN_STATES)
    chosen = within.filter({"all": Q(), "mine": _mine(actor), "overdue": _late()}[view])
    late = _LATE_STATES & Q(actions__due_on__lt=timezone.localdate())
    totals = within.aggregate(
        all=Count("pk", distinct=True),
        mine=Count("pk", filter=_mine(actor), distinct=True),
        overdue=Count("pk", filter=late, distinct=True),
        overdue_actions=Count("actions", filter=late, distinct=True),
    )
    pages = max(1, -(-totals[view] // PAGE_SIZE))
    page = min(max(page, 1), pages)
    rows = list(_ordered(chosen)[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    opened = gate.reveal(
        actor,
        records=rows,
        subjects=[row.id for row in rows],
        purpose=Purpose.BOARD,
        act=Act.LIST,
        fields={Situation.SEALED_AS: _LISTED},
    )
    return Board(
        rows=tuple(_row(row, opened) for row in rows if row.id in opened.groups),
        view=view,
        state=state,
        page=page,
        pages=pages,
        **totals,
    )


def _mine(actor: gate.Actor) -> Q:
    owned = AgreedAction.objects.filter(
        acted_for(actor.participation), situation=OuterRef("pk"), state__in=OPEN_ACTION_STATES
    )
    held = answered_by(actor.participation) | Q(case_manager=actor.participation)
    return held | Q(Exists(owned))


def _late() -> Q:
    late = AgreedAction.objects.filter(
        state__in=AGREED_ACTION_STATES,
        due_on__lt=timezone.localdate(),
        situation__state__in=OPEN_STATES,
    )
    return Q(Exists(late.filter(situation=OuterRef("pk"))))


def _ordered(rows: QuerySet[Situation]) -> QuerySet[Any]:
    """With counts of actions, by next date; what has none yet awaits the group and comes first."""
    opened = Q(actions__state__in=OPEN_ACTION_STATES)
    late = Q(actions__state__in=AGREED_ACTION_STATES, actions__due_on__lt=timezone.localdate())
    return (
        rows.select_related("case_manager__organisation")
        # What isn't listed isn't fetched: a row has eleven sealed texts more.
        .defer(*(each.name for each in Situation.sealed_fields() if each.name not in _LISTED))
        .annotate(
            open_actions=Count("actions", filter=opened),
            late_actions=Count("actions", filter=late),
            next_due=Min("actions__due_on", filter=opened),
        )
        .annotate(
            order=Case(
                When(next_due=None, next_review_on=None, then=F("signalled_on")),
                default=Least(Coalesce("next_review_on", _FAR), Coalesce("next_due", _FAR)),
            )
        )
        .order_by("order", "signalled_on", "id")
    )


def _row(row: Any, opened: gate.Revelation) -> BoardRow:
    urgency = opened.get(row, "urgency")
    closed = row.state == SituationState.CLOSED
    days = [day for day in (row.next_review_on, row.next_due) if day and not closed]
    next_on = min(days, default=None)
    return BoardRow(
        code=code_of(row),
        headline=shown(opened.get(row, "headline")),
        needs=labels(opened.get(row, "needs"), Need),
        urgency=label(urgency, Urgency),
        pressing=urgency in {Urgency.SOON, Urgency.ACUTE},
        state=str(SituationState(row.state).label),
        glyph=SITUATION_GLYPHS[row.state],
        restricted=row.restricted,
        next_on=next_on,
        next_is_action=next_on is not None and next_on != row.next_review_on,
        open_actions=0 if closed else row.open_actions,
        overdue_actions=0 if closed else row.late_actions,
        holder=row.case_manager.organisation.name if row.case_manager else "",
    )


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """A situation opened to a guest; or to a limited reader, by an action or because they brought
    it: then its headline is the one they wrote."""

    number: UUID
    code: str
    headline: str
    actions: tuple[str, ...]
    brought: bool
    state: str
    glyph: str
    until: date | None


def opened_to(actor: gate.Actor) -> tuple[OpenedRow, ...]:
    """What is opened to someone the board isn't for: a short list, without narrative.

    It may be empty for a guest or a limited reader; to anybody else nothing is ever opened here,
    and asking is refused. Raises `Refused`.
    """
    if not visits(actor):
        gate.reveal(actor, records=[], subjects=[], purpose=Purpose.BOARD, act=Act.LIST)
    mine = Q(brought_by=actor.participation)
    rows = list(
        in_sight(actor)
        .filter(mine | Q(state__in=OPEN_STATES))
        .annotate(until=_granted_until(actor))
        .order_by("-signalled_on", "id")
    )
    numbers = [row.id for row in rows]
    owned = list(AgreedAction.objects.filter(situation__in=numbers, owner=actor.participation))
    opened = gate.reveal(
        actor,
        records=[*rows, *owned],
        subjects=numbers,
        purpose=Purpose.BOARD,
        fields={Situation.SEALED_AS: ("headline",), AgreedAction.SEALED_AS: ("text",)},
    )
    written = _own_headlines(actor, rows)
    return tuple(
        OpenedRow(
            number=row.id,
            code=code_of(row),
            headline=shown(opened.get(row, "headline")) or written.get(row.id, ""),
            actions=tuple(
                shown(opened.get(each, "text")) for each in owned if each.situation_id == row.id
            ),
            brought=row.id in written,
            state=str(SituationState(row.state).label),
            glyph=SITUATION_GLYPHS[row.state],
            until=row.until,
        )
        for row in rows
        if row.id in opened.groups
    )


def _granted_until(actor: gate.Actor) -> Subquery:
    grants = SituationGrant.objects.filter(
        content_object=OuterRef("pk"), user=actor.person, participation=actor.participation
    )
    return Subquery(grants.values("until")[:1])


def _own_headlines(actor: gate.Actor, rows: Sequence[Situation]) -> Mapping[UUID, str]:
    """The headlines of what this person brought, as they wrote them."""
    if not gate.may(actor, Act.BRING):
        return {}
    first = as_brought(row.id for row in rows if row.brought_by_id == actor.participation)
    opened = gate.reveal(
        actor,
        records=list(first.values()),
        subjects=list(first),
        purpose=Purpose.BOARD,
        act=Act.READ_OWN,
        fields={Situation.SEALED_AS: ("headline",)},
    )
    return {number: shown(opened.get(row, "headline")) for number, row in first.items()}
