"""Forms of a meeting in session: opening it, leaving a point, closing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from concertation.meetings.actions_live import LONGEST_MINUTES
from concertation.meetings.enums import ItemUse
from concertation.situations.forms import (
    AnswerForm,
    ContributeForm,
    ManagerForm,
    ProposeForm,
)
from concertation.situations.reading import ScreenAction, ScreenSheet


class OpenForm(forms.Form):
    """The confidentiality reminder, read aloud."""

    reminded = forms.BooleanField(
        label=_(
            "Le rappel est lu, l’enregistrement, la transcription et les assistants sont coupés."
        ),
        error_messages={
            "required": _(
                "Lisez le rappel à voix haute, puis cochez\u00a0: la réunion peut alors s’ouvrir."
            )
        },
    )


class GoForm(forms.Form):
    """From the point on the screen to another one."""

    leaving = forms.UUIDField(required=False)
    item = forms.UUIDField(required=False)
    use = forms.ChoiceField(
        label=_("Ce point a servi à"),
        choices=[(each.value, capfirst(each.label)) for each in ItemUse],
        required=False,
        widget=forms.RadioSelect,
    )
    put_aside = forms.BooleanField(required=False)

    def values(self) -> dict[str, Any]:
        """What `go_to` takes."""
        given = self.cleaned_data
        return {
            "item": given["item"],
            "leaving": given["leaving"],
            "use": given["use"],
            "discussed": not given["put_aside"],
        }


class CloseMeetingForm(forms.Form):
    """How long it took, with what came before and follows."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    minutes = forms.IntegerField(
        label=_("Durée réelle, en minutes"), min_value=1, max_value=LONGEST_MINUTES
    )
    preparation_minutes = forms.IntegerField(
        label=_("Préparation, en minutes"), min_value=0, max_value=LONGEST_MINUTES, initial=0
    )
    follow_up_minutes = forms.IntegerField(
        label=_("Suites à donner, en minutes"), min_value=0, max_value=LONGEST_MINUTES, initial=0
    )
    next_on = forms.DateTimeField(
        label=_("Prochaine réunion"),
        required=False,
        help_text=_("Laissez vide pour ne rien prévoir."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )

    def saw(self, version: int) -> None:
        """The page shows the meeting as it is now: the next sending is understood to know it."""
        typed: Any = self.data
        again = typed.copy()
        again["version"] = str(version)
        self.data = again


class HolderForm(ManagerForm):
    """Who holds the situation from now on: in a meeting they say yes aloud, so nobody is asked by
    e-mail, and no word is left for them."""

    note = None  # Django’s way to leave a field out
    number = None  # type: ignore[assignment]  # the same way


@dataclass(frozen=True, slots=True)
class ScreenForms:
    """The forms under the situation on the screen; a refused one comes back as it was typed."""

    review: Sequence[tuple[ScreenAction, AnswerForm]]
    propose: ProposeForm
    entry: ContributeForm
    manager: HolderForm

    @classmethod
    def of(cls, sheet: ScreenSheet, refused: Mapping[str, Any]) -> Self:
        """Forms for what the coordinator enters live."""
        for each in sheet.review:
            form = refused.get(str(each.number))
            if form is not None and form.stale:
                form.saw(each.version)
        manager = {
            "seen": sheet.holding,
            "case_manager": str(sheet.holder_number or ""),
            "next_review_on": sheet.next_review_on,
        }
        return cls(
            review=tuple(
                (each, refused.get(str(each.number)) or AnswerForm.of(each))
                for each in sheet.review
            ),
            propose=refused.get("propose") or ProposeForm(people=sheet.people),
            entry=refused.get("entry")
            or ContributeForm(coordinates=True, initial={"kind": "decision"}),
            manager=refused.get("manager") or HolderForm(people=sheet.people, initial=manager),
        )
