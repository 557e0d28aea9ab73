"""One's own second factors: another telephone, passkeys."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from concertation.accounts.actions import second_factors, signing_in
from concertation.accounts.drawings import enrolment
from concertation.accounts.errors import PasskeyRefused
from concertation.accounts.forms import PasswordAgain
from concertation.accounts.forms_own import (
    NewDeviceForm,
    PasskeyAnswerForm,
    PasskeyForm,
    PasskeyNameForm,
)
from concertation.accounts.views.helpers import actor_of, attempt, person_of
from concertation.accounts.views.signing_in import PAGE
from concertation.door import Door, door


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def device(request: HttpRequest) -> HttpResponse:
    """Another telephone takes the place of the one in use."""
    form = NewDeviceForm(request.POST or None)
    if attempt(form, lambda: _replaced(request, form)):
        messages.success(request, _("Votre nouvelle application est en service."))
        return redirect("account")
    drawn = enrolment(signing_in.pending_device(request).seed(), person_of(request).email)
    return render(request, "accounts/replace_device.html", {"form": form, "drawn": drawn})


def _replaced(request: HttpRequest, form: NewDeviceForm) -> bool:
    second_factors.replace_device(
        request,
        actor_of(request),
        password=form.cleaned_data["password"],
        code=form.cleaned_data["code"],
    )
    return True


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def add_passkey(request: HttpRequest) -> HttpResponse:
    """A new passkey: its name and the password first, then the browser's turn."""
    form = PasskeyForm(request.POST or None)
    options = attempt(
        form,
        lambda: second_factors.start_passkey(
            request,
            actor_of(request),
            password=form.cleaned_data["password"],
            name=form.cleaned_data["name"],
        ),
    )
    if options:
        page = {"options": options, "name": form.cleaned_data["name"]}
        return render(request, "accounts/passkey_make.html", page)
    return render(request, "accounts/passkey_new.html", {"form": form})


@door(Door.VERIFIED)
@require_POST
def keep_passkey(request: HttpRequest) -> HttpResponse:
    """The passkey that the browser made."""
    form = PasskeyAnswerForm(request.POST)
    try:
        answer = form.cleaned_data["credential"] if form.is_valid() else ""
        second_factors.finish_passkey(request, actor_of(request), credential=answer)
    except PasskeyRefused as error:
        messages.error(request, str(error))
        return redirect("account-passkeys")
    messages.success(request, _("Votre clé d’accès est en service."))
    return redirect("account")


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def passkey(request: HttpRequest, number: int) -> HttpResponse:
    """One passkey: rename it, or go on to remove it."""
    row = second_factors.own_passkey(actor_of(request), number)
    form = PasskeyNameForm(request.POST or None, initial={"name": row.name})
    if form.is_valid():
        second_factors.rename_passkey(actor_of(request), number, name=form.cleaned_data["name"])
        messages.success(request, _("Le nom est changé."))
        return redirect("account")
    return render(request, "accounts/passkey.html", {"form": form, "passkey": row})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def remove_passkey(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a passkey, the password asked again; never the last second factor."""
    row = second_factors.own_passkey(actor_of(request), number)
    name = row.name
    form = PasswordAgain(request.POST or None)
    if attempt(form, lambda: _removed(request, number, form)):
        messages.success(request, _("La clé d’accès « %(name)s » est retirée.") % {"name": name})
        return redirect("account")
    return render(request, "accounts/passkey_remove.html", {"form": form, "passkey": row})


def _removed(request: HttpRequest, number: int, form: PasswordAgain) -> bool:
    second_factors.remove_passkey(
        request, actor_of(request), number, password=form.cleaned_data["password"]
    )
    return True
