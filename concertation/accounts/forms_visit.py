"""The form that invites a guest to one meeting."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.accounts.forms import PersonForm
from concertation.accounts.models import Organisation
from ethics.roles import SecrecyStatus


class MeetingGuestForm(PersonForm):
    """Somebody the coordinator invites to one meeting."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    function = forms.CharField(
        label=_("Fonction"), max_length=80, help_text=_("Par exemple : assistante sociale.")
    )
    secrecy_status = forms.ChoiceField(
        label=_("Tenu·e par"),
        choices=SecrecyStatus.choices,
        help_text=_("L’organisation s’en porte garante, fonction par fonction."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read when the form is made: an organisation created since the start stands in it.
        self.fields["organisation"].queryset = Organisation.objects.all()  # type: ignore[attr-defined]
