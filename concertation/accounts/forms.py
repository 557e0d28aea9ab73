"""Forms of accounts: they read and tidy what was typed; the rules live in the actions."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from concertation.accounts.enums import Cadence, Domain, Place
from concertation.accounts.errors import NotAnAddress
from concertation.accounts.languages import own_names
from concertation.accounts.models import (
    Organisation,
    Participation,
    User,
    check_enterprise_number,
)
from concertation.accounts.tidy import tidy_address, tidy_name
from ethics.charter.models import Power
from ethics.charter.statements import OneMeeting
from ethics.roles import SecrecyStatus

EVERYBODY: Final = "everybody"
_OUR_CODE: Final = {"class": "input--code", "autocomplete": "one-time-code"}


def _password(label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


def date_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A date as browsers give it, with their own calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def supervisor_field() -> Any:
    """Who confirms what an intern brings; the form gives the members to choose from."""
    return forms.ModelChoiceField(
        label=_("Responsable de stage"),
        queryset=Participation.objects.none(),
        required=False,
        empty_label=_("personne"),
        help_text=_(
            "Pour un·e stagiaire, obligatoire : un membre de la même organisation, qui relit ses"
            " situations et prend la décision de partage."
        ),
    )


class _Address(forms.EmailField):
    """An e-mail address in one spelling, so that every try counts on the same account."""

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value) or ""
        if typed and not tidy_address(typed):
            raise ValidationError(NotAnAddress.sentence)
        return tidy_address(typed)


class _PersonName(forms.CharField):
    """A name as others will read it, without hidden characters."""

    def to_python(self, value: Any) -> Any:
        return tidy_name(super().to_python(value) or "")


class PasswordAgain(forms.Form):
    """The password asked again before something that can't be taken back lightly."""

    password = _password(_("Votre mot de passe"), "current-password")


