"""Pages between an invitation and the board: charter, subscription, admission, founding."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from concertation.accounts import actions
from concertation.accounts.actions.signing_in import request_number
from concertation.accounts.errors import AccountError, InvitationSpent
from concertation.accounts.forms import (
    CharterForm,
    InvitationForm,
    SubscriptionForm,
    password_rules,
)
from concertation.accounts.forms_circle import GroupsForm
from concertation.accounts.reading import own_place
from concertation.accounts.reading import threshold as read_threshold
from concertation.accounts.reading.charter_page import charter_page, subscription_page
from concertation.accounts.reading.founding import founding_page
from concertation.accounts.views.helpers import actor_of, attempt, store_of
from concertation.accounts.views.signing_in import PAGE
from concertation.door import Door, door


@door(Door.OPEN)
@require_http_methods(PAGE)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Use an invitation's link; 410 when it was used, is too old, or never was."""
    try:
        person = actions.invited_person(token)
    except InvitationSpent as error:
        return render(request, "accounts/invitation_spent.html", {"why": error}, status=410)
    form = InvitationForm(request.POST or None, person=person, initial={"name": person.name})
    done = attempt(
        form,
        lambda: actions.accept_invitation(
            token,
            name=form.cleaned_data["name"],
            password=form.cleaned_data["password"],
            request_id=request_number(request),
        ),
    )
    if done:
        messages.success(request, _("Votre mot de passe est choisi. Connectez-vous avec lui."))
        return redirect("sign-in")
    page = {"form": form, "email": person.email, "rules": password_rules()}
    return render(request, "accounts/invitation.html", page)


@door(Door.VERIFIED)
@require_safe
def threshold(request: HttpRequest, participation: UUID) -> HttpResponse:
    """What is missing before the board opens, and what to do next."""
    place = own_place(actor_of(request), participation)
    page = read_threshold(actor_of(request), place)
    if page.admitted and page.signed and page.subscribed:
        return redirect("home", slug=place.concertation.slug)
    return render(request, "accounts/threshold.html", {"page": page})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def charter(request: HttpRequest, participation: UUID) -> HttpResponse:
    """Read the charter, and sign it for one's own place."""
    place = own_place(actor_of(request), participation)
    page = charter_page(actor_of(request), place, _language(request))
    form = CharterForm(
        request.POST or None, sentence=page.sentence, initial={"language": page.language}
    )
    # A self-employed person binds practice and person in the same form.
    both = page.self_employed and not page.subscribed
    sign = actions.subscribe_and_sign if both else actions.sign_charter
    done = attempt(
        form,
        lambda: sign(
            actor_of(request),
            place=place,
            language=page.language,
            password=form.cleaned_data["password"],
        ),
    )
    if done:
        messages.success(request, _("La charte est signée. Merci."))
        return redirect("threshold", participation=place.id)
    return render(request, "accounts/charter.html", {"page": page, "form": form})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def subscription(request: HttpRequest, organisation: UUID) -> HttpResponse:
    """A representative subscribes their organisation."""
    row = actions.represented(actor_of(request), organisation)
    page = subscription_page(row, _language(request))
    form = SubscriptionForm(
        request.POST or None,
        sentence=page.sentence,
        meetings=() if page.subscribed else page.choices,
        initial={"language": page.language, "starts_on": page.today},
    )
    done = attempt(
        form,
        lambda: actions.subscribe(
            actor_of(request),
            organisation=row.id,
            power=form.cleaned_data["power"],
            starts_on=form.cleaned_data["starts_on"],
            language=page.language,
            password=form.cleaned_data["password"],
            meeting=form.meeting(),
        ),
    )
    if done:
        messages.success(request, _("L’organisation a adhéré à la charte."))
        return redirect("subscription", organisation=row.id)
    return render(request, "accounts/subscription.html", {"page": page, "form": form})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def found(request: HttpRequest, participation: UUID) -> HttpResponse:
    """Found the concertation's keys: explain, print the recovery key, type two groups back."""
    actor, store = actor_of(request), store_of(request)
    place = own_place(actor, participation)
    step = "retype" if request.GET.get("etape") == "recopier" else ""
    asked = actions.groups_to_retype(actor)
    form = GroupsForm(request.POST if step and request.method == "POST" else None, asked=asked)
    if request.method == "POST" and not step:
        return _start(request, participation)
    done = attempt(
        form,
        lambda: actions.found_concertation(
            actor,
            place=place,
            store=store,
            groups=(form.cleaned_data["first"], form.cleaned_data["second"]),
        ),
    )
    if done:
        messages.success(request, _("Les clés sont faites : la concertation est ouverte."))
        return redirect("found", participation=place.id)
    page = founding_page(actor, place, store, step)
    return render(request, "accounts/found.html", {"page": page, "form": form})


def _start(request: HttpRequest, participation: UUID) -> HttpResponse:
    actor = actor_of(request)
    try:
        actions.start_founding(
            actor, place=own_place(actor, participation), store=store_of(request)
        )
    except AccountError as error:
        messages.error(request, str(error))
    return redirect("found", participation=participation)


def _language(request: HttpRequest) -> str:
    """The language the text is read in: chosen on the page, else the interface's."""
    return request.POST.get("language") or request.GET.get("langue") or get_language() or "fr"
