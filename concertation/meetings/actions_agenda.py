"""Setting the agenda: order, minutes, free points, publishing; what the circle asks and answers.

The agenda proposes itself until somebody changes it: the first change keeps the proposal as rows.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import ngettext_lazy

from audit.enums import Purpose, Verb
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.meetings import errors
from concertation.meetings.changing import changing, find
from concertation.meetings.enums import Coming, ItemKind, ItemState, MeetingKind, MeetingState
from concertation.meetings.models import AgendaItem, Meeting, Reply
from concertation.meetings.reading import place_of
from concertation.meetings.reading_agenda import Line, agenda, name_of
from concertation.situations import reading as situations
from concertation.situations import texts
from concertation.situations.notices import tell
from ethics import gate
from ethics.policy import Act
from ethics.roles import SecrecyStatus, may_hold_key

BEFORE: Final = (MeetingState.PLANNED, MeetingState.AGENDA_OPEN)
LONGEST_TITLE: Final = 120
MOST_MINUTES: Final = 240
USUAL_MINUTES: Final = 5


def set_agenda(
    actor: gate.Actor,
    *,
    meeting: UUID,
    version: int,
    minutes: Mapping[str, int],
    move: tuple[str, int] | None = None,
    drop: str = "",
) -> Meeting:
    """The coordinator's changes to the agenda, saved together: minutes, one point moved or dropped.

    Points are named as the page names them (see `Line.name`): a proposed one has no number yet.
    `move` names a point and its new place, counted from 0. Raises `Refused`, `WrongState`,
    `MeetingChanged` or `BadDuration`.
    """
    if any(not 0 <= each <= MOST_MINUTES for each in minutes.values()):
        raise errors.BadDuration
    proposal = _proposal(actor, meeting)
    with changing(
        actor, meeting, Verb.AGENDA_CHANGED, states=BEFORE, version=version, purpose=Purpose.AGENDA
    ) as (row, _pen):
        items = _settled(row, proposal)
        names = {name_of(item.kind, item.id, item.situation_id): item for item in items}
        # What the coordinator may not see, the page names by its number.
        names |= {str(item.id): item for item in items}
        if move and (moved := names.get(move[0])) is not None:
            items.remove(moved)
            items.insert(max(0, move[1]), moved)
            _mark(row, moved)
        if drop and (dropped := names.get(drop)) is not None:
            items.remove(dropped)
            dropped.delete()
        for name, value in minutes.items():
            if (item := names.get(name)) is not None and item.minutes != value:
                item.minutes = value
                _mark(row, item)
        _save_order(items)
    return row


def add_point(
    actor: gate.Actor,
    *,
    meeting: UUID,
    code: str = "",
    title: str = "",
    minutes: int = USUAL_MINUTES,
) -> AgendaItem:
    """Put a situation, or a free point of a few words, at the end of the agenda.

    A free point says nothing about a person; its words pass the guard. Raises `Refused`,
    `WrongState`, `NothingAsked`, `AlreadyOnAgenda`, `BadDuration` or `IdentifierFound`.
    """
    if not 0 <= minutes <= MOST_MINUTES:
        raise errors.BadDuration
    about = situations.number_of(actor, code, purpose=Purpose.AGENDA) if code else None
    proposal = _proposal(actor, meeting)
    with changing(actor, meeting, Verb.AGENDA_CHANGED, states=BEFORE, purpose=Purpose.AGENDA) as (
        row,
        pen,
    ):
        items = _settled(row, proposal)
        item = _new(row, pen, about, title)
        item.minutes, item.position = minutes, len(items) + 1
        item.reason = next(
            (line.reason for line in proposal if about and line.situation == about), ""
        )
        _mark(row, item)
        item.save()
    return item


def ask_for_point(
    actor: gate.Actor, *, meeting: UUID, code: str = "", title: str = ""
) -> AgendaItem:
    """A participant asks for a moment of the hour; the coordinator places it.

    Raises `Refused`, `WrongState`, `NothingAsked`, `AlreadyOnAgenda` or `IdentifierFound`.
    """
    about = None
    if code:
        about = situations.number_of(actor, code, purpose=Purpose.AGENDA)
        # Whoever asks must see it themselves: an unknown and a withheld code answer alike.
        gate.reveal(actor, records=(), subjects=[about], purpose=Purpose.AGENDA)
    proposal = _proposal(actor, meeting)
    with changing(
        actor,
        meeting,
        Verb.MEETING_ANSWERED,
        act=Act.TAKE_PART,
        states=BEFORE,
        purpose=Purpose.AGENDA,
    ) as (row, pen):
        kept = row.items.exclude(state=ItemState.ASKED).exists()
        if not kept and any(about and line.situation == about for line in proposal):
            raise errors.AlreadyOnAgenda
        item = _new(row, pen, about, title)
        item.state, item.minutes, item.by_id = ItemState.ASKED, USUAL_MINUTES, actor.participation
        item.save()
    return item


def answer_request(actor: gate.Actor, *, meeting: UUID, item: UUID, accept: bool) -> None:
    """Place what a participant asked for at the end of the agenda, or take it off the list.

    Raises `Refused`, `WrongState` or `UnknownItem`.
    """
    proposal = _proposal(actor, meeting)
    with changing(actor, meeting, Verb.AGENDA_CHANGED, states=BEFORE, purpose=Purpose.AGENDA) as (
        row,
        _pen,
    ):
        asked = row.items.filter(id=item, state=ItemState.ASKED).first()
        if asked is None:
            raise errors.UnknownItem
        if not accept:
            asked.delete()
            return
        items = _settled(row, proposal)
        asked.state, asked.position = ItemState.ON, len(items) + 1
        _mark(row, asked)
        asked.save()


def publish_agenda(actor: gate.Actor, *, meeting: UUID, version: int) -> Meeting:
    """Show the agenda to the circle as it stands; what changes later is marked.

    Participants get an e-mail with the number of points, never a code. Publishing again takes the
    marks away. Raises `Refused`, `WrongState` or `MeetingChanged`.
    """
    proposal = _proposal(actor, meeting)
    with changing(
        actor,
        meeting,
        Verb.AGENDA_PUBLISHED,
        states=BEFORE,
        version=version,
        purpose=Purpose.AGENDA,
    ) as (row, _pen):
        items = _settled(row, proposal)
        row.items.exclude(changed_at=None).update(changed_at=None)
        row.state, row.published_at = MeetingState.AGENDA_OPEN, timezone.now()
        _tell_circle(row, len(items))
    return row


def say_coming(actor: gate.Actor, *, meeting: UUID, coming: str) -> Reply:
    """Say whether I come, and how. Raises `Refused`, `WrongState` or `UnknownMeeting`."""
    said = Coming(coming)
    with changing(
        actor,
        meeting,
        Verb.MEETING_ANSWERED,
        act=Act.TAKE_PART,
        states=BEFORE,
        details={"status": str(said)},
    ) as (row, _pen):
        reply, _made = Reply.objects.update_or_create(
            meeting=row, participation_id=place_of(actor), defaults={"coming": said}
        )
        # Who comes changes nothing that two people could be editing.
        row.version -= 1
    return reply


def settle(row: Meeting, proposal: Sequence[Line]) -> list[AgendaItem]:
    """Keep what was proposed as rows, where nobody did so before; a meeting that opens does."""
    return _settled(row, proposal)


def proposed_for(actor: gate.Actor, meeting: UUID) -> tuple[Line, ...]:
    """The points that the work proposes now, as this person may see them; read before the lock."""
    return _proposal(actor, meeting)


def _proposal(actor: gate.Actor, meeting: UUID) -> tuple[Line, ...]:
    row = find(actor, meeting)
    on = timezone.localtime(row.starts_at).date()
    found = agenda(actor, row, on)
    return found.lines + found.due if found else ()


def _settled(row: Meeting, proposal: Sequence[Line]) -> list[AgendaItem]:
    kept = list(row.items.exclude(state=ItemState.ASKED))
    if kept:
        return kept
    made = [
        AgendaItem(
            id=line.to_be or uuid4(),
            meeting=row,
            kind=line.kind,
            situation_id=line.situation,
            reason=line.reason,
            title=line.title,
            minutes=line.minutes,
            position=place,
        )
        for place, line in enumerate((each for each in proposal if not each.number), start=1)
    ]
    return AgendaItem.objects.bulk_create(made)


def _new(row: Meeting, pen: gate.Pen, about: UUID | None, title: str) -> AgendaItem:
    if about is not None:
        if row.kind != MeetingKind.CASE_CONCERTATION:
            raise errors.NoSituationHere
        if row.items.filter(situation=about).exists():
            raise errors.AlreadyOnAgenda
        return AgendaItem(meeting=row, kind=ItemKind.SITUATION, situation_id=about)
    words = texts.one_line(title, LONGEST_TITLE, "title")
    if not words:
        raise errors.NothingAsked
    pen.guard(title=words)
    return AgendaItem(meeting=row, kind=ItemKind.FREE, title=words)


def _mark(row: Meeting, item: AgendaItem) -> None:
    if row.published_at is not None:
        item.changed_at = timezone.now()


def _save_order(items: Sequence[AgendaItem]) -> None:
    for place, item in enumerate(items, start=1):
        item.position = place
        item.save()


def _tell_circle(row: Meeting, points: int) -> None:
    rows = Participation.objects.filter(
        concertation=row.concertation_id, state=ParticipationState.ADMITTED
    )
    subject = ngettext_lazy(
        "Ordre du jour publié\u00a0: %(number)d point",
        "Ordre du jour publié\u00a0: %(number)d points",
        "number",
    )
    body = ngettext_lazy(
        "Bonjour,\n\nL’ordre du jour de la prochaine réunion est publié\u00a0: %(number)d point."
        " Connectez-vous pour le lire, dire si vous venez et demander un point.\n",
        "Bonjour,\n\nL’ordre du jour de la prochaine réunion est publié\u00a0: %(number)d points."
        " Connectez-vous pour le lire, dire si vous venez et demander un point.\n",
        "number",
    )
    tell(
        [
            each.id
            for each in rows
            if may_hold_key(each.role_set, SecrecyStatus(each.secrecy_status))
        ],
        (subject % {"number": points}, body % {"number": points}),
    )
