"""What people are told by e-mail: that something waits for them, never content, code or name."""

from collections.abc import Callable, Iterable
from smtplib import SMTPException
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation, User
from ethics.roles import Role

log = structlog.get_logger()

Text = tuple[str | Promise, str | Promise]

ASKED: Final[Text] = (
    _("Quelqu’un demande l’accès à une situation restreinte"),
    _(
        "Bonjour,\n\nQuelqu’un de la concertation demande l’accès à une situation restreinte que"
        " vous lisez. Connectez-vous et ouvrez « Demandes d’accès » pour répondre.\n"
    ),
)
ASKED_DPO: Final[Text] = (
    _("Un accès à une situation restreinte est demandé"),
    _(
        "Bonjour,\n\nQuelqu’un de la concertation demande l’accès à une situation restreinte. Le"
        " journal des accès dit qui, quand et pour quelle raison.\n"
    ),
)
GRANTED_DPO: Final[Text] = (
    _("Un accès à une situation restreinte est accordé"),
    _(
        "Bonjour,\n\nUn accès pour un temps à une situation restreinte est accordé. Le journal des"
        " accès dit à qui, par qui et jusqu’à quand.\n"
    ),
)
GRANTED_HOLDER: Final[Text] = (
    _("Un accès à une situation restreinte est accordé"),
    _(
        "Bonjour,\n\nUn accès pour un temps est accordé à une situation restreinte dont vous êtes"
        " référent·e. Sa page « Lecteurs » dit à qui et jusqu’à quand.\n"
    ),
)
GRANTED: Final[Text] = (
    _("L’accès que vous avez demandé est accordé"),
    _(
        "Bonjour,\n\nUne demande d’accès que vous avez faite est accordée, pour un temps."
        " Connectez-vous\u00a0: la situation est au tableau.\n"
    ),
)
DECLINED: Final[Text] = (
    _("L’accès que vous avez demandé n’est pas accordé"),
    _(
        "Bonjour,\n\nUne demande d’accès que vous avez faite n’est pas accordée. Pour en parler,"
        " adressez-vous à la coordination.\n"
    ),
)
WITHDRAWN: Final[Text] = (
    _("Une situation vous est fermée"),
    _(
        "Bonjour,\n\nLa coordination vous a retiré·e d’une situation pour un conflit d’intérêts."
        " Vous ne la voyez plus au tableau. Si c’est une erreur, parlez-en à la coordination.\n"
    ),
)
REVIEW_ASKED: Final[Text] = (
    _("Une situation est sans nouvelles depuis six mois"),
    _(
        "Bonjour,\n\nUne situation qui vous concerne est sans nouvelles depuis six mois. Elle est"
        " mise en sommeil et à l’ordre du jour de la prochaine réunion. Sans nouvelle entrée d’ici"
        " un mois, elle sera clôturée.\n"
    ),
)
CLOSED_BY_RULE: Final[Text] = (
    _("Une situation est clôturée d’office"),
    _(
        "Bonjour,\n\nUne situation qui vous concerne est clôturée d’office\u00a0: elle est restée"
        " sans nouvelles, ou sa durée de conservation s’achève. Elle sera effacée dans trois mois."
        " Vous la trouvez au tableau, parmi les situations clôturées.\n"
    ),
)
OPINION_ASKED: Final[Text] = (
    _("Votre avis est demandé sur une durée de conservation"),
    _(
        "Bonjour,\n\nQuelqu’un de la concertation demande de garder une situation plus longtemps."
        " Connectez-vous et ouvrez « Prolongations » pour rendre votre avis.\n"
    ),
)
OPINION_GIVEN: Final[Text] = (
    _("L’avis sur une durée de conservation est rendu"),
    _(
        "Bonjour,\n\nL’avis demandé sur la conservation d’une situation qui vous concerne est"
        " rendu. Deux personnes décident à présent\u00a0: la coordination et la personne référente."
        " Connectez-vous\u00a0: la fiche y mène. Sans décision à temps, la situation est effacée à"
        " sa date.\n"
    ),
)
EXTENSION_DECIDED: Final[Text] = (
    _("La durée de conservation d’une situation est décidée"),
    _(
        "Bonjour,\n\nLa demande de garder une situation plus longtemps a reçu sa réponse."
        " Connectez-vous\u00a0: sa date d’effacement y est.\n"
    ),
)
AGREEMENT_WITHDRAWN: Final[Text] = (
    _("Une personne a retiré son accord"),
    _(
        "Bonjour,\n\nUne personne dont vous aviez lu la situation a retiré son accord. La situation"
        " est masquée. N’en parlez plus, et détruisez vos notes.\n"
    ),
)
AGREEMENT_WITHDRAWN_BRINGER: Final[Text] = (
    _("Une personne a retiré son accord"),
    _(
        "Bonjour,\n\nUne personne dont vous avez présenté la situation a retiré son accord. La"
        " situation est masquée. Connectez-vous\u00a0: l’accueil dit laquelle, et la décision de"
        " partage vous attend.\n"
    ),
)
ACTION_TAKEN: Final[Text] = (
    _("Une action convenue en réunion vous est confiée"),
    _(
        "Bonjour,\n\nLa réunion est close, et une action convenue aujourd’hui vous est confiée."
        " Connectez-vous\u00a0: l’accueil dit laquelle, et pour quand.\n"
    ),
)
EMERGENCY_DPO: Final[Text] = (
    _("Une urgence a été consignée"),
    _(
        "Bonjour,\n\nUne personne de la concertation a consigné une décision de partage en urgence."
        " Le journal des accès dit qui et quand, sans contenu.\n"
    ),
)
ADVICE_ASKED: Final[Text] = (
    _("Un avis vous est demandé"),
    _(
        "Bonjour,\n\nQuelqu’un de la concertation voudrait votre avis, sous forme codée, avant de"
        " partager ou non. Connectez-vous\u00a0: le tableau dit qui, et rien de plus.\n"
    ),
)
TO_CONFIRM: Final[Text] = (
    _("Un brouillon attend votre confirmation"),
    _(
        "Bonjour,\n\nUn·e stagiaire que vous encadrez vous a soumis un brouillon."
        " Connectez-vous\u00a0: l’accueil vous y mène.\n"
    ),
)
SENT_BACK: Final[Text] = (
    _("Un brouillon vous est rendu"),
    _(
        "Bonjour,\n\nVotre responsable de stage vous a rendu un brouillon avec un mot."
        " Connectez-vous\u00a0: l’accueil vous y mène.\n"
    ),
)
INFORM_FIRST: Final[Text] = (
    _("Une personne reste à informer"),
    _(
        "Bonjour,\n\nUn de vos brouillons attend que la personne soit informée. Quand c’est fait,"
        " reprenez la décision de partage\u00a0: l’accueil vous y mène.\n"
    ),
)
IMPORTED: Final[Text] = (
    _("Des brouillons repris d’un tableau vous attendent"),
    _(
        "Bonjour,\n\nLa coordination a repris un tableau de suivi. Les lignes que vous aviez"
        " présentées sont devenues des brouillons que vous seul·e pouvez ouvrir. Relisez-les et"
        " décidez, dix par page, ce que vous partagez\u00a0: «\u00a0Mes brouillons\u00a0» vous y"
        " mène.\n"
    ),
)


