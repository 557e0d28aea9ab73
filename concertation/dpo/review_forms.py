"""The two texts of the review: the DPO's note or question, and the reader's answer."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.review.models import ReviewState
from concertation.dpo import errors
from concertation.guarding import GuardedForm
from concertation.resuming import ResumableForm

LONGEST: Final = 1_000
REQUIRED: Final = {"required": _("Écrivez une phrase : elle reste avec ce point.")}
SENTENCES: Final[Mapping[type[errors.DpoError], Promise]] = {
    errors.Stale: _(
        "Ce point a changé entre-temps. Relisez-le ci-dessous, puis envoyez à nouveau : votre texte"
        " est encore là."
    ),
    errors.Ended: _("Ce point est déjà terminé. Votre texte n’a pas été gardé."),
    errors.AlreadyAsked: _(
        "La question a déjà été posée. Terminez par « expliquée » ou « close »."
    ),
    errors.NobodyToAsk: _(
        "Cette personne n’a plus de place ici et ne peut plus répondre. Terminez par une note."
    ),
    errors.NotYet: _(
        "Ce rapport ne peut pas encore être signé : le mois doit être terminé, et chaque point"
        " regardé."
    ),
    errors.AlreadySigned: _("Ce mois a déjà son rapport signé."),
    errors.NotThatMonth: _("Choisissez le mois en cours, ou un mois passé."),
}


class _TextForm(ResumableForm, GuardedForm):
    """One text, and the version of the item that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def say(self, error: errors.DpoError) -> None:
        """Put a typed error into words beside the text."""
        self.add_error("text", str(SENTENCES[type(error)]))

    def saw(self, version: int) -> None:
        """The page shows the newer version now: the next sending is understood to have seen it."""
        typed: Any = self.data
        again = typed.copy()
        again["version"] = str(version)
        self.data = again


def _text(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST,
        error_messages=REQUIRED,
        widget=forms.Textarea({"rows": 3, "class": "area--short"}),
    )


class ReviewForm(_TextForm):
    """A note that ends the item, or a question to its reader."""

    text = _text(
        _("Votre note, ou votre question"),
        _("Sans nom, sans contenu d’une situation. Une question est lue par la personne."),
    )
    ending = forms.ChoiceField(
        choices=[(each.value, each.value) for each in ReviewState if each != ReviewState.OPEN],
        widget=forms.HiddenInput,
        error_messages={"required": _("Choisissez comment ce point se termine.")},
    )


class ReaderAnswerForm(_TextForm):
    """A reader's answer."""

    text = _text(
        _("Votre réponse"),
        _("En une phrase ou deux, sans rien de ce que contient la situation."),
    )


class MonthForm(forms.Form):
    """A month in the address or in a button: the first day of it."""

    month = forms.DateField(input_formats=["%Y-%m"], required=False)

    def chosen(self) -> date | None:
        """The month asked for; anything that is none is the newest."""
        return self.cleaned_data["month"] if self.is_valid() else None


class SignForm(forms.Form):
    """The DPO's password: a signature asks it again."""

    password = forms.CharField(
        label=_("Votre mot de passe"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": _("Entrez votre mot de passe.")},
    )
