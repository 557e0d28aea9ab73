"""The identifier guard on a form: what it found, beside the field, and what the person answers.

The gate refuses (`ethics.gate.guarded`); nothing here decides. A form shows every passage at once,
with its words, and sends the answers back under two names, whatever the form.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django import forms
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ethics import gate
from ethics.guard.findings import Kind
from ethics.guard.words import ADVICE, KIND_LABELS

KEPT: Final = "guard_kept"
FALSE_ALARM: Final = "guard_false"


def answers(request: HttpRequest) -> gate.Answers:
    """What the person says of the passages that were found, as the page sends it."""
    if request.method != "POST":
        return gate.Answers()
    kept, false_alarms = request.POST.getlist(KEPT), request.POST.getlist(FALSE_ALARM)
    return gate.Answers(frozenset(kept), frozenset(false_alarms))


def label_of(kind: str) -> str:
    """What a kind is called, as a sentence begins."""
    return capfirst(str(KIND_LABELS[Kind(kind)]))


def words() -> dict[str, Any]:
    """What the browser's half says, in the language of the page."""
    return {
        "kinds": {kind: label_of(kind) for kind in Kind},
        "advice": {code: str(sentence) for code, sentence in ADVICE.items()},
        # Spoken once typing pauses; # is the field's label.
        "hard": _("À retirer dans «\u00a0#\u00a0»\u00a0: "),
        "soft": _("À revoir dans «\u00a0#\u00a0»\u00a0: "),
        "clean": _("Plus rien à retirer dans «\u00a0#\u00a0»."),
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """One passage as a page shows it."""

    key: str
    label: str
    hard: bool
    words: str
    advice: str
    line: int
    kept: bool = False
    false_alarm: bool = False
    # Called a false alarm in what was just sent, and counted.
    counted: bool = False

    @property
    def sentence(self) -> str:
        """What to do about it, without its words: a summary stands above the veiled text."""
        told = _("%(kind)s à retirer, ligne %(line)d. %(advice)s")
        if not self.hard:
            told = _(
                "%(kind)s à revoir, ligne %(line)d. Retirez ce passage, ou dites plus bas que vous"
                " le gardez."
            )
        return told % {"kind": self.label, "line": self.line, "advice": self.advice}


def labelled(
    passage: gate.Passage, counted: frozenset[str], said: gate.Answers | None = None
) -> Shown:
    """A passage with its words for people, and what was answered so far."""
    said = said or gate.Answers()
    return Shown(
        key=passage.key,
        label=label_of(passage.kind),
        hard=passage.hard,
        words=passage.words,
        advice=str(ADVICE[passage.advice]),
        line=passage.line,
        kept=passage.key in said.kept,
        false_alarm=passage.key in said.false_alarms,
        counted=passage.hard and passage.key in counted,
    )


# One of each severity, empty: the browser's half fills copies of the same markup.
SHAPES: Final = tuple(Shown("", "", hard, "", "", 0) for hard in (True, False))


def is_free_text(field: forms.Field) -> bool:
    """Whether people type what they like there: the guard looks at each such field."""
    return (
        type(field) is forms.CharField
        and isinstance(field.widget, (forms.TextInput, forms.Textarea))
        and not field.widget.is_hidden
    )


class GuardedForm(forms.Form):
    """A form whose free texts the guard looks at: marked while typing, listed when refused."""

    # Kinds that belong to a field, by its name: they are shown nowhere and refused nowhere.
    allowed: ClassVar[Mapping[str, frozenset[str]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: dict[str, tuple[Shown, ...]] = {}
        for name, field in self.fields.items():
            if is_free_text(field):
                field.widget.attrs["data-guard"] = " ".join(sorted(self.allowed.get(name, ())))

    def show_found(self, actor: gate.Actor, refusal: gate.IdentifierFound | None = None) -> None:
        """List what the guard finds in every text, and ask for what is unanswered.

        `refusal` is what the gate refused; without one, the form was refused for another reason,
        and the person sees everything at once.
        """
        known = gate.known_names(actor.concertation)
        refused = {each.key: each for each in refusal.passages} if refusal else {}
        counted = actor.answers.false_alarms if refusal else frozenset()
        said = actor.answers
        for name, field in self.fields.items():
            if not is_free_text(field):
                continue
            passages = self._passages(name, self[name].value(), known)
            stood = {each.key for each in self._passages(name, self.initial.get(name), known)}
            shown = [
                each
                for each in passages
                if each.hard or each.key in refused or each.key not in stood
            ]
            self._place(name, shown, said, counted)
            for each in shown:
                refused.pop(each.key, None)
        # What the gate sees in the text as it is saved, and the form in none of its fields.
        for each in refused.values():
            name = self._field_of(each)
            self._place(name, [each], said, counted)

    def _passages(self, name: str, text: Any, known: frozenset[str]) -> tuple[gate.Passage, ...]:
        if not isinstance(text, str):
            return ()
        found = gate.look(name, text.replace("\r\n", "\n"), known)
        allowed = self.allowed.get(name, frozenset())
        return tuple(each for each in found if each.kind not in allowed)

    def _field_of(self, passage: gate.Passage) -> str:
        texts = [name for name, field in self.fields.items() if is_free_text(field)]
        near = [name for name in texts if name.startswith(passage.where)]
        return next(iter([*near, *texts]), "")

    def _place(
        self,
        name: str,
        passages: Iterable[gate.Passage],
        said: gate.Answers,
        counted: frozenset[str],
    ) -> None:
        shown = tuple(labelled(each, counted, said) for each in passages)
        once = tuple({each.key: each for each in shown}.values())
        self.found[name] = self.found.get(name, ()) + once
        for each in once:
            if each.hard or not (each.kept or each.false_alarm):
                self.add_error(name or None, each.sentence)
