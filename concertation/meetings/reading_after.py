"""After a meeting: what is missing before it closes, and its minutes by each reader's rights.

Minutes are no text of their own: they follow from what was recorded, and refer to the situations'
entries, which the gate opens for whoever reads them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.enums import Cadence
from concertation.meetings.agenda import in_words
from concertation.meetings.clock import SECONDS
from concertation.meetings.dates import later
from concertation.meetings.entries import Entry, entries_of
from concertation.meetings.enums import ATTENDED, ItemKind, ItemState, ItemUse, MeetingState
from concertation.meetings.models import AgendaItem, Meeting
from concertation.meetings.reading import (
    Attendee,
    MeetingLine,
    attendees,
    rows_of,
    unknown,
)
from concertation.meetings.reading_live import elapsed, last_held, opened_on
from concertation.meetings.reading_notes import Notes, notes_for
from concertation.situations.codes import show_code
from concertation.situations.enums import (
    AGREED_ACTION_STATES,
    ENDED_ACTION_STATES,
    ActionState,
    ContributionKind,
)
from concertation.situations.models import AgreedAction, Contribution, Situation
from concertation.situations.reading import owes, told_on
from concertation.situations.reading.words import ACTION_GLYPHS, shown
from ethics import gate
from ethics.policy import Act


@dataclass(frozen=True, slots=True)
class HoldPage:
    """What the form of attendance starts from."""

    meeting: MeetingLine
    attendees: tuple[Attendee, ...]

    @property
    def usual_minutes(self) -> int:
        """The duration to correct, or to start from."""
        return self.meeting.held_minutes or self.meeting.planned_minutes


@dataclass(frozen=True, slots=True)
class Missing:
    """Something to look at before closing; a code and a sentence, no text of a situation."""

    code: str
    what: str


@dataclass(frozen=True, slots=True)
class ClosePage:
    """What closing starts from."""

    meeting: MeetingLine
    missing: tuple[Missing, ...]
    carried: tuple[str, ...]
    minutes: int
    next_on: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class MinutesAction:
    """An action agreed, or reviewed, that day."""

    text: str
    result: str
    acts: str
    owner: str
    due_on: date
    state_label: str
    glyph: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class MinutesEntry:
    """A decision, a dissent or a word to the group."""

    label: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class MinutesItem:
    """One point, as far as this reader may see it."""

    words: str
    code: str
    headline: str
    use: str
    minutes: int
    not_discussed: bool
    entries: tuple[MinutesEntry, ...]
    actions: tuple[MinutesAction, ...]
    reserved: bool


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes of one meeting for one reader."""

    meeting: MeetingLine
    concertation: str
    items: tuple[MinutesItem, ...]
    attendees: tuple[Attendee, ...]
    without_account: tuple[Entry, ...]
    notes: Notes

    @property
    def came(self) -> tuple[Attendee, ...]:
        """Who attended."""
        return tuple(each for each in self.attendees if each.came)

    @property
    def away(self) -> tuple[Attendee, ...]:
        """Who was excused or absent."""
        return tuple(each for each in self.attendees if each.presence and not each.came)


def hold_page(actor: gate.Actor, number: UUID) -> HoldPage:
    """The people whose attendance is recorded. Raises `Refused`."""
    row = rows_of(actor).filter(id=number).first()
    if row is None:
        raise unknown(actor, number)
    gate.allow(
        actor,
        Act.PLAN_MEETING,
        purpose=Purpose.MEETING,
        subjects=(Subject(SubjectKind.MEETING, row.id),),
    )
    line = MeetingLine.of(row)
    return HoldPage(line, attendees(actor, row.id, line.on))


def close_page(actor: gate.Actor, number: UUID) -> ClosePage:
    """What is missing before the meeting closes, its duration, and the next date. Raises `Refused`.

    Nothing missing keeps a meeting from closing: it is said, and the coordinator decides.
    """
    row = rows_of(actor).filter(id=number, state=MeetingState.IN_SESSION).first()
    if row is None:
        raise unknown(actor, number)
    gate.allow(
        actor,
        Act.PLAN_MEETING,
        purpose=Purpose.MEETING,
        subjects=(Subject(SubjectKind.MEETING, row.id),),
    )
    items = list(row.items.select_related("situation").exclude(state=ItemState.ASKED))
    seen = _listed(actor, items)
    return ClosePage(
        meeting=MeetingLine.of(row),
        missing=tuple(_missing(actor, row, items, seen)),
        carried=tuple(
            _code(each, seen) or _words(each)
            for each in items
            if each.id != row.current_id and each.state != ItemState.DISCUSSED
        ),
        minutes=max(1, round(elapsed(row, timezone.now()) / SECONDS)),
        next_on=_next_date(row),
        version=row.version,
    )


def is_planned(actor: gate.Actor, moment: datetime) -> bool:
    """Whether a meeting stands in the calendar at this moment already."""
    rows = Meeting.objects.filter(concertation=actor.concertation, starts_at=moment)
    return rows.filter(cancelled_at=None).exists()


