"""The form that opens situations to a guest."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.situations.forms.base import REQUIRED, SituationForm, day
from concertation.situations.reading import GuestPage


class OpenToGuestForm(SituationForm):
    """Which situations, until when."""

    situations = forms.TypedMultipleChoiceField(
        label=_("Situations à ouvrir"),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages=REQUIRED,
    )
    until = day(_("Jusqu’au (compris)"))

    def __init__(self, *args: Any, page: GuestPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["situations"].choices = [  # type: ignore[attr-defined]  # a choice field
            (str(each.number), each.label) for each in page.others
        ]
        if page.ends_on:
            self.fields["until"].widget.attrs["max"] = page.ends_on.isoformat()
