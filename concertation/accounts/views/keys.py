"""A concertation's keys: renew them, change what a member is, leave."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from concertation.accounts import actions
from concertation.accounts.enums import ROLES_OF, Place
from concertation.accounts.forms import PasswordAgain, RoleForm
from concertation.accounts.reading import member, own_place
from concertation.accounts.reading.keys_page import keys_page
from concertation.accounts.views.helpers import actor_of, attempt
from concertation.accounts.views.signing_in import PAGE
from concertation.door import CircleRequest, Door, door
from ethics.policy import Act
from ethics.roles import SecrecyStatus


@door(Door.CIRCLE)
@require_http_methods(PAGE)
def keys(request: CircleRequest, slug: str) -> HttpResponse:
    """The state of the keys, and the button that renews them."""
    actions.check_may_renew(request.actor)
    form = PasswordAgain(request.POST or None)
    done = attempt(
        form,
        lambda: actions.renew_keys(request.actor, password=form.cleaned_data["password"]),
    )
    if done:
        messages.success(request, _("Les clés sont renouvelées ; chacun continue sans rien faire."))
        return redirect("member-keys", slug=slug)
    page = {"form": form, "page": keys_page(request.hat), "slug": slug}
    return render(request, "accounts/keys.html", page)


@door(Door.CIRCLE)
@require_http_methods(PAGE)
def role(request: CircleRequest, slug: str, participation: UUID) -> HttpResponse:
    """Change what a member is, after the password and a word on what follows."""
    card = member(request.actor, participation, act=Act.CHANGE_ROLE)
    known = [place for place in Place if ROLES_OF[place] == card.role_set]
    initial = {
        "role": known[0] if known else None,
        "secrecy_status": card.status_code,
        "ends_on": card.ends_on,
    }
    form = RoleForm(request.POST or None, initial=initial)
    changed = attempt(
        form,
        lambda: actions.change_role(
            request.actor,
            participation=participation,
            place=Place(form.cleaned_data["role"]),
            status=SecrecyStatus(form.cleaned_data["secrecy_status"]),
            ends_on=form.cleaned_data["ends_on"],
            password=form.cleaned_data["password"],
        ),
    )
    if changed:
        messages.success(request, _("Le rôle est changé, dans la liste signée aussi."))
        return redirect("members", slug=slug)
    return render(request, "accounts/role.html", {"form": form, "card": card, "slug": slug})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def leave(request: HttpRequest, participation: UUID) -> HttpResponse:
    """Leave a concertation by oneself."""
    actor = actor_of(request)
    place = own_place(actor, participation)
    form = PasswordAgain(request.POST or None)
    done = attempt(
        form,
        lambda: actions.leave(actor, place=place, password=form.cleaned_data["password"]),
    )
    if done:
        # Every session of theirs ended with the place, this one too.
        return redirect("sign-in")
    return render(request, "accounts/leave.html", {"form": form, "place": place})
