"""Forms about keeping a situation longer: words of lists only, no free text."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from concertation.situations.enums import ExtensionReason, Opinion
from concertation.situations.forms.base import REQUIRED, SituationForm, radio


class ExtensionForm(SituationForm):
    """Why, and how many months."""

    reason = radio(_("Pourquoi la garder plus longtemps"), ExtensionReason.choices)
    months = forms.TypedChoiceField(
        label=_("De combien"), coerce=int, widget=forms.RadioSelect, error_messages=REQUIRED
    )

    def __init__(self, *args: Any, months: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["months"]
        field.choices = [
            (each, ngettext_lazy("%(months)d mois", "%(months)d mois", each) % {"months": each})
            for each in months
        ]


class DecisionForm(SituationForm):
    """Yes or no, by the button that was pressed."""

    def values(self) -> dict[str, Any]:
        """Anything but the button “yes” is a no."""
        return {"agreed": "agree" in self.data}


class OpinionForm(SituationForm):
    """The DPO's opinion."""

    opinion = radio(_("Votre avis"), Opinion.choices)
