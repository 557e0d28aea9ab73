"""Publishing, subscribing, signing: each saves and records together or not at all."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import PLATFORM
from audit.record import append, ensure_ledger, record_now
from ethics.charter.models import CharterVersion, Signature, Subscription
from ethics.charter.reading import in_force
from ethics.charter.statements import (
    OneMeeting,
    signature_statement,
    subscription_statement,
    text_hash,
)
from ethics.gate.actor import Actor
from ethics.gate.refusals import ledger_of
from ethics.gate.unlock import sign_statement

TEXTS = Path(__file__).parent / "texts"
LANGUAGES: Final = ("fr", "nl", "en")


class NoCharter(Exception):
    """No version is in force: nobody can subscribe or sign."""


class AlreadySigned(Exception):
    """This version was signed for this participation."""


def publish(number: int, *, effective_on: date) -> CharterVersion:
    """Publish the version whose texts lie in `texts/`: the starting text of an installation.

    Raises `FileNotFoundError` when French or Dutch is missing: a version needs both.
    """
    texts = {
        language: (TEXTS / f"{number}.{language}.md").read_text(encoding="utf-8")
        for language in ("fr", "nl")
    }
    english = TEXTS / f"{number}.en.md"
    texts["en"] = english.read_text(encoding="utf-8") if english.exists() else ""
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        return put_in_force(number, texts, effective_on=effective_on)


def put_in_force(
    number: int,
    texts: Mapping[str, str],
    *,
    effective_on: date,
    grace_until: date | None = None,
    actor: Actor | None = None,
) -> CharterVersion:
    """Save a version with the hashes of its exact texts, and its event, in the caller's
    transaction. It never changes again."""
    version = CharterVersion.objects.create(
        number=number,
        effective_on=effective_on,
        grace_until=grace_until,
        **{f"text_{language}": texts[language] for language in LANGUAGES},
        **{
            f"sha256_{language}": text_hash(texts[language]) if texts[language] else ""
            for language in LANGUAGES
        },
    )
    append(
        PLATFORM,
        Event(
            verb=Verb.CHARTER_PUBLISHED,
            actor=actor.person if actor else None,
            purpose=Purpose.ADMINISTRATION if actor else None,
            charter_version=f"v{number}",
            request_id=actor.request_id if actor else "",
            details={"hash": version.sha256_fr, "version": number},
        ),
    )
    return version


def sign(
    actor: Actor,
    *,
    organisation: UUID,
    function: str,
    status: str,
    language: str,
    scope: OneMeeting | None = None,
) -> Signature:
    """Sign the version in force with the person's own key, for the participation they wear; the
    guest of one meeting for that meeting (`scope`).

    Raises `NoCharter` or `AlreadySigned`.
    """
    charter = in_force()
    if charter is None or actor.participation is None:
        raise NoCharter
    if Signature.objects.filter(
        participation=actor.participation, charter=charter, withdrawn_at=None
    ).exists():
        raise AlreadySigned
    statement = signature_statement(
        charter,
        language=language,
        person=actor.person,
        participation=actor.participation,
        organisation=organisation,
        function=function,
        status=status,
        scope=scope,
    )
    keys, public, signature = sign_statement(actor, statement)
    ledger = ledger_of(actor.concertation)
    ensure_ledger(ledger)
    with transaction.atomic():
        row = Signature.objects.create(
            person=actor.person,
            participation=actor.participation,
            organisation=organisation,
            function=function,
            secrecy_status=status,
            charter=charter,
            language=language,
            statement=statement,
            signature=signature,
            keys=keys,
            sign_public=public,
        )
        append(
            ledger,
            Event(
                verb=Verb.CHARTER_SIGNED,
                actor=actor.person,
                organisation=organisation,
                purpose=Purpose.ACCOUNT,
                subjects=(Subject(SubjectKind.SIGNATURE, row.id),),
                charter_version=f"v{charter.number}",
                request_id=actor.request_id,
                details={"hash": text_hash(statement.decode()), "language": language},
            ),
        )
    return row


def subscribe(
    actor: Actor,
    *,
    organisation: UUID,
    name: str,
    enterprise_number: str,
    power: str,
    starts_on: date,
    language: str,
    scope: OneMeeting | None = None,
) -> Subscription:
    """Subscribe an organisation; the caller has checked that the actor represents it.

    For the guests of one meeting (`scope`) it ends with that meeting's day, and counts for no other
    of its people.
    """
    charter = in_force()
    if charter is None:
        raise NoCharter
    statement = subscription_statement(
        charter,
        language=language,
        organisation=organisation,
        name=name,
        enterprise_number=enterprise_number,
        representative=actor.person,
        power=power,
        starts_on=starts_on.isoformat(),
        scope=scope,
    )
    keys, public, signature = sign_statement(actor, statement)
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        row = Subscription.objects.create(
            organisation=organisation,
            representative=actor.person,
            power=power,
            charter=charter,
            starts_on=starts_on,
            ends_on=scope.on + timedelta(days=1) if scope else None,
            meeting=scope.meeting if scope else None,
            statement=statement,
            signature=signature,
            keys=keys,
            sign_public=public,
        )
        append(
            PLATFORM,
            Event(
                verb=Verb.ORGANISATION_SUBSCRIBED,
                actor=actor.person,
                organisation=organisation,
                purpose=Purpose.ACCOUNT,
                subjects=(
                    Subject(SubjectKind.ORGANISATION, organisation),
                    Subject(SubjectKind.SUBSCRIPTION, row.id),
                ),
                charter_version=f"v{charter.number}",
                request_id=actor.request_id,
                details={"hash": text_hash(statement.decode()), "language": language},
            ),
        )
    return row


def end_subscription(actor: Actor, *, organisation: UUID) -> int:
    """End an organisation's subscription today: access of its people ends with this request.

    Every live subscription ends, also one under the version before; says how many. The caller has
    checked that the actor represents the organisation and holds its row's lock.
    """
    today = timezone.localdate()
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        rows = Subscription.objects.select_for_update().filter(
            Q(ends_on=None) | Q(ends_on__gt=today), organisation=organisation
        )
        live = list(rows)
        for row in live:
            row.ends_on = today
            row.save(update_fields=["ends_on"])
            append(
                PLATFORM,
                Event(
                    verb=Verb.SUBSCRIPTION_ENDED,
                    actor=actor.person,
                    organisation=organisation,
                    purpose=Purpose.ACCOUNT,
                    subjects=(
                        Subject(SubjectKind.ORGANISATION, organisation),
                        Subject(SubjectKind.SUBSCRIPTION, row.id),
                    ),
                    request_id=actor.request_id,
                ),
            )
    return len(live)


def confirm_people(actor: Actor, *, organisation: UUID, seen: int) -> bool:
    """Note that the representative vouches anew for `seen` people, functions and statuses.

    False without a live subscription: there is nothing to vouch under.
    """
    today = timezone.localdate()
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        live = Subscription.objects.select_for_update().filter(
            Q(ends_on=None) | Q(ends_on__gt=today), organisation=organisation
        )
        row = live.order_by("-made_at").first()
        if row is None:
            return False
        row.people_confirmed_on = today
        row.save(update_fields=["people_confirmed_on"])
        append(
            PLATFORM,
            Event(
                verb=Verb.PEOPLE_CONFIRMED,
                actor=actor.person,
                organisation=organisation,
                purpose=Purpose.ACCOUNT,
                subjects=(Subject(SubjectKind.SUBSCRIPTION, row.id),),
                request_id=actor.request_id,
                details={"count": seen},
            ),
        )
    return True


def record_reading(actor: Actor, charter: CharterVersion) -> None:
    """Record that the charter was opened by someone who has yet to sign it."""
    ensure_ledger(ledger_of(actor.concertation))
    record_now(
        ledger_of(actor.concertation),
        Event(
            verb=Verb.CHARTER_READ,
            actor=actor.person,
            organisation=actor.organisation,
            purpose=Purpose.ACCOUNT,
            charter_version=f"v{charter.number}",
            request_id=actor.request_id,
        ),
    )
