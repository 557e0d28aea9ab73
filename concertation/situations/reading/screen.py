"""One situation as a meeting has it before it: on the shared screen, and for whoever follows.

The same page twice, by two rights: on the screen what every person present may see; on one's own
device what one may see oneself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.enums import Purpose
from concertation.situations.enums import (
    ENDED_ACTION_STATES,
    ActionState,
    ContributionKind,
    Need,
    SituationState,
    Urgency,
)
from concertation.situations.models import AgreedAction, Contribution, Situation
from concertation.situations.reading.find import code_of
from concertation.situations.reading.holding import holding_of
from concertation.situations.reading.people import Choice, people
from concertation.situations.reading.words import ACTION_GLYPHS, label, labels, shown
from ethics import gate
from ethics.policy import FieldGroup

_FIELDS: Final[Mapping[str, Sequence[str]]] = {
    Situation.SEALED_AS: (
        "headline", "needs", "urgency", "wish", "question", "account", "tried", "strengths",
    ),
    AgreedAction.SEALED_AS: ("text", "result", "acts"),
    Contribution.SEALED_AS: ("text",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScreenAction:
    """An action to review, or agreed just now."""

    number: UUID
    text: str
    result: str
    state: str
    state_label: str
    glyph: str
    # Who acts outside the board, where the owner relays.
    acts: str
    owner: str
    due_on: date
    overdue_days: int
    version: int
    # Agreed before the meeting and not ended: what the group reviews one by one.
    to_review: bool
    new: bool


@dataclass(frozen=True, slots=True)
class ScreenEntry:
    """What was entered since the last meeting, or is entered now."""

    kind: str
    label: str
    by: str
    on: date
    text: str
    now: bool


@dataclass(frozen=True, slots=True)
class ScreenSheet:
    """One situation, large. What isn't for everyone present is not in it."""

    number: UUID
    code: str
    state_label: str
    headline: str
    needs: tuple[str, ...]
    urgency: str
    pressing: bool
    wish: str
    question: str
    account: str
    tried: str
    strengths: str
    holder_number: UUID | None
    holder: str
    # What the screen shows of it, for the form that changes it.
    holding: str
    next_review_on: date | None
    review: tuple[ScreenAction, ...]
    actions: tuple[ScreenAction, ...]
    entries: tuple[ScreenEntry, ...]
    # Who can be chosen in its forms; whoever only follows chooses nobody.
    people: tuple[Choice, ...]

    @property
    def reviewed(self) -> int:
        """How many of last month's actions have been looked at at this meeting."""
        return sum(1 for each in self.review if not each.to_review)


@dataclass(frozen=True, slots=True)
class OnScreen:
    """The sheet, or why there is none."""

    sheet: ScreenSheet | None
    withheld_for: tuple[UUID, ...] = ()
    nobody_present: bool = False


def on_screen(
    actor: gate.Actor, number: UUID, *, room: gate.Room, since: date, day: date
) -> OnScreen:
    """What the room may see of a situation, recorded as shown to each person present.

    `since` is the last meeting's day: entries before it are not repeated. `day` is this one's: a
    meeting taken up again the day after still reviews what stood there before it. Raises `Refused`.
    """
    rows = _rows(number, since, day)
    screen = gate.show_on_screen(
        actor, situation=number, room=room, records=rows.all, fields=_FIELDS
    )
    if not screen.opened.groups:
        return OnScreen(None, screen.withheld_for, screen.nobody_present)
    sheet = _sheet(rows, screen.opened, room.meeting)
    if screen.shows(number, FieldGroup.SUMMARY):
        sheet = replace(sheet, people=people(actor, rows.situation))
    return OnScreen(sheet, screen.withheld_for)


