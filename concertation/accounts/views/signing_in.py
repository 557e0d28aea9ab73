"""Pages of the door: password, second factor, sign-out."""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from concertation.accounts.actions import second_factors, signing_in
from concertation.accounts.drawings import enrolment
from concertation.accounts.errors import FactorGone
from concertation.accounts.forms import CodeForm, DeviceForm, SignInForm
from concertation.accounts.forms_own import PasskeyAnswerForm
from concertation.accounts.views.helpers import attempt, person_of
from concertation.door import Door, door
from ethics import gate

PAGE: Final = ["GET", "HEAD", "POST"]
# The W3C's Clear Site Data: the browser forgets pages, cookies and anything kept for this origin.
FORGET: Final = '"cache", "cookies", "storage"'


@door(Door.OPEN)
@require_http_methods(PAGE)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Address and password."""
    form = SignInForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    if request.method != "POST":
        gone = "parti" in request.GET
        return render(request, "accounts/sign_in.html", {"form": form, "gone": gone})
    person = attempt(
        form,
        lambda: signing_in.give_password(
            request, email=form.cleaned_data["email"], password=form.cleaned_data["password"]
        ),
    )
    if person is None:
        return render(request, "accounts/sign_in.html", {"form": form})
    request.session["next"] = _safe(request, form.cleaned_data["next"])
    response = redirect("second-factor")
    remember_language(response, person.language)
    return response


@door(Door.OPEN)
def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Called by django-axes: this account was tried too often from this network."""
    signing_in.record_lock_out(request, str((credentials or {}).get("username", "")))
    wait = timedelta(hours=settings.AXES_COOLOFF_TIME)
    again = timezone.localtime(timezone.now() + wait)
    page = render(request, "accounts/locked_out.html", {"again": again}, status=429)
    page.headers["Retry-After"] = str(int(wait.total_seconds()))
    return page


@door(Door.PASSWORD)
@require_http_methods(PAGE)
def second_factor(request: HttpRequest) -> HttpResponse:
    """The code; whoever has no device yet sets one up first."""
    if request.user.is_verified():  # type: ignore[union-attr]
        return redirect("start")
    if not signing_in.has_second_factor(person_of(request)):
        return redirect("second-factor-setup")
    by_passkey = "credential" in request.POST
    form = PasskeyAnswerForm(request.POST) if by_passkey else CodeForm(request.POST or None)
    done = attempt(form, lambda: _given(request, form))
    if done:
        return HttpResponseRedirect(_onward(request))
    page = {
        "form": CodeForm() if by_passkey else form,
        "refused": form if by_passkey else None,
        "options": second_factors.ask_passkey(request),
    }
    return render(request, "accounts/second_factor.html", page)


def _given(request: HttpRequest, form: CodeForm | PasskeyAnswerForm) -> bool:
    if "credential" in form.fields:
        second_factors.give_passkey(request, credential=form.cleaned_data["credential"])
    else:
        signing_in.give_code(request, code=form.cleaned_data["code"])
    return True


@door(Door.PASSWORD)
@require_http_methods(PAGE)
def second_factor_setup(request: HttpRequest) -> HttpResponse:
    """The first device: a QR code made here, confirmed by a code, then ten codes on paper."""
    if signing_in.has_second_factor(person_of(request)):
        return redirect("second-factor")
    try:
        signing_in.check_first_device(person_of(request), signing_in.request_number(request))
    except FactorGone as error:
        messages.error(request, str(error))
        return redirect("factor-lost")
    form = DeviceForm(request.POST or None)
    codes = attempt(
        form, lambda: signing_in.confirm_device(request, code=form.cleaned_data["code"])
    )
    if codes:
        page = {"codes": codes, "onward": _onward(request)}
        return render(request, "accounts/static_codes.html", page)
    drawn = enrolment(signing_in.pending_device(request).seed(), person_of(request).email)
    return render(request, "accounts/second_factor_setup.html", {"form": form, "drawn": drawn})


@door(Door.PASSWORD)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and tell the browser to forget everything of ours."""
    signing_in.sign_out(request)
    response = redirect("sign-in")
    response.headers["Location"] += "?parti=1"
    response.headers["Clear-Site-Data"] = FORGET
    return response


def remember_language(response: HttpResponse, language: str) -> None:
    """The account's language, in the cookie that `PersonLocaleMiddleware` reads."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


def _safe(request: HttpRequest, target: str) -> str:
    """A target on this site, or nothing: a link in an e-mail may not send people elsewhere."""
    hosts = {request.get_host()}
    # Only a path from the root: a bare word would be taken for the name of a route.
    if not target.startswith("/"):
        return ""
    if url_has_allowed_host_and_scheme(target, hosts, require_https=request.is_secure()):
        return target
    return ""


def _onward(request: HttpRequest) -> str:
    """Where the person wanted to go; first to a text that waits for them."""
    target: str = request.session.pop("next", "") or "/"
    return reverse("kept-text") if gate.kept_texts(person_of(request).id) else target
