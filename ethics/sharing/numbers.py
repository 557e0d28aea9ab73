"""Emergency numbers and listening lines, as data: per language, with the day they were verified.

Read in 112.be, police.be and design 2. They are always shown, verified or not: a call can't wait.
`manage.py references verify 112 --by …` notes the day somebody of the network checked one.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethics.sharing.models import Verification


@dataclass(frozen=True, slots=True)
class Number:
    """A number to call, what it is for, and in which languages it answers."""

    number: str
    purpose: str | Promise
    languages: tuple[str, ...]
    verified_on: date | None = None


NUMBERS: Final = (
    Number("112", _("secours médicaux et pompiers"), ("fr", "nl", "en")),
    Number("101", _("police, en cas d’urgence"), ("fr", "nl", "en")),
    Number("107", _("Télé-Accueil, écoute en français, jour et nuit"), ("fr", "en")),
    Number("106", _("Tele-Onthaal, écoute en néerlandais, jour et nuit"), ("nl", "en")),
)


def numbers_for(language: str) -> tuple[Number, ...]:
    """The numbers to show first to someone who reads this language, emergencies before lines."""
    checked = dict(
        Verification.objects.filter(key__in=[each.number for each in NUMBERS]).values_list(
            "key", "verified_on"
        )
    )
    numbers = [replace(each, verified_on=checked.get(each.number)) for each in NUMBERS]
    spoken = [each for each in numbers if language[:2] in each.languages]
    return (*spoken, *(each for each in numbers if each not in spoken))
