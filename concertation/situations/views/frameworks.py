"""The legal framework of a concertation, and the notice for the person."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from concertation.door import CircleRequest, Door, door
from concertation.paper import NoPaperError, pdf_response
from concertation.situations.actions import frameworks as actions
from concertation.situations.forms import FrameworkForm
from concertation.situations.reading import frameworks, notice


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def framework(request: CircleRequest, slug: str) -> HttpResponse:
    """The recorded framework documents, and the form to record one."""
    rows = frameworks.recorded(request.actor)
    form = FrameworkForm(request.POST or None, people=frameworks.to_name(request.actor))
    if request.method == "POST" and form.attempt(actions.record_framework, request.actor):
        messages.success(request, _("Le cadre est enregistré."))
        return redirect("framework", slug=slug)
    context = {"rows": rows, "form": form, "slug": slug}
    return render(request, "situations/framework.html", context)


@door(Door.CIRCLE)
@require_POST
def end(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """End a framework now."""
    actions.end_framework(request.actor, framework=number)
    messages.success(request, _("Le cadre a pris fin\u00a0: la question 6 ne s’y appuie plus."))
    return redirect("framework", slug=slug)


@door(Door.CIRCLE)
@require_safe
def person_notice(request: CircleRequest, slug: str) -> HttpResponse:
    """The notice for the person, in plain words, to print; `langue` chooses the person's."""
    language = _language(request)
    with override(language):
        context = {"notice": notice.person_notice(request.actor), "slug": slug}
        return render(request, "situations/notice.html", context | {"shown_in": language})


@door(Door.CIRCLE)
@require_safe
def person_notice_pdf(request: CircleRequest, slug: str) -> HttpResponse:
    """The same on paper, without a code: who hands it over writes it, or doesn't."""
    language = _language(request)
    with override(language):
        context = {"notice": notice.person_notice(request.actor)}
        try:
            name = f"notice-{slug}-{language}"
            return pdf_response(request, "situations/notice_paper.html", context, name)
        except NoPaperError:
            pass
    messages.error(request, _("Ce serveur ne fait pas de PDF. Imprimez la page."))
    return redirect(f"{reverse('person-notice', args=[slug])}?langue={language}")


def _language(request: CircleRequest) -> str:
    """The person's language, which need not be the reader's."""
    wanted = request.GET.get("langue", "")
    return wanted if wanted in dict(settings.LANGUAGES) else get_language() or "fr"
