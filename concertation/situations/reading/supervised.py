"""An intern's drafts, as their supervisor finds them to confirm, and as the intern follows them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from audit.enums import Purpose, Verb
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.situations.enums import SituationState
from concertation.situations.models import DraftNote, Situation
from concertation.situations.reading.brought import told
from concertation.situations.reading.find import (
    check_offered,
    find_draft,
    find_to_confirm,
    my_place,
)
from concertation.situations.reading.presented import Presented, open_draft
from concertation.situations.reading.words import shown
from ethics import gate
from ethics.policy import Act
from ethics.roles import SecrecyStatus, may_answer


@dataclass(frozen=True, slots=True)
class Handed:
    """A draft on its way between an intern and their supervisor, by its day; its text is sealed."""

    number: UUID
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """An intern's own draft, with who confirms it and the last word that came back with it."""

    draft: Presented
    # Each answer with its label, as the supervisor will read it.
    texts: tuple[tuple[str, str], ...]
    supervisor: str
    waits: bool
    note: str
    note_at: datetime | None


def submits(actor: gate.Actor) -> bool:
    """Whether this person hands their drafts to a supervisor instead of deciding on sharing."""
    return gate.may(actor, Act.SUBMIT)


def supervisor(actor: gate.Actor) -> Participation | None:
    """Who confirms what this intern brings; `None` when nobody can any more."""
    place = Participation.objects.select_related("supervised_by__person").get(id=my_place(actor))
    row = place.supervised_by
    if row is None or row.state != ParticipationState.ADMITTED or not row.is_current():
        return None
    return row if may_answer(row.role_set, SecrecyStatus(row.secrecy_status)) else None


def submission(actor: gate.Actor, number: UUID) -> Submission:
    """An intern's draft and where it stands; raises `Refused`, `AlreadyBrought`, `NotReadable`."""
    row = find_draft(actor, number, purpose=Purpose.BRINGING)
    check_offered(actor, row, Act.SUBMIT, Verb.DRAFT_SUBMITTED, Purpose.BRINGING)
    opened = open_draft(actor, row)
    who = supervisor(actor)
    note = None if row.supervisor_id else row.draft_notes.first()
    return Submission(
        draft=opened,
        texts=told(opened.presentation.sealed_values()),
        supervisor=who.person.name if who else "",
        waits=row.supervisor_id is not None,
        note=_text(actor, note) if note else "",
        note_at=note.made_at if note else None,
    )


def _text(actor: gate.Actor, note: DraftNote) -> str:
    opened = gate.reveal(
        actor,
        records=[note],
        subjects=[note.container],
        purpose=Purpose.BRINGING,
        act=Act.READ_OWN,
    )
    return shown(opened.get(note, "text"))


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """An intern's draft before their supervisor, and by whom it is."""

    draft: Presented
    texts: tuple[tuple[str, str], ...]
    by: str


def confirms(actor: gate.Actor, number: UUID) -> bool:
    """Whether this draft is somebody else's, and this person's to confirm."""
    return _to_confirm(actor).filter(id=number).exists()


def draft_to_confirm(actor: gate.Actor, number: UUID) -> ToConfirm:
    """Open an intern's draft to confirm; raises `Refused`, `AlreadyBrought` or `NotReadable`."""
    row = find_to_confirm(actor, number, purpose=Purpose.BRINGING)
    opened = open_draft(actor, row)
    texts = told(opened.presentation.sealed_values())
    return ToConfirm(opened, texts, row.brought_by.person.name)


def handed_to(actor: gate.Actor) -> tuple[Handed, ...]:
    """The drafts of interns that await this person's confirmation. Nothing is opened."""
    rows = _to_confirm(actor).select_related("brought_by__person").order_by("last_entry_at")
    return tuple(Handed(row.id, row.brought_by.person.name, row.last_entry_at) for row in rows)


def sent_back_to(actor: gate.Actor) -> tuple[Handed, ...]:
    """This intern's drafts that came back, and weren't taken up since. Nothing is opened."""
    notes = DraftNote.objects.filter(
        situation__brought_by=actor.participation,
        situation__state=SituationState.DRAFT,
        situation__supervisor=None,
        situation__erasing=False,
        made_at__gt=F("situation__last_entry_at"),
    ).select_related("author__person")
    return tuple(Handed(each.situation_id, each.author.person.name, each.made_at) for each in notes)


def _to_confirm(actor: gate.Actor) -> QuerySet[Situation]:
    return Situation.objects.filter(
        supervisor=actor.participation,
        concertation=actor.concertation,
        state=SituationState.DRAFT,
        erasing=False,
    ).exclude(brought_by=actor.participation)
