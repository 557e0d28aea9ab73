"""A concertation's keys: renew them, the recovery key, change what a member is, leave."""

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from concertation.accounts import actions
from concertation.accounts.actions import recovery
from concertation.accounts.enums import ROLES_OF, Place
from concertation.accounts.forms import PasswordAgain
from concertation.accounts.forms_circle import RecoveryForm, ReissueForm, RescueForm, RoleForm
from concertation.accounts.reading import member, own_place, supervisors
from concertation.accounts.reading.keys_page import keys_page, reissue_page
from concertation.accounts.views.helpers import actor_of, attempt, store_of
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
        messages.success(request, _("Les clés sont renouvelées ; chacun continue sans rien faire."))
        return redirect("member-keys", slug=slug)
    return _keys(request, slug, form=form)


def _keys(request: CircleRequest, slug: str, **forms: Form) -> HttpResponse:
    shown = {"form": PasswordAgain(), "check": RecoveryForm(), **forms}
    page = {"page": keys_page(request.hat), "slug": slug}
    return render(request, "accounts/keys.html", {**shown, **page})


@door(Door.CIRCLE)
@require_POST
def check(request: CircleRequest, slug: str) -> HttpResponse:
    """The yearly rehearsal: the whole sheet typed back, which opens nothing."""
    form = RecoveryForm(request.POST)
    if attempt(form, lambda: recovery.check(request.actor, typed=form.cleaned_data["recovery"])):
        messages.success(
            request, _("C’est la bonne feuille. Rangez-la ; prochain rappel dans un an.")
        )
        return redirect("member-keys", slug=slug)
    return _keys(request, slug, check=form)


@door(Door.CIRCLE)
@require_http_methods(PAGE)
def reissue(request: CircleRequest, slug: str) -> HttpResponse:
    """A new recovery key: explain, print, type two groups back with the password."""
    actions.check_may_renew(request.actor)
    store = store_of(request)
    step = "retype" if request.GET.get("etape") == "recopier" else ""
    typed = request.POST if step and request.method == "POST" else None
    form = ReissueForm(typed, asked=actions.groups_to_retype(request.actor))
    if request.method == "POST" and not step:
        recovery.start_reissue(request.actor, store=store)
        return redirect("member-recovery", slug=slug)
    done = attempt(
        form,
        lambda: recovery.reissue(
            request.actor,
            store=store,
            groups=(form.cleaned_data["first"], form.cleaned_data["second"]),
            password=form.cleaned_data["password"],
        ),
    )
    if done:
        messages.success(
            request, _("La nouvelle clé de secours est en vigueur. Détruisez l’ancienne feuille.")
        )
        return redirect("member-keys", slug=slug)
    page = {"page": reissue_page(request.hat, store, step), "form": form, "slug": slug}
    return render(request, "accounts/reissue.html", page)


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def rescue(request: HttpRequest, participation: UUID) -> HttpResponse:
    """A coordinator with new keys, and nobody left to restore them: the printed key."""
    actor = actor_of(request)
    place = own_place(actor, participation)
    form = RescueForm(request.POST or None)
    done = attempt(
        form,
        lambda: recovery.use(
            actor,
            place=place,
            typed=form.cleaned_data["recovery"],
            password=form.cleaned_data["password"],
        ),
    )
    if done:
        messages.success(
            request,
            _(
                "Votre accès est rétabli et tous les membres en sont avertis. Faites maintenant une"
                " nouvelle clé de secours."
            ),
        )
        return redirect("member-keys", slug=place.concertation.slug)
    return render(request, "accounts/rescue.html", {"form": form, "place": place})


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
        "supervised_by": card.supervisor_number,
    }
    choices = supervisors(request.actor)
    form = RoleForm(request.POST or None, initial=initial, supervisors=choices)
    changed = attempt(
        form,
        lambda: actions.change_role(
            request.actor,
            participation=participation,
            place=Place(form.cleaned_data["role"]),
            status=SecrecyStatus(form.cleaned_data["secrecy_status"]),
            ends_on=form.cleaned_data["ends_on"],
            password=form.cleaned_data["password"],
            supervised_by=form.cleaned_data["supervised_by"],
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
