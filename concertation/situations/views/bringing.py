"""Bringing a situation: the form, one's drafts, the sharing decision, the code to keep."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, reading
from concertation.situations.codes import show_code
from concertation.situations.errors import AlreadyBrought, LongSequenceNeeded, NotReadable
from concertation.situations.forms import BringForm, ShareForm
from concertation.situations.models import Situation
from concertation.situations.reading import imports as importation
from concertation.situations.views.following import edit_what_was_brought

View = Callable[..., HttpResponse]


def sent_twice(view: View) -> View:
    """A draft that was shared meanwhile (a second click, another window) leads to its code; words
    that were changed since stand beside those that were shared."""

    @wraps(view)
    def answer(request: CircleRequest, slug: str, **more: UUID) -> HttpResponse:
        try:
            return view(request, slug, **more)
        except AlreadyBrought as error:
            code = show_code(error.code)
            typed = "headline" in request.POST and "autosave" not in request.POST
            beside = edit_what_was_brought(request, slug, code) if typed else None
            return beside or redirect("situation-code", slug=slug, code=code)
        except NotReadable as error:
            messages.error(request, str(error))
            return redirect("situation-drafts", slug=slug)

    return answer


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
@sent_twice
def bring(request: CircleRequest, slug: str) -> HttpResponse:
    """The form to bring a situation; what is sent is a draft first, sealed to its author."""
    reading.check_may_bring(request.actor)
    as_draft = "draft" in request.POST
    form = BringForm(request.POST or None, as_draft=as_draft)
    if request.method == "POST":
        row = form.attempt(actions.save_draft, request.actor)
        if "autosave" in request.POST:
            return _kept(form, row)
        if row is not None:
            return _after_draft(request, slug, row.id, as_draft)
    context = {"form": form, "slug": slug, "submits": reading.submits(request.actor)}
    return render(request, "situations/bring.html", context)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
@sent_twice
def draft(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """One's own draft, to go on with; an intern's leads their supervisor to confirm it."""
    if reading.confirms(request.actor, number):
        return redirect("situation-confirm", slug=slug, number=number)
    saved = reading.own_draft(request.actor, number)
    as_draft = "draft" in request.POST
    initial = BringForm.initial_of(saved.presentation, saved.version)
    form = BringForm(request.POST or None, initial=initial, as_draft=as_draft)
    if request.method == "POST":
        row = form.attempt(actions.save_draft, request.actor, draft=number)
        if "autosave" in request.POST:
            return _kept(form, row)
        if row is not None:
            return _after_draft(request, slug, number, as_draft)
    conflicts = form.conflicts(saved.presentation, saved.version)
    context = {"form": form, "slug": slug, "draft": saved, "conflicts": conflicts}
    if reading.submits(request.actor):
        context["submission"] = reading.submission(request.actor, number)
    return render(request, "situations/bring.html", context)


def _kept(form: BringForm, row: Situation | None) -> HttpResponse:
    """What a page that keeps itself is told: version and time, or that nothing was kept."""
    if row is None:
        return JsonResponse({"stale": form.stale}, status=422)
    now = date_format(timezone.localtime(), "TIME_FORMAT")
    return JsonResponse({"version": row.version, "at": now})


def _after_draft(request: CircleRequest, slug: str, number: UUID, as_draft: bool) -> HttpResponse:
    if as_draft:
        messages.success(request, _("Le brouillon est gardé\u00a0: vous seul·e pouvez l’ouvrir."))
        return redirect("situation-drafts", slug=slug)
    page = "situation-submit" if reading.submits(request.actor) else "situation-share"
    return redirect(page, slug=slug, number=number)


@door(Door.CIRCLE)
@require_safe
def drafts(request: CircleRequest, slug: str) -> HttpResponse:
    """One's own drafts."""
    context = {
        "drafts": reading.drafts(request.actor),
        "slug": slug,
        "submits": reading.submits(request.actor),
        "imported": importation.has_imported(request.actor),
        "imports": importation.imports(request.actor),
    }
    return render(request, "situations/drafts.html", context)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
@sent_twice
def discard(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Throw a draft away, asked once more first."""
    if request.method == "POST":
        actions.discard_draft(request.actor, draft=number)
        messages.success(request, _("Le brouillon est supprimé, clé comprise."))
        return redirect("situation-drafts", slug=slug)
    context = {"draft": reading.draft_to_discard(request.actor, number), "slug": slug}
    return render(request, "situations/discard.html", context)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
@sent_twice
def share(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """“Puis-je partager ?”: the short path; any other answer goes on question by question."""
    saved = reading.draft_to_share(request.actor, number)
    form = ShareForm(request.POST or None, initial={"version": saved.version})
    context = {"form": form, "slug": slug, "draft": saved, "lacking": saved.presentation.lacking()}
    if request.method == "POST":
        row = form.attempt(actions.bring_situation, request.actor, draft=number)
        if isinstance(form.refusal, LongSequenceNeeded):
            actions.begin_long_sequence(request.actor, number, **form.first_answers())
            return redirect("situation-share-questions", slug=slug, number=number)
        if row is not None:
            return redirect("situation-code", slug=slug, code=show_code(row.code))
    return render(request, "situations/share.html", context)


@door(Door.CIRCLE)
@require_safe
def code(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """The code of a situation just brought, large, with where to keep it."""
    shown = reading.code_to_keep(request.actor, code)
    return render(request, "situations/code.html", {"code": shown, "slug": slug})
