"""Second factors of one's own account: another telephone, passkeys. The last one always stays."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar, cast

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp import login as otp_login
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.models import WebAuthnCredential
from webauthn.helpers.exceptions import WebAuthnException

from audit.enums import Purpose, SubjectKind, Verb
from audit.names import PLATFORM
from audit.record import append, ensure_ledger
from concertation.accounts import post
from concertation.accounts.actions import signing_in
from concertation.accounts.actions.events import account_event, confirm, record_failure
from concertation.accounts.errors import (
    LastFactor,
    PasskeyRefused,
    TooManyPasskeys,
    WrongCode,
)
from concertation.accounts.models import TotpDevice, User
from concertation.accounts.passkeys import Helper
from concertation.accounts.rules import lock_person
from concertation.accounts.tidy import tidy_name
from ethics import gate
from ethics.gate.refusals import refuse
from ethics.policy import Refusal

Answer = TypeVar("Answer")

MOST_PASSKEYS: Final = 10
# As long as the browser waits for the device (OTP_WEBAUTHN_TIMEOUT_SECONDS).
WAIT: Final = timedelta(minutes=5)
_ADDING: Final = "passkey"
_ASKED: Final = "passkey_asked"


# --- Another telephone --------------------------------------------------------------------------


def replace_device(request: HttpRequest, actor: gate.Actor, *, password: str, code: str) -> None:
    """Put another telephone in the place of the one in use, confirmed by its first code.

    Raises `WrongPassword`, `WrongCode` or `gate.Flooded`; until then the old one stays.
    """
    confirm(actor, password, Verb.SECOND_FACTOR_SET)
    number = signing_in.pending_device(request).id
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        device = TotpDevice.objects.select_for_update().get(id=number)
        good = device.verify_token(code)
        if good:
            TotpDevice.objects.filter(user_id=actor.person, confirmed=True).delete()
            device.confirmed = True
            device.save()
            event = account_event(
                Verb.SECOND_FACTOR_SET, actor.person, actor.request_id, method="totp"
            )
            append(PLATFORM, event)
    if not good:
        record_failure(Verb.SECOND_FACTOR_FAILED, actor.person, actor.request_id, "wrong_code")
        raise WrongCode
    signing_in.forget_pending(request)
    _go_on(request)
    post.tell_changed(cast("User", request.user), "device")


# --- Passkeys: adding, naming, removing ---------------------------------------------------------


def start_passkey(request: HttpRequest, actor: gate.Actor, *, password: str, name: str) -> str:
    """Begin to add a passkey; gives the options for the browser, as JSON.

    Raises `WrongPassword`, `TooManyPasskeys` or `gate.Flooded`.
    """
    if WebAuthnCredential.objects.filter(user_id=actor.person).count() >= MOST_PASSKEYS:
        raise TooManyPasskeys
    confirm(actor, password, Verb.SECOND_FACTOR_SET)
    options, state = Helper(request).register_begin(request.user)
    until = (timezone.now() + WAIT).isoformat()
    request.session[_ADDING] = {"name": tidy_name(name), "state": state, "until": until}
    return json.dumps(options)


def finish_passkey(request: HttpRequest, actor: gate.Actor, *, credential: str) -> None:
    """Keep the passkey that the browser made; its challenge serves once.

    Raises `PasskeyRefused`.
    """
    begun = request.session.pop(_ADDING, None)
    if begun is None or datetime.fromisoformat(begun["until"]) < timezone.now():
        raise PasskeyRefused
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        device = _ceremony(
            lambda: Helper(request).register_complete(
                request.user, begun["state"], json.loads(credential)
            )
        )
        device.name = begun["name"]
        device.save(update_fields=["name"])
        event = account_event(
            Verb.SECOND_FACTOR_SET, actor.person, actor.request_id, method="passkey"
        )
        append(PLATFORM, event)
    post.tell_changed(cast("User", request.user), "passkey_added")


def rename_passkey(actor: gate.Actor, number: int, *, name: str) -> None:
    """Give one's own passkey another name; raises `gate.Refused` for one that isn't."""
    device = own_passkey(actor, number)
    device.name = tidy_name(name)
    device.save(update_fields=["name"])


def remove_passkey(request: HttpRequest, actor: gate.Actor, number: int, *, password: str) -> None:
    """Remove one's own passkey; sessions it let in ask for the second factor again.

    Raises `LastFactor`, `WrongPassword`, `gate.Refused` or `gate.Flooded`.
    """
    device = own_passkey(actor, number)
    confirm(actor, password, Verb.SECOND_FACTOR_REMOVED)
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        # Two requests at once could each leave the other's passkey as the last one.
        lock_person(actor.person)
        others = WebAuthnCredential.objects.filter(user_id=actor.person).exclude(id=device.id)
        app = TotpDevice.objects.filter(user_id=actor.person, confirmed=True)
        if not app.exists() and not others.exists():
            raise LastFactor
        device.delete()
        event = account_event(
            Verb.SECOND_FACTOR_REMOVED, actor.person, actor.request_id, method="passkey"
        )
        append(PLATFORM, event)
    _go_on(request)
    post.tell_changed(cast("User", request.user), "passkey_removed")


def own_passkey(actor: gate.Actor, number: int) -> Any:
    """One's own passkey; somebody else's is as unknown as none, and recorded."""
    row = WebAuthnCredential.objects.filter(id=number, user_id=actor.person).first()
    if row is None:
        raise refuse(
            actor,
            Refusal.ROLE,
            verb=Verb.SECOND_FACTOR_REMOVED,
            concertation=None,
            purpose=Purpose.ACCOUNT,
            subjects=(actor.person,),
            kind=SubjectKind.PERSON,
        )
    return row


def _go_on(request: HttpRequest) -> None:
    """This session gave a second factor; that its device was just replaced doesn't undo it."""
    person = request.user.pk
    device = (
        TotpDevice.objects.filter(user_id=person, confirmed=True).first()
        or WebAuthnCredential.objects.filter(user_id=person).first()
    )
    otp_login(request, device)


# --- Passkeys: signing in -----------------------------------------------------------------------


def ask_passkey(request: HttpRequest) -> str:
    """The options for the browser at the second step, as JSON; "" for whoever has no passkey."""
    if not WebAuthnCredential.objects.filter(user_id=request.user.pk).exists():
        return ""
    options, state = Helper(request).authenticate_begin(
        request.user, require_user_verification=False
    )
    request.session[_ASKED] = state
    return json.dumps(options)


def give_passkey(request: HttpRequest, *, credential: str) -> None:
    """The second step with a passkey; its challenge serves once, and only in this pre-session.

    A signature counter that goes back (a cloned device, a replay) is refused by the package.
    Raises `PasskeyRefused`.
    """
    person = cast("User", request.user)
    number = signing_in.request_number(request)
    state = request.session.pop(_ASKED, None)
    try:
        if state is None:
            raise PasskeyRefused
        device = _ceremony(
            lambda: Helper(request).authenticate_complete(person, state, json.loads(credential))
        )
    except PasskeyRefused:
        record_failure(Verb.SECOND_FACTOR_FAILED, person.id, number, "wrong_passkey")
        raise
    signing_in.finish(request, device, "passkey")


def _ceremony(call: Callable[[], Any]) -> Any:
    """Whatever the browser sent that doesn't hold is one error: the reason helps an attacker."""
    try:
        return call()
    except (
        WebAuthnException,
        OTPWebAuthnApiError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ):
        raise PasskeyRefused from None
