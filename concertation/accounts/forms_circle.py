"""Forms of the circle and its keys: digits heard, printed groups, roles."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from concertation.accounts.enums import Place
from concertation.accounts.forms import PasswordAgain, PlaceRadio, date_field, supervisor_field
from concertation.accounts.models import Participation
from ethics.roles import SecrecyStatus


class GroupsForm(forms.Form):
    """Two groups of the printed recovery key, typed back."""

    first = forms.CharField(max_length=12)
    second = forms.CharField(max_length=12)

    def __init__(self, *args: Any, asked: tuple[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, number in zip(("first", "second"), asked, strict=True):
            field = self.fields[name]
            field.label = _("Groupe %(number)d") % {"number": number + 1}
            field.widget.attrs |= {
                "class": "input--digits",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }


class _DigitsField(forms.CharField):
    """Twenty digits heard in a call; spaces, dots and dashes are how people write down groups."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "input--digits", "inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            label=_("Les vingt chiffres que vous entendez"),
            max_length=60,
            widget=forms.TextInput(attrs=attrs),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        plain = "".join(each for each in typed if each.isdigit())
        if typed and len(plain) != 20:
            raise ValidationError(
                _("Il en faut vingt ; il y en a %(count)d.") % {"count": len(plain)}
            )
        return plain


class AdmitForm(PasswordAgain):
    """The twenty digits heard, and one's own password."""

    digits = _DigitsField()
    field_order = ("digits", "password")


class AdmitSeveralForm(PasswordAgain):
    """The digits of each person heard in one call, and the coordinator's password once."""

    def __init__(self, *args: Any, waiting: Iterable[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {number: f"digits_{number.hex}" for number in waiting}
        for name in self.names.values():
            self.fields[name] = _DigitsField(required=False)

    def heard(self) -> dict[UUID, str]:
        """What was typed, by participation; those not heard are left out."""
        typed = {number: self.cleaned_data.get(name) for number, name in self.names.items()}
        return {number: digits for number, digits in typed.items() if digits}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        nothing = not any(cleaned.get(name) for name in self.names.values())
        if nothing and not any(name in self.errors for name in self.names.values()):
            raise ValidationError(_("Tapez les chiffres d’au moins une personne."))
        return cleaned


class RecoveryForm(forms.Form):
    """The whole printed recovery key."""

    recovery = forms.CharField(
        label=_("Les treize groupes de la feuille"),
        help_text=_("Majuscules ou minuscules, avec ou sans espaces."),
        max_length=200,
        widget=forms.Textarea(
            attrs={
                "class": "input--digits",
                "rows": 3,
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class RescueForm(RecoveryForm, PasswordAgain):
    """The printed key, and the password of the keys that are to be restored."""

    field_order = ("recovery", "password")


class ReissueForm(GroupsForm, PasswordAgain):
    """Two groups of the new sheet typed back, and the password."""

    field_order = ("first", "second", "password")


class RoleForm(PasswordAgain):
    """What a member is from now on."""

    role = forms.ChoiceField(label=_("Rôle"), choices=Place.choices, widget=PlaceRadio)
    secrecy_status = forms.ChoiceField(
        label=_("Tenu·e par"),
        choices=SecrecyStatus.choices,
        help_text=_("L’organisation s’en porte garante, fonction par fonction."),
    )
    ends_on = date_field(
        _("Jusqu’au"), required=False, help_text=_("Obligatoire pour un·e invité·e.")
    )
    supervised_by = supervisor_field()
    field_order = ("role", "secrecy_status", "ends_on", "supervised_by", "password")

    def __init__(self, *args: Any, supervisors: QuerySet[Participation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supervised_by"].queryset = supervisors  # type: ignore[attr-defined]
