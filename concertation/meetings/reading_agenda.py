"""The agenda as a page shows it: proposed from the work, or as the coordinator set it.

No text of a situation stands on it: codes, reasons, minutes, and who is expected for each point.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from audit.enums import Purpose
from concertation.accounts.models import Participation
from concertation.meetings.agenda import Candidate, in_words, propose, steps
from concertation.meetings.enums import (
    Coming,
    ItemKind,
    ItemState,
    MeetingKind,
    MeetingState,
    Reason,
)
from concertation.meetings.models import AgendaItem, Meeting, Reply
from concertation.situations.codes import show_code
from concertation.situations.enums import (
    AGREED_ACTION_STATES,
    OPEN_ACTION_STATES,
    OPEN_STATES,
    ActionState,
    SituationState,
)
from concertation.situations.models import AgreedAction, Situation, acted_for
from ethics import gate
from ethics.policy import Act


@dataclass(frozen=True, slots=True)
class Expected:
    """Someone a point needs, and whether they said they would come."""

    what: str
    who: str
    coming: str

    @property
    def glyph(self) -> str:
        """The shape beside the word."""
        shapes = {Coming.PRESENT: "full", Coming.REMOTE: "screen", Coming.NO: "minus"}
        return shapes.get(Coming(self.coming), "dashed") if self.coming else "dashed"

    @property
    def word(self) -> str:
        """Whether they come, in a word."""
        words = {
            Coming.PRESENT: _("vient"),
            Coming.REMOTE: _("vient, à distance"),
            Coming.NO: _("ne vient pas"),
        }
        return words[Coming(self.coming)] if self.coming else _("n’a pas répondu")


@dataclass(frozen=True, slots=True)
class Line:
    """One point; without a number it is only proposed."""

    kind: str
    minutes: int
    number: UUID | None = None
    # The number a point carried over will have once the agenda is set.
    to_be: UUID | None = None
    situation: UUID | None = None
    code: str = ""
    title: str = ""
    reason: str = ""
    mine: bool = False
    state: str = ItemState.ON
    changed: bool = False
    by: str = ""
    # A situation this reader may not even see in a list, or one erased since.
    reserved: bool = False
    people: tuple[Expected, ...] = ()

    @property
    def name(self) -> str:
        """How the page's form names it."""
        return name_of(self.kind, self.number or self.to_be, self.situation)

    @property
    def words(self) -> str:
        """What the point is, without a word of a situation."""
        if self.kind == ItemKind.ROUND:
            return _("Tour des retours")
        if self.kind == ItemKind.FREE:
            return self.title
        if self.reserved:
            return _("Un point réservé à ses lecteurs")
        if self.situation is None:
            return _("Une autre situation")
        return str(Reason(self.reason).label) if self.reason else _("demandé")

    @property
    def if_time_allows(self) -> bool:
        """Whether no minutes are set aside."""
        return self.minutes == 0


@dataclass(frozen=True, slots=True)
class AgendaView:
    """The points in their order, those asked for, and those the work calls for beside them."""

    lines: tuple[Line, ...]
    asked: tuple[Line, ...]
    due: tuple[Line, ...]
    planned_minutes: int
    version: int
    published_at: datetime | None

    @property
    def items(self) -> tuple[Line, ...]:
        """The points about situations."""
        return tuple(each for each in self.lines if each.kind == ItemKind.SITUATION)

    @property
    def saved(self) -> bool:
        """Whether the coordinator set it; else it is only proposed."""
        return any(each.number for each in self.lines)

    @property
    def round_minutes(self) -> int:
        """What the feedback round takes."""
        return sum(each.minutes for each in self.lines if each.kind == ItemKind.ROUND)

    @property
    def minutes(self) -> int:
        """What the agenda takes in all."""
        return sum(each.minutes for each in self.lines)

    @property
    def over(self) -> int:
        """By how many minutes it goes beyond the planned hour."""
        return max(0, self.minutes - self.planned_minutes)

    @property
    def left(self) -> int:
        """The minutes not given to any point yet."""
        return max(0, self.planned_minutes - self.minutes)

    @property
    def changed(self) -> bool:
        """Whether anything changed since it was published."""
        return any(each.changed for each in self.lines)