def minutes_page(actor: gate.Actor, number: UUID, *, verb: Verb = Verb.MINUTES_READ) -> Minutes:
    """The minutes of a held meeting, recorded as read (or, on paper, as printed); what isn't this
    reader's stays a line without a code. Raises `Refused`."""
    row = rows_of(actor).select_related("concertation").filter(id=number).first()
    if row is None or row.state != MeetingState.CLOSED:
        raise unknown(actor, number)
    gate.allow(
        actor,
        Act.READ_MEETINGS,
        purpose=Purpose.MEETING,
        verb=verb,
        subjects=(Subject(SubjectKind.MEETING, row.id),),
    )
    line = MeetingLine.of(row)
    # Left open overnight, a meeting has two days.
    days = (line.on, line.closed_on or line.on)
    items = list(row.items.select_related("situation", "by__organisation"))
    about = [each.situation for each in items if each.situation]
    entries = list(
        Contribution.objects.filter(situation__in=about, meeting=row.id)
        .select_related("author__organisation")
        .order_by("made_at")
    )
    actions = list(
        AgreedAction.objects.filter(
            Q(agreed_on__range=days) | Q(ended_on__range=days), situation__in=about
        ).select_related("owner__organisation")
    )
    seen = gate.reveal(
        actor,
        records=[*about, *entries, *actions],
        subjects=[each.id for each in about],
        purpose=Purpose.MEETING,
        act=Act.LIST,
        fields={
            Situation.SEALED_AS: ("headline",),
            Contribution.SEALED_AS: ("text",),
            AgreedAction.SEALED_AS: ("text", "result", "acts"),
        },
    )
    return Minutes(
        meeting=line,
        concertation=row.concertation.name,
        items=tuple(_item(each, seen, entries, actions, days) for each in items),
        attendees=attendees(actor, row.id, line.on),
        without_account=entries_of(row.id, signed=True),
        notes=notes_for(actor, row),
    )


def _listed(actor: gate.Actor, items: Sequence[AgendaItem]) -> gate.Revelation:
    return gate.reveal(
        actor,
        records=(),
        subjects=[each.situation_id for each in items if each.situation_id],
        purpose=Purpose.MEETING,
        act=Act.LIST,
    )


def _code(item: AgendaItem, seen: gate.Revelation) -> str:
    about = item.situation
    return show_code(about.code or "") if about and about.id in seen.groups else ""


def _words(item: AgendaItem) -> str:
    if item.kind == ItemKind.ROUND:
        return _("Tour des retours")
    if item.kind == ItemKind.FREE:
        return in_words(item.title)
    if item.situation_id is None:
        return _("Une autre situation") if item.by_id else _("Une situation effacée depuis")
    return _("Situation")


def _missing(
    actor: gate.Actor, row: Any, items: Sequence[AgendaItem], seen: gate.Revelation
) -> Iterable[Missing]:
    day, since = opened_on(row), last_held(actor, row)
    codes = {
        each.situation_id: _code(each, seen)
        for each in items
        if each.situation_id is not None
        and each.situation_id in seen.groups
        and (each.state == ItemState.DISCUSSED or each.id == row.current_id)
    }
    if not any(seat.presence in ATTENDED for seat in row.attendances.all()):
        yield Missing("", _("Personne n’est noté présent."))
    for about in Situation.objects.filter(id__in=codes, case_manager=None).order_by("code"):
        yield Missing(codes[about.id], _("n’a pas de référent·e."))
    rows = AgreedAction.objects.filter(situation__in=codes).select_related("owner__organisation")
    proposed = rows.filter(state=ActionState.PROPOSED)
    for action in proposed.order_by("situation__code", "due_on"):
        yield Missing(codes[action.situation_id], _("une action proposée n’est pas convenue."))
    awaited = rows.filter(state__in=AGREED_ACTION_STATES, agreed_on__lt=day)
    for each in awaited.annotate(told_on=told_on()).order_by("situation__code", "due_on"):
        if owes(each, since):
            yield Missing(
                codes[each.situation_id],
                _("pas de retour de %(who)s.") % {"who": each.owner.organisation.name},
            )


def _next_date(row: Meeting) -> datetime | None:
    """The same weekday and hour, by the concertation's rhythm; none where one is planned."""
    planned = Meeting.objects.filter(
        concertation=row.concertation_id, starts_at__gt=row.starts_at, cancelled_at=None
    ).exclude(state=MeetingState.CLOSED)
    if planned.exists():
        return None
    return later(row.starts_at, Cadence(row.concertation.cadence))


def _item(
    item: AgendaItem,
    seen: gate.Revelation,
    entries: Sequence[Contribution],
    actions: Sequence[AgreedAction],
    days: tuple[date, date],
) -> MinutesItem:
    about = item.situation
    visible = about is not None and about.id in seen.groups
    return MinutesItem(
        words=_words(item),
        code=_code(item, seen),
        headline=shown(seen.get(about, "headline")) if about and visible else "",
        use=str(ItemUse(item.use).label) if item.use else "",
        minutes=item.used_seconds // SECONDS,
        not_discussed=item.state == ItemState.NOT_DISCUSSED,
        entries=tuple(
            MinutesEntry(
                str(ContributionKind(each.kind).label),
                each.author.organisation.name,
                shown(seen.get(each, "text")),
            )
            for each in entries
            if about and visible and each.situation_id == about.id
        ),
        actions=tuple(
            _action(each, seen, days)
            for each in actions
            if about and visible and each.situation_id == about.id
        ),
        reserved=about is not None and not visible,
    )


def _within(day: date | None, days: tuple[date, date]) -> bool:
    return day is not None and days[0] <= day <= days[1]


def _action(row: AgreedAction, seen: gate.Revelation, days: tuple[date, date]) -> MinutesAction:
    ended = row.state in ENDED_ACTION_STATES and _within(row.ended_on, days)
    return MinutesAction(
        text=shown(seen.get(row, "text")),
        result=shown(seen.get(row, "result")) if ended else "",
        acts=shown(seen.get(row, "acts")),
        owner=row.owner.organisation.name,
        due_on=row.due_on,
        state_label=str(ActionState(row.state).label),
        glyph=ACTION_GLYPHS[row.state],
        agreed=_within(row.agreed_on, days) and not ended,
    )
