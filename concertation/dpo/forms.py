"""The DPO's search, and the form that verifies."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from audit.enums import Outcome
from concertation.dpo import labels, reading
from concertation.dpo.errors import UnknownCode
from concertation.dpo.reading import Search
from concertation.dpo.searches import KEPT
from concertation.guarding import GuardedForm
from ethics import gate

KEPT_LONGEST: Final = 20_000
# Databases count rows in 64 bits; no ledger has more pages than this.
MOST_PAGES: Final = 10_000_000
# What a calendar here can hold; further days have no midnight in every time zone.
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2199, 12, 31)
PAGE: Final = re.compile(r"[0-9]{1,9}")


def _day(label: Any) -> forms.DateField:
    said = _("Cette date n’est pas possible.")
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        validators=[MinValueValidator(EARLIEST, said), MaxValueValidator(LATEST, said)],
    )


class SearchForm(forms.Form):
    """Who, which situation, what, when, with which result. Nothing is asked, all may be left.

    It is sent by POST: the field of the situation takes whatever is typed. What was understood
    then stands in the address, by numbers (`searched`).
    """

    person = forms.ChoiceField(label=_("Personne"), required=False)
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    code = forms.CharField(
        label=_("Situation"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    verb = forms.ChoiceField(label=_("Acte"), required=False)
    purpose = forms.ChoiceField(label=_("Finalité"), required=False)
    outcome = forms.ChoiceField(label=_("Issue"), required=False)
    meeting = forms.ChoiceField(label=_("Réunion"), required=False)
    since = _day(_("Du"))
    until = _day(_("Au"))

    def __init__(self, *args: Any, actor: gate.Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.situation: tuple[UUID, str] | None = None
        self._choose("person", _("Toutes"), reading.people(actor))
        self._choose("organisation", _("Toutes"), reading.organisations(actor))
        self._choose("meeting", _("Toutes"), reading.meetings(actor))
        self._choose("purpose", _("Toutes"), list(labels.PURPOSES.items()))
        groups = [(group, list(verbs.items())) for group, verbs in labels.VERBS]
        self._choose("verb", _("Tous"), groups)
        outcomes = [(each, labels.OUTCOMES[each]) for each in Outcome]
        self._choose("outcome", _("Toutes"), outcomes)

    def _choose(self, name: str, everything: Any, choices: list[Any]) -> None:
        chosen = self.fields[name]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - tells the type checker
        chosen.choices = [("", everything), *choices]

    def clean_code(self) -> str:
        """Find the situation however its code was typed, or by its number; neither is kept."""
        typed = str(self.cleaned_data["code"]).strip()
        if not typed:
            return ""
        try:
            self.situation = reading.situation_with(self.actor, typed)
        except UnknownCode:
            # Short: it stands in a narrow column.
            raise forms.ValidationError(_("Code inconnu dans cette concertation.")) from None
        return typed

    def clean(self) -> dict[str, Any]:
        """The period must not end before it starts."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("La période se termine avant de commencer."))
        return data

    def search(self) -> Search | None:
        """What to look for; none while the form has mistakes."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        number, code = self.situation or (None, "")
        return Search(
            person=UUID(data["person"]) if data["person"] else None,
            organisation=UUID(data["organisation"]) if data["organisation"] else None,
            situation=number,
            code=code,
            verb=data["verb"],
            purpose=data["purpose"],
            outcome=data["outcome"],
            meeting=UUID(data["meeting"]) if data["meeting"] else None,
            since=data["since"],
            until=data["until"],
            page=page_number(self.data),
        )

    def kept(self) -> dict[str, str]:
        """The search as it is saved: the situation by its number, never by its code."""
        found = {"situation": str(self.situation[0])} if self.situation else {}
        data = self.cleaned_data | found
        return {name: str(data[name]) for name in KEPT if data.get(name)}


def searched(actor: gate.Actor, address: QueryDict) -> QueryDict:
    """The search that stands in an address, as it would be typed."""
    data = address.copy()
    data["code"] = reading.code_to_show(actor, address.get("situation", ""))
    return data


def page_number(data: Mapping[str, Any]) -> int:
    """The page asked for in the address; anything that is none is the first."""
    text = str(data.get("page", ""))
    return min(max(int(text), 1), MOST_PAGES) if PAGE.fullmatch(text) else 1


class SaveSearchForm(GuardedForm):
    """The name under which a search is kept."""

    name = forms.CharField(
        label=_("Garder cette recherche sous le nom"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Donnez-lui un nom court.")},
    )


class VerifyForm(forms.Form):
    """Verify, if wanted against a signed state that was kept outside."""

    kept = forms.CharField(
        label=_("Comparer avec un état signé que vous gardez"),
        help_text=_("Collez-le en entier, signature comprise."),
        required=False,
        max_length=KEPT_LONGEST,
        widget=forms.Textarea({"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
    )
