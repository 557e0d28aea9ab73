"""A situation's end, and what comes after: closing, reopening, moving to another concertation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, reading
from concertation.situations.errors import SituationError
from concertation.situations.forms import CloseForm, MoveForm


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def close(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Close a situation with its outcome; closed already, the sheet says so."""
    if reading.is_closed(request.actor, code):
        return redirect("situation", slug=slug, code=code)
    about = reading.to_close(request.actor, code)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.attempt(
        actions.close_situation, request.actor, situation=about.number
    ):
        messages.success(request, _("La situation est clôturée."))
        return redirect("situation", slug=slug, code=code)
    moves = bool(reading.places_elsewhere(request.actor))
    context = {"form": form, "about": about, "slug": slug, "moves": moves}
    return render(request, "situations/close.html", context)


@door(Door.CIRCLE)
@require_POST
def reopen(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Take a closed situation up again, with the same code."""
    if reading.is_closed(request.actor, code):
        about = reading.number_of(request.actor, code)
        try:
            actions.reopen_situation(request.actor, situation=about)
        except SituationError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("La situation est rouverte, avec le même code."))
    return redirect("situation", slug=slug, code=code)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def move(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Move a situation to another concertation: a draft there, closed here."""
    if reading.is_closed(request.actor, code):
        return redirect("situation", slug=slug, code=code)
    about = reading.to_close(request.actor, code)
    places = reading.places_elsewhere(request.actor)
    form = MoveForm(request.POST or None, places=places)
    if request.method == "POST":
        draft = form.attempt(actions.move_situation, request.actor, situation=about.number)
        if draft:
            there = next(each for each in places if each.number == draft.brought_by_id)
            messages.success(
                request,
                _(
                    "Le texte est un brouillon de cette concertation. Relisez-le pour ce cercle,"
                    " puis décidez du partage\u00a0: il recevra un nouveau code."
                ),
            )
            return redirect("situation-draft", slug=there.slug, number=draft.id)
    context = {"form": form, "about": about, "slug": slug, "places": places}
    return render(request, "situations/move.html", context)
