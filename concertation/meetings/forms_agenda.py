"""Forms of the agenda: its minutes and order in one form, a point to add, a point to ask for."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.guarding import GuardedForm
from concertation.meetings import errors
from concertation.meetings.actions_agenda import LONGEST_TITLE, MOST_MINUTES, USUAL_MINUTES
from concertation.meetings.reading_agenda import Line
from concertation.resuming import ResumableForm
from concertation.situations.codes import parse_code


class AgendaForm(forms.Form):
    """The minutes of each point; a button moves or drops one, and saves the minutes with it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    # A name and a place, from a button or from the pointer.
    move = forms.CharField(required=False, widget=forms.HiddenInput)
    drop = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, lines: Sequence[Line], version: int
    ) -> None:
        super().__init__(data, initial={"version": version}, auto_id="agenda_%s")
        self.lines = lines
        for each in lines:
            self.fields[f"minutes_{each.name}"] = forms.IntegerField(
                label=_("Minutes\u00a0: %(point)s") % {"point": each.code or each.words},
                min_value=0,
                max_value=MOST_MINUTES,
                initial=each.minutes,
                # A point that somebody else added meanwhile isn't in what was sent.
                required=False,
                error_messages={"min_value": _("De 0 à 240."), "max_value": _("De 0 à 240.")},
            )

    def rows(self) -> list[tuple[Line, forms.BoundField]]:
        """Each point with its field, for the page."""
        return [(each, self[f"minutes_{each.name}"]) for each in self.lines]

    def saw(self, version: int) -> None:
        """The page shows the agenda as it is now, with the minutes as typed: the next sending is
        understood to have seen it."""
        typed: Any = self.data
        again = typed.copy()
        again["version"] = str(version)
        self.data = again

    def values(self) -> dict[str, Any]:
        """What `set_agenda` takes."""
        given = self.cleaned_data
        name, _sign, place = given["move"].rpartition(":")
        return {
            "version": given["version"],
            "minutes": {
                each.name: typed
                for each in self.lines
                if (typed := given[f"minutes_{each.name}"]) is not None
            },
            "move": (name, int(place)) if name and place.isdigit() else None,
            "drop": given["drop"],
        }


class PointForm(ResumableForm, GuardedForm):
    """A free point: a few words that name nobody, and its minutes."""

    title = forms.CharField(
        label=gettext_lazy("Point libre"),
        max_length=LONGEST_TITLE,
        help_text=gettext_lazy(
            "Un sujet d’organisation ou un thème, sans nommer personne\u00a0: ces mots sont lus par"
            " tout le cercle."
        ),
        error_messages={"required": gettext_lazy("Donnez quelques mots à ce point.")},
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=0, max_value=MOST_MINUTES, initial=USUAL_MINUTES
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="point_%s")


class SlotForm(ResumableForm, GuardedForm):
    """Asking for a moment: a situation by its code, or a few words."""

    code = forms.CharField(
        label=gettext_lazy("Code d’une situation"),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    title = forms.CharField(
        label=gettext_lazy("Ou un sujet, en quelques mots"),
        max_length=LONGEST_TITLE,
        required=False,
        help_text=gettext_lazy("Sans nommer personne."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="ask_%s")

    def clean_code(self) -> str:
        """A slip of the finger is told apart from an unknown code: it has a check character."""
        typed: str = self.cleaned_data["code"]
        if typed and parse_code(typed) is None:
            raise forms.ValidationError(
                _("Ce code contient une faute de frappe\u00a0: vérifiez-le sur la fiche.")
            )
        return typed

    def refuse(self, error: errors.MeetingError, said: str) -> None:
        """The sentence beside the field it is about."""
        of_code = isinstance(error, errors.AlreadyOnAgenda | errors.NoSituationHere)
        self.add_error("code" if of_code else "title", said)


class RequestForm(forms.Form):
    """The coordinator's answer to what somebody asked for."""

    item = forms.UUIDField()
    accept = forms.BooleanField(required=False)

    def values(self) -> dict[str, Any]:
        """What `answer_request` takes."""
        return dict(self.cleaned_data)
