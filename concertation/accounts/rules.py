"""Which roles one person may not hold together (design 1): one place for all who give a role."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from concertation.accounts.enums import ParticipationState
from concertation.accounts.errors import RolesClash
from concertation.accounts.models import Participation, User
from ethics.roles import READING_ROLES, Role, SecrecyStatus

# Who isn't bound by professional secrecy, or reads only what is addressed to them, would read the
# rest through one of these.
_WIDE = frozenset({Role.PARTICIPANT, Role.COORDINATOR, Role.INTERN, Role.GUEST})


def lock_person(person: UUID) -> User:
    """The person's row, locked: two places given at the same moment see each other.

    Called inside the caller's transaction.
    """
    return User.objects.select_for_update(no_key=True).get(pk=person)


def check_together(
    person: User,
    *,
    concertation: UUID,
    roles: frozenset[Role],
    status: SecrecyStatus,
    but: UUID | None = None,
) -> None:
    """Refuse a place beside what the person already is; `but` is that place itself.

    Called under `lock_person`. Raises `RolesClash`.
    """
    if person.is_administrator and roles & READING_ROLES:
        raise RolesClash(ADMINISTRATOR)
    others = Participation.objects.filter(person=person, concertation=concertation)
    for each in others.exclude(state=ParticipationState.ENDED):
        if each.id == but:
            continue
        held = each.role_set
        if Role.DPO in held | roles and (held | roles) & READING_ROLES:
            raise RolesClash(DPO)
        one_limited = _limited(roles, status) and held & _WIDE
        other_limited = _limited(held, each.secrecy_status) and roles & _WIDE
        if one_limited or other_limited:
            raise RolesClash(LIMITED)


def check_may_become_administrator(person: User) -> None:
    """Who reads situations anywhere never administers; called under `lock_person`.

    Raises `RolesClash`.
    """
    for each in Participation.objects.filter(person=person).exclude(state=ParticipationState.ENDED):
        if each.role_set & READING_ROLES:
            raise RolesClash(ADMINISTRATOR)


def _limited(roles: frozenset[Role], status: str) -> bool:
    return Role.LIMITED_READER in roles or status == SecrecyStatus.POLICE_JUSTICE


DPO = _("Le ou la DPO ne lit aucune situation : ce rôle ne se cumule pas.")
ADMINISTRATOR = _(
    "L’administration technique ne lit aucune situation : cette personne ne peut pas avoir aussi"
    " une place qui en lit."
)
LIMITED = _(
    "Dans une même concertation, une personne de la police ou de la justice, ou qui ne lit que les"
    " actions qui lui sont adressées, ne peut pas avoir aussi une place qui lit davantage."
)
