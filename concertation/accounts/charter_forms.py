"""Forms of the charter's life: writing a version, publishing it, ending a subscription."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from concertation.accounts.forms import PasswordAgain, date_field

LONGEST = 60_000


def _text(label: Any, *, help_text: Any = "", required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        strip=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
    )


class SeenDraft(forms.Form):
    """The revision of the draft that was read: nobody's words go unseen."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class SeenPeople(forms.Form):
    """The places that stood in the list when it was confirmed."""

    seen = forms.TypedMultipleChoiceField(required=False, coerce=UUID)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Any number may be sent: the action compares them with the list as it stands.
        self.fields["seen"].valid_value = _is_number  # type: ignore[attr-defined]


def _is_number(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


class CharterTextForm(SeenDraft):
    """The next version's text in each language; a draft may be incomplete."""

    text_fr = _text(
        _("Texte français"),
        help_text=_("Un titre commence par « # », un chapitre par « ## », un point par « - »."),
    )
    text_nl = _text(_("Texte néerlandais"))
    text_en = _text(_("Texte anglais"), help_text=_("Facultatif : une aide à la lecture."))


class PublishForm(PasswordAgain, SeenDraft):
    """When the version counts, and how long the one before stays good."""

    effective_on = date_field(
        _("En vigueur le"), help_text=_("À partir de ce jour, on signe cette version.")
    )
    grace_until = date_field(
        _("Version précédente acceptée jusqu’au"),
        required=False,
        help_text=_("Le temps que chacun·e signe. Vide : l’accès s’arrête le jour même."),
    )
    field_order = ("effective_on", "grace_until", "password", "revision")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, grace = cleaned.get("effective_on"), cleaned.get("grace_until")
        if start and start < timezone.localdate():
            self.add_error(
                "effective_on", _("Ce jour est passé : choisissez aujourd’hui ou après.")
            )
        if start and grace and grace < start:
            self.add_error("grace_until", _("Cette date vient avant l’entrée en vigueur."))
        return cleaned
