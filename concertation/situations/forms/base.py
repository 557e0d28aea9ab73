"""What the forms of situations share: fields, and handing cleaned values to one action."""

from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4, uuid5

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from concertation.guarding import GuardedForm
from concertation.resuming import ResumableForm
from concertation.situations.errors import (
    AlreadyBrought,
    Incomplete,
    SituationError,
    StaleVersion,
)
from concertation.situations.errors_following import AlreadySent
from ethics import gate

REQUIRED: Final = {"required": _("Cette réponse manque encore.")}
TOO_LONG: Final = _("Ce texte est trop long\u00a0: %(limit_value)d caractères au plus.")


def area(label: Any, limit: int, rows: int = 3, css: str = "area--short", **more: Any) -> Any:
    """A text of several lines, with the length left."""
    return forms.CharField(
        label=label,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows, "class": css}),
        error_messages={**REQUIRED, "max_length": TOO_LONG},
        **more,
    )


def one_line(label: Any, limit: int, **more: Any) -> Any:
    """A text on one line."""
    field = forms.CharField(
        label=label, max_length=limit, error_messages={**REQUIRED, "max_length": TOO_LONG}, **more
    )
    # A browser would cut a pasted text without a word; the server says it instead.
    field.widget.attrs.pop("maxlength", None)
    return field


def day(label: Any, **more: Any) -> Any:
    """A date."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=REQUIRED, **more)


def radio(label: Any, choices: Any, **more: Any) -> Any:
    """One answer of a closed list; nothing is preticked unless `initial` says so."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages=REQUIRED,
        **more,
    )


class SituationForm(ResumableForm, GuardedForm):
    """A form whose values go to one action."""

    refusal: SituationError | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and type(field.widget) is forms.RadioSelect:
                # Words of a list stand in sentences elsewhere; as answers they begin one.
                given: Any = field.choices
                field.choices = [(code, capfirst(word)) for code, word in given]

    @property
    def stale(self) -> bool:
        """Whether somebody else saved in between."""
        return isinstance(self.refusal, StaleVersion)

    def saw(self, version: int | str, name: str = "version") -> None:
        """The page shows the newer version now: the next sending is understood to have seen it."""
        typed: Any = self.data
        again = typed.copy()
        again[name] = str(version)
        self.data = again

    def label_of(self, name: str) -> str:
        """What a field is called."""
        return str(self.fields[name].label)

    def values(self) -> dict[str, Any]:
        """The cleaned values, named as the action names them."""
        return dict(self.cleaned_data)

    def attempt(self, call: Callable[..., Any], actor: gate.Actor, *args: Any, **fixed: Any) -> Any:
        """Call the action when the form is valid; what it gives, or `None` when it refused."""
        if not self.is_valid():
            self.show_found(actor)
            return None
        try:
            return call(actor, *args, **(self.values() | fixed))
        except gate.IdentifierFound as found:
            self.show_found(actor, found)
            return None
        except AlreadyBrought:
            # Not a mistake of the form: the page leads to the code it got.
            raise
        except SituationError as error:
            self.refuse(error)
            return None

    def refuse(self, error: SituationError) -> None:
        """Show a typed error beside its field, or above the form."""
        self.refusal = error
        if isinstance(error, Incomplete):
            for name in error.fields:
                self.add_error(name if name in self.fields else None, str(error))
            return
        self.add_error(error.field if error.field in self.fields else None, str(error))


class OnceForm(SituationForm):
    """It has a number of its own: sent twice, it makes one row.

    Sent again with other words (“back”, then corrected) it makes another: the row's number comes
    from the form's and from what was typed. Nobody but who has the page knows the form's number,
    so that the row's tells nothing of the words.
    """

    number = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)

    def values(self) -> dict[str, Any]:
        """The cleaned values, with the number of the row they make."""
        values = super().values()
        if number := values.pop("number", None):
            said = repr(sorted((name, str(value)) for name, value in values.items()))
            values["number"] = uuid5(number, said)
        return values

    @property
    def sent_before(self) -> bool:
        """Whether this very form was taken before: there is nothing left to do."""
        return isinstance(self.refusal, AlreadySent)