def agenda(
    actor: gate.Actor,
    meeting: Meeting,
    on: date,
    *,
    proposes: bool = True,
    with_people: bool = True,
) -> AgendaView | None:
    """The agenda of a meeting; one event lists the situations whose codes are shown.

    While nobody set it, it proposes itself from the work, for the next meeting only (`proposes`);
    for a later one there is none yet. Raises `Refused`.
    """
    rows = list(meeting.items.select_related("by__organisation", "situation"))
    on_list = {row.situation_id for row in rows}
    of_situations = meeting.kind == MeetingKind.CASE_CONCERTATION
    found = list(candidates(actor, on)) if proposes and of_situations else []
    if not rows and not proposes:
        return None
    asked_for = [number for number in on_list if number] + [each.situation for each in found]
    seen = gate.reveal(actor, records=(), subjects=asked_for, purpose=Purpose.AGENDA, act=Act.LIST)
    allowed = [each for each in found if each.situation in seen.groups]
    kept = any(row.state != ItemState.ASKED for row in rows)
    lines = [_saved(row, seen, allowed) for row in rows]
    if not kept:
        free = [each for each in allowed if each.situation not in on_list]
        lines += _proposed(free, meeting) if of_situations else ()
        lines += _free(actor, meeting, on)
    if with_people:
        people = expected(meeting.id, [each.situation for each in lines if each.situation])
        lines = [_with(each, people) for each in lines]
    return AgendaView(
        lines=tuple(each for each in lines if each.state != ItemState.ASKED),
        asked=tuple(each for each in lines if each.state == ItemState.ASKED),
        due=tuple(
            Line(
                ItemKind.SITUATION, 0, situation=each.situation, code=each.code, reason=each.reason
            )
            for each in allowed
            if kept and each.situation not in on_list
        ),
        planned_minutes=meeting.planned_minutes,
        version=meeting.version,
        published_at=meeting.published_at,
    )


def name_of(kind: str, number: UUID | None, situation: UUID | None) -> str:
    """How a page names a point: its situation, the round, or the number of any other."""
    if situation is not None:
        return str(situation)
    return str(number) if number and kind != ItemKind.ROUND else str(kind)


def candidates(actor: gate.Actor, on: date) -> Iterable[Candidate]:
    """Situations that are due on a day, by their clear columns, oldest first within a reason.

    The rest is what the group has to decide: an action it was proposed, nobody who holds it yet.
    """
    due = AgreedAction.objects.filter(
        situation=OuterRef("pk"), state__in=AGREED_ACTION_STATES, due_on__lte=on
    )
    proposed = AgreedAction.objects.filter(situation=OuterRef("pk"), state=ActionState.PROPOSED)
    left = carried(actor, on).filter(kind=ItemKind.SITUATION).values("situation")
    undecided = Q(state=SituationState.FOLLOWED) & (Q(case_manager=None) | Q(proposed=True))
    rows = (
        Situation.objects.filter(
            concertation=actor.concertation, state__in=OPEN_STATES, hidden=False
        )
        .annotate(
            awaited=Exists(due),
            mine=Exists(due.filter(acted_for(actor.participation))),
            proposed=Exists(proposed),
            carried=Exists(left.filter(situation=OuterRef("pk"))),
        )
        .filter(
            Q(state=SituationState.SIGNALLED)
            | Q(awaited=True)
            | Q(next_review_on__lte=on)
            | Q(carried=True)
            | undecided
        )
        .order_by("signalled_on", "code")
        .values_list("id", "code", "state", "awaited", "next_review_on", "carried", "mine")
    )
    for number, code, state, awaited, review, again, mine in rows:
        reason = Reason.REST
        if state == SituationState.SIGNALLED:
            reason = Reason.NEW
        elif awaited:
            reason = Reason.FEEDBACK
        elif review is not None and review <= on:
            reason = Reason.REVIEW
        elif again:
            reason = Reason.CARRIED
        yield Candidate(number, show_code(code or ""), reason, mine)


