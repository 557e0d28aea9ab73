"""Start, one's own account, the language, and the pages anybody may read."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language

from concertation.accounts import actions
from concertation.accounts.forms import HatForm, LanguageForm, PasswordAgain, password_rules
from concertation.accounts.forms_own import MailForm, PasswordChangeForm, ReachForm
from concertation.accounts.reading import (
    codes_left,
    has_app,
    landing,
    mine,
    own_reach,
    passkeys,
    restored,
)
from concertation.accounts.views.helpers import actor_of, attempt, person_of, store_of
from concertation.accounts.views.signing_in import PAGE, remember_language
from concertation.door import Door, door


@door(Door.VERIFIED)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """To the only or last visited concertation; else a page that says where one can go."""
    page = mine(person_of(request))
    target = landing(page)
    if target and "choisir" not in request.GET:
        return redirect(target)
    return render(request, "accounts/start.html", {"page": page})


@door(Door.VERIFIED)
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """My account: language, second factor, codes left, places."""
    return _account(request)


def _account(request: HttpRequest, refused: ReachForm | None = None) -> HttpResponse:
    person = person_of(request)
    page = {
        "page": mine(person),
        "mail": MailForm(initial={"mail": person.mail}),
        "reach": [_reach_form(*each, refused) for each in own_reach(person)],
        "person": person,
        "codes": codes_left(person),
        "app": has_app(person),
        "passkeys": passkeys(person),
        "restored": restored(person),
        "form": LanguageForm(initial={"language": person.language}),
    }
    return render(request, "accounts/account.html", page)


@door(Door.VERIFIED)
@require_POST
def account_language(request: HttpRequest) -> HttpResponse:
    """Keep another language in the account."""
    form = LanguageForm(request.POST)
    response = redirect("account")
    if form.is_valid():
        language = form.cleaned_data["language"]
        actions.change_language(person_of(request), language)
        remember_language(response, language)
    return response


def _reach_form(
    participation: UUID, label: str, reach: str, refused: ReachForm | None
) -> tuple[str, ReachForm]:
    """The form of one place; the refused one as it was typed."""
    if refused and refused.data.get("participation") == str(participation):
        return label, refused
    initial = {"participation": participation, "reach": reach}
    return label, ReachForm(initial=initial, auto_id=f"id_{participation}_%s")


@door(Door.VERIFIED)
@require_POST
def account_mail(request: HttpRequest) -> HttpResponse:
    """Choose which notices come by e-mail."""
    form = MailForm(request.POST)
    if form.is_valid():
        actions.choose_mail(person_of(request), form.cleaned_data["mail"])
        messages.success(request, _("C’est noté."))
    return redirect(reverse("account") + "#notices")


@door(Door.VERIFIED)
@require_POST
def account_reach(request: HttpRequest) -> HttpResponse:
    """Say how colleagues reach me in one of my places."""
    form = ReachForm(request.POST, auto_id=f"id_{request.POST.get('participation', '')}_%s")
    if not form.is_valid():
        return _account(request, form)
    data = form.cleaned_data
    actions.say_reach(actor_of(request), data["participation"], data["reach"])
    messages.success(request, _("C’est noté\u00a0: vos collègues le lisent parmi les membres."))
    return redirect(reverse("account") + "#reach")


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def account_codes(request: HttpRequest) -> HttpResponse:
    """Ten new codes on paper, after the password."""
    form = PasswordAgain(request.POST or None)
    codes = attempt(
        form,
        lambda: actions.renew_codes(actor_of(request), password=form.cleaned_data["password"]),
    )
    if codes:
        page = {"codes": codes, "onward": reverse("account")}
        return render(request, "accounts/static_codes.html", page)
    return render(request, "accounts/renew_codes.html", {"form": form})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def account_password(request: HttpRequest) -> HttpResponse:
    """Another password, the one in use asked first."""
    form = PasswordChangeForm(request.POST or None, person=person_of(request))
    done = attempt(form, lambda: _changed(request, form))
    if done:
        messages.success(
            request,
            _("Votre mot de passe est changé. Vos autres sessions sont terminées."),
        )
        return redirect("account")
    page = {"form": form, "rules": password_rules()}
    return render(request, "accounts/change_password.html", page)


def _changed(request: HttpRequest, form: PasswordChangeForm) -> bool:
    actions.change_password(
        actor_of(request),
        store_of(request),
        current=form.cleaned_data["current"],
        chosen=form.cleaned_data["password"],
    )
    return True


@door(Door.VERIFIED)
@require_POST
def account_hat(request: HttpRequest) -> HttpResponse:
    """Choose for which organisation one speaks, where one has several places."""
    form = HatForm(request.POST)
    if form.is_valid():
        place = actions.wear(
            actor_of(request), store_of(request), form.cleaned_data["participation"]
        )
        messages.success(
            request,
            _("Vous parlez maintenant pour %(organisation)s dans cette concertation.")
            % {"organisation": place.organisation.name},
        )
    return redirect("account")


@door(Door.OPEN)
def switch_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own switch; who gave both factors keeps it in their account."""
    language = request.POST.get("language", "")
    # django_otp's middleware adds the method: the password alone changes nothing in the account.
    verified = request.user.is_verified()  # type: ignore[union-attr]
    if verified and language in dict(settings.LANGUAGES):
        actions.change_language(person_of(request), language)
    return set_language(request)


@door(Door.OPEN)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What this board keeps of those who use it and of those it speaks of."""
    return render(request, "accounts/privacy.html")


@door(Door.OPEN)
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "accounts/accessibility.html")
