"""What people do with their own account."""

from dataclasses import replace
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from audit.enums import Verb
from audit.names import PLATFORM, concertation_ledger
from audit.record import append, ensure_ledger
from concertation.accounts.actions.events import account_event, confirm, subjects_of
from concertation.accounts.models import Participation, StaticCodes, User
from concertation.accounts.reading import own_place
from ethics import gate


def change_language(person: User, language: str) -> None:
    """Keep the language in the account: e-mails and the next sign-in use it."""
    person.language = language
    person.save(update_fields=["language"])


def choose_mail(person: User, choice: str) -> None:
    """Keep which notices come by e-mail; inside the board all of them stand anyway."""
    person.mail = choice
    person.save(update_fields=["mail"])


def say_reach(actor: gate.Actor, participation: UUID, reach: str) -> Participation:
    """Keep how colleagues reach this person in one of their places.

    Raises `gate.Refused` for a place that isn't the actor's.
    """
    row = own_place(actor, participation)
    row.reach = " ".join(reach.split())
    said = account_event(Verb.REACH_SAID, actor.person, actor.request_id)
    with transaction.atomic():
        row.save(update_fields=["reach"])
        append(
            concertation_ledger(row.concertation_id),
            replace(said, organisation=row.organisation_id, subjects=subjects_of(row)),
        )
    return row


def renew_codes(actor: gate.Actor, *, password: str) -> list[str]:
    """Ten new codes on paper, shown once; the old ones are worth nothing from now on.

    Raises `WrongPassword` or `gate.Flooded`.
    """
    confirm(actor, password, Verb.SECOND_FACTOR_SET)
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        device, _ = StaticCodes.objects.get_or_create(
            user_id=actor.person, defaults={"name": "codes"}
        )
        fresh: list[str] = device.renew()
        event = account_event(
            Verb.SECOND_FACTOR_SET, actor.person, actor.request_id, method="static"
        )
        append(PLATFORM, event)
    return fresh


def wear(actor: gate.Actor, session: SessionBase, participation: UUID) -> Participation:
    """Choose which of one's places in a concertation counts in this session.

    Raises `gate.Refused` for a place that isn't the actor's.
    """
    row = own_place(actor, participation)
    session[f"hat:{row.concertation.slug}"] = str(row.id)
    return row
