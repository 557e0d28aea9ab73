"""Who reads a situation: naming its readers, withdrawing from it, asking to be let in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, reading
from concertation.situations.forms import AskForm, AudienceForm, RequestForm, WithdrawForm


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


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def requests(request: CircleRequest, slug: str) -> HttpResponse:
    """Ask for access by a code, and answer what others asked; the answer to asking is always the
    same sentence, whatever the code is."""
    waiting = reading.requests_to_answer(request.actor)
    form = AskForm(request.POST or None)
    if request.method == "POST":
        form.attempt(actions.ask_access, request.actor)
        if form.is_valid():
            messages.success(request, _said())
            return redirect("access-requests", slug=slug)
    answers = [(each, RequestForm(auto_id=f"id_{each.number}_%s")) for each in waiting]
    context = {"form": form, "answers": answers, "slug": slug}
    return render(request, "situations/requests.html", context)


def _said() -> str:
    return _(
        "C’est noté. Si ce code est celui d’une situation restreinte de cette concertation, les"
        " personnes qui la lisent sont averties, et vous aurez leur réponse par courriel."
    )


@door(Door.CIRCLE)
@require_POST
def answer(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Let someone in for a time, or not; one click."""
    form = RequestForm(request.POST)
    row = form.attempt(actions.answer_request, request.actor, request=number)
    if row is None:
        refused = str(form.refusal or _("Choisissez une durée de la liste."))
        messages.warning(request, refused)
    elif row.until:
        messages.success(request, _("L’accès est accordé, et la personne est avertie."))
    else:
        messages.success(request, _("L’accès n’est pas accordé, et la personne est avertie."))
    return redirect("access-requests", slug=slug)
