"""The members of a concertation: everybody reads, coordinators invite, admit and remove."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from concertation.accounts import actions
from concertation.accounts.actions import Invited, NewPlace
from concertation.accounts.enums import Place
from concertation.accounts.errors import AccountError
from concertation.accounts.forms import InviteForm, PasswordAgain
from concertation.accounts.forms_circle import AdmitForm, AdmitSeveralForm
from concertation.accounts.reading import (
    awaiting,
    circle_places,
    directory,
    member,
    supervisors,
    vouched,
)
from concertation.accounts.views.helpers import attempt, link_of, tell_sent
from concertation.accounts.views.signing_in import PAGE
from concertation.door import CircleRequest, Door, door
from ethics.policy import Act
from ethics.roles import SecrecyStatus


@door(Door.CIRCLE)
@require_safe
def members(request: CircleRequest, slug: str) -> HttpResponse:
    """The directory; for coordinators also who waits, all in one form."""
    return _page(request, slug, None)


@door(Door.CIRCLE)
@require_POST
def admit_several(request: CircleRequest, slug: str) -> HttpResponse:
    """Admit or restore everybody whose digits were heard in one call; each stands for itself."""
    form = AdmitSeveralForm(
        request.POST, waiting=[card.participation for card in awaiting(request.actor)]
    )
    results = attempt(
        form,
        lambda: actions.admit_several(
            request.actor, password=form.cleaned_data["password"], heard=form.heard()
        ),
    )
    for number, error in (results or {}).items():
        if error is not None:
            form.add_error(form.names[number], str(error))
    done = [number for number, error in (results or {}).items() if error is None]
    if done:
        text = ngettext(
            "%(count)d personne est entrée : le tableau lui est ouvert.",
            "%(count)d personnes sont entrées : le tableau leur est ouvert.",
            len(done),
        )
        messages.success(request, text % {"count": len(done)})
    if form.is_valid():
        return redirect("members", slug=slug)
    return _page(request, slug, form)


def _page(request: CircleRequest, slug: str, form: AdmitSeveralForm | None) -> HttpResponse:
    page = directory(request.actor)
    numbers = [card.participation for card in page.awaiting if card.ready]
    form = form or AdmitSeveralForm(waiting=numbers)
    waiting = [
        (card, form[form.names[card.participation]] if card.participation in form.names else None)
        for card in page.awaiting
    ]
    shown = {"page": page, "slug": slug, "waiting": waiting, "form": form}
    return render(request, "accounts/members.html", {**shown, "ready": bool(numbers)})


@door(Door.CIRCLE)
@require_http_methods(PAGE)
def vouch(request: CircleRequest, slug: str, participation: UUID) -> HttpResponse:
    """One of two members restores an access, after a working day without coordinator."""
    card = member(request.actor, participation, act=Act.VOUCH)
    form = AdmitForm(request.POST or None)
    done = attempt(
        form,
        lambda: (
            actions.vouch(
                request.actor,
                participation=participation,
                password=form.cleaned_data["password"],
                digits=form.cleaned_data["digits"],
            ),
        ),
    )
    if done:
        restored = _("L’accès est rétabli : le tableau est ouvert à nouveau.")
        waits = _("C’est signé. Un deuxième membre pourra confirmer dans un jour ouvrable.")
        messages.success(request, restored if done[0] else waits)
        return redirect("members", slug=slug)
    first = vouched(request.actor, participation)
    page = {"form": form, "card": card, "slug": slug, "first": first}
    return render(request, "accounts/vouch.html", page)


@door(Door.CIRCLE)
@require_http_methods(PAGE)
def invite(request: CircleRequest, slug: str) -> HttpResponse:
    """Invite someone to a place in this concertation."""
    actions.check_may_invite(request.actor)
    form = InviteForm(
        request.POST or None,
        circle=circle_places(request.actor),
        supervisors=supervisors(request.actor),
        initial={"language": request.LANGUAGE_CODE, "starts_on": timezone.localdate()},
    )
    invited = attempt(form, lambda: _invited(request, form))
    if invited:
        tell_sent(request, invited)
        return redirect("members", slug=slug)
    return render(request, "accounts/invite.html", {"form": form, "slug": slug})


def _invited(request: CircleRequest, form: InviteForm) -> Invited:
    given = form.cleaned_data
    return actions.invite(
        request.actor,
        email=given["email"],
        name=given["name"],
        language=given["language"],
        to=NewPlace(
            organisation=given["organisation"],
            place=Place(given["role"]),
            function=given["function"],
            status=SecrecyStatus(given["secrecy_status"]),
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            replaces=given["replaces"],
            supervised_by=given["supervised_by"],
        ),
        link=link_of(request),
    )


@door(Door.CIRCLE)
@require_http_methods(PAGE)
def admit(request: CircleRequest, slug: str, participation: UUID) -> HttpResponse:
    """Admit a newcomer: the digits they read aloud, and the coordinator's own password."""
    card = member(request.actor, participation, act=Act.ADMIT)
    form = AdmitForm(request.POST or None)
    admitted = attempt(
        form,
        lambda: actions.admit(
            request.actor,
            participation=participation,
            password=form.cleaned_data["password"],
            digits=form.cleaned_data["digits"],
        ),
    )
    if admitted:
        messages.success(request, _("La personne est admise : le tableau lui est ouvert."))
        return redirect("members", slug=slug)
    return render(request, "accounts/admit.html", {"form": form, "card": card, "slug": slug})


@door(Door.CIRCLE)
@require_http_methods(PAGE)
def remove(request: CircleRequest, slug: str, participation: UUID) -> HttpResponse:
    """End someone's place, after the password and a word on what it means."""
    card = member(request.actor, participation, act=Act.REMOVE)
    form = PasswordAgain(request.POST or None)
    removed = attempt(
        form,
        lambda: actions.remove(
            request.actor, participation=participation, password=form.cleaned_data["password"]
        ),
    )
    if removed:
        messages.success(request, _("La participation est terminée ; l’accès est coupé."))
        return redirect("members", slug=slug)
    return render(request, "accounts/remove.html", {"form": form, "card": card, "slug": slug})


@door(Door.CIRCLE)
@require_POST
def resend(request: CircleRequest, slug: str, participation: UUID) -> HttpResponse:
    """Send an invitation's link again."""
    try:
        invited = actions.resend_invitation(
            request.actor,
            participation=participation,
            link=link_of(request),
        )
    except AccountError as error:
        messages.error(request, str(error))
    else:
        tell_sent(request, invited)
    return redirect("members", slug=slug)