class SignInForm(forms.Form):
    """E-mail address and password."""

    email = _Address(
        label=_("Adresse électronique professionnelle"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = _password(_("Mot de passe"), "current-password")
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class CodeForm(forms.Form):
    """A code of the application, or one of the codes on paper."""

    code = forms.CharField(
        label=_("Code à six chiffres"),
        help_text=_("De votre application, ou l’un de vos codes de secours sur papier."),
        max_length=32,
        widget=forms.TextInput(attrs={**_OUR_CODE, "autofocus": True}),
    )


class DeviceForm(forms.Form):
    """The first code of a new device."""

    code = forms.CharField(
        label=_("Code à six chiffres"),
        help_text=_("Celui que votre application affiche maintenant."),
        max_length=32,
        widget=forms.TextInput(attrs={**_OUR_CODE, "inputmode": "numeric"}),
    )


class ChosenPasswordForm(forms.Form):
    """A password chosen, twice, after the house's rules."""

    password = _password(
        _("Choisissez un mot de passe"),
        "new-password",
        _("Une phrase de quatre ou cinq mots convient bien. Coller est permis."),
    )
    again = _password(_("Le même mot de passe, encore une fois"), "new-password")

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("password")
        if chosen and cleaned.get("again") not in {None, chosen}:
            self.add_error("again", _("Les deux mots de passe diffèrent."))
        if chosen:
            # The name as just typed counts too: it may not be the password.
            self._person.name = cleaned.get("name") or self._person.name
            try:
                validate_password(chosen, self._person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class InvitationForm(ChosenPasswordForm):
    """What an invited person gives: their name as the circle will read it, and a password."""

    name = _PersonName(
        label=_("Prénom et nom"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order: tuple[str, ...] = ("name", "password", "again")


def password_rules() -> list[str]:
    """What Django's validators ask of a password, as sentences."""
    return [str(each) for each in password_validators_help_texts()]


class CharterForm(PasswordAgain):
    """The explicit sentence, nothing ticked beforehand, and the password again."""

    agree = forms.BooleanField(label="")
    language = forms.ChoiceField(choices=own_names, widget=forms.HiddenInput)
    field_order: tuple[str, ...] = ("agree", "password", "language")

    def __init__(self, *args: Any, sentence: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agree"].label = sentence


class SubscriptionForm(CharterForm):
    """A representative binds their organisation."""

    power = forms.ChoiceField(
        label=_("À quel titre engagez-vous l’organisation ?"),
        choices=Power.choices,
        widget=forms.RadioSelect,
    )
    starts_on = date_field(_("À partir du"))
    scope = forms.ChoiceField(
        label=_("Pour qui ?"), required=False, widget=forms.RadioSelect, choices=()
    )
    field_order = ("scope", "power", "starts_on", "agree", "password", "language")

    def __init__(self, *args: Any, meetings: Sequence[OneMeeting] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not meetings:
            del self.fields["scope"]
            return
        # Nothing is chosen beforehand: one binds for an afternoon, the other without an end.
        self.fields["scope"].required = True
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            *(
                (
                    str(each.meeting),
                    _("Seulement pour nos invité·es à la réunion du %(day)s")
                    % {"day": date_format(each.on, "DATE_FORMAT")},
                )
                for each in meetings
            ),
            (EVERYBODY, _("Pour toutes les personnes que nous envoyons, sans date de fin")),
        ]

    def meeting(self) -> UUID | None:
        """The one meeting it is for, if any."""
        chosen = self.cleaned_data.get("scope") or EVERYBODY
        return None if chosen == EVERYBODY else UUID(chosen)

    def clean_starts_on(self) -> Any:
        day = self.cleaned_data["starts_on"]
        if day < timezone.localdate():
            raise ValidationError(_("Une adhésion ne commence pas dans le passé."))
        return day


class PersonForm(forms.Form):
    """Someone to invite: address, name, language of the e-mail."""

    email = _Address(label=_("Adresse électronique professionnelle"), max_length=254)
    name = _PersonName(label=_("Prénom et nom"), max_length=120)
    language = forms.ChoiceField(label=_("Langue"), choices=own_names, widget=forms.RadioSelect)


class PlaceRadio(forms.RadioSelect):
    hints = {  # noqa: RUF012 - read by the tag `field`
        str(Place.PARTICIPANT): _(
            "Présente des situations, lit le tableau, convient d’actions. Secret professionnel."
        ),
        str(Place.COORDINATOR): _("Intervenant·e qui anime : réunions, membres, rapport."),
        str(Place.INTERN): _(
            "Lit le tableau, propose des actions ; sa ou son responsable confirme ce qu’elle ou il"
            " présente. Secret professionnel."
        ),
        str(Place.LIMITED_READER): _(
            "Police, devoir de discrétion, autre : ne voit que les actions qui lui sont adressées."
        ),
        str(Place.GUEST): _("Pour une réunion ou une situation ; l’accès finit à une date."),
        str(Place.DPO): _("Lit le journal des accès, jamais une situation."),
    }


class InviteForm(PersonForm):
    """A coordinator invites someone to a place in the concertation."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    function = forms.CharField(
        label=_("Fonction"), max_length=80, help_text=_("Par exemple : assistante sociale.")
    )
    role = forms.ChoiceField(label=_("Rôle"), choices=Place.choices, widget=PlaceRadio)
    secrecy_status = forms.ChoiceField(
        label=_("Tenu·e par"),
        choices=SecrecyStatus.choices,
        help_text=_("L’organisation s’en porte garante, fonction par fonction."),
    )
    starts_on = date_field(_("À partir du"))
    ends_on = date_field(
        _("Jusqu’au"),
        required=False,
        help_text=_("Obligatoire pour un·e invité·e et pour un remplacement."),
    )
    replaces = forms.ModelChoiceField(
        label=_("En remplacement de"),
        queryset=Participation.objects.none(),
        required=False,
        empty_label=_("personne"),
        help_text=_(
            "Un congé, une maladie : la personne voit les actions du membre remplacé et peut y"
            " répondre, jusqu’à la date de fin. Les deux sont de la même organisation."
        ),
    )

    supervised_by = supervisor_field()

    def __init__(
        self,
        *args: Any,
        circle: QuerySet[Participation],
        supervisors: QuerySet[Participation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replaces"].queryset = circle  # type: ignore[attr-defined]
        self.fields["supervised_by"].queryset = supervisors  # type: ignore[attr-defined]
        # Read when the form is made: an organisation created since the start stands in it.
        self.fields["organisation"].queryset = Organisation.objects.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("La fin vient avant le début."))
        return cleaned


class ConcertationForm(forms.Form):
    """A new concertation."""

    name = forms.CharField(
        label=_("Nom"), max_length=80, help_text=_("Le quartier, comme on le dit sur place.")
    )
    slug = forms.SlugField(
        label=_("Mot dans l’adresse"),
        max_length=40,
        help_text=_("Minuscules, chiffres et tirets : par exemple marolles."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Langues de travail"),
        choices=own_names,
        widget=forms.CheckboxSelectMultiple,
    )
    cadence = forms.ChoiceField(
        label=_("Rythme des réunions"), choices=Cadence.choices, widget=forms.RadioSelect
    )
    planned_minutes = forms.IntegerField(
        label=_("Durée prévue, en minutes"), min_value=15, max_value=60, initial=60
    )

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()


class OrganisationForm(forms.Form):
    """A new organisation."""

    name = forms.CharField(label=_("Nom"), max_length=120)
    domain = forms.ChoiceField(label=_("Domaine"), choices=Domain.choices)
    enterprise_number = forms.CharField(
        label=_("Numéro d’entreprise (BCE)"),
        max_length=20,
        help_text=_("Dix chiffres, par exemple 0123.456.749."),
        validators=[check_enterprise_number],
    )


class CoordinatorForm(PersonForm):
    """Who founds the concertation's keys and convenes its first meeting."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    function = forms.CharField(label=_("Fonction"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.all()  # type: ignore[attr-defined]


class RepresentativeForm(PersonForm):
    """Who may bind an organisation."""


class LanguageForm(forms.Form):
    """The language of the account."""

    language = forms.ChoiceField(
        label=_("Langue de l’interface"), choices=own_names, widget=forms.RadioSelect
    )


class HatForm(forms.Form):
    """Which of one's places counts."""

    participation = forms.UUIDField()
