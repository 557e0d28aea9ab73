"""Forms of bringing: the presentation, and the one screen of the sharing decision."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from concertation.situations import texts
from concertation.situations.enums import Agreement, Informed, Need, TieKind, Urgency
from concertation.situations.forms.base import (
    REQUIRED,
    SituationForm,
    area,
    day,
    one_line,
    radio,
)
from concertation.situations.presentation import Presentation, Tie
from concertation.situations.reading.history import FIELD_LABELS
from concertation.situations.reading.words import described


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two texts of one field: what was typed, and what was saved meanwhile."""

    label: str
    typed: str
    saved: str


VOICE: Final = (
    "wish",
    "informed",
    "informed_why",
    "informed_on",
    "informed_how",
    "agreement",
    "agreement_on",
    "agreement_how",
)
_DAYS: Final = ("informed_on", "agreement_on")


class VoiceForm(SituationForm):
    """The voice of the person alone; `saved` is the rest of the presentation, kept as it is."""

    wish = area(
        _("Ce qu’elle souhaite, avec ses mots"),
        texts.MEDIUM,
        css="area--short area--voice",
        required=False,
    )
    informed = radio(_("Sait-elle que vous en parlez ici\u00a0?"), Informed.choices, required=False)
    informed_why = one_line(_("Si c’est impossible\u00a0: pourquoi"), texts.SHORT, required=False)
    informed_on = day(_("Informée le"), required=False)
    informed_how = one_line(
        _("Informée comment"),
        texts.SHORT,
        required=False,
        help_text=_("De vive voix, avec la notice, avec un·e interprète…"),
    )
    agreement = radio(_("Son accord"), Agreement.choices, required=False)
    agreement_on = day(_("Date de l’accord"), required=False)
    agreement_how = one_line(
        _("Donné comment"),
        texts.SHORT,
        required=False,
        help_text=_("De vive voix, par écrit, avec une personne de confiance…"),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, saved: Presentation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._saved = saved or Presentation()

    def clean_informed_on(self) -> date | None:
        """The person was informed before today, or today."""
        return self._come("informed_on")

    def clean_agreement_on(self) -> date | None:
        """An agreement was given before today, or today."""
        return self._come("agreement_on")

    def _come(self, name: str) -> date | None:
        given: date | None = self.cleaned_data[name]
        if given and given > timezone.localdate():
            raise forms.ValidationError(_("Cette date est encore à venir."))
        return given

    @staticmethod
    def initial_of(presentation: Presentation, version: int) -> dict[str, Any]:
        """The fields as they stand in an opened presentation."""
        names = [name for name in Presentation.names() if name != "network"]
        ties = {
            f"network_{kind}": "\n".join(
                tie.who for tie in presentation.network if tie.kind == kind
            )
            for kind in TieKind.values
        }
        return {name: getattr(presentation, name) for name in names} | ties | {"version": version}

    @property
    def presentation(self) -> Presentation:
        """What was read, with the voice as it was typed."""
        typed: dict[str, Any] = {name: self.cleaned_data.get(name) or "" for name in VOICE}
        typed |= {name: self.cleaned_data.get(name) for name in _DAYS}
        return replace(self._saved, **typed)

    def values(self) -> dict[str, Any]:
        """The presentation, with the version it was read at."""
        return {
            "presentation": self.presentation,
            "expected_version": self.cleaned_data["version"],
        }


class PresentationForm(VoiceForm):
    """The presentation of a situation: a draft, or a text edited later: the question first, then
    closed lists, then free text."""

    needs = forms.MultipleChoiceField(
        label=_("De quoi est-il question\u00a0?"),
        help_text=_("Deux ou trois suffisent."),
        choices=Need.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages=REQUIRED,
    )
    urgency = radio(_("Dans quel délai\u00a0?"), Urgency.choices)
    headline = one_line(
        _("En une ligne"), texts.HEADLINE, help_text=_("80 caractères au plus, sans nom ni lieu.")
    )
    account = area(
        _("Ce qui se passe"),
        texts.LONG,
        rows=5,
        css="",
        required=False,
        help_text=_("Les faits utiles à votre question. Ni nom, ni adresse, ni date exacte."),
    )
    question = area(_("Votre question au groupe"), texts.MEDIUM)
    tried = area(_("Ce qui a déjà été tenté"), texts.MEDIUM, required=False)
    strengths = area(_("Ses forces et ses appuis"), texts.MEDIUM, required=False)
    network_strong = area(
        _("Liens forts"),
        texts.MEDIUM,
        rows=2,
        required=False,
        help_text=_("Une organisation, ou un genre de personne, par ligne. Jamais un nom."),
    )
    network_present = area(_("Liens présents"), texts.MEDIUM, rows=2, required=False)
    network_worn = area(_("Liens fragiles"), texts.MEDIUM, rows=2, required=False)
    missing = area(_("Qui manque"), texts.MEDIUM, rows=2, required=False)

    field_order = [  # noqa: RUF012 - as Django declares it
        "question",
        "needs",
        "urgency",
        "headline",
        "account",
        "tried",
        "strengths",
        *VOICE,
    ]

    def __init__(self, *args: Any, as_draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if as_draft:
            # A draft is kept as far as it got.
            for field in self.fields.values():
                field.required = False

    @property
    def presentation(self) -> Presentation:
        """What was typed, as the actions take it."""
        data = self.cleaned_data
        names = [name for name in Presentation.names() if name not in {"network", "needs"}]
        network = [
            Tie(who.strip(), kind)
            for kind in TieKind.values
            for who in data.get(f"network_{kind}", "").splitlines()
            if who.strip()
        ]
        values: dict[str, Any] = {name: data.get(name) for name in names if data.get(name)}
        needs = tuple(data.get("needs") or ())
        return Presentation(**values, needs=needs, network=tuple(network))

    def conflicts(self, saved: Presentation, version: int) -> tuple[Conflict, ...]:
        """The fields where what was typed differs from what was saved meanwhile.

        The next sending is then understood to have seen that version.
        """
        if not self.stale:
            return ()
        self.saw(version)
        mine, theirs = self.presentation.sealed_values(), saved.sealed_values()
        return tuple(
            Conflict(str(label), described(name, mine[name]), described(name, theirs[name]))
            for name, label in FIELD_LABELS.items()
            if name in mine and mine[name] != theirs[name]
        )


class BringForm(PresentationForm):
    """The presentation of a draft, with the form's own number: sent twice, it makes one draft."""

    form_number = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)

    def values(self) -> dict[str, Any]:
        """The presentation, its version, and the form it came in."""
        return super().values() | {"form_number": self.cleaned_data["form_number"]}


class SubmitForm(SituationForm):
    """An intern hands their draft to their supervisor, as the page shows it."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """The version that was read, as the action names it."""
        return {"expected_version": self.cleaned_data["version"]}


class SendBackForm(SituationForm):
    """A supervisor's word with the draft they give back."""

    text = area(
        _("Ce qu’il reste à faire"),
        texts.MEDIUM,
        help_text=_(
            "Par exemple\u00a0: la deuxième phrase fait reconnaître le bâtiment. Votre stagiaire"
            " est seul·e à lire ce mot."
        ),
    )


YES_NO: Final = (("yes", _("Oui")), ("no", _("Non")))


class ShareForm(SituationForm):
    """“Puis-je partager ?”, the one screen: two questions and an attestation, nothing preticked."""

    danger = radio(
        _(
            "Y a-t-il un danger grave et imminent pour la vie ou l’intégrité de quelqu’un, ou un"
            " danger sérieux et réel pour d’autres personnes mineures ou vulnérables\u00a0?"
        ),
        YES_NO,
    )
    identifiable = radio(
        _("Une personne est-elle identifiable, même indirectement, par quelqu’un qui lira\u00a0?"),
        YES_NO,
    )
    attested = forms.BooleanField(
        label=_(
            "J’ai relu le texte\u00a0: aucun lecteur, aucune lectrice ne devrait y reconnaître la"
            " personne."
        ),
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def first_answers(self) -> dict[str, bool]:
        """Its two questions alone, for the long sequence to go on from."""
        values = self.values()
        return {"danger": values["danger"], "identifiable": values["identifiable"]}

    def values(self) -> dict[str, Any]:
        """The answers as the action takes them."""
        data = self.cleaned_data
        return {
            "danger": data["danger"] == "yes",
            "identifiable": data["identifiable"] == "yes",
            "attested": data["attested"],
            "expected_version": data["version"],
        }
