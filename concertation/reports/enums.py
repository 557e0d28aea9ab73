"""The words of the year's report."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LiftReason(models.TextChoices):
    """Why small numbers of a year may be shown inside the circle; a closed list (design 2)."""

    ALREADY_PUBLISHED = "already_published", _("ces chiffres ont déjà été publiés")
    CIRCLE = "circle", _("la concertation en a besoin pour son propre travail")
