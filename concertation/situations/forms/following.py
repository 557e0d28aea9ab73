"""Forms of the sheet: entries, actions and their answers, who holds it, closing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from concertation.situations import texts
from concertation.situations.actions import FREE_KINDS, MOVED, OF_THE_MEETING
from concertation.situations.enums import (
    ENDED_ACTION_STATES,
    ActionState,
    ContributionKind,
    Need,
    Outcome,
)
from concertation.situations.forms.base import (
    REQUIRED,
    OnceForm,
    SituationForm,
    area,
    day,
    one_line,
    radio,
)
from concertation.situations.forms.comparing import ActionForm
from concertation.situations.forms.presenting import Conflict
from concertation.situations.reading import (
    ActionRow,
    Choice,
    Elsewhere,
    MyAction,
    SavedHolding,
    ScreenAction,
    Sheet,
)
from concertation.situations.reading.words import ACTION_GLYPHS


class ContributeForm(OnceForm):
    """An entry of the timeline; decisions and dissent are the coordinator's."""

    kind = radio(_("Type d’entrée"), (), initial=ContributionKind.INFORMATION)
    text = area(_("Votre entrée"), texts.LONG, css="compose__area")
    urgent = forms.BooleanField(
        label=_("Prévenir tout de suite la personne référente"), required=False
    )

    def __init__(self, *args: Any, coordinates: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = FREE_KINDS | {ContributionKind.FEEDBACK}
        offered |= OF_THE_MEETING if coordinates else frozenset()
        self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (pair[0], capfirst(pair[1])) for pair in ContributionKind.choices if pair[0] in offered
        ]
        self.fields["text"].widget.attrs["placeholder"] = _(
            "Ce que le groupe a besoin de savoir, sans rien qui identifie"
        )


class ProposeForm(OnceForm):
    """An action: what, who, by when."""

    text = area(_("Action"), texts.MEDIUM, rows=2)
    acts = one_line(
        _("Si quelqu’un agit en dehors du tableau\u00a0: qui"),
        texts.SHORT,
        required=False,
        help_text=_(
            "Une fonction ou une organisation, jamais un nom\u00a0: «\u00a0le médecin"
            " traitant\u00a0». La personne choisie ci-dessous fait le relais et donne le retour."
        ),
    )
    owner = forms.TypedChoiceField(label=_("Qui s’en charge"), coerce=UUID, error_messages=REQUIRED)
    due_on = day(_("Pour le"))

    def __init__(self, *args: Any, people: Iterable[Choice] = (), **kwargs: Any) -> None:
        # Apart from the timeline's own field of that name, on the same page.
        super().__init__(*args, auto_id="id_propose_%s", **kwargs)
        self.fields["owner"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Choisir…")),
            *((str(each.number), each.label) for each in people),
        ]


class AnswerForm(ActionForm):
    """The line under an action: its state, and a word to the group."""

    STATES: Final = (
        ActionState.DONE,
        ActionState.UNDER_WAY,
        ActionState.NOT_POSSIBLE,
        ActionState.NOT_UNDERTAKEN,
    )
    state = radio(
        _("État de l’action"),
        [(state.value, state.label) for state in STATES],
        required=False,
    )
    text = one_line(_("Retour au groupe, en une phrase"), texts.MEDIUM, required=False)
    # The label is for who hears the page; the line itself says it to who sees it.
    text.widget.attrs["placeholder"] = text.label

    @classmethod
    def of(
        cls, action: ActionRow | MyAction | ScreenAction, data: Mapping[str, Any] | None = None
    ) -> Self:
        """The form under one action; ids carry its number so that several stand on a page."""
        initial: dict[str, Any] = {"version": action.version}
        if action.state in cls.STATES:
            initial["state"] = action.state
        form = cls(data, initial=initial, auto_id=f"id_{action.number}_%s")
        if action.state in ENDED_ACTION_STATES:
            # It ended: only the word to the group is still missing.
            kept = [pair for pair in form.fields["state"].choices if pair[0] == action.state]  # type: ignore[attr-defined]
            form.fields["state"].choices = kept  # type: ignore[attr-defined]
        return form

    @classmethod
    def offered(cls, action: ActionRow) -> Self | None:
        """The same, where the person may answer."""
        return cls.of(action) if action.may_answer else None

    @property
    def options(self) -> list[tuple[SafeString, str, str]]:
        """The radio buttons with their word and shape."""
        return [
            (item.tag(), str(item.choice_label), ACTION_GLYPHS[item.data["value"]])
            for item in self["state"].subwidgets
        ]


class PostponeForm(ActionForm):
    """Another day for an action, and why."""

    due_on = day(_("Nouvelle échéance"))
    text = area(_("Pourquoi"), texts.MEDIUM, rows=2)


