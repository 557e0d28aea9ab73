"""An intern's draft: handed to their supervisor, who reads it, confirms it or gives it back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, reading
from concertation.situations.forms import SendBackForm, SubmitForm
from concertation.situations.views.bringing import sent_twice


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
@sent_twice
def submit(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """The draft as the supervisor will read it, and the button that hands it over."""
    page = reading.submission(request.actor, number)
    form = SubmitForm(request.POST or None, initial={"version": page.draft.version})
    if request.method == "POST" and form.attempt(actions.submit_draft, request.actor, draft=number):
        messages.success(
            request,
            _("Le brouillon est soumis à %(name)s, qui le lit et décide.")
            % {"name": page.supervisor},
        )
        return redirect("situation-drafts", slug=slug)
    lacking = page.draft.presentation.lacking()
    context = {"form": form, "slug": slug, "page": page, "lacking": lacking}
    return render(request, "situations/submit.html", context)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
@sent_twice
def confirm(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """An intern's draft before their supervisor: on to the decision, or back with a word."""
    page = reading.draft_to_confirm(request.actor, number)
    form = SendBackForm(request.POST or None)
    if request.method == "POST" and form.attempt(
        actions.send_back_draft, request.actor, draft=number
    ):
        messages.success(request, _("Le brouillon est rendu, avec votre mot."))
        return redirect("home", slug=slug)
    context = {"form": form, "slug": slug, "page": page}
    return render(request, "situations/confirm.html", context)
