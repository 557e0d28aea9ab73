"""The board: fifty situations a page, the next date first.

What is in sight is read as a slim index of clear columns, one row a situation; views, counts and
order come from it in memory. Sealed text is opened for the page alone, in one event of the list.
A need or words are looked for in opened texts: an event of its own, `search`, tells through which
situations; nothing opened for it is kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    Exists,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone

from audit.enums import Purpose
from concertation.accounts.models import Participation
from concertation.situations.enums import (
    AGREED_ACTION_STATES,
    OPEN_ACTION_STATES,
    OPEN_STATES,
    ActionState,
    Need,
    SituationState,
    Urgency,
)
from concertation.situations.meeting_days import told_since
from concertation.situations.models import (
    AgreedAction,
    Contribution,
    Situation,
    acted_for,
    answered_by,
)
from concertation.situations.reading.asking import (
    EVERYTHING,
    NOBODY,
    STATES,
    Asked,
    holds,
    words_of,
)
from concertation.situations.reading.boarded import Board, BoardRow, Choices
from concertation.situations.reading.find import code_of, in_sight
from concertation.situations.reading.mine import owes, told_on
from concertation.situations.reading.words import SITUATION_GLYPHS, label, labels, shown
from ethics import gate
from ethics.policy import Act

PAGE_SIZE: Final = 50
_FAR: Final = "9999-12-31"
_NO_ACTIONS: Final = (0, 0, None, 0)
_LISTED: Final = ("headline", "needs", "urgency")
# What a seal is bound to.
_BINDING: Final = ("container", "scope", "key_generation", "version")

# Words are looked for in what introduces a situation; in the whole account when asked.
_BRIEF: Final = ("headline", "question")
_WHOLE: Final = (*_BRIEF, "account", "tried", "strengths")


def _text(column: str) -> Cast:
    return Cast(column, TextField())


def _is(condition: Q) -> Case:
    """A text too, empty when it isn't so: a number would be converted in each of thousands."""
    return Case(When(condition, then=Value("1")), default=Value(""))


class _Line(NamedTuple):
    """A situation in the index: clear columns, and what was counted of its actions.

    Numbers and days stay the text the database has: it compares as they do, and of thousands only
    the page's few are read as such. A tuple, as thousands are made for each page.
    """

    id: str
    code: str | None
    state: str
    signalled_on: str | None
    review_on: str | None
    holder: str | None
    brought: str
    held: str
    open_actions: int
    late_actions: int
    next_due: str | None
    owned: int

    @property
    def is_mine(self) -> bool:
        return bool(self.brought or self.held or self.owned)

    @property
    def next_on(self) -> str | None:
        days = [day for day in (self.review_on, self.next_due) if day]
        return min(days) if days and self.state != SituationState.CLOSED else None

    @property
    def overdue(self) -> int:
        return 0 if self.state == SituationState.CLOSED else self.late_actions


def has_board(actor: gate.Actor) -> bool:
    """Whether the board is this person's; others get the list of what is opened to them."""
    return gate.may(actor, Act.LIST)


