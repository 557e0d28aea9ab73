"""The page where a text comes back that a session's end interrupted."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from concertation.accounts.reading.kept import kept_texts
from concertation.accounts.views.helpers import actor_of
from concertation.door import Door, door
from concertation.resuming import RESUMED
from ethics import gate


@door(Door.VERIFIED)
@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """One's own texts that wait: take one up again, or throw it away."""
    page = {"texts": kept_texts(actor_of(request)), "resumed": RESUMED}
    return render(request, "accounts/kept.html", page)


@door(Door.VERIFIED)
@require_POST
def discard(request: HttpRequest, number: UUID) -> HttpResponse:
    """Throw a kept text away."""
    gate.forget_text(actor_of(request), number)
    messages.success(request, _("Le texte gardé est effacé."))
    return redirect("start")
