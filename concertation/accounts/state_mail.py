"""The signed state of the log, by e-mail to those who keep copies outside the server.

The copies are what makes tampering show, so nobody switches these letters off. They stay few: one a
day at most, none on a day without a new entry, and one at each meeting's close.
"""

from smtplib import SMTPException
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from audit.checkpoint import sent_event, sign_checkpoint
from audit.enums import Verb
from audit.models import Checkpoint, Entry
from audit.names import concertation_ledger
from audit.record import record_now
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Concertation, Participation, User
from ethics.roles import Role

log = structlog.get_logger()

KEEPERS: Final = frozenset({Role.DPO, Role.COORDINATOR})


def send_due() -> int:
    """The day's round: sign and send each state that grew and did not leave today; how many left.

    A day on which no mail leaves is made up for by the next round.
    """
    circles = Concertation.objects.order_by("id").values_list("id", flat=True)
    return sum(_is_due(circle) and send_state(circle) for circle in list(circles))


def send_state(concertation: UUID) -> bool:
    """Sign the state of one concertation's ledger and send it; whether it reached anybody.

    Recorded only when it did. Raises as `sign_checkpoint`; a mail server that is down raises
    nothing.
    """
    name = concertation_ledger(concertation)
    signed = sign_checkpoint(name)
    count = _send(concertation, signed)
    if count:
        record_now(name, sent_event(signed, count))
    return bool(count)


def _is_due(concertation: UUID) -> bool:
    """Whether something was recorded since the last letter, which left before today."""
    rows = Entry.objects.filter(ledger__name=concertation_ledger(concertation), leaf__isnull=False)
    newest = rows.order_by("-index").values_list("verb", flat=True).first()
    if newest is None or newest == Verb.CHECKPOINT_SENT:
        return False
    times = rows.filter(verb=Verb.CHECKPOINT_SENT).order_by("-index").values_list("time", flat=True)
    last = times.first()
    return last is None or timezone.localdate(last) < timezone.localdate()


def _send(concertation: UUID, signed: Checkpoint) -> int:
    rows = Participation.objects.filter(
        concertation=concertation, state=ParticipationState.ADMITTED
    ).select_related("person")
    keepers = {row.person for row in rows if row.is_current() and row.role_set & KEEPERS}
    return sum(_sent(each, signed) for each in sorted(keepers, key=lambda each: each.email))


def _sent(person: User, signed: Checkpoint) -> bool:
    message = _message(person, signed)
    message.attach(f"etat-signe-{signed.size}.txt", signed.note, "text/plain")
    try:
        return bool(message.send())
    except (SMTPException, OSError):
        log.warning("checkpoint_not_sent", object=str(person.id), exc_info=True)
        return False


def _message(person: User, signed: Checkpoint) -> EmailMessage:
    """A subject that never changes, so that a mail program can file these letters by itself."""
    with override(person.language):
        body = ngettext(
            "Bonjour,\n\n"
            "Le journal des accès de votre concertation compte %(count)s entrée. Son état signé"
            " est joint, et répété ci-dessous.\n\n"
            "Vous n’avez rien à faire, sinon garder ce message : si quelqu’un réécrivait le passé"
            " sur le serveur, il le montrerait. Il ne dit rien de personne.\n\n%(note)s",
            "Bonjour,\n\n"
            "Le journal des accès de votre concertation compte %(count)s entrées. Son état signé"
            " est joint, et répété ci-dessous.\n\n"
            "Vous n’avez rien à faire, sinon garder ce message : si quelqu’un réécrivait le passé"
            " sur le serveur, il le montrerait. Il ne dit rien de personne.\n\n%(note)s",
            signed.size,
        ) % {"count": signed.size, "note": signed.note}
        subject = _("L’état signé du journal des accès, à garder")
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email])
