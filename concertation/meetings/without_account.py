"""People present without an account: what they said yes to, and the coordinator's signature.

They have no key. What stands for theirs is the coordinator's own Ed25519 signature over a statement
that says who accepted which text, for which meeting, how and when (`ethics.charter.statements`).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
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

from audit.enums import Outcome, Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import PLATFORM, concertation_ledger
from audit.record import append, ensure_ledger, record_refusal
from concertation.accounts.actions.events import confirm
from concertation.accounts.actions.invitations import Link
from concertation.meetings import errors
from concertation.meetings.changing import find
from concertation.meetings.enums import Acceptance, MeetingState
from concertation.meetings.models import Meeting, PresentWithoutAccount
from concertation.meetings.reading import place_of
from ethics import gate
from ethics.charter import statements
from ethics.charter.models import CharterVersion
from ethics.charter.reading import in_force
from ethics.policy import Act
from ethics.roles import SecrecyStatus

TOKEN_BYTES: Final = 32
# A professional's name belongs there: attendance needs it.
NAMES_ALLOWED: Final = frozenset({"name"})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to note: who they are, as far as attendance needs it, and how they attend."""

    name: str
    function: str
    # Empty for a self-employed person.
    organisation: str
    status: SecrecyStatus
    presence: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A link as it was made; its secret is known here, once."""

    number: UUID
    address: str
    # Whether it left by e-mail; `None` when it was to be shown only.
    sent: bool | None


def note_aloud(
    actor: gate.Actor,
    *,
    meeting: UUID,
    who: Newcomer,
    language: str,
    said: bool,
    password: str,
) -> PresentWithoutAccount:
    """Note someone who heard the charter's sentence and said yes, and countersign it at once.

    On the meeting's day or after it, not before: nobody is there yet. Raises `Refused`, `NotSaid`,
    `NotYetHeld`, `NoCharterInForce`, `WrongPassword` or `IdentifierFound`.
    """
    row = _of_coordinator(actor, meeting)
    if not said:
        raise errors.NotSaid
    if timezone.localtime(row.starts_at).date() > timezone.localdate():
        raise errors.NotYetHeld
    charter = _charter()
    confirm(actor, password, Verb.CHARTER_COUNTERSIGNED)
    with gate.writing(
        actor, Act.PLAN_MEETING, verb=Verb.CHARTER_COUNTERSIGNED, purpose=Purpose.MEETING
    ) as pen:
        entry = _entry(pen, row, who, Acceptance.ALOUD)
        entry.charter, entry.language, entry.accepted_at = charter, language, timezone.now()
        _sign(actor, pen, entry, charter)
    return entry


def offer_link(
    actor: gate.Actor,
    *,
    meeting: UUID,
    who: Newcomer,
    language: str,
    email: str,
    link: Link,
) -> Offered:
    """Make a link that works once, until the meeting's day is over; by e-mail when an address is
    given, which isn't kept. Raises `Refused`, `MeetingOver`, `NoCharterInForce` or
    `IdentifierFound`.
    """
    row = _of_coordinator(actor, meeting)
    ends = _end_of(row)
    if row.state == MeetingState.CLOSED or ends <= timezone.now():
        raise errors.MeetingOver
    _charter()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with gate.writing(
        actor, Act.PLAN_MEETING, verb=Verb.CHARTER_OFFERED, purpose=Purpose.MEETING
    ) as pen:
        entry = _entry(pen, row, who, Acceptance.LINK)
        entry.token_hash, entry.expires_at = _hash(token), ends
        entry.save()
        pen.record(
            Verb.CHARTER_OFFERED,
            subjects=_subjects(entry),
            meeting=row.id,
            details={"method": str(Acceptance.LINK)},
        )
    address = link(token)
    return Offered(entry.id, address, _send(email, language, address) if email else None)


def countersign(actor: gate.Actor, *, meeting: UUID, number: UUID, password: str) -> None:
    """Sign under what was accepted by the link: from then on the person counts as present.

    Raises `Refused`, `NotAccepted`, `Countersigned` or `WrongPassword`.
    """
    row = _of_coordinator(actor, meeting)
    confirm(actor, password, Verb.CHARTER_COUNTERSIGNED)
    with gate.writing(
        actor, Act.PLAN_MEETING, verb=Verb.CHARTER_COUNTERSIGNED, purpose=Purpose.MEETING
    ) as pen:
        entry = _locked(row, number)
        if entry.accepted_at is None or entry.charter is None:
            raise errors.NotAccepted
        _sign(actor, pen, entry, entry.charter)


def withdraw(actor: gate.Actor, *, meeting: UUID, number: UUID) -> None:
    """Take back a line that nobody signed: the link ends with it. Raises `Refused` or
    `Countersigned`."""
    row = _of_coordinator(actor, meeting)
    with gate.writing(actor, Act.PLAN_MEETING, verb=Verb.REMOVED, purpose=Purpose.MEETING) as pen:
        entry = _locked(row, number)
        pen.record(Verb.REMOVED, subjects=_subjects(entry), meeting=row.id)
        entry.delete()


def step_out(actor: gate.Actor, *, meeting: UUID, number: UUID, out: bool) -> None:
    """Note that somebody left the room, or came back: what is shown meanwhile isn't disclosed to
    them. Raises `Refused` or `UnknownAttendee`."""
    row = _of_coordinator(actor, meeting)
    with gate.writing(
        actor, Act.PLAN_MEETING, verb=Verb.ATTENDANCE_RECORDED, purpose=Purpose.MEETING
    ) as pen:
        found = row.without_account.filter(id=number, countersigned_at__isnull=False)
        entry = found.select_for_update().first()
        if entry is None:
            raise errors.UnknownAttendee
        entry.left_at = timezone.now() if out else None
        entry.save()
        pen.record(
            Verb.ATTENDANCE_RECORDED,
            subjects=_subjects(entry),
            meeting=row.id,
            details={"status": "out" if out else entry.presence},
        )


def offered(token: str) -> PresentWithoutAccount:
    """Whom a link was made for. Raises `LinkSpent`, the same whatever is wrong with it."""
    rows = PresentWithoutAccount.objects.select_related("meeting__concertation").filter(
        token_hash=_hash(token), accepted_at=None, expires_at__gt=timezone.now()
    )
    found = rows.exclude(meeting__state=MeetingState.CLOSED).first()
    if found is None:
        raise errors.LinkSpent
    return found


def accept(token: str, *, version: int, language: str, request_id: str = "") -> None:
    """Say yes by the link, once. Raises `LinkSpent`, `CharterMoved` or `NoCharterInForce`."""
    with transaction.atomic():
        row = PresentWithoutAccount.objects.select_for_update().get(id=offered(token).id)
        # Asked again under the lock: of two answers at once, one comes second.
        offered(token)
        charter = _charter()
        if charter.number != version:
            raise errors.CharterMoved
        row.charter, row.language, row.accepted_at = charter, language, timezone.now()
        row.token_hash = None
        row.save()
        append(
            concertation_ledger(row.meeting.concertation_id),
            Event(
                verb=Verb.CHARTER_ACCEPTED,
                purpose=Purpose.MEETING,
                subjects=_subjects(row),
                meeting=row.meeting_id,
                charter_version=f"v{charter.number}",
                request_id=request_id,
                details={"method": str(Acceptance.LINK), "language": language},
            ),
        )


def record_spent(request_id: str) -> None:
    """Record that somebody came with a link that opens nothing: counted, never which."""
    ensure_ledger(PLATFORM)
    record_refusal(
        PLATFORM,
        Event(
            verb=Verb.CHARTER_ACCEPTED,
            outcome=Outcome.REFUSED,
            reason="link_spent",
            request_id=request_id,
        ),
    )


def _of_coordinator(actor: gate.Actor, meeting: UUID) -> Meeting:
    gate.allow(
        actor,
        Act.PLAN_MEETING,
        purpose=Purpose.MEETING,
        verb=Verb.CHARTER_COUNTERSIGNED,
        record=False,
    )
    return find(actor, meeting)


def _charter() -> CharterVersion:
    charter = in_force()
    if charter is None:
        raise errors.NoCharterInForce
    return charter


def _entry(pen: gate.Pen, row: Meeting, who: Newcomer, how: str) -> PresentWithoutAccount:
    pen.guard(
        name=who.name, function=who.function, organisation=who.organisation, allowed=NAMES_ALLOWED
    )
    return PresentWithoutAccount(
        meeting=row,
        name=who.name,
        function=who.function,
        organisation=who.organisation,
        secrecy_status=who.status,
        presence=who.presence,
        how=how,
    )


def _locked(row: Meeting, number: UUID) -> PresentWithoutAccount:
    found = (
        PresentWithoutAccount.objects.select_for_update(of=("self",))
        .filter(meeting=row, id=number)
        .select_related("charter")
        .first()
    )
    if found is None:
        raise errors.UnknownAttendee
    if found.countersigned_at is not None:
        raise errors.Countersigned
    return found


def _sign(
    actor: gate.Actor, pen: gate.Pen, row: PresentWithoutAccount, charter: CharterVersion
) -> None:
    meeting = row.meeting
    said = statements.Acceptance(
        number=row.id,
        concertation=meeting.concertation_id,
        scope=statements.OneMeeting(meeting.id, timezone.localtime(meeting.starts_at).date()),
        name=row.name,
        function=row.function,
        organisation=row.organisation,
        status=row.secrecy_status,
        how=row.how,
        language=row.language,
        accepted_at=row.accepted_at or timezone.now(),
    )
    place = place_of(actor)
    statement = statements.acceptance_statement(
        charter, said, countersigned_by=actor.person, participation=place
    )
    row.statement = statement
    row.keys, row.sign_public, row.signature = gate.sign_statement(actor, statement)
    row.countersigned_by_id, row.countersigned_at = place, timezone.now()
    row.save()
    pen.record(
        Verb.CHARTER_COUNTERSIGNED,
        subjects=_subjects(row),
        meeting=meeting.id,
        details={
            "hash": statements.text_hash(statement.decode()),
            "language": row.language,
            "method": row.how,
            "status": row.secrecy_status,
        },
    )


def _subjects(row: PresentWithoutAccount) -> tuple[Subject, ...]:
    return (
        Subject(SubjectKind.WITHOUT_ACCOUNT, row.id),
        Subject(SubjectKind.MEETING, row.meeting_id),
    )


def _end_of(row: Meeting) -> datetime:
    day = timezone.localtime(row.starts_at).date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time.min))


def _hash(token: str) -> bytes:
    return hashlib.sha256(b"concertation/acceptance/1" + token.encode()).digest()


def _send(email: str, language: str, address: str) -> bool:
    """Send the link; no name, no code, no situation stands in it. Says whether it left."""
    with override(language):
        subject = _("Une charte à lire avant une réunion")
        text = _(
            "Bonjour,\n\n"
            "Vous participez à une réunion d’une concertation de quartier, sans compte. Lisez la"
            " charte et dites si vous l’acceptez ; ce lien fonctionne une seule fois, jusqu’au soir"
            " de la réunion :\n\n%(address)s\n\n"
            "Si vous n’attendiez pas ce message, n’ouvrez pas le lien et ne le transmettez à"
            " personne.\n"
        )
        body = text % {"address": address}
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [email])
    except (SMTPException, OSError):
        log.warning("acceptance_mail_not_sent", exc_info=True)
        return False
    return True