class HandOverForm(ActionForm):
    """Somebody else for an action, with a word to the group."""

    owner = forms.TypedChoiceField(
        label=_("Qui s’en charge désormais"), coerce=UUID, error_messages=REQUIRED
    )
    note = area(_("Un mot au groupe"), texts.MEDIUM, rows=2, required=False)
    word = "note"

    def __init__(self, *args: Any, people: Iterable[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_hand_%s", **kwargs)
        self.fields["owner"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Choisir…")),
            *((str(each.number), each.label) for each in people),
        ]


class ManagerForm(OnceForm):
    """Who holds the situation, and when the group looks at it again.

    Somebody else than oneself is asked, and says yes or no. `seen` is what the page showed of it.
    """

    conflicts: tuple[Conflict, ...] = ()
    said = ""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    case_manager = forms.TypedChoiceField(
        label=_("Référent·e"), coerce=UUID, empty_value=None, required=False
    )
    next_review_on = day(_("À revoir le"), required=False)
    note = area(
        _("Mot de passage, pour qui reprend"),
        texts.MEDIUM,
        rows=2,
        required=False,
        help_text=_("Il se lit au fil. La personne choisie est prévenue, et accepte ou décline."),
    )

    def __init__(self, *args: Any, people: Iterable[Choice] = (), **kwargs: Any) -> None:
        # Apart from the other forms' own number, on the same page.
        super().__init__(*args, auto_id="id_hold_%s", **kwargs)
        self.fields["case_manager"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("à trouver")),
            *((str(each.number), each.label) for each in people if each.may_hold),
        ]

    def beside(self, saved: SavedHolding) -> bool:
        """Where somebody noted something else meanwhile, put both side by side; whether it is this
        very choice sent twice, and nothing is left to choose."""
        if not self.stale:
            return False
        chosen = self.cleaned_data.get("case_manager")
        day: Any = self.cleaned_data.get("next_review_on")
        same_person = chosen == (saved.asked or saved.holder)
        same_day = day in {None, saved.next_review_on}
        if same_person and same_day and not self.cleaned_data.get("note"):
            return True
        self.saw(saved.holding, "seen")
        found = []
        if not same_person:
            names = dict(self.fields["case_manager"].choices)  # type: ignore[attr-defined]
            typed = str(names.get(str(chosen or ""), ""))
            found.append(Conflict(self.label_of("case_manager"), typed, _now_held_by(saved)))
        if not same_day:
            there = date_format(saved.next_review_on, "DATE_FORMAT") if saved.next_review_on else ""
            typed = date_format(day, "DATE_FORMAT")
            found.append(Conflict(self.label_of("next_review_on"), typed, there))
        self.conflicts = tuple(found)
        self.said = _said_by(saved)
        return False


def _now_held_by(saved: SavedHolding) -> str:
    held = saved.holder_label or str(_("à trouver"))
    if not saved.asked:
        return held
    return f"{held}\n\n" + gettext("proposé à %(who)s") % {"who": saved.asked_label}


def _said_by(saved: SavedHolding) -> str:
    if saved.at is None or not saved.by:
        return ""
    at = date_format(timezone.localtime(saved.at), "SHORT_DATETIME_FORMAT")
    return gettext("Noté par %(who)s, le %(at)s.") % {"who": saved.by, "at": at}


class CloseForm(SituationForm):
    """Why and how a situation is closed; what nobody could offer is counted too."""

    outcome = radio(
        _("Résultat"),
        [pair for pair in Outcome.choices if pair[0] != Outcome.NOT_PUBLISHED],
    )
    unmet_needs = forms.MultipleChoiceField(
        label=_("Besoins restés sans réponse"),
        help_text=_("Ce que personne n’a pu offrir\u00a0: c’est ainsi qu’un manque se voit."),
        choices=Need.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    comment = area(_("Commentaire"), texts.MEDIUM, required=False)


class MoveForm(SituationForm):
    """Where a situation moves, and what its closing here is called."""

    place = forms.TypedChoiceField(
        label=_("Vers quelle concertation"), coerce=UUID, error_messages=REQUIRED
    )
    outcome = radio(_("Pourquoi"), [(each.value, each.label) for each in MOVED])
    comment = area(_("Commentaire"), texts.MEDIUM, required=False)

    def __init__(self, *args: Any, places: Iterable[Elsewhere] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Choisir…")),
            *((str(each.number), each.label) for each in places),
        ]


@dataclass(frozen=True, slots=True)
class SheetForms:
    """The forms of a sheet, each only where it is offered; refused ones come back as typed."""

    answers: Sequence[tuple[ActionRow, AnswerForm | None]]
    contribute: ContributeForm | None
    propose: ProposeForm | None
    manager: ManagerForm | None

    @classmethod
    def of(cls, sheet: Sheet, *, coordinates: bool, data: Mapping[str, Any] | None) -> Self:
        """Forms for what the person may do, and no other even when it was sent; `data` holds the
        refused one under its name."""
        given = data or {}
        for each in sheet.actions:
            refused = given.get(str(each.number))
            if refused is not None and refused.stale and not refused.conflicts:
                refused.saw(each.version)
        frame = sheet.frame
        answers = tuple(
            (each, given.get(str(each.number)) or AnswerForm.offered(each))
            for each in sheet.actions
        )
        manager = {
            "seen": frame.holding if frame else "",
            "case_manager": str(frame.holder_number or "") if frame else "",
            "next_review_on": frame.next_review_on if frame else None,
        }
        return cls(
            answers=answers,
            contribute=(given.get("contribute") or ContributeForm(coordinates=coordinates))
            if sheet.may_contribute
            else None,
            propose=(given.get("propose") or ProposeForm(people=sheet.people))
            if sheet.may_propose
            else None,
            manager=(given.get("manager") or ManagerForm(people=sheet.people, initial=manager))
            if sheet.may_set_manager
            else None,
        )
