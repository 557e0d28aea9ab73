"""How long the log is kept: the coordination asks and decides, the DPO gives an opinion."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from concertation.door import CircleRequest, Door, door
from concertation.dpo import keeping_actions as actions
from concertation.dpo.errors import DpoError
from concertation.dpo.keeping import keeping_page
from concertation.dpo.keeping_forms import SENTENCES, AskForm, OpinionForm


@door(Door.CIRCLE)
@require_safe
def page(request: CircleRequest, slug: str) -> HttpResponse:
    """What holds, what is asked, and what this person may answer."""
    return _page(request, AskForm(), OpinionForm())


@door(Door.CIRCLE)
@require_POST
def ask(request: CircleRequest, slug: str) -> HttpResponse:
    """Ask for longer; the DPO is told."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(request, form, OpinionForm())
    said = _("C’est demandé\u00a0: le ou la DPO est averti·e.")
    return _done(request, slug, said, lambda: actions.ask(request.actor, **form.cleaned_data))


@door(Door.CIRCLE)
@require_POST
def advise(request: CircleRequest, slug: str) -> HttpResponse:
    """The DPO's opinion."""
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, AskForm(), form)
    said = _("Votre avis est consigné. La coordination est avertie.")
    return _done(request, slug, said, lambda: actions.advise(request.actor, **form.cleaned_data))


@door(Door.CIRCLE)
@require_POST
def decide(request: CircleRequest, slug: str) -> HttpResponse:
    """Yes or no, by the button; anything but “yes” is a no."""
    agreed = "agree" in request.POST
    said = (
        _("C’est décidé\u00a0: le journal est gardé plus longtemps.")
        if agreed
        else _("Le journal n’est pas gardé plus longtemps.")
    )
    return _done(request, slug, said, lambda: actions.decide(request.actor, agreed=agreed))


@door(Door.CIRCLE)
@require_POST
def take_back(request: CircleRequest, slug: str) -> HttpResponse:
    """Back to the rule, in thirty days."""
    said = _(
        "C’est décidé\u00a0: la règle de douze mois vaut à nouveau dans trente jours."
        " Tous les membres sont avertis."
    )
    return _done(request, slug, said, lambda: actions.take_back(request.actor))


def _done(request: CircleRequest, slug: str, said: str, action: Callable[[], None]) -> HttpResponse:
    try:
        action()
    except DpoError as error:
        messages.warning(request, str(SENTENCES[type(error)]))
    else:
        messages.success(request, said)
    return redirect("log-keeping", slug=slug)


def _page(request: CircleRequest, ask_form: AskForm, opinion_form: OpinionForm) -> HttpResponse:
    context = {
        "page": keeping_page(request.actor),
        "ask_form": ask_form,
        "opinion_form": opinion_form,
    }
    status = 422 if ask_form.errors or opinion_form.errors else 200
    return render(request, "dpo/keeping.html", context, status=status)
