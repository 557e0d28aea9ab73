"""Who can be chosen for an action, or to hold a situation."""

from dataclasses import dataclass
from uuid import UUID

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.situations.models import Situation
from concertation.situations.reading.audience import live_grants
from concertation.situations.reading.find import holds_key
from ethics import gate
from ethics.roles import READING_ROLES, Role, SecrecyStatus, may_answer


@dataclass(frozen=True, slots=True)
class Choice:
    """Someone to choose in a list: who may own an action, or hold the situation."""

    number: UUID
    label: str
    may_hold: bool


def people(actor: gate.Actor, about: Situation | None = None) -> tuple[Choice, ...]:
    """The people of the concertation who may own an action, with their organisation; of a
    restricted situation, its readers.

    A guest doesn't choose a limited reader: see `propose_action`.
    """
    visiting = not holds_key(actor)
    rows = Participation.objects.filter(
        concertation=actor.concertation, state=ParticipationState.ADMITTED
    ).select_related("organisation", "person")
    if about is not None and about.restricted:
        rows = rows.filter(id__in=live_grants(about).values("participation"))
    return tuple(
        Choice(
            row.id,
            f"{row.organisation.name}, {row.person.name}",
            may_answer(row.role_set, SecrecyStatus(row.secrecy_status)),
        )
        for row in rows
        if row.is_current()
        and row.role_set & READING_ROLES
        and Role.DPO not in row.role_set
        and not (visiting and Role.LIMITED_READER in row.role_set)
    )
