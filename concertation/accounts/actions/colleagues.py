"""Places that lean on a colleague's: someone replaces a member, an intern has a supervisor."""

from datetime import date
from uuid import UUID

from concertation.accounts.enums import ROLES_OF, ParticipationState, Place
from concertation.accounts.errors_circle import (
    ReplacementEnds,
    ReplacementRefused,
    SupervisorRefused,
)
from concertation.accounts.models import Participation
from concertation.accounts.reading import place_of
from ethics import gate
from ethics.roles import SecrecyStatus, may_answer, may_hold_key


def check_replaced(
    actor: gate.Actor,
    chosen: Participation | None,
    *,
    organisation: UUID,
    place: Place,
    status: SecrecyStatus,
    ends_on: date | None,
) -> Participation | None:
    """The member whose actions a new place takes over: a colleague of the circle, and for a time.

    Raises `ReplacementRefused`, `ReplacementEnds` or `gate.Refused`.
    """
    if chosen is None:
        return None
    row = place_of(actor, chosen.id)
    if row.state != ParticipationState.ADMITTED or not holds_key(row):
        raise ReplacementRefused(ReplacementRefused.NOBODY)
    if row.organisation_id != organisation:
        raise ReplacementRefused(ReplacementRefused.ELSEWHERE)
    if not may_answer(ROLES_OF[place], status):
        raise ReplacementRefused(ReplacementRefused.ROLE)
    if ends_on is None:
        raise ReplacementEnds
    return row


def still_replaced(
    row: Participation, place: Place, status: SecrecyStatus, ends_on: date | None
) -> Participation | None:
    """Whom a member goes on replacing in another role: nobody, once they answer for nothing here.

    Raises `ReplacementEnds`.
    """
    if row.replaces is None or not may_answer(ROLES_OF[place], status):
        return None
    if ends_on is None:
        raise ReplacementEnds
    return row.replaces


def check_supervisor(
    actor: gate.Actor,
    chosen: Participation | None,
    *,
    organisation: UUID,
    place: Place,
    person: UUID | None = None,
) -> Participation | None:
    """Who confirms what an intern brings: a member of the same organisation, not an intern.

    Raises `SupervisorRefused` or `gate.Refused`.
    """
    if place != Place.INTERN:
        if chosen is not None:
            raise SupervisorRefused(SupervisorRefused.ONLY_INTERNS)
        return None
    if chosen is None:
        raise SupervisorRefused(SupervisorRefused.MISSING)
    row = place_of(actor, chosen.id)
    answers = may_answer(row.role_set, SecrecyStatus(row.secrecy_status))
    if row.state != ParticipationState.ADMITTED or not answers or row.person_id == person:
        raise SupervisorRefused(SupervisorRefused.NOBODY)
    if row.organisation_id != organisation:
        raise SupervisorRefused(SupervisorRefused.ELSEWHERE)
    return row


def holds_key(row: Participation) -> bool:
    """Whether a place is of those that hold the concertation's key."""
    return may_hold_key(row.role_set, SecrecyStatus(row.secrecy_status))
