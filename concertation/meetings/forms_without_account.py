"""Forms about people present without an account: noting them, and their own yes."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from concertation.accounts.languages import own_names
from concertation.guarding import GuardedForm
from concertation.meetings.enums import ATTENDED, Acceptance, Presence
from concertation.meetings.without_account import NAMES_ALLOWED, Newcomer
from ethics.roles import SecrecyStatus


class WithoutAccountForm(GuardedForm):
    """Who takes part without an account, and how they accept the charter."""

    allowed: ClassVar = {
        "name": NAMES_ALLOWED,
        "function": NAMES_ALLOWED,
        "organisation": NAMES_ALLOWED,
    }

    name = forms.CharField(
        label=gettext_lazy("Nom"),
        max_length=80,
        help_text=gettext_lazy(
            "Comme il figurera aux présences, par exemple «\u00a0Dr Dumont\u00a0»."
        ),
        error_messages={"required": gettext_lazy("Indiquez le nom, comme aux présences.")},
    )
    function = forms.CharField(
        label=gettext_lazy("Fonction"),
        max_length=80,
        help_text=gettext_lazy("Par exemple\u00a0: médecin généraliste."),
        error_messages={"required": gettext_lazy("Indiquez la fonction.")},
    )
    organisation = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Laissez vide pour une personne indépendante."),
    )
    secrecy_status = forms.ChoiceField(
        label=gettext_lazy("Tenu·e par"), choices=SecrecyStatus.choices, widget=forms.RadioSelect
    )
    presence = forms.ChoiceField(
        label=gettext_lazy("Présence"),
        choices=[(each.value, each.label) for each in Presence if each in ATTENDED],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Langue de la charte"), choices=own_names, widget=forms.RadioSelect
    )
    how = forms.ChoiceField(
        label=gettext_lazy("Comment accepte-t-elle ou il la charte\u00a0?"),
        choices=Acceptance.choices,
        widget=forms.RadioSelect,
    )
    email = forms.EmailField(
        label=gettext_lazy("Adresse électronique"),
        max_length=254,
        required=False,
        help_text=gettext_lazy(
            "Pour le lien seulement\u00a0; elle n’est pas gardée. Vide\u00a0: le lien s’affiche"
            " ici, une fois."
        ),
    )
    said = forms.BooleanField(
        label=gettext_lazy("J’ai lu la phrase à voix haute, et la personne a dit oui."),
        required=False,
    )
    password = forms.CharField(
        label=gettext_lazy("Votre mot de passe, pour contresigner"),
        required=False,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, languages: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(own_names())
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            (code, names[code]) for code in languages
        ]

    def clean(self) -> dict[str, Any]:
        """Aloud needs the tick and the password; a link needs neither."""
        cleaned = super().clean() or {}
        if cleaned.get("how") == Acceptance.ALOUD:
            if not cleaned.get("said"):
                self.add_error(
                    "said",
                    gettext_lazy(
                        "Lisez la phrase à voix haute, puis cochez si la personne a dit oui."
                    ),
                )
            if not cleaned.get("password"):
                self.add_error("password", gettext_lazy("Indiquez votre mot de passe."))
        return cleaned

    def newcomer(self) -> Newcomer:
        """Who was noted."""
        given = self.cleaned_data
        return Newcomer(
            name=given["name"].strip(),
            function=given["function"].strip(),
            organisation=given["organisation"].strip(),
            status=SecrecyStatus(given["secrecy_status"]),
            presence=given["presence"],
        )


class AcceptForm(forms.Form):
    """The explicit sentence, nothing ticked beforehand; which text was before their eyes."""

    agree = forms.BooleanField(label="")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, sentence: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agree"].label = sentence
