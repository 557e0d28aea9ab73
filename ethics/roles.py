"""Roles and secrecy statuses (design 1, “Who uses it”; design 2, “The charter”)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in a concertation. Case manager is held for one situation, not for all."""

    PARTICIPANT = "participant", _("intervenant·e")
    CASE_MANAGER = "case_manager", _("référent·e de la situation")
    COORDINATOR = "coordinator", _("coordination")
    # Brings and proposes; their supervisor confirms (design 1).
    INTERN = "intern", _("stagiaire")
    GUEST = "guest", _("invité·e")
    LIMITED_READER = "limited_reader", _("lecteur limité")
    REPRESENTATIVE = "representative", _("représentant·e de l’organisation")
    DPO = "dpo", _("délégué·e à la protection des données")
    ADMINISTRATOR = "administrator", _("administration technique")


class SecrecyStatus(models.TextChoices):
    """What a person is bound by; the organisation vouches for it, function by function."""

    PROFESSIONAL = "professional", _("secret professionnel")
    DISCRETION = "discretion", _("devoir de discrétion")
    POLICE_JUSTICE = "police_justice", _("police ou justice")
    OTHER = "other", _("autre")


# A DPO is never a role that reads situations (design 1).
READING_ROLES = frozenset(
    {
        Role.PARTICIPANT,
        Role.CASE_MANAGER,
        Role.COORDINATOR,
        Role.INTERN,
        Role.GUEST,
        Role.LIMITED_READER,
    }
)
# Who holds the concertation's key, provided they are bound by professional secrecy (design 3).
KEY_ROLES = frozenset({Role.PARTICIPANT, Role.COORDINATOR, Role.INTERN})
# Who answers for a situation, and confirms what an intern brings.
FULL_ROLES = frozenset({Role.PARTICIPANT, Role.COORDINATOR})


def may_hold_key(roles: frozenset[Role], status: SecrecyStatus) -> bool:
    """Whether someone with these roles and this status is given the concertation's key.

    Limited readers, guests, representatives, DPO and administrators never are, nor is anyone not
    bound by professional secrecy (design 3, “Who holds the concertation's key”).
    """
    return (
        bool(roles & KEY_ROLES)
        and status == SecrecyStatus.PROFESSIONAL
        and not roles & {Role.LIMITED_READER, Role.DPO}
    )


def may_answer(roles: frozenset[Role], status: SecrecyStatus) -> bool:
    """Whether someone may answer for a situation, or for what an intern brings: who holds the
    concertation's key, but for interns."""
    return may_hold_key(roles, status) and bool(roles & FULL_ROLES)