def on_own_screen(
    actor: gate.Actor, number: UUID, *, meeting: UUID, since: date, day: date
) -> ScreenSheet | None:
    """The same for one reader on their own device; `None` where it isn't theirs to read.

    What the room sees isn't theirs for that: the policy decides for them alone.
    """
    rows = _rows(number, since, day)
    if not gate.offers_reading(actor, number):
        return None
    opened = gate.reveal(
        actor, records=rows.all, subjects=[number], purpose=Purpose.MEETING, fields=_FIELDS
    )
    return _sheet(rows, opened, meeting)


@dataclass(frozen=True, slots=True)
class _Rows:
    situation: Situation
    day: date
    actions: Sequence[AgreedAction]
    entries: Sequence[Contribution]

    @property
    def all(self) -> list[Any]:
        return [self.situation, *self.actions, *self.entries]


def _rows(number: UUID, since: date, day: date) -> _Rows:
    about = Situation.objects.select_related("case_manager__organisation").get(id=number)
    return _Rows(about, day, list(_actions(about, day)), list(_entries(about, since)))


def _actions(about: Situation, day: date) -> QuerySet[AgreedAction]:
    """What runs, and what ended at this meeting: the month's review leaves nothing out."""
    rows = about.actions.select_related("owner__organisation")
    runs = ~Q(state__in=ENDED_ACTION_STATES)
    return rows.filter(runs | Q(ended_on__gte=day)).order_by("due_on", "id")


def _entries(about: Situation, since: date) -> QuerySet[Contribution]:
    return about.contributions.filter(on__gte=since).select_related("author__organisation")


def _sheet(rows: _Rows, opened: gate.Revelation, meeting: UUID) -> ScreenSheet:
    about = rows.situation
    values = {name: opened.get(about, name) for name in _FIELDS[Situation.SEALED_AS]}
    all_actions = tuple(
        _action(each, opened, rows.day)
        for each in rows.actions
        if opened.get(each, "text") is not None
    )
    framed = opened.may_see(about.id, FieldGroup.FRAME)
    timeline = opened.may_see(about.id, FieldGroup.TIMELINE)
    return ScreenSheet(
        number=about.id,
        code=code_of(about),
        state_label=str(SituationState(about.state).label) if framed else "",
        headline=shown(values["headline"]),
        needs=labels(values["needs"], Need),
        urgency=label(values["urgency"], Urgency),
        pressing=values["urgency"] in {Urgency.SOON, Urgency.ACUTE},
        **{name: shown(values[name]) for name in ("wish", "question")},
        **{name: shown(values[name]) for name in ("account", "tried", "strengths")},
        holder_number=about.case_manager_id if framed else None,
        holder=about.case_manager.organisation.name if framed and about.case_manager else "",
        holding=holding_of(about) if framed else "",
        next_review_on=about.next_review_on if framed else None,
        review=tuple(each for each in all_actions if not each.new),
        actions=tuple(each for each in all_actions if each.new),
        entries=tuple(_entry(each, opened, meeting) for each in rows.entries) if timeline else (),
        people=(),
    )


def _action(row: AgreedAction, opened: gate.Revelation, day: date) -> ScreenAction:
    today = timezone.localdate()
    new = row.state == ActionState.PROPOSED or (row.agreed_on is not None and row.agreed_on >= day)
    ended = row.state in ENDED_ACTION_STATES
    return ScreenAction(
        number=row.id,
        text=shown(opened.get(row, "text")),
        result=shown(opened.get(row, "result")),
        state=row.state,
        state_label=str(ActionState(row.state).label),
        glyph=ACTION_GLYPHS[row.state],
        acts=shown(opened.get(row, "acts")),
        owner=row.owner.organisation.name,
        due_on=row.due_on,
        overdue_days=0 if ended else max(0, (today - row.due_on).days),
        version=row.version,
        to_review=not ended,
        new=new,
    )


def _entry(row: Contribution, opened: gate.Revelation, meeting: UUID) -> ScreenEntry:
    return ScreenEntry(
        kind=row.kind,
        label=str(ContributionKind(row.kind).label),
        by=row.author.organisation.name,
        on=row.on,
        text=shown(opened.get(row, "text")),
        now=row.meeting == meeting,
    )
