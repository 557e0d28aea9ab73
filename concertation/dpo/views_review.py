"""The review's pages: a month's queue, one item, the published rules, and a reader's answer."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from concertation.accounts.errors import WrongPassword
from concertation.door import CircleRequest, Door, door
from concertation.dpo import report, review, review_actions
from concertation.dpo.errors import DpoError, Stale
from concertation.dpo.review_forms import (
    SENTENCES,
    MonthForm,
    ReaderAnswerForm,
    ReviewForm,
    SignForm,
)
from concertation.paper import NoPaperError, pdf_response
from ethics.gate import IdentifierFound


@door(Door.CIRCLE)
@require_safe
def queue(request: CircleRequest, slug: str) -> HttpResponse:
    """A month's queue and the findings of each rule over time. For the DPO alone."""
    page = review.queue_page(request.actor, MonthForm(request.GET).chosen())
    return render(request, "dpo/review.html", {"page": page, "sign_form": SignForm()})


@door(Door.CIRCLE)
@require_POST
def prepare(request: CircleRequest, slug: str) -> HttpResponse:
    """Build a month's queue, or add what happened since."""
    review.check_may_review(request.actor)
    month = MonthForm(request.POST).chosen()
    address = reverse("review", args=[slug])
    if month is None:
        return redirect(address)
    try:
        built = review_actions.prepare(request.actor, month)
    except DpoError as error:
        messages.error(request, str(SENTENCES[type(error)]))
        return redirect(address)
    said = ngettext("%(count)d point ajouté.", "%(count)d points ajoutés.", built.added)
    messages.success(request, said % {"count": built.added})
    return redirect(f"{address}?month={month:%Y-%m}")


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def item(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """One item: why it was picked, and how it ends."""
    shown = review.item_page(request.actor, number)
    form = ReviewForm(request.POST or None, initial={"version": shown.version})
    if request.method == "POST" and _sent(request, form):
        values = dict(form.cleaned_data)
        try:
            row = review_actions.end_item(request.actor, number, **values)
        except IdentifierFound as found:
            form.show_found(request.actor, found)
        except DpoError as error:
            form.say(error)
            if isinstance(error, Stale):
                form.saw(shown.version)
        else:
            messages.success(request, _("C’est noté."))
            left = review.next_open(request.actor, row.month.month)
            if left:
                return redirect("review-item", slug=slug, number=left)
            return redirect(f"{reverse('review', args=[slug])}?month={row.month.month:%Y-%m}")
    return render(request, "dpo/review_item.html", {"item": shown, "form": form})


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def answer(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """A reader's answer to the DPO's question about their own accesses."""
    shown = review.question_page(request.actor, number)
    form = ReaderAnswerForm(request.POST or None, initial={"version": shown.version})
    if request.method == "POST" and _sent(request, form):
        try:
            review_actions.answer(request.actor, number, **form.cleaned_data)
        except IdentifierFound as found:
            form.show_found(request.actor, found)
        except DpoError as error:
            form.say(error)
            if isinstance(error, Stale):
                form.saw(shown.version)
        else:
            messages.success(request, _("Merci. Le ou la DPO lira votre réponse."))
            return redirect("home", slug=slug)
    return render(request, "dpo/review_answer.html", {"question": shown, "form": form})


@door(Door.CIRCLE)
@require_POST
def sign(request: CircleRequest, slug: str) -> HttpResponse:
    """Sign the month's report with the DPO's own key."""
    review.check_may_review(request.actor)
    month, form = MonthForm(request.POST).chosen(), SignForm(request.POST)
    if month is None:
        return redirect("review", slug=slug)
    if form.is_valid():
        try:
            report.sign_report(request.actor, month, form.cleaned_data["password"])
        except WrongPassword:
            form.add_error("password", _("Ce mot de passe n’est pas le bon."))
        except DpoError as error:
            form.add_error(None, str(SENTENCES[type(error)]))
        else:
            messages.success(
                request, _("Le rapport est signé. Gardez-en une copie hors du tableau.")
            )
            return redirect(f"{reverse('review', args=[slug])}?month={month:%Y-%m}")
    page = review.queue_page(request.actor, month)
    return render(request, "dpo/review.html", {"page": page, "sign_form": form})


@door(Door.CIRCLE)
@require_safe
def report_file(request: CircleRequest, slug: str, month: str, kind: str) -> HttpResponse:
    """The signed report: as PDF to keep, or as JSON that anybody checks."""
    review.check_may_review(request.actor)
    asked = MonthForm({"month": month}).chosen()
    if asked is None or kind not in ("pdf", "json"):
        raise Http404
    if kind == "json":
        told = report.report_file(request.actor, asked)
        response: HttpResponse = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
        response.headers["Content-Disposition"] = f'attachment; filename="revue-{month}.json"'
        return response
    shown = report.paper(request.actor, asked)
    try:
        return pdf_response(request, "dpo/review_paper.html", {"report": shown}, f"revue-{month}")
    except NoPaperError:
        messages.error(request, _("Ce serveur ne fait pas de PDF. Gardez le fichier JSON."))
        return redirect(f"{reverse('review', args=[slug])}?month={month}")


@door(Door.CIRCLE)
@require_safe
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """The published rules, for every member."""
    return render(request, "dpo/review_rules.html", {"rules": review.published_rules()})


def _sent(request: CircleRequest, form: ReviewForm | ReaderAnswerForm) -> bool:
    """Whether the form can be handed on; if not, the guard says everything at once."""
    if form.is_valid():
        return True
    form.show_found(request.actor)
    return False
