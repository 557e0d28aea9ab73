"""The first page: what concerns me now, in one leading sentence and four short lists."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.names import concertation_ledger
from audit.review.queue import questions_for
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.meetings.enums import MeetingState
from concertation.meetings.models import Meeting
from concertation.meetings.reading import (
    MeetingLine,
    agenda_for,
    circle_of,
    clock,
    may_plan,
    next_meeting,
    reads_meetings,
)
from concertation.meetings.reading_agenda import AgendaView
from concertation.meetings.reading_notes import NoteLine, collective_actions
from concertation.situations import reading as situations
from ethics import gate
from ethics.policy import Act

# Without an earlier meeting, news and owed feedback look back four weeks.
# What is due within a week is shown even when the next meeting comes sooner, or isn't planned.
SOON: Final = timedelta(days=7)
MOST_NEWS: Final = 6
WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Home:
    """The home page of one participation."""

    meeting: MeetingLine | None
    # When it is, as the leading sentence begins: “Jeudi à 14 h”.
    meeting_when: str
    agenda: AgendaView | None
    due: tuple[situations.MyAction, ...]
    later: tuple[situations.MyAction, ...]
    owed: tuple[situations.OwedFeedback, ...]
    news: tuple[situations.News, ...]
    news_since: date
    since_visit: bool
    opened: tuple[situations.OpenedRow, ...]
    in_circle: bool
    to_inform: tuple[situations.ToInform, ...]
    reminders: situations.Reminders
    may_plan: bool
    waiting: int
    # Requests for access that wait for this person's answer.
    asked: int
    # Questions of the DPO about one's own accesses, by their number.
    questions: tuple[UUID, ...]
    # What they were told and haven't looked at.
    notices: int
    # Situations they hold, or are asked to hold.
    followed: tuple[situations.FollowedRow, ...]
    brought_owed: tuple[situations.BroughtOwed, ...]
    owed_by_house: tuple[situations.OwedByHouse, ...]
    # Of thematic concertations: one's own, and everybody's for the coordinator.
    collective: tuple[NoteLine, ...]

    @property
    def points(self) -> str:
        """The number of situations on the agenda, in words."""
        return in_words(len(self.agenda.items)) if self.agenda else ""

    @property
    def due_words(self) -> str:
        """The number of my actions that come due, in words."""
        return in_words(len(self.due))


def home_page(actor: gate.Actor, last_visit: datetime | None = None) -> Home:
    """Everything the home page shows; every text on it was opened by the gate and recorded.

    Guests and limited readers have no calendar and no agenda: they see what is addressed or opened
    to them, whatever its date.
    """
    in_circle = reads_meetings(actor)
    meeting = next_meeting(actor) if in_circle else None
    today = timezone.localdate()
    since = situations.told_since(actor.concertation)
    mine = situations.home(actor, since=since)
    until = max(meeting.on if meeting else today, today + SOON) if in_circle else date.max
    seen = timezone.localtime(last_visit).date() if last_visit else None
    # What was entered before the last meeting was said there.
    start = max(seen, since) if seen else since
    due = tuple(each for each in mine.actions if each.due_on <= until)
    return Home(
        meeting=meeting,
        meeting_when=spoken(meeting) if meeting else "",
        agenda=agenda_for(actor, meeting) if meeting else None,
        due=due,
        later=tuple(each for each in mine.actions if each.due_on > until),
        owed=tuple(each for each in mine.owed if each.number not in {row.number for row in due}),
        news=tuple(each for each in mine.news if each.on >= start)[:MOST_NEWS],
        news_since=start,
        since_visit=seen is not None and seen >= since,
        opened=() if in_circle else _opened(actor, {each.code for each in due}),
        in_circle=in_circle,
        to_inform=mine.to_inform,
        reminders=situations.reminders(actor),
        may_plan=may_plan(actor),
        waiting=_waiting(actor),
        asked=situations.requests_waiting(actor),
        questions=_questions(actor),
        notices=situations.notices_waiting(actor),
        followed=situations.followed(actor),
        brought_owed=situations.brought_owed(actor),
        owed_by_house=situations.owed_by_organisation(actor, since),
        collective=collective_actions(actor),
    )


def spoken(meeting: MeetingLine) -> str:
    """When a meeting is, as people say it: today, tomorrow, the weekday, else the date."""
    days = (meeting.on - timezone.localdate()).days
    if days <= 0:
        day = _("Aujourd’hui")
    elif days == 1:
        day = _("Demain")
    elif days < WEEK:
        day = date_format(meeting.starts_at, "l").capitalize()
    else:
        day = _("Le %(day)s") % {"day": date_format(meeting.starts_at, "j F")}
    if not meeting.time_known:
        return day
    return _("%(day)s à %(time)s") % {"day": day, "time": clock(meeting.starts_at)}


def in_words(number: int) -> str:
    """Small numbers as words, agreeing with a feminine noun; larger ones as digits."""
    words = (
        pgettext("féminin", "aucune"), pgettext("féminin", "une"), _("deux"), _("trois"),
        _("quatre"), _("cinq"), _("six"), _("sept"), _("huit"), _("neuf"), _("dix"),
        _("onze"), _("douze"),
    )  # fmt: skip
    return words[number] if number < len(words) else str(number)


def last_held(concertation: UUID | None) -> date | None:
    """The day of the last meeting that was held."""
    row = (
        Meeting.objects.filter(concertation=concertation, state=MeetingState.CLOSED)
        .order_by("-starts_at")
        .values_list("starts_at", flat=True)
        .first()
    )
    return timezone.localtime(row).date() if row else None


def _opened(actor: gate.Actor, acted_on: set[str]) -> tuple[situations.OpenedRow, ...]:
    """What is opened to someone outside the circle, but for what their actions already name."""
    rows = situations.opened_to(actor)
    return tuple(row for row in rows if row.headline or row.code not in acted_on)


def _questions(actor: gate.Actor) -> tuple[UUID, ...]:
    """What the DPO asks this person; answered on the review's own page."""
    name = concertation_ledger(circle_of(actor))
    return tuple(each.id for each in questions_for(name, actor.person))


def _waiting(actor: gate.Actor) -> int:
    """Newcomers who await admission, for those who may admit."""
    if not gate.may(actor, Act.ADMIT):
        return 0
    return Participation.objects.filter(
        concertation=actor.concertation, state=ParticipationState.AWAITING
    ).count()
