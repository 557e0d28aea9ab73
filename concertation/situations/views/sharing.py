"""“Puis-je partager ?”, the long sequence: the same pages for a draft and for a situation."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.enums import Purpose
from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, reading
from concertation.situations.codes import show_code
from concertation.situations.enums import SituationState
from concertation.situations.errors import (
    AnswersChanged,
    NotReadable,
    NotTheQuestion,
    SituationError,
)
from concertation.situations.forms import AgreementForm, DecideForm, QuestionForm, VoiceForm
from concertation.situations.models import Situation
from concertation.situations.views.bringing import sent_twice
from ethics.sharing import references
from ethics.sharing.numbers import numbers_for
from ethics.sharing.outcomes import SharingOutcome
from ethics.sharing.tree import Question

# What an ending's page may name.
_REFERENCES = {
    SharingOutcome.PROSECUTOR: ("reporting",),
    SharingOutcome.FRAMEWORK: ("concertation",),
    SharingOutcome.EMERGENCY: ("necessity",),
}


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
@sent_twice
def draft_questions(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """The questions about one's own draft, or an intern's."""
    row = reading.find_to_share(request.actor, number, purpose=Purpose.BRINGING)
    return _questions(request, slug, row, Purpose.BRINGING)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
@sent_twice
def questions(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """The questions about a later sharing, from the sheet."""
    row = reading.find(request.actor, code, purpose=Purpose.FOLLOW_UP)
    return _questions(request, slug, row, Purpose.FOLLOW_UP)


def _questions(request: CircleRequest, slug: str, row: Situation, purpose: Purpose) -> HttpResponse:
    """One question, or the summary when all are answered; each sending leads to a fresh page."""
    if request.method == "POST" and "decide" in request.POST:
        return _decide(request, slug, row, purpose)
    page = reading.sharing_page(request.actor, row, purpose=purpose)
    if request.method == "POST" and "look" in request.POST:
        return _look(request, slug, row, purpose)
    question = page.asks
    if request.method == "POST" and request.POST.get("question") in set(Question):
        question = Question(request.POST["question"])
    if question is None:
        return _summary(request, slug, page)
    if not page.reaches(question):
        return _again(request, slug, row, NotTheQuestion())
    page = replace(page, asks=question)
    form = QuestionForm.of(page, question, request.POST or None)
    if request.method == "POST":
        form.attempt(actions.answer_question, request.actor, row, purpose=purpose)
        if form.is_valid() or isinstance(form.refusal, NotTheQuestion | AnswersChanged):
            return _again(request, slug, row, form.refusal)
    context = {"page": page, "form": form, "slug": slug} | _around(page, question)
    return render(request, "situations/question.html", context)


def _around(page: reading.SharingPage, question: Question | None) -> dict[str, object]:
    words = page.wording
    return {
        "numbers": numbers_for(get_language() or "fr"),
        "references": references.shown(words.references if words else ()),
        "edits_text": page.draft and question in {Question.REPHRASED, Question.NECESSARY},
    }


def _summary(
    request: CircleRequest,
    slug: str,
    page: reading.SharingPage,
    form: DecideForm | None = None,
) -> HttpResponse:
    form = form or DecideForm.of(page, reading.advisers(request.actor))
    named = [key for outcome in page.ending for key in _REFERENCES.get(outcome, ())]
    context = {"page": page, "form": form, "slug": slug} | _around(page, None)
    context |= {"references": references.shown(named)}
    return render(request, "situations/sharing_summary.html", context)


def _look(request: CircleRequest, slug: str, row: Situation, purpose: Purpose) -> HttpResponse:
    wanted = request.POST["look"]
    error: SituationError | None = None
    try:
        question = Question(wanted) if wanted in set(Question) else Question.DANGER
        actions.look_at(request.actor, row, question=question, purpose=purpose)
    except (NotTheQuestion, AnswersChanged) as refused:
        error = refused
    return _again(request, slug, row, error)


def _decide(request: CircleRequest, slug: str, row: Situation, purpose: Purpose) -> HttpResponse:
    page = reading.sharing_page(request.actor, row, purpose=purpose)
    form = DecideForm.of(page, reading.advisers(request.actor), request.POST)
    decided = form.attempt(actions.decide_sharing, request.actor, row, purpose=purpose)
    if decided is None and isinstance(form.refusal, AnswersChanged):
        if not page.version:
            # Sent twice: it was decided by the first one.
            return redirect(_address(slug, row, "outcome"))
        return _again(request, slug, row, form.refusal)
    if decided is None:
        return _summary(request, slug, page, form)
    if row.state == SituationState.DRAFT and decided.state != SituationState.DRAFT:
        return redirect("situation-code", slug=slug, code=show_code(decided.code or ""))
    return redirect(_address(slug, row, "outcome"))


def _again(
    request: CircleRequest, slug: str, row: Situation, error: SituationError | None
) -> HttpResponse:
    if error is not None:
        messages.warning(request, str(error))
    return redirect(_address(slug, row, "questions"))


def _address(slug: str, row: Situation, page: str) -> str:
    if row.state == SituationState.DRAFT:
        return reverse(f"situation-share-{page}", args=[slug, row.id])
    return reverse(f"situation-sharing-{page}", args=[slug, show_code(row.code or "")])


@door(Door.CIRCLE)
@require_safe
@sent_twice
def draft_outcome(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """What the last decision about one's own draft means, and what to do now."""
    row = reading.find_to_share(request.actor, number, purpose=Purpose.BRINGING)
    return _outcome(request, slug, row, Purpose.BRINGING)


