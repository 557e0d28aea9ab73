"""The signed state of the log, sent once a week to those who keep a copy outside the server."""

from datetime import timedelta
from smtplib import SMTPException
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.checkpoint import sign_checkpoint
from audit.enums import Verb
from audit.event import Event
from audit.models import Entry
from audit.names import concertation_ledger
from audit.record import record_now
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Concertation, Participation
from ethics.roles import Role

log = structlog.get_logger()

EVERY: Final = timedelta(days=7)
KEEPERS: Final = frozenset({Role.DPO, Role.COORDINATOR})


def send_states() -> int:
    """Sign and send each concertation's state where none left for a week; how many left.

    Recorded once it is sent to somebody: a week in which no mail leaves is tried again tomorrow.
    """
    sent = 0
    for circle in Concertation.objects.order_by("id"):
        name = concertation_ledger(circle.id)
        since = timezone.now() - EVERY
        if Entry.objects.filter(
            ledger__name=name, verb=Verb.CHECKPOINT_SENT, time__gt=since
        ).exists():
            continue
        signed = sign_checkpoint(name)
        count = _send(circle, signed.note, signed.size)
        if count:
            record_now(name, Event(verb=Verb.CHECKPOINT_SENT, details={"count": count}))
            sent += 1
    return sent


def _send(circle: Concertation, note: str, size: int) -> int:
    rows = Participation.objects.filter(
        concertation=circle, state=ParticipationState.ADMITTED
    ).select_related("person")
    keepers = {row.person for row in rows if row.is_current() and row.role_set & KEEPERS}
    count = 0
    for person in sorted(keepers, key=lambda each: each.email):
        with override(person.language):
            message = EmailMessage(
                _("L’état signé du journal des accès, à garder"),
                _(
                    "Bonjour,\n\nVoici l’état signé du journal des accès de votre concertation."
                    " Gardez ce message : si quelqu’un réécrivait le passé sur le serveur, cet état"
                    " le montrerait. Il ne dit rien de personne.\n"
                ),
                settings.DEFAULT_FROM_EMAIL,
                [person.email],
            )
        message.attach(f"etat-signe-{size}.txt", note, "text/plain")
        try:
            count += message.send()
        except (SMTPException, OSError):
            log.warning("checkpoint_not_sent", object=str(person.id), exc_info=True)
    return count
