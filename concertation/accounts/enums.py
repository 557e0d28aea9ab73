"""The words of people, organisations and their places, as design 1 names them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from ethics.roles import Role


class Domain(models.TextChoices):
    """The domain an organisation works in."""

    MENTAL_HEALTH = "mental_health", _("Santé mentale")
    HEALTH = "health", _("Santé")
    SOCIAL = "social", _("Social et bien-être")
    SAFETY_PREVENTION = "safety_prevention", _("Sécurité et prévention")
    HOUSING = "housing", _("Logement")
    CONTACT = "contact", _("Contact et lieux de liens")
    CULTURE = "culture", _("Culture")
    EMPLOYMENT = "employment", _("Emploi")
    ADDICTION = "addiction", _("Assuétudes")
    STREET_WORK = "street_work", _("Travail de rue")


class Cadence(models.TextChoices):
    """How often a concertation meets."""

    MONTHLY = "monthly", _("une fois par mois")
    FORTNIGHTLY = "fortnightly", _("toutes les deux semaines")


class KeyState(models.TextChoices):
    """Whether a concertation can hold situations yet (design 3, the membership chain)."""

    AWAITING_KEYS = "awaiting_keys", _("en attente de ses clés")
    OPEN = "open", _("ouverte")


class ParticipationState(models.TextChoices):
    """How far a person has come into a concertation."""

    INVITED = "invited", _("invité·e, compte à créer")
    AWAITING = "awaiting", _("en attente d’admission")
    ADMITTED = "admitted", _("admis·e")
    ENDED = "ended", _("terminée")


class ResetKind(models.TextChoices):
    """What a single-use link by e-mail lets its owner do."""

    PASSWORD = "password", _("choisir un nouveau mot de passe")
    SECOND_FACTOR = "second_factor", _("retirer un deuxième facteur perdu")


class MailChoice(models.TextChoices):
    """Which notices a person wants by e-mail; inside the board all of them stand anyway."""

    AT_ONCE = "at_once", _("ce qui presse tout de suite, le reste une fois par jour")
    DAILY = "daily", _("tout une fois par jour")
    NEVER = "never", _("rien par courriel\u00a0: je regarde sur le tableau")


class Place(models.TextChoices):
    """What a coordinator invites someone as; each stands for the roles of `ROLES_OF`."""

    PARTICIPANT = "participant", _("Intervenant·e")
    COORDINATOR = "coordinator", _("Coordination")
    INTERN = "intern", _("Stagiaire")
    LIMITED_READER = "limited_reader", _("Lecteur limité")
    GUEST = "guest", _("Invité·e")
    DPO = "dpo", _("Délégué·e à la protection des données")


ROLES_OF: Final[Mapping[Place, frozenset[Role]]] = MappingProxyType(
    {
        Place.PARTICIPANT: frozenset({Role.PARTICIPANT}),
        # Who convenes also takes part: design 1, "Who uses it".
        Place.COORDINATOR: frozenset({Role.COORDINATOR, Role.PARTICIPANT}),
        Place.INTERN: frozenset({Role.INTERN}),
        Place.LIMITED_READER: frozenset({Role.LIMITED_READER}),
        Place.GUEST: frozenset({Role.GUEST}),
        Place.DPO: frozenset({Role.DPO}),
    }
)