def tell(places: Iterable[UUID], text: Text) -> None:
    """Write to the people of these places, each in their language, once the action is saved.

    A mail that doesn't leave changes nothing that was done.
    """
    numbers = list(places)
    transaction.on_commit(lambda: _send(numbers, text))


def tell_dpo(concertation: UUID, text: Text) -> None:
    """The same to the concertation's data protection officers."""
    rows = Participation.objects.filter(
        concertation=concertation, state=ParticipationState.ADMITTED
    )
    tell([row.id for row in rows if Role.DPO in row.role_set], text)


def _send(numbers: list[UUID], text: Text) -> None:
    rows = Participation.objects.filter(id__in=numbers).select_related("person")
    for person in {row.person for row in rows if row.is_current()}:
        send_one(person, lambda: text)


def send_one(person: User, write: Callable[[], Text], route: str = "start") -> bool:
    """Send one message, written in the person's language; whether it left.

    Where the site knows its own address, the message ends with the page it leads to after signing
    in: one that is the same for everybody, so that the address says nothing either.
    """
    with override(person.language):
        subject, body = (str(part) for part in write())
    if settings.SITE_ADDRESS:
        body += f"\n{settings.SITE_ADDRESS}{reverse(route)}\n"
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email])
    except (SMTPException, OSError):
        log.warning("notice_not_sent", exc_info=True)
        return False
    return True
