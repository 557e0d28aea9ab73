"""Forms about how long the log is kept: words of lists only, no free text."""

from collections.abc import Mapping
from typing import Final

from django import forms
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from audit.keeping import YEARS
from concertation.dpo import errors
from concertation.dpo.keeping import LogReason
from concertation.situations.enums import Opinion

REQUIRED: Final = {"required": _("Cette réponse manque encore.")}
SENTENCES: Final[Mapping[type[errors.DpoError], Promise]] = {
    errors.AlreadyAsked: _("Une demande est déjà en cours : elle est sur cette page."),
    errors.NothingAsked: _(
        "Quelqu’un a répondu entre-temps. Voici où en est la conservation du journal."
    ),
    errors.AnotherDecides: _(
        "Vous l’avez demandé vous-même : une autre personne de la coordination décide."
    ),
    errors.NotInList: _("Choisissez une réponse dans la liste."),
}
_YEAR_WORDS: Final[Mapping[int, Promise]] = {2: _("Deux ans"), 3: _("Trois ans")}


class AskForm(forms.Form):
    """Why, and how long."""

    reason = forms.ChoiceField(
        label=_("Pourquoi le garder plus longtemps"),
        choices=[(code, capfirst(word)) for code, word in LogReason.choices],
        widget=forms.RadioSelect,
        error_messages=REQUIRED,
    )
    years = forms.TypedChoiceField(
        label=_("Combien de temps en tout"),
        choices=[(each, _YEAR_WORDS[each]) for each in YEARS],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=REQUIRED,
    )


class OpinionForm(forms.Form):
    """The DPO's opinion."""

    opinion = forms.ChoiceField(
        label=_("Votre avis"),
        choices=[(code, capfirst(word)) for code, word in Opinion.choices],
        widget=forms.RadioSelect,
        error_messages=REQUIRED,
    )
