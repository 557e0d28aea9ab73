"""Keeping a situation longer: asking and deciding, and the DPO's opinions."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, reading
from concertation.situations.forms import DecisionForm, ExtensionForm, OpinionForm


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def extend(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Until when a situation is kept, and the form that asks for longer."""
    about = reading.to_extend(request.actor, code)
    form = ExtensionForm(request.POST or None, months=about.months)
    if request.method == "POST" and form.attempt(
        actions.ask_extension, request.actor, situation=about.number
    ):
        messages.success(request, _("C’est demandé\u00a0: le ou la DPO est averti·e."))
        return redirect("situation-extend", slug=slug, code=about.code)
    context = {"form": form, "about": about, "slug": slug}
    return render(request, "situations/extend.html", context)


@door(Door.CIRCLE)
@require_POST
def decide(request: CircleRequest, slug: str, code: str, number: UUID) -> HttpResponse:
    """One of the two voices."""
    about = reading.to_extend(request.actor, code)
    form = DecisionForm(request.POST)
    made = form.attempt(
        actions.decide_extension, request.actor, situation=about.number, extension=number
    )
    if made is None:
        messages.warning(request, str(form.refusal))
    elif made.until:
        messages.success(
            request, _("C’est décidé à deux\u00a0: la situation est gardée plus longtemps.")
        )
    elif form.values()["agreed"]:
        messages.success(request, _("Votre accord est noté. Une deuxième personne doit confirmer."))
    else:
        messages.success(request, _("La situation n’est pas gardée plus longtemps."))
    return redirect("situation-extend", slug=slug, code=about.code)


@door(Door.CIRCLE)
@require_safe
def opinions(request: CircleRequest, slug: str) -> HttpResponse:
    """What waits for the DPO's opinion, and what was answered."""
    rows = [
        (row, OpinionForm(auto_id=f"id_{row.extension.number}_%s"))
        for row in reading.opinions(request.actor)
    ]
    return render(request, "situations/opinions.html", {"rows": rows, "slug": slug})


@door(Door.CIRCLE)
@require_POST
def opinion(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """The DPO's opinion on one of them."""
    form = OpinionForm(request.POST)
    if form.attempt(actions.give_opinion, request.actor, extension=number):
        messages.success(request, _("Votre avis est consigné. Qui décide est averti."))
    else:
        messages.warning(request, str(form.refusal or _("Choisissez un avis dans la liste.")))
    return redirect("opinions", slug=slug)