def carried(actor: gate.Actor, on: date) -> QuerySet[AgendaItem]:
    """What the last case concertation before a day did not get to: it comes back by itself."""
    last = Meeting.objects.filter(
        concertation=actor.concertation,
        kind=MeetingKind.CASE_CONCERTATION,
        state=MeetingState.CLOSED,
        starts_at__date__lte=on,
    ).order_by("-starts_at")
    return AgendaItem.objects.filter(
        meeting__in=last.values("id")[:1], state=ItemState.NOT_DISCUSSED
    ).exclude(kind=ItemKind.ROUND)


def expected(meeting: UUID, situations: Iterable[UUID]) -> Mapping[UUID, tuple[Expected, ...]]:
    """Who brought, holds or owes something in each situation, and whether they come; four queries,
    whatever the number of situations."""
    numbers = list(situations)
    wanted: dict[UUID, dict[UUID, list[str]]] = {number: {} for number in numbers}
    rows = Situation.objects.filter(id__in=numbers).order_by()
    for number, by, holder in rows.values_list("id", "brought_by", "case_manager"):
        wanted[number].setdefault(by, []).append(_("présentation"))
        if holder is not None:
            wanted[number].setdefault(holder, []).append(_("référent·e"))
    owned = AgreedAction.objects.filter(situation__in=numbers, state__in=OPEN_ACTION_STATES)
    for number, owner in owned.order_by("due_on").values_list("situation", "owner").distinct():
        words = wanted[number].setdefault(owner, [])
        if _("une action") not in words:
            words.append(_("une action"))
    places = {place for each in wanted.values() for place in each}
    names = dict(
        Participation.objects.filter(id__in=places).values_list("id", "organisation__name")
    )
    replies = dict(Reply.objects.filter(meeting=meeting).values_list("participation", "coming"))
    return {
        number: tuple(
            Expected(", ".join(words), names.get(place, ""), replies.get(place, ""))
            for place, words in each.items()
        )
        for number, each in wanted.items()
    }


def _saved(row: AgendaItem, seen: gate.Revelation, allowed: Iterable[Candidate]) -> Line:
    about = row.situation
    visible = about is not None and about.id in seen.groups
    hers = row.kind == ItemKind.SITUATION and row.by is not None and about is None
    return Line(
        kind=row.kind,
        minutes=row.minutes,
        number=row.id,
        situation=about.id if about and visible else None,
        code=show_code(about.code or "") if about and visible else "",
        title=in_words(row.title),
        reason=row.reason if visible else "",
        mine=any(each.mine for each in allowed if about and each.situation == about.id),
        state=row.state,
        changed=row.changed_at is not None,
        by=row.by.organisation.name if row.by else "",
        reserved=row.kind == ItemKind.SITUATION and not visible and not hers,
    )


def _free(actor: gate.Actor, meeting: Meeting, on: date) -> Iterable[Line]:
    """The steps of its kind; for a case concertation, the free points that the last one left."""
    for place, (title, minutes) in enumerate(steps(meeting.kind, meeting.planned_minutes)):
        yield Line(ItemKind.FREE, minutes, to_be=uuid5(meeting.id, str(place)), title=title)
    if meeting.kind != MeetingKind.CASE_CONCERTATION:
        return
    for row in carried(actor, on).filter(kind=ItemKind.FREE):
        yield Line(
            ItemKind.FREE,
            row.minutes,
            to_be=uuid5(row.id, str(meeting.id)),
            title=row.title,
            reason=Reason.CARRIED,
        )


def _proposed(allowed: Iterable[Candidate], meeting: Meeting) -> Iterable[Line]:
    found = propose(allowed, meeting.planned_minutes)
    yield Line(ItemKind.ROUND, found.round_minutes)
    for each in found.items:
        yield Line(
            ItemKind.SITUATION,
            each.minutes,
            situation=each.situation,
            code=each.code,
            reason=each.reason,
            mine=each.mine,
        )


def _with(line: Line, people: Mapping[UUID, tuple[Expected, ...]]) -> Line:
    if line.situation is None:
        return line
    return replace(line, people=people.get(line.situation, ()))
