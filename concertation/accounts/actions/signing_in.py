"""Signing in and out: password, then second factor, each step with its own session."""

import secrets
from dataclasses import replace
from typing import Any, Final, cast
from uuid import UUID

from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp import login as otp_login
from django_otp_webauthn.models import WebAuthnCredential

from audit.enums import Outcome, Verb
from audit.models import Entry
from audit.names import PLATFORM
from audit.record import ensure_ledger, record_now
from concertation.accounts.actions.events import account_event, record_account, record_failure
from concertation.accounts.errors import (
    FactorGone,
    KeysShut,
    NoKeys,
    TooSoon,
    WrongCode,
    WrongSignIn,
)
from concertation.accounts.models import StaticCodes, TotpDevice, User
from concertation.accounts.second_factor import DIGITS
from concertation.accounts.tidy import tidy_address
from ethics import gate
from ethics.secrecy.passwords import Busy
from ethics.secrecy.session import SessionStore
from ethics.secrecy.suites import SecrecyError

# RFC 4226, section 4, R6: 160 bits recommended.
SEED_BYTES: Final = 20
_PENDING: Final = "totp"


def request_number(request: HttpRequest) -> str:
    """The number our middleware gave this request."""
    return str(getattr(request, "request_number", ""))


def give_password(request: HttpRequest, *, email: str, password: str) -> User:
    """The first step: the password opens the keys into a pre-session of five minutes.

    Raises `WrongSignIn` (the same for an unknown account), `NoKeys`, `KeysShut` or `Busy`; none of
    them leaves a session. django-axes counts failures by account and network and answers itself
    when they are too many.
    """
    # One spelling for the account and for axes, which counts the tries on it.
    email = tidy_address(email)
    person = authenticate(request, username=email, password=password)
    if not isinstance(person, User):
        if not getattr(request, "axes_locked_out", False):
            known = _account_of(email)
            record_failure(Verb.SIGN_IN_FAILED, known, request_number(request), "wrong_password")
        raise WrongSignIn
    login(request, person)
    try:
        gate.begin_session(_store(request), person.id, password)
    except gate.KeysMissing:
        logout(request)
        record_failure(Verb.SIGN_IN_FAILED, person.id, request_number(request), "no_keys")
        raise NoKeys from None
    except SecrecyError:
        logout(request)
        record_failure(Verb.SIGN_IN_FAILED, person.id, request_number(request), "keys_shut")
        raise KeysShut from None
    except Busy:
        logout(request)
        raise
    record_account(Verb.SIGN_IN, person.id, request_number(request))
    return person


def record_lock_out(request: HttpRequest, email: str) -> None:
    """Record that an account was tried too often from one network."""
    record_failure(
        Verb.LOCKED_OUT, _account_of(email), request_number(request), "too_many_failures"
    )


def _account_of(email: str) -> UUID | None:
    rows = User.objects.filter(email=tidy_address(email))
    return rows.values_list("id", flat=True).first()


def has_second_factor(person: User) -> bool:
    """Whether a device was confirmed; without one, setting it up comes first."""
    app = TotpDevice.objects.filter(user=person, confirmed=True)
    return bool(app.exists() or WebAuthnCredential.objects.filter(user=person).exists())


def give_code(request: HttpRequest, *, code: str) -> None:
    """The second step: a code of the application, or one of the ten on paper.

    Raises `WrongCode` or `TooSoon`; wrong codes in a row are slowed down.
    """
    person = cast("User", request.user)
    plain = "".join(code.split())
    by_app = plain.isdigit() and len(plain) == DIGITS
    model = TotpDevice if by_app else StaticCodes
    # Locked: two requests can't use the same code at the same moment.
    with transaction.atomic():
        device = model.objects.select_for_update().filter(user=person, confirmed=True).first()
        wait = _wait(device)
        good = device is not None and not wait and device.verify_token(plain)
    if not good or device is None:
        reason = "too_soon" if wait else "wrong_code"
        record_failure(Verb.SECOND_FACTOR_FAILED, person.id, request_number(request), reason)
        raise TooSoon(wait) if wait else WrongCode
    finish(request, device, "totp" if by_app else "static")