def board(
    actor: gate.Actor,
    asked: Asked = EVERYTHING,
    *,
    since: datetime | None = None,
    searched: str = "",
    whole: bool = False,
    export: bool = False,
) -> Board:
    """A page of the board: open situations, or those in one state, as they were asked for.

    `since` is this person's last visit. `searched` are words, looked for in headlines and
    questions, and with `whole` in the accounts too. `export` gives all pages as one, to be taken
    away in a file: an act and an event of its own. Raises `Refused` for whoever it isn't for;
    nothing was read then.
    """
    act = Act.SEARCH if words_of(searched) else Act.EXPORT if export else Act.LIST
    if not gate.may(actor, act):
        gate.reveal(actor, records=[], subjects=[], purpose=Purpose.BOARD, act=act)
    within = _narrowed(actor, asked)
    lines = _index(actor, within)
    if asked.needed or words_of(searched):
        kept = _found(actor, within, asked.needed, words_of(searched), whole=whole)
        lines = [each for each in lines if each.id in kept]
    fresh = _fresh(actor, lines, since)
    views = {
        "all": lines,
        "mine": [each for each in lines if each.is_mine],
        "overdue": [each for each in lines if each.overdue],
        "new": [each for each in lines if each.id in fresh] if fresh else [],
    }
    people = _people(actor)
    chosen = sorted(views[asked.view], key=_order(asked.order, people), reverse=asked.descending)
    pages = max(1, -(-len(chosen) // PAGE_SIZE))
    asked = replace(asked, page=min(asked.page, pages))
    listed = chosen[(asked.page - 1) * PAGE_SIZE : asked.page * PAGE_SIZE]
    return Board(
        rows=_rows(actor, chosen, fresh, people, Act.EXPORT)
        if export
        else _rows(actor, listed, fresh, people),
        asked=asked,
        choices=_choices(people, lines),
        pages=pages,
        found=len(chosen),
        all=len(lines),
        mine=len(views["mine"]),
        overdue=len(views["overdue"]),
        new=len(fresh) if since else None,
        overdue_actions=sum(each.overdue for each in lines),
        searched=searched,
        whole=whole,
        may_export=gate.may(actor, Act.EXPORT),
    )


def _narrowed(actor: gate.Actor, asked: Asked) -> QuerySet[Situation]:
    """By clear columns: state, holder, and the organisation that brings, holds or acts."""
    rows = in_sight(actor).filter(state__in=[asked.state] if asked.state else OPEN_STATES)
    if asked.holder:
        rows = rows.filter(case_manager=None if asked.holder == NOBODY else UUID(asked.holder))
    if asked.organisation:
        organisation = UUID(asked.organisation)
        acting = AgreedAction.objects.filter(
            situation=OuterRef("pk"),
            owner__organisation=organisation,
            state__in=OPEN_ACTION_STATES,
        )
        rows = rows.filter(
            Q(brought_by__organisation=organisation)
            | Q(case_manager__organisation=organisation)
            | Exists(acting)
        )
    return rows


def _index(actor: gate.Actor, within: QuerySet[Situation]) -> list[_Line]:
    """One row a situation, as it was brought; counts of actions are grouped apart, by their own
    key: grouped by the situations' columns they took most of the page's time."""
    me = actor.participation
    late = Q(state__in=AGREED_ACTION_STATES, due_on__lt=timezone.localdate())
    grouped = (
        AgreedAction.objects.filter(
            situation__concertation=actor.concertation, state__in=OPEN_ACTION_STATES
        )
        .order_by()
        .values("situation")
        .annotate(
            about=Max(_text("situation")),
            open=Count("pk"),
            late=Count("pk", filter=late),
            due=Min(_text("due_on")),
            owned=Count("pk", filter=acted_for(me)),
        )
    )
    counted = {
        about: counts
        for about, *counts in grouped.values_list("about", "open", "late", "due", "owned")
    }
    rows = within.order_by("signalled_on", "id").annotate(
        number=_text("pk"),
        since=_text("signalled_on"),
        review=_text("next_review_on"),
        holder=_text("case_manager"),
        brought=_is(Q(brought_by=me)),
        held=_is(answered_by(me) | Q(case_manager=me)),
    )
    told = rows.values_list(
        "number", "code", "state", "since", "review", "holder", "brought", "held"
    )
    return [_Line(*each, *counted.get(each[0], _NO_ACTIONS)) for each in told]


def _found(
    actor: gate.Actor,
    within: QuerySet[Situation],
    need: Need | None,
    words: tuple[str, ...],
    *,
    whole: bool,
) -> set[str]:
    """The situations with a need and words in their texts: opened, looked through, forgotten."""
    texts = () if not words else _WHOLE if whole else _BRIEF
    fields = (*texts, "needs") if need else texts
    rows = list(_with(within, fields))
    opened = gate.reveal(
        actor,
        records=rows,
        subjects=[row.id for row in rows],
        purpose=Purpose.BOARD,
        act=Act.SEARCH,
        fields={Situation.SEALED_AS: fields},
    )
    return {
        row.number
        for row in rows
        if (need is None or need in _several(opened.get(row, "needs")))
        and holds((opened.get(row, name) for name in texts), words)
    }


def _several(value: Any) -> Sequence[str]:
    return value if isinstance(value, list) else ()


def _with(rows: QuerySet[Situation], fields: Iterable[str]) -> QuerySet[Any]:
    """What isn't opened isn't fetched: a row has fourteen sealed texts."""
    return rows.order_by().only(*_BINDING, *fields).annotate(number=_text("pk"))


def _fresh(actor: gate.Actor, lines: Sequence[_Line], since: datetime | None) -> set[str]:
    """What others brought or entered since then."""
    if since is None:
        return set()
    told = Contribution.objects.filter(
        situation__concertation=actor.concertation, made_at__gt=since
    ).exclude(author=actor.participation)
    about = told.order_by().annotate(about=_text("situation"))
    entered = set(about.values_list("about", flat=True))
    day = timezone.localtime(since).date().isoformat()
    return {
        each.id
        for each in lines
        if each.id in entered
        or (not each.brought and each.signalled_on is not None and each.signalled_on >= day)
    }


def _people(actor: gate.Actor) -> Mapping[UUID, Participation]:
    """Everybody who has or had a place here: names of holders and organisations."""
    rows = Participation.objects.filter(concertation=actor.concertation)
    return {row.id: row for row in rows.select_related("organisation", "person")}


def _order(column: str, people: Mapping[UUID, Participation]) -> Callable[[_Line], Any]:
    """What to sort by; what has no date yet awaits the group and comes as it was brought."""
    if column == "holder":
        names = {row.id.hex: row.organisation.name for row in people.values()}
        return lambda line: (not line.holder, names.get((line.holder or "").replace("-", ""), ""))
    orders: dict[str, Callable[[_Line], Any]] = {
        "next": lambda line: line.next_on or line.signalled_on or _FAR,
        "code": lambda line: line.code or "",
        "state": lambda line: STATES.index(SituationState(line.state)),
        "actions": lambda line: (-line.overdue, -line.open_actions),
    }
    return orders[column]


def _choices(people: Mapping[UUID, Participation], lines: Sequence[_Line]) -> Choices:
    holding = {UUID(each) for each in {line.holder for line in lines} if each}
    holders = [
        (str(row.id), f"{row.organisation.name}, {row.person.name}")
        for row in people.values()
        if row.id in holding or row.is_current()
    ]
    organisations = {str(row.organisation_id): row.organisation.name for row in people.values()}
    return Choices(
        states=tuple((str(each), str(each.label)) for each in STATES),
        needs=tuple((str(number), str(each.label)) for number, each in enumerate(Need, start=1)),
        holders=tuple(holders),
        organisations=tuple(sorted(organisations.items(), key=lambda pair: pair[1].casefold())),
    )


def _rows(
    actor: gate.Actor,
    listed: Sequence[_Line],
    fresh: set[str],
    people: Mapping[UUID, Participation],
    act: Act = Act.LIST,
) -> tuple[BoardRow, ...]:
    numbers = [UUID(line.id) for line in listed]
    rows = {
        row.number: row
        for row in _with(
            in_sight(actor).filter(id__in=numbers), ("code", "restricted", "case_manager", *_LISTED)
        )
    }
    opened = gate.reveal(
        actor,
        records=list(rows.values()),
        subjects=numbers,
        purpose=Purpose.BOARD,
        act=act,
        fields={Situation.SEALED_AS: _LISTED},
    )
    owed = _owed(actor, numbers)
    return tuple(
        _row(row, line, opened, owed.count(row.id), people, is_new=line.id in fresh)
        for line, row in ((line, rows.get(line.id)) for line in listed)
        if row is not None and row.id in opened.groups
    )


def _owed(actor: gate.Actor, numbers: Sequence[UUID]) -> list[UUID]:
    """A situation for each action of it whose owner hasn't told the group yet."""
    since = told_since(actor.concertation)
    rows = AgreedAction.objects.filter(
        situation__in=numbers, agreed_on__isnull=False, situation__state__in=OPEN_STATES
    ).exclude(state=ActionState.WITHDRAWN)
    rows = rows.order_by().annotate(told_on=told_on()).only("situation", "agreed_on", "ended_on")
    return [row.situation_id for row in rows if owes(row, since)]


def _row(
    row: Any,
    line: _Line,
    opened: gate.Revelation,
    owed: int,
    people: Mapping[UUID, Participation],
    *,
    is_new: bool,
) -> BoardRow:
    urgency = opened.get(row, "urgency")
    closed = line.state == SituationState.CLOSED
    holder = people.get(row.case_manager_id)
    return BoardRow(
        code=code_of(row),
        headline=shown(opened.get(row, "headline")),
        needs=labels(opened.get(row, "needs"), Need),
        urgency=label(urgency, Urgency),
        pressing=urgency in {Urgency.SOON, Urgency.ACUTE},
        state=str(SituationState(line.state).label),
        glyph=SITUATION_GLYPHS[line.state],
        restricted=row.restricted,
        is_new=is_new,
        next_on=date.fromisoformat(line.next_on) if line.next_on else None,
        next_is_action=line.next_on is not None and line.next_on != line.review_on,
        open_actions=0 if closed else line.open_actions,
        overdue_actions=line.overdue,
        owed=owed,
        holder=holder.organisation.name if holder else "",
        holder_left=holder is not None and not closed and not holder.is_current(),
    )