@door(Door.CIRCLE)
@require_safe
@sent_twice
def outcome(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """The same about a later sharing."""
    row = reading.find(request.actor, code, purpose=Purpose.FOLLOW_UP)
    return _outcome(request, slug, row, Purpose.FOLLOW_UP)


def _outcome(request: CircleRequest, slug: str, row: Situation, purpose: Purpose) -> HttpResponse:
    taken = reading.decision_taken(request.actor, row, purpose=purpose)
    if taken is None:
        return redirect(_address(slug, row, "questions"))
    named = [key for each in taken.ending for key in _REFERENCES.get(each, ())]
    context = {
        "taken": taken,
        "slug": slug,
        "hidden": row.hidden,
        "numbers": numbers_for(get_language() or "fr"),
        "references": references.shown(named),
    }
    return render(request, "situations/sharing_outcome.html", context)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def agreement_withdrawn(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """The person withdraws their agreement: asked once more, then hidden at once."""
    number = reading.to_note_withdrawal(request.actor, code)
    form = AgreementForm(request.POST or None)
    if request.method == "POST" and form.attempt(
        actions.withdraw_agreement, request.actor, situation=number
    ):
        messages.success(
            request,
            _("L’accord est retiré\u00a0: la situation est masquée, ses lecteurs sont avertis."),
        )
        return redirect("board", slug=slug)
    context = {"form": form, "slug": slug, "code": code}
    return render(request, "situations/agreement_withdrawn.html", context)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def voice(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """What the person wishes, knows and agrees to; an agreement withdrawn here hides it too."""
    try:
        saved = reading.to_edit(request.actor, code)
    except NotReadable as error:
        messages.error(request, str(error))
        return redirect("situation", slug=slug, code=code)
    initial = VoiceForm.initial_of(saved.presentation, saved.version)
    form = VoiceForm(request.POST or None, initial=initial, saved=saved.presentation)
    if request.method == "POST":
        row = form.attempt(actions.edit_situation, request.actor, situation=saved.number)
        if row is not None:
            messages.success(request, _("C’est noté."))
            seen = not row.hidden or request.hat.id in {row.brought_by_id, row.supervisor_id}
            return redirect("situation", slug=slug, code=code) if seen else redirect("board", slug)
    context = {"form": form, "saved": saved, "slug": slug}
    return render(request, "situations/voice.html", context)
