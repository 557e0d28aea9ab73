"""Forms of the sharing decision: one question, and the confirmation of what it led to."""

from typing import Any, Self
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.situations import texts
from concertation.situations.forms.base import (
    REQUIRED,
    SituationForm,
    area,
    day,
    one_line,
    radio,
)
from concertation.situations.reading import SharingPage
from ethics.sharing.outcomes import SharingOutcome
from ethics.sharing.tree import Answer, Question
from ethics.sharing.words import WORDINGS

_OF_RECIPIENTS = frozenset({Question.BOUND, Question.MISSION})


class QuestionForm(SituationForm):
    """One question of the long sequence; it carries its number, so that an old page is noticed."""

    question = forms.TypedChoiceField(
        choices=[(str(each), str(each)) for each in Question],
        coerce=Question,
        widget=forms.HiddenInput,
    )
    answer = radio(_("Votre réponse"), ())
    recipients = forms.TypedMultipleChoiceField(
        label=_("À qui voulez-vous le dire\u00a0?"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=REQUIRED,
    )
    agreed_on = day(_("Date de l’accord"), required=False)
    agreed_how = one_line(
        _("Donné comment"),
        texts.SHORT,
        required=False,
        help_text=_("De vive voix, par écrit, avec une personne de confiance…"),
    )

    @classmethod
    def of(cls, page: SharingPage, question: Question, data: Any = None) -> Self:
        """The form of this question, with what was answered before."""
        progress = page.progress
        initial = {
            "question": str(question),
            "answer": str(progress.answers.get(question, "")),
            "recipients": [str(number) for number in progress.recipients],
            "agreed_on": progress.agreed_on,
            "agreed_how": progress.agreed_how,
        }
        form = cls(data, initial=initial)
        form._ask(page, question)
        return form

    def _ask(self, page: SharingPage, question: Question) -> None:
        answers = WORDINGS[question].answers
        field: Any = self.fields["answer"]
        field.choices = [(str(code), label) for code, (label, _hint) in answers.items()]
        field.widget.hints = {str(code): hint for code, (_label, hint) in answers.items() if hint}
        offered = page.recipients if question == Question.BOUND else page.chosen
        choices: Any = self.fields["recipients"]
        choices.choices = [
            (str(each.number), f"{each.label}\u00a0: {each.known}") for each in offered
        ]
        if question not in _OF_RECIPIENTS:
            del self.fields["recipients"]
        if question != Question.AGREED:
            del self.fields["agreed_on"], self.fields["agreed_how"]

    def values(self) -> dict[str, Any]:
        """The answer as the action takes it."""
        data = dict(self.cleaned_data)
        return {**data, "answer": Answer(data["answer"])}


class DecideForm(SituationForm):
    """The confirmation: which answers were read, and whom to ask when advice is needed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    adviser = forms.TypedChoiceField(
        label=_("À qui demander un avis"), coerce=UUID, error_messages=REQUIRED
    )
    advice = area(
        _("Votre question, sous forme codée"),
        texts.MEDIUM,
        required=False,
        help_text=_(
            "Pour vous, au moment d’appeler\u00a0: ce texte est scellé et reste dans votre"
            " décision. La personne à qui vous demandez un avis reçoit seulement votre nom."
        ),
    )

    @classmethod
    def of(cls, page: SharingPage, advisers: Any, data: Any = None) -> Self:
        """The confirmation of this ending; an adviser is asked for by S-AVIS only."""
        form = cls(data, initial={"version": page.version})
        if SharingOutcome.ADVICE not in page.ending:
            del form.fields["adviser"], form.fields["advice"]
            return form
        field: Any = form.fields["adviser"]
        field.choices = [("", _("Choisir…")), *((str(number), who) for number, who in advisers)]
        return form


class AgreementForm(SituationForm):
    """The person withdraws their agreement: when, and how they said it."""

    on = day(_("Quand l’a-t-elle dit\u00a0?"), required=False)
    how = one_line(
        _("Dit comment"),
        texts.SHORT,
        required=False,
        help_text=_("De vive voix, par écrit, avec une personne de confiance…"),
    )
