"""Forms of what an intervision or a thematic concertation notes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from concertation.meetings.enums import AT_STEP, NOTED, MeetingKind
from concertation.situations import texts
from concertation.situations.forms.base import REQUIRED, SituationForm, area, day, radio
from concertation.situations.reading import Choice

WITHOUT_NAMES = _("Sans parler d’une situation, et sans nommer personne.")


class NoteForm(SituationForm):
    """A question, a finding, what somebody takes away; nobody is named, no situation is told."""

    kind = radio(_("Ce que vous notez"), ())
    text = area(_("Votre note"), texts.MEDIUM, help_text=WITHOUT_NAMES)

    def __init__(
        self, *args: Any, meeting_kind: str, at: int = 0, of: int = 0, **kwargs: Any
    ) -> None:
        """The step the group is at says what is probably noted; an agenda of other steps doesn't,
        and nothing is chosen for whoever writes."""
        kinds = NOTED.get(MeetingKind(meeting_kind), ())
        steps = AT_STEP.get(MeetingKind(meeting_kind), ())
        if at < of == len(steps):
            kwargs.setdefault("initial", {"kind": steps[at]})
        super().__init__(*args, auto_id="id_note_%s", **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (kind.value, capfirst(kind.label)) for kind in kinds
        ]


class CollectiveForm(SituationForm):
    """An action for several: what, who, by when."""

    text = area(_("Action collective"), texts.MEDIUM, rows=2)
    owner = forms.TypedChoiceField(label=_("Qui s’en charge"), coerce=UUID, error_messages=REQUIRED)
    due_on = day(_("Pour le"))

    def __init__(self, *args: Any, people: Iterable[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_collective_%s", **kwargs)
        self.fields["owner"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Choisir…")),
            *((str(each.number), each.label) for each in people),
        ]
