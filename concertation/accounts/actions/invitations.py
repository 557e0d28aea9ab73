"""Invitations: a link that works once, for fourteen days, and of which we keep only the hash."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import PLATFORM
from audit.record import append, ensure_ledger
from concertation.accounts.actions.events import account_event
from concertation.accounts.enums import ParticipationState
from concertation.accounts.errors import InvitationSpent, NotAnAddress
from concertation.accounts.models import Invitation, Participation, User
from concertation.accounts.tidy import tidy_address, tidy_name
from ethics import gate

TOKEN_BYTES: Final = 32
VALID: Final = timedelta(days=14)
# From a token (or none, for the sign-in page) to a full address of this site.
Link = Callable[[str], str]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Invited:
    """Who was invited, to which place, and whether the e-mail left."""

    person: UUID
    participation: UUID | None
    sent: bool


def find_or_make(email: str, name: str, language: str) -> User:
    """The account of this address; a new one can't be entered until its invitation is used.

    The name of an existing account stays as its person wrote it. Raises `NotAnAddress`.
    """
    address = tidy_address(email)
    if not address:
        raise NotAnAddress
    known = User.objects.filter(email=address).first()
    return known or User.objects.create_user(address, tidy_name(name), language=language)


def has_keys(person: User) -> bool:
    """Whether the person ever chose a password: from then on no invitation may set another."""
    return person.member_keys.filter(retired_at=None).exists()


def make_invitation(actor: gate.Actor | None, person: User) -> str:
    """A new link for someone without keys, ending the earlier ones; "" for whoever has keys.

    Called inside the caller's transaction.
    """
    if has_keys(person):
        return ""
    now = timezone.now()
    for earlier in Invitation.objects.filter(person=person, used_at=None, expires_at__gt=now):
        earlier.expires_at = now
        earlier.save(update_fields=["expires_at"])
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Invitation.objects.create(
        person=person,
        token_hash=_hash(token),
        made_by=actor.person if actor else person.id,
        expires_at=now + VALID,
    )
    return token


def send(person: User, token: str, link: Link) -> bool:
    """Write to the person, in their language; no name, no code, no situation stands in it.

    Says whether the e-mail left: the invitation stands either way, and can be sent again.
    """
    with override(person.language):
        if token:
            text = _(
                "Bonjour,\n\n"
                "Vous êtes invité·e à rejoindre une concertation de quartier. Ouvrez ce lien pour"
                " choisir votre mot de passe ; il fonctionne une seule fois, pendant quatorze"
                " jours :\n\n%(address)s\n\n"
                "Vous ajouterez ensuite une application d’authentification, puis vous lirez et"
                " signerez la charte.\n\n"
                "Si vous n’attendiez pas ce message, n’ouvrez pas le lien et ne le transmettez à"
                " personne.\n"
            )
        else:
            text = _(
                "Bonjour,\n\n"
                "Une place vous attend dans une concertation de quartier. Connectez-vous avec"
                " votre compte :\n\n%(address)s\n"
            )
        subject = _("Invitation à une concertation de quartier")
        body = text % {"address": link(token)}
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email])
    except (SMTPException, OSError):
        log.warning("invitation_mail_not_sent", object=str(person.id), exc_info=True)
        return False
    return True


def invited_person(token: str) -> User:
    """Whose invitation this is; raises `InvitationSpent` for one used, expired or unknown."""
    return _live(token).person


def _live(token: str) -> Invitation:
    row = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(token_hash=_hash(token), used_at=None, expires_at__gt=timezone.now())
    )
    with transaction.atomic():
        found = row.first()
    if found is None or has_keys(found.person) or not found.person.is_active:
        raise InvitationSpent
    return found


def accept_invitation(token: str, *, name: str, password: str, request_id: str = "") -> User:
    """Use an invitation: password, key pairs, and every place that waited awaits admission.

    Raises `InvitationSpent` (used, expired, unknown, or the person already has keys) or
    `passwords.Busy`.
    """
    ensure_ledger(PLATFORM)
    person = _live(token).person
    person.name = tidy_name(name)
    # Stretched before the transaction: nobody waits for a lock while a password is hashed.
    person.set_password(password)
    unlocking = gate.Unlocking.of(password)
    with transaction.atomic():
        invitation = _live(token)
        invitation.used_at = timezone.now()
        invitation.save(update_fields=["used_at"])
        person.save(update_fields=["name", "password"])
        gate.save_member_keys(person.id, unlocking)
        waiting = Participation.objects.filter(person=person, state=ParticipationState.INVITED)
        for place in waiting:
            place.state = ParticipationState.AWAITING
            place.save(update_fields=["state"])
        append(PLATFORM, _accepted(person, invitation, request_id))
        append(PLATFORM, account_event(Verb.PASSWORD_SET, person.id, request_id))
    return person


def _accepted(person: User, invitation: Invitation, request_id: str) -> Event:
    return Event(
        verb=Verb.INVITATION_ACCEPTED,
        actor=person.id,
        purpose=Purpose.ACCOUNT,
        subjects=(
            Subject(SubjectKind.PERSON, person.id),
            Subject(SubjectKind.INVITATION, invitation.id),
        ),
        request_id=request_id,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(b"concertation/invitation/1" + token.encode()).digest()
