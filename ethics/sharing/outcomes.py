"""Where the sharing decision can end (design 2)."""

from collections.abc import Iterable
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class SharingOutcome(models.TextChoices):
    """The endings of the tree; the codes stand in rows and in the ledger."""

    GENERAL = "s_general", _("échange général, sur aucune personne")
    CODE = "s_code", _("discussion codée, sur le tableau")
    SHARED_SECRET = "s_partage", _("secret partagé, avec des personnes nommées")
    FRAMEWORK = "s_458ter", _("cadre légal de concertation, avec ses participants")
    PROSECUTOR = "s_parquet", _("parquet seul, hors du tableau")
    EMERGENCY = "s_urgence", _("urgence, agir maintenant")
    INFORM = "s_informer", _("informer d’abord la personne")
    ADVICE = "s_avis", _("demander un avis, sous forme codée")
    NO = "s_non", _("ne pas partager, accompagner la personne")


# These read « Je peux, je n’y suis pas obligé·e ».
SHARING: Final = frozenset(
    {SharingOutcome.CODE, SharingOutcome.SHARED_SECRET, SharingOutcome.FRAMEWORK}
)
# By these alone a draft becomes visible to the circle.
VISIBLE: Final = frozenset({SharingOutcome.CODE, SharingOutcome.FRAMEWORK})


def as_code(ending: Iterable[SharingOutcome]) -> str:
    """An ending as one code: of two, the first is what it is, the second what it also asks."""
    return ".".join(str(outcome) for outcome in ending)


def of_code(code: str) -> tuple[SharingOutcome, ...]:
    """The ending behind a code; empty for a decision that isn't taken yet."""
    return tuple(SharingOutcome(each) for each in code.split(".") if each)