def _wait(device: TotpDevice | StaticCodes | None) -> int:
    """Seconds until a device may be tried again; 0 for now."""
    if device is None:
        return 0
    allowed, why = device.verify_is_allowed()
    if allowed:
        return 0
    left = (why["locked_until"] - timezone.now()).total_seconds() if why else 0
    return max(1, int(left) + 1)


def check_first_device(person: User, request_id: str) -> None:
    """Refuse a first device to whoever already had one with these keys: it must have been deleted.

    An administrator who removes the row of a device can't make a second one silently: the ledger
    remembers that it was set up. Raises `FactorGone`, recorded as an alarm.
    """
    made_at = person.member_keys.filter(retired_at=None).values_list("made_at", flat=True).first()
    set_up = Entry.objects.filter(
        ledger__name=PLATFORM,
        verb=Verb.SECOND_FACTOR_SET,
        outcome=Outcome.GRANTED,
        actor=person.id,
        time__gt=made_at,
    )
    if made_at is None or not set_up.exists():
        return
    event = account_event(Verb.ALARM, person.id, request_id, reason="second_factor_gone")
    ensure_ledger(PLATFORM)
    record_now(PLATFORM, replace(event, actor=None, outcome=Outcome.FAILED))
    raise FactorGone


def pending_device(request: HttpRequest) -> TotpDevice:
    """The device being set up in this session, with a fresh seed the first time.

    A seed that someone else saw in an earlier session is never taken up again.
    """
    person = cast("User", request.user)
    waiting = TotpDevice.objects.filter(user=person, confirmed=False)
    device: TotpDevice | None = waiting.filter(id=request.session.get(_PENDING)).first()
    if device is None:
        with transaction.atomic():
            waiting.delete()
            device = TotpDevice(user=person, name="totp", confirmed=False)
            device.set_seed(secrets.token_bytes(SEED_BYTES))
            device.save()
        request.session[_PENDING] = device.id
    return device


def confirm_device(request: HttpRequest, *, code: str) -> list[str]:
    """Confirm the new device by its first code; gives the ten codes on paper, shown this once.

    Raises `WrongCode`, `TooSoon` or `FactorGone`. Refused to whoever already has a device: the
    second factor can't be replaced by someone who only knows the password.
    """
    person = cast("User", request.user)
    if has_second_factor(person):
        raise WrongCode
    check_first_device(person, request_number(request))
    number = pending_device(request).id
    with transaction.atomic():
        device = TotpDevice.objects.select_for_update().get(id=number)
        wait = _wait(device)
        good = not wait and device.verify_token(code)
        if good:
            device.confirmed = True
            device.save()
            codes, _ = StaticCodes.objects.get_or_create(user=person, defaults={"name": "codes"})
            fresh: list[str] = codes.renew()
    if not good:
        record_failure(Verb.SECOND_FACTOR_FAILED, person.id, request_number(request), "wrong_code")
        raise TooSoon(wait) if wait else WrongCode
    forget_pending(request)
    record_account(Verb.SECOND_FACTOR_SET, person.id, request_number(request), method="totp")
    finish(request, device, "totp")
    return fresh


def forget_pending(request: HttpRequest) -> None:
    """The device that was being set up is in use now."""
    request.session.pop(_PENDING, None)


def finish(request: HttpRequest, device: Any, method: str) -> None:
    """The second factor was given: the keys come out of the pre-session, and it is recorded."""
    otp_login(request, device)
    gate.finish_session(_store(request))
    for app in TotpDevice.objects.filter(user=request.user, confirmed=True):
        app.follow_pepper()
    person = cast("User", request.user)
    record_account(Verb.SECOND_FACTOR, person.id, request_number(request), method=method)


def sign_out(request: HttpRequest) -> None:
    """End this session: its row goes, and with it the only copy of the keys it carried."""
    person = cast("User", request.user)
    record_account(Verb.SIGN_OUT, person.id, request_number(request))
    logout(request)


def _store(request: HttpRequest) -> SessionStore:
    return cast("SessionStore", request.session)
