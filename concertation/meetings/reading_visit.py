"""One meeting as its guest sees it: when and where, and the points they may know of."""

from dataclasses import dataclass
from uuid import UUID

from audit.enums import Purpose, SubjectKind
from audit.event import Subject
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.meetings.enums import ItemKind, ItemState
from concertation.meetings.models import AgendaItem
from concertation.meetings.reading import MeetingLine, rows_of, unknown
from concertation.meetings.reading_agenda import Line
from concertation.situations import reading as situations
from concertation.situations.codes import show_code
from ethics import gate
from ethics.policy import Act


@dataclass(frozen=True, slots=True)
class VisitPage:
    """What a guest of one meeting finds: no text of any situation, and no code but of those that
    were opened to them."""

    meeting: MeetingLine
    lines: tuple[Line, ...]
    published: bool
    opened: tuple[situations.OpenedRow, ...]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody invited to one meeting, and how far they have come."""

    participation: UUID
    person: str
    organisation: str
    state: str


def visit_page(actor: gate.Actor, number: UUID) -> VisitPage:
    """The one meeting a guest is invited to. Any other raises `Refused`, recorded as unknown.

    The agenda is shown once it was published; a point about a situation keeps its code to those
    it is open to.
    """
    row = rows_of(actor).filter(id=number).first()
    theirs = Participation.objects.filter(person=actor.person, for_meeting=number)
    if row is None or actor.participation not in theirs.values_list("id", flat=True):
        raise unknown(actor, number)
    gate.allow(
        actor,
        Act.VISIT_MEETING,
        purpose=Purpose.MEETING,
        subjects=(Subject(SubjectKind.MEETING, row.id),),
    )
    opened = situations.opened_to(actor)
    published = row.published_at is not None or row.opened_at is not None
    known = {each.number for each in opened}
    items = row.items.exclude(state=ItemState.ASKED).select_related("situation")
    return VisitPage(
        meeting=MeetingLine.of(row),
        lines=tuple(_point(each, known) for each in items) if published else (),
        published=published,
        opened=opened,
    )


def guests_of(actor: gate.Actor, meeting: UUID) -> tuple[Guest, ...]:
    """Who is invited to one meeting only, for its coordinator's page."""
    rows = Participation.objects.filter(concertation=actor.concertation, for_meeting=meeting)
    return tuple(
        Guest(row.id, row.person.name, row.organisation.name, row.get_state_display())
        for row in rows.exclude(state=ParticipationState.ENDED).select_related(
            "person", "organisation"
        )
    )


def _point(item: AgendaItem, known: set[UUID]) -> Line:
    about = item.situation
    open_to_them = about is not None and about.id in known
    return Line(
        kind=item.kind,
        minutes=item.minutes,
        title=item.title,
        code=show_code(about.code or "") if about and open_to_them else "",
        situation=about.id if about and open_to_them else None,
        reserved=item.kind == ItemKind.SITUATION and not open_to_them,
        reason=item.reason if open_to_them else "",
    )
