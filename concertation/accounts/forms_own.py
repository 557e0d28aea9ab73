"""Forms about one's own password and second factors."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from concertation.accounts.enums import MailChoice
from concertation.accounts.forms import ChosenPasswordForm, DeviceForm, PasswordAgain


class ResetForm(ChosenPasswordForm):
    """Another password after a forgotten one: what it costs is understood first."""

    understood = forms.BooleanField(
        label=_("J’ai compris : mes clés changent, et mes brouillons ne pourront plus être ouverts")
    )
    field_order: tuple[str, ...] = ("password", "again", "understood")


class PasswordChangeForm(ChosenPasswordForm):
    """Another password, by whoever knows the one in use."""

    current = forms.CharField(
        label=_("Votre mot de passe actuel"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order: tuple[str, ...] = ("current", "password", "again")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("password") and cleaned.get("password") == cleaned.get("current"):
            self.add_error("password", _("C’est déjà votre mot de passe : choisissez-en un autre."))
        return cleaned


class ForgottenForm(forms.Form):
    """The address of the account whose password was forgotten."""

    email = forms.EmailField(
        label=_("Adresse électronique professionnelle"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class FactorResetForm(PasswordAgain):
    """The password, and what removing a second factor costs."""

    understood = forms.BooleanField(
        label=_("J’ai compris : mes clés changent, et mes brouillons ne pourront plus être ouverts")
    )


class NewDeviceForm(DeviceForm, PasswordAgain):
    """The password, and the first code of the telephone that takes the other's place."""


class PasskeyNameForm(forms.Form):
    """The name under which a person knows their passkey again."""

    name = forms.CharField(
        label=_("Nom de la clé d’accès"),
        help_text=_("Pour la reconnaître : « Téléphone du service », « Clé USB bleue »."),
        max_length=64,
    )


class PasskeyAnswerForm(forms.Form):
    """What the browser's script answers: a passkey made, or used (a public key, a signature)."""

    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput)


class PasskeyForm(PasskeyNameForm, PasswordAgain):
    """A new passkey: its name, and the password."""

    field_order = ("name", "password")


class MailForm(forms.Form):
    """Which notices come by e-mail."""

    mail = forms.ChoiceField(
        label=_("Avis par courriel"),
        choices=[(each.value, capfirst(each.label)) for each in MailChoice],
        widget=forms.RadioSelect,
    )


class ReachForm(forms.Form):
    """How colleagues reach a person, in one of their places."""

    participation = forms.UUIDField(widget=forms.HiddenInput)
    reach = forms.CharField(
        label=_("Comment vous joindre"),
        help_text=_("Au travail\u00a0: un numéro, des heures, un jour de permanence."),
        max_length=120,
        required=False,
    )
