"""Telling every member that the circle or its keys changed: by e-mail, without names or content.

What changed, and about whom, stands on the page of the members, read from the signed list itself.
"""

from collections.abc import Callable
from enum import Enum
from smtplib import SMTPException
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation, User
from ethics.roles import Role

log = structlog.get_logger()


class Notice(Enum):
    """What every member is told of, in one sentence."""

    ADMITTED = gettext_lazy("Quelqu’un a été admis dans le cercle.")
    REMOVED = gettext_lazy("Quelqu’un a quitté le cercle.")
    PROPOSED = gettext_lazy(
        "Un membre se porte garant de quelqu’un qui a perdu son accès. Un deuxième pourra le"
        " confirmer dans un jour ouvrable, si la coordination ne fait rien d’ici là."
    )
    RESTORED = gettext_lazy("L’accès d’un membre qui l’avait perdu a été rétabli.")
    RENEWED = gettext_lazy("Les clés de la concertation ont été renouvelées.")
    REISSUED = gettext_lazy("La clé de secours de la concertation a été refaite.")
    RESCUED = gettext_lazy(
        "La clé de secours a servi : l’accès d’une coordination a été rétabli avec la feuille"
        " imprimée."
    )


def tell_members(concertation: UUID, notice: Notice) -> None:
    """Write to every member, the DPO too, in their own language; called after the transaction.

    What can't be sent is only logged: the signed list says it on the page of the members anyway.
    """
    people = {row.person_id: row.person for row in _places(concertation)}
    _send(list(people.values()), _subject, notice)


def remind_coordinators(concertation: UUID) -> int:
    """Ask the coordinators to try the printed recovery key; says how many were written to."""
    people = {
        row.person_id: row.person
        for row in _places(concertation)
        if Role.COORDINATOR in row.role_set
    }
    _send(list(people.values()), _reminder_subject, None)
    return len(people)


def _places(concertation: UUID) -> list[Participation]:
    rows = Participation.objects.filter(
        concertation=concertation, state=ParticipationState.ADMITTED, person__is_active=True
    ).select_related("person")
    today = timezone.localdate()
    return [row for row in rows if row.ends_on is None or row.ends_on >= today]


def _subject() -> str:
    return _("Le cercle d’une de vos concertations a changé")


def _reminder_subject() -> str:
    return _("La clé de secours est à vérifier")


def _body(notice: Notice | None) -> str:
    if notice is None:
        return _(
            "Bonjour,\n\nIl y a plus d’un an que la clé de secours imprimée d’une de vos"
            " concertations n’a plus été vérifiée. Sortez la feuille de son enveloppe,"
            " connectez-vous et ouvrez Membres, puis Les clés : recopier la feuille suffit, rien"
            " ne s’ouvre avec elle. Si elle est perdue, faites-en une nouvelle au même endroit.\n"
        )
    return _(
        "Bonjour,\n\n%(what)s\n\nConnectez-vous et ouvrez Membres : ce qui a changé y est décrit,"
        " tel que signé. Si cela vous étonne, appelez la coordination ou le DPO ; ne répondez pas"
        " à ce message.\n"
    ) % {"what": notice.value}


def _send(people: list[User], subject: Callable[[], str], notice: Notice | None) -> None:
    messages = []
    for person in people:
        with override(person.language):
            sender = settings.DEFAULT_FROM_EMAIL
            messages.append(EmailMessage(subject(), _body(notice), sender, [person.email]))
    try:
        get_connection().send_messages(messages)
    except (SMTPException, OSError):
        log.warning("notice_mail_not_sent", reason=notice.name if notice else "reminder")
