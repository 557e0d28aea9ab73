"""The words of people, organisations and their places, as design 1 names them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
