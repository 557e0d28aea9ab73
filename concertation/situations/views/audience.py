"""Who reads a situation: naming its readers, and withdrawing from it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, reading
from concertation.situations.forms import AudienceForm, WithdrawForm


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def readers(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Restrict a situation to named persons, change them, or open it to the circle again."""
    about = reading.audience(request.actor, code)
    form = AudienceForm(request.POST or None, about=about)
    if request.method == "POST":
        row = form.attempt(actions.change_audience, request.actor, situation=about.number)
        if row is not None:
            messages.success(request, _sentence(row.restricted))
            if reading.reads(request.actor, row.id):
                return redirect("situation-readers", slug=slug, code=about.code)
            return redirect("board", slug=slug)
    context = {"form": form, "about": about, "slug": slug}
    return render(request, "situations/readers.html", context)


def _sentence(restricted: bool) -> str:
    if restricted:
        return _(
            "La situation est restreinte\u00a0: le texte est scellé à nouveau, et seules les"
            " personnes nommées l’ouvrent."
        )
    return _("Tout le cercle tenu au secret lit à nouveau cette situation.")


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def withdraw(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Withdraw from a situation, oneself or, for the coordinator, somebody else."""
    about = reading.to_withdraw(request.actor, code)
    form = WithdrawForm(request.POST or None, others=about.others)
    if request.method == "POST" and form.attempt(
        actions.withdraw, request.actor, situation=about.number
    ):
        if form.values()["participation"]:
            messages.success(request, _("Cette personne ne peut plus ouvrir la situation."))
            return redirect("situation-readers", slug=slug, code=about.code)
        messages.success(request, _("Vous êtes retiré·e de cette situation."))
        return redirect("board", slug=slug)
    context = {"form": form, "about": about, "slug": slug}
    return render(request, "situations/withdraw.html", context)
