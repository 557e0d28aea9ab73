"""Passwords changed or forgotten, second factors lost: the same keys, or new ones (design 3).

Whoever knows the password keeps their keys. Whoever lost it, or the second factor, gets new keys,
and every concertation admits them again by voice: the chain knows the former keys only.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth import HASH_SESSION_KEY, authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import PLATFORM
from audit.record import append, ensure_ledger
from concertation.accounts import post
from concertation.accounts.actions.events import account_event, confirm, record_failure
from concertation.accounts.enums import ParticipationState, ResetKind
from concertation.accounts.errors import LinkSpent, WrongCurrentPassword, WrongPassword
from concertation.accounts.models import (
    Participation,
    ResetLink,
    StaticCodes,
    TotpDevice,
    User,
)
from concertation.accounts.tidy import tidy_address
from ethics import gate
from ethics.secrecy.session import SessionStore, end_sessions

TOKEN_BYTES: Final = 32
VALID: Final = timedelta(hours=1)
# Links an account gets within an hour, whoever asks.
LINKS_AN_HOUR: Final = 3

# From a token to a full address of this site.
Link = Callable[[str], str]


def change_password(actor: gate.Actor, store: SessionStore, *, current: str, chosen: str) -> None:
    """Seal the same keys under another password; the person's other sessions end, this one goes on.

    Raises `WrongCurrentPassword`, recorded, `gate.Flooded`, `passwords.Busy` or `gate.KeysMissing`
    when the keys were replaced meanwhile.
    """
    try:
        confirm(actor, current, Verb.PASSWORD_SET)
    except WrongPassword:
        raise WrongCurrentPassword from None
    person = User.objects.get(id=actor.person)
    person.set_password(chosen)
    unlocking = gate.Unlocking.of(chosen)
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        gate.rewrap_keys(actor, unlocking)
        person.save(update_fields=["password"])
        end_sessions(actor.person, but=actor.keys.session if actor.keys else None)
        _end_links(person)
        event = account_event(Verb.PASSWORD_SET, actor.person, actor.request_id, method="change")
        append(PLATFORM, event)
    # Django would end this session too, and the cookies change with the password.
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    gate.finish_session(store)
    post.tell_changed(person, "password")


def ask_password_link(email: str, link: Link, *, request_id: str) -> None:
    """Send the link to choose another password, if this address has an account.

    Nothing is said: the answer is the same for every address.
    """
    person = User.objects.filter(email=tidy_address(email), is_active=True).first()
    if person is None or not person.member_keys.filter(retired_at=None).exists():
        record_failure(Verb.RESET_ASKED, person.id if person else None, request_id, "no_account")
        return
    if token := _make_link(person, ResetKind.PASSWORD, request_id):
        post.send_password_link(person, link(token))


def ask_factor_link(person: User, link: Link, *, request_id: str) -> None:
    """Send the link to remove a lost second factor, to whoever just gave the password."""
    if token := _make_link(person, ResetKind.SECOND_FACTOR, request_id):
        post.send_factor_link(person, link(token))


def _make_link(person: User, kind: ResetKind, request_id: str) -> str:
    """A new link, ending the earlier ones of its kind; "" when too many were asked."""
    ensure_ledger(PLATFORM)
    now = timezone.now()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(id=person.id)
        asked = ResetLink.objects.filter(person=person, made_at__gt=now - timedelta(hours=1))
        allowed = asked.count() < LINKS_AN_HOUR
        if allowed:
            _end_links(person, kind)
            ResetLink.objects.create(
                person=person, kind=kind, token_hash=_hash(token), expires_at=now + VALID
            )
            # Whoever stands at the door didn't show who they are: the account is the subject.
            event = Event(
                verb=Verb.RESET_ASKED,
                purpose=Purpose.ACCOUNT,
                subjects=(Subject(SubjectKind.PERSON, person.id),),
                request_id=request_id,
                details={"kind": str(kind)},
            )
            append(PLATFORM, event)
    if not allowed:
        record_failure(Verb.RESET_ASKED, person.id, request_id, "too_many")
        return ""
    return token


def _end_links(person: User, kind: ResetKind | None = None) -> None:
    rows = ResetLink.objects.filter(person=person, used_at=None, expires_at__gt=timezone.now())
    if kind:
        rows = rows.filter(kind=kind)
    rows.update(expires_at=timezone.now())


def person_of_link(token: str, kind: ResetKind) -> User:
    """Whose link this is; raises `LinkSpent` for one used, expired, unknown or of another kind."""
    return _live(token, kind).person


def _live(token: str, kind: ResetKind) -> ResetLink:
    rows = ResetLink.objects.select_related("person").filter(
        token_hash=_hash(token), kind=kind, used_at=None, expires_at__gt=timezone.now()
    )
    found = rows.first()
    if found is None or not found.person.is_active:
        raise LinkSpent
    return found


def _use(token: str, kind: ResetKind) -> None:
    """Use the link up, inside the transaction; whoever comes second gets `LinkSpent`."""
    now = timezone.now()
    rows = ResetLink.objects.filter(token_hash=_hash(token), kind=kind, used_at=None)
    if not rows.filter(expires_at__gt=now).update(used_at=now):
        raise LinkSpent


def reset_password(token: str, *, chosen: str, request_id: str) -> None:
    """Choose another password with a link: new keys, and every place awaits admission again.

    The second factor stays and is asked at the next sign-in. Raises `LinkSpent` or
    `passwords.Busy`.
    """
    person = person_of_link(token, ResetKind.PASSWORD)
    person.set_password(chosen)
    unlocking = gate.Unlocking.of(chosen)
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        _use(token, ResetKind.PASSWORD)
        person.save(update_fields=["password"])
        append(PLATFORM, account_event(Verb.PASSWORD_SET, person.id, request_id, method="reset"))
        _renew_keys(person, unlocking, request_id, "password_forgotten")
    post.tell_changed(person, "reset")


def reset_factor(request: HttpRequest, token: str, *, password: str, request_id: str) -> None:
    """Remove a lost second factor with a link and the password: all devices go, new keys come.

    Raises `LinkSpent`, `WrongPassword` (counted by django-axes like a sign-in) or
    `passwords.Busy`.
    """
    person = person_of_link(token, ResetKind.SECOND_FACTOR)
    known = authenticate(request, username=person.email, password=password)
    if known is None or known.id != person.id:
        record_failure(Verb.SIGN_IN_FAILED, person.id, request_id, "wrong_password")
        raise WrongPassword
    unlocking = gate.Unlocking.of(password)
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        _use(token, ResetKind.SECOND_FACTOR)
        removed = _forget_devices(person)
        append(
            PLATFORM,
            account_event(
                Verb.SECOND_FACTOR_REMOVED, person.id, request_id, method="lost", count=removed
            ),
        )
        _renew_keys(person, unlocking, request_id, "second_factor_lost")
    post.tell_changed(person, "factor")


def _forget_devices(person: User) -> int:
    """Remove every second factor of a person; says how many there were."""
    devices: tuple[Any, ...] = (TotpDevice, StaticCodes, WebAuthnCredential)
    rows = [each.objects.filter(user=person) for each in devices]
    found = sum(each.count() for each in rows)
    for each in rows:
        each.delete()
    return int(found)


def _renew_keys(person: User, unlocking: gate.Unlocking, request_id: str, why: str) -> None:
    """New keys; sessions end, links end, admitted places await admission; recorded last."""
    gate.save_member_keys(person.id, unlocking)
    places: list[Subject] = []
    rows = Participation.objects.filter(person=person, state=ParticipationState.ADMITTED)
    for place in rows.order_by("id"):
        place.state = ParticipationState.AWAITING
        place.save(update_fields=["state"])
        places.append(Subject(SubjectKind.PARTICIPATION, place.id))
    ended = end_sessions(person.id)
    _end_links(person)
    append(
        PLATFORM,
        Event(
            verb=Verb.KEYS_RENEWED,
            actor=person.id,
            purpose=Purpose.ACCOUNT,
            subjects=(Subject(SubjectKind.PERSON, person.id), *places),
            request_id=request_id,
            details={"method": why, "count": ended},
        ),
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(b"concertation/reset-link/1" + token.encode()).digest()
