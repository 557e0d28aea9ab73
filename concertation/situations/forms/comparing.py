"""Forms that change an agreed action: what was typed beside what somebody else saved meanwhile."""

from typing import Any, ClassVar

from django import forms
from django.utils.formats import date_format

from concertation.situations import texts
from concertation.situations.enums import ActionState
from concertation.situations.forms.base import SituationForm
from concertation.situations.forms.presenting import Conflict
from concertation.situations.reading import SavedAction


class ActionForm(SituationForm):
    """It carries the version of the action that was on the page; `word` names its free text."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    word: ClassVar[str] = "text"
    conflicts: tuple[Conflict, ...] = ()

    def values(self) -> dict[str, Any]:
        """The cleaned values; the version is the one that was on the page."""
        data = dict(self.cleaned_data)
        return data | {"expected_version": data.pop("version")}

    def was_sent_twice(self, saved: SavedAction) -> bool:
        """Whether what stands there is what this person sends: a second click, or “back”."""
        # As it was saved: without what cleaning takes away.
        typed = texts.clean(self.cleaned_data.get(self.word, ""), texts.MEDIUM)
        return all(mine == theirs for _name, mine, theirs in self._clear(saved)) and (
            not typed or (saved.mine and typed == saved.word)
        )

    def compare(self, saved: SavedAction) -> None:
        """Put both side by side; the next sending is understood to have seen what is saved."""
        self.saw(saved.version)
        found = [Conflict(*row) for row in self._clear(saved) if row[1] != row[2]]
        typed = self.cleaned_data.get(self.word, "")
        if typed or saved.word:
            said = f"{saved.word}\n\n{saved.by}" if saved.word else ""
            found.append(Conflict(self.label_of(self.word), typed, said))
        self.conflicts = tuple(found)

    def _clear(self, saved: SavedAction) -> list[tuple[str, str, str]]:
        """State, day and owner, where the form has them: label, typed, saved."""
        data: dict[str, Any] = self.cleaned_data
        rows = []
        if data.get("state"):
            typed = str(ActionState(data["state"]).label)
            rows.append((self.label_of("state"), typed, str(ActionState(saved.state).label)))
        if data.get("due_on"):
            typed, there = (
                date_format(each, "DATE_FORMAT") for each in (data["due_on"], saved.due_on)
            )
            rows.append((self.label_of("due_on"), typed, there))
        if data.get("owner"):
            choices: Any = self.fields["owner"]
            names = {str(code): str(name) for code, name in choices.choices}
            there = names.get(str(saved.owner), saved.owner_label)
            rows.append((self.label_of("owner"), names.get(str(data["owner"]), ""), there))
        return rows
