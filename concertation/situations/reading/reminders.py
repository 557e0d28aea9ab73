"""What waits for one person about informing, advice and withdrawn agreements. Nothing is opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.names import concertation_ledger
from audit.reading import people_who_saw
from concertation.accounts.models import Participation
from concertation.situations.enums import SituationState
from concertation.situations.models import Situation, answered_by
from concertation.situations.reading.find import code_of
from concertation.situations.reading.supervised import Handed, handed_to, sent_back_to
from ethics import gate
from ethics.sharing.models import SharingDecision
from ethics.sharing.outcomes import SharingOutcome

# How long a request for advice, or a withdrawal, stands on the home page.
SHOWN_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DraftToInform:
    """A draft whose decision ended in S-INFORMER: it is known by its day, its text stays sealed."""

    number: UUID
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Reminders:
    """For the top of the home page."""

    drafts: tuple[DraftToInform, ...]
    # Who asks for advice, by name: that is all the board knows.
    advice: tuple[str, ...]
    # Codes of situations this person brought, hidden since the person withdrew their agreement.
    withdrawn: tuple[str, ...]
    # How many situations this person had read were hidden for that reason.
    not_to_speak_of: int
    # Drafts of interns that await this person, and an intern's own that came back.
    to_confirm: tuple[Handed, ...]
    sent_back: tuple[Handed, ...]


def reminders(actor: gate.Actor) -> Reminders:
    """What waits for this person now."""
    recent = timezone.now() - SHOWN_FOR
    asked = SharingDecision.objects.filter(adviser=actor.participation, made_at__gte=recent)
    mine, read = _withdrawn(actor, recent)
    return Reminders(
        drafts=tuple(
            DraftToInform(each.container, each.made_at)
            for each in waiting_to_inform(actor.participation)
        ),
        advice=_names(each.participation for each in asked),
        withdrawn=tuple(code_of(row) for row in mine),
        not_to_speak_of=len(read),
        to_confirm=handed_to(actor),
        sent_back=sent_back_to(actor),
    )


def waiting_to_inform(participation: UUID | None = None) -> list[SharingDecision]:
    """Decisions in S-INFORMER that are the last about a draft; of everybody, or of one place."""
    drafts = Situation.objects.filter(state=SituationState.DRAFT, erasing=False)
    decisions = SharingDecision.objects.exclude(outcome="")
    if participation is not None:
        drafts = drafts.filter(answered_by(participation))
        decisions = decisions.filter(participation=participation)
    last: dict[UUID, SharingDecision] = {}
    for each in decisions.filter(container__in=drafts.values("id")).order_by("made_at"):
        last[each.container] = each
    return [each for each in last.values() if SharingOutcome.INFORM in each.ending]


def _names(participations: Iterable[UUID]) -> tuple[str, ...]:
    rows = Participation.objects.filter(id__in=list(participations))
    return tuple(
        f"{row.person.name} ({row.organisation.name})"
        for row in rows.select_related("person", "organisation")
    )


def _withdrawn(actor: gate.Actor, since: datetime) -> tuple[list[Situation], list[Situation]]:
    """The hidden situations this person brought, and those they had read."""
    hidden = Situation.objects.filter(concertation=actor.concertation, hidden=True, erasing=False)
    lately = SharingDecision.objects.filter(after_withdrawal=True, made_at__gte=since)
    mine, read = [], []
    for row in hidden.filter(id__in=lately.values("container")):
        if actor.participation in {row.brought_by_id, row.supervisor_id}:
            mine.append(row)
        elif actor.person in people_who_saw(concertation_ledger(row.concertation_id), row.id):
            read.append(row)
    return mine, read
