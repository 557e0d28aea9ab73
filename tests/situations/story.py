"""Short ways to a situation in some state, always through the real actions."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose
from audit.models import Entry
from concertation.situations import actions
from concertation.situations.models import AgreedAction, Contribution, Situation, YearTally
from concertation.situations.presentation import Presentation, Tie
from ethics import gate
from ethics.roles import Role
from tests.cast import Circle, Someone, join, number_of

HEADLINE = "Chauffage en panne, démarche bloquée"
WISH = "Rester chez moi et avoir chaud"
ACCOUNT = "La chaudière s’arrête depuis la mi-octobre"
QUESTION = "Qui connaît un chemin direct vers le bailleur ?"


def presentation(**more: Any) -> Presentation:
    """A whole presentation, invented."""
    values: dict[str, Any] = {
        "headline": HEADLINE,
        "needs": ("housing", "income_rights"),
        "urgency": "soon",
        "account": ACCOUNT,
        "tried": "Trois appels, une lettre",
        "question": QUESTION,
        "strengths": "Garde chaque courrier",
        "wish": WISH,
        "informed": "yes",
        "agreement": "partial",
        "agreement_on": date(2026, 10, 26),
        "agreement_how": "de vive voix",
        "network": (Tie("La Théière", "strong"), Tie("bailleur", "worn")),
        "missing": "un passage hebdomadaire",
    }
    return Presentation(**(values | more))


def draft(who: Someone, **more: Any) -> Situation:
    """A draft of this person."""
    return actions.save_draft(who.actor, presentation=presentation(**more))


def share(who: Someone, number: UUID, **more: Any) -> Situation:
    """Bring a draft by the short path."""
    answers: dict[str, Any] = {"danger": False, "identifiable": False, "attested": True}
    return actions.bring_situation(who.actor, draft=number, **(answers | more))


def intern(circle: Circle, supervisor: Someone) -> Someone:
    """An intern of the supervisor's house, admitted."""
    assert supervisor.participation
    someone = join(circle, "stage", supervisor.participation.organisation, [Role.INTERN])
    assert someone.participation
    someone.participation.supervised_by = supervisor.participation
    someone.participation.save()
    return someone


def handed(circle: Circle) -> Situation:
    """An intern's draft that the participant has to confirm."""
    who = intern(circle, circle.participant)
    return actions.submit_draft(who.actor, draft=draft(who).id)


def bring(who: Someone, *, on: date | None = None, **more: Any) -> Situation:
    """A situation on the board."""
    return share(who, draft(who, **more).id, on=on)


def propose(
    who: Someone, situation: Situation, owner: Someone, *, days: int = 10, **more: Any
) -> AgreedAction:
    """A proposed action, due in some days."""
    return actions.propose_action(
        who.actor,
        situation=situation.id,
        owner=number_of(owner),
        due_on=timezone.localdate() + timedelta(days=days),
        **({"text": "Joindre le service technique"} | more),
    )


def agree(
    who: Someone, situation: Situation, owner: Someone, *, days: int = 10, **more: Any
) -> AgreedAction:
    """An agreed action, due in some days."""
    row = propose(who, situation, owner, days=days, **more)
    return actions.agree_action(who.actor, action=row.id)


def overdue(who: Someone, situation: Situation, owner: Someone) -> AgreedAction:
    """An action agreed a month ago that was due a week ago."""
    today = timezone.localdate()
    row = actions.propose_action(
        who.actor,
        situation=situation.id,
        owner=number_of(owner),
        due_on=today - timedelta(days=7),
        text="Vérifier le tarif social",
        on=today - timedelta(days=30),
    )
    return actions.agree_action(who.actor, action=row.id, on=today - timedelta(days=30))


def entry(who: Someone, situation: Situation, text: str = "Lien gardé") -> Contribution:
    """Information in the timeline."""
    return actions.contribute(who.actor, situation=situation.id, kind="information", text=text)


def counts(circle: Circle, year: int | None = None) -> dict[str, dict[str, int]]:
    """The counts of a year, as the coordinator's report opens them."""
    row = YearTally.objects.get(year=year or timezone.localdate().year)
    actor = circle.coordinator.actor
    found: dict[str, dict[str, int]] = gate.reveal_tallies(
        actor, [row], purpose=Purpose.REPORT
    ).get(row, "counts")
    return found


def verbs() -> list[str]:
    """What the ledger holds, in order, granted only."""
    return list(Entry.objects.filter(outcome="granted").values_list("verb", flat=True))
