"""Forms about who reads a situation: naming its readers, withdrawing from it."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from concertation.situations.actions import LONGEST_DAYS, USUAL_DAYS
from concertation.situations.enums import AccessReason, ConflictReason
from concertation.situations.forms.base import REQUIRED, SituationForm, radio
from concertation.situations.reading import Audience

CIRCLE: Final = "circle"
NAMED: Final = "named"


class AudienceForm(SituationForm):
    """The circle, or named persons; who brought and who holds the situation stays ticked."""

    audience = radio(
        _("Qui lit cette situation"),
        [
            (CIRCLE, _("tout le cercle tenu au secret")),
            (NAMED, _("seulement les personnes cochées")),
        ],
    )
    readers = forms.TypedMultipleChoiceField(
        label=_("Personnes nommées"),
        help_text=_(
            "Deux au moins, pour un accès durable. Qui a présenté la situation et qui en est"
            " référent·e restent toujours."
        ),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, about: Audience, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"].choices = [  # type: ignore[attr-defined]  # a choice field
            (str(each.number), each.label) for each in about.choices
        ]
        self.initial = {
            "audience": NAMED if about.restricted else CIRCLE,
            "readers": [str(each.number) for each in about.choices if each.ticked],
        }

    def values(self) -> dict[str, Any]:
        """The readers named, or `None` for the circle."""
        named = self.cleaned_data["audience"] == NAMED
        return {"readers": self.cleaned_data["readers"] if named else None}


class WithdrawForm(SituationForm):
    """Why; and, for the coordinator, whom."""

    participation = forms.TypedChoiceField(
        label=_("Qui se retire"), coerce=UUID, empty_value=None, required=False
    )
    reason = radio(_("Pour quelle raison"), ConflictReason.choices)
    understood = forms.BooleanField(
        label=_("Je sais qu’il n’y a pas de retour possible."), error_messages=REQUIRED
    )

    def __init__(self, *args: Any, others: Iterable[tuple[UUID, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(number), label) for number, label in others]
        if not choices:
            del self.fields["participation"]
            return
        self.fields["participation"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", _("moi-même")),
            *choices,
        ]

    def values(self) -> dict[str, Any]:
        """Whom and why; one's own word is meant for nobody else."""
        data = self.cleaned_data
        return {"participation": data.get("participation"), "reason": data["reason"]}


class AskForm(SituationForm):
    """A code, and why the one who asks should read it."""

    code = forms.CharField(label=_("Code de la situation"), max_length=40, error_messages=REQUIRED)
    reason = radio(_("Pourquoi"), AccessReason.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}


class RequestForm(SituationForm):
    """How long someone is let in; the usual time is chosen already, so that one click grants."""

    days = forms.TypedChoiceField(
        label=_("Pour"),
        choices=[
            (days, ngettext_lazy("%(days)d jour", "%(days)d jours", days) % {"days": days})
            for days in (7, USUAL_DAYS, LONGEST_DAYS)
        ],
        coerce=int,
        initial=USUAL_DAYS,
    )

    def values(self) -> dict[str, Any]:
        """The days; none when it is declined."""
        return {"days": None if "decline" in self.data else self.cleaned_data["days"]}
