"""Pages for whoever lost the password or the second factor; links by e-mail, good once."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from concertation.accounts import actions
from concertation.accounts.actions.signing_in import request_number
from concertation.accounts.enums import ResetKind
from concertation.accounts.errors import LinkSpent
from concertation.accounts.forms import password_rules
from concertation.accounts.forms_own import FactorResetForm, ForgottenForm, ResetForm
from concertation.accounts.views.helpers import attempt, person_of
from concertation.accounts.views.signing_in import PAGE
from concertation.door import Door, door


@door(Door.OPEN)
@require_http_methods(PAGE)
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the page after says the same whether the address has an account or not."""
    form = ForgottenForm(request.POST or None)
    if form.is_valid():
        actions.ask_password_link(
            form.cleaned_data["email"],
            _link(request, "password-reset"),
            request_id=request_number(request),
        )
        page = {"email": form.cleaned_data["email"], "what": "password"}
        return render(request, "accounts/link_sent.html", page)
    return render(request, "accounts/forgotten.html", {"form": form})


@door(Door.OPEN)
@require_http_methods(PAGE)
def password_reset(request: HttpRequest, token: str) -> HttpResponse:
    """Choose another password with a link; 410 when it was used, is too old, or never was."""
    try:
        person = actions.person_of_link(token, ResetKind.PASSWORD)
        form = ResetForm(request.POST or None, person=person)
        done = attempt(form, lambda: _password_chosen(request, token, form))
    except LinkSpent as error:
        return _spent(request, error)
    if done:
        messages.success(request, _("Votre nouveau mot de passe est choisi. Connectez-vous."))
        return redirect("sign-in")
    page = {"form": form, "email": person.email, "rules": password_rules()}
    return render(request, "accounts/password_reset.html", page)


def _password_chosen(request: HttpRequest, token: str, form: ResetForm) -> bool:
    actions.reset_password(
        token, chosen=form.cleaned_data["password"], request_id=request_number(request)
    )
    return True


@door(Door.PASSWORD)
@require_http_methods(PAGE)
def factor_lost(request: HttpRequest) -> HttpResponse:
    """The second factor is lost, the password known: what happens next, and the link."""
    if request.user.is_verified():  # type: ignore[union-attr]
        return redirect("account")
    person = person_of(request)
    if request.method == "POST":
        actions.ask_factor_link(
            person, _link(request, "factor-reset"), request_id=request_number(request)
        )
        page = {"email": person.email, "what": "factor"}
        return render(request, "accounts/link_sent.html", page)
    return render(request, "accounts/factor_lost.html", {"email": person.email})


@door(Door.OPEN)
@require_http_methods(PAGE)
def factor_reset(request: HttpRequest, token: str) -> HttpResponse:
    """Remove the lost second factor with the link and the password."""
    try:
        person = actions.person_of_link(token, ResetKind.SECOND_FACTOR)
        form = FactorResetForm(request.POST or None)
        done = attempt(form, lambda: _factor_removed(request, token, form))
    except LinkSpent as error:
        return _spent(request, error)
    if done:
        messages.success(
            request,
            _("Votre deuxième facteur est retiré. Connectez-vous pour en installer un autre."),
        )
        return redirect("sign-in")
    return render(request, "accounts/factor_reset.html", {"form": form, "email": person.email})


def _factor_removed(request: HttpRequest, token: str, form: FactorResetForm) -> bool:
    actions.reset_factor(
        request,
        token,
        password=form.cleaned_data["password"],
        request_id=request_number(request),
    )
    return True


def _spent(request: HttpRequest, error: LinkSpent) -> HttpResponse:
    return render(request, "accounts/link_spent.html", {"why": error}, status=410)


def _link(request: HttpRequest, route: str) -> Callable[[str], str]:
    return lambda token: request.build_absolute_uri(reverse(route, args=[token]))
