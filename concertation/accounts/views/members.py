"""The members of a concertation: everybody reads, coordinators invite, admit and remove."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from concertation.accounts import actions
from concertation.accounts.actions import Invited, NewPlace
from concertation.accounts.enums import Place
from concertation.accounts.errors import AccountError
from concertation.accounts.forms import AdmitForm, InviteForm, PasswordAgain
from concertation.accounts.reading import directory, member
from concertation.accounts.views.helpers import attempt, link_of, tell_sent
from concertation.accounts.views.signing_in import PAGE
from concertation.door import CircleRequest, Door, door
from ethics.policy import Act
from ethics.roles import SecrecyStatus


@door(Door.CIRCLE)
@require_safe
def members(request: CircleRequest, slug: str) -> HttpResponse:
    """The directory; for coordinators also who waits, with the admission form of each."""
    page = directory(request.actor)
    waiting = [(card, AdmitForm(auto_id=f"id_{card.participation}_%s")) for card in page.awaiting]
    return render(
        request, "accounts/members.html", {"page": page, "slug": slug, "waiting": waiting}
    )


@door(Door.CIRCLE)
@require_http_methods(PAGE)
def invite(request: CircleRequest, slug: str) -> HttpResponse:
    """Invite someone to a place in this concertation."""
    actions.check_may_invite(request.actor)
    form = InviteForm(
        request.POST or None,
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
