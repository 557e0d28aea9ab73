"""E-mails about an account. No name, no code, no situation stands in them.

Sent apart from the request: how long an answer takes must not say whether an address has an
account, and a mail server that is down must not undo what was done.
"""

from threading import Thread
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override

from concertation.accounts.models import User

# The thread's name: tests wait for it.
MAIL: Final = "account-mail"

log = structlog.get_logger()


def _send(message: EmailMessage, number: str) -> None:
    try:
        message.send()
    except Exception:
        # Whatever a mail back end raises: nobody is there to be told but the operator.
        log.warning("account_mail_not_sent", object=number, exc_info=True)


def _send_apart(person: User, subject: str, body: str) -> None:
    message = EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email])
    Thread(target=_send, args=(message, str(person.id)), name=MAIL).start()


def send_password_link(person: User, address: str) -> None:
    """The link to choose another password."""
    with override(person.language):
        subject = _("Choisir un nouveau mot de passe")
        body = _(
            "Bonjour,\n\n"
            "Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour ce compte. Ce lien"
            " fonctionne une seule fois, pendant une heure :\n\n%(address)s\n\n"
            "Vous recevrez de nouvelles clés, et la coordination devra vous réadmettre de vive"
            " voix.\n\n"
            "Si vous n’avez rien demandé, n’ouvrez pas le lien : rien ne change. Si ce message"
            " revient, prévenez la coordination.\n"
        ) % {"address": address}
    _send_apart(person, subject, body)


def send_factor_link(person: User, address: str) -> None:
    """The link to remove a second factor that was lost."""
    with override(person.language):
        subject = _("Retirer un deuxième facteur perdu")
        body = _(
            "Bonjour,\n\n"
            "Quelqu’un qui connaît votre mot de passe a signalé que le deuxième facteur de ce"
            " compte est perdu. Ce lien fonctionne une seule fois, pendant une heure, et demande"
            " votre mot de passe :\n\n%(address)s\n\n"
            "Vous recevrez de nouvelles clés, et la coordination devra vous réadmettre de vive"
            " voix.\n\n"
            "Si ce n’était pas vous, n’ouvrez pas le lien : changez votre mot de passe tout de"
            " suite, et prévenez la coordination.\n"
        ) % {"address": address}
    _send_apart(person, subject, body)


def tell_changed(person: User, what: str) -> None:
    """Tell a person that something of their account changed: `password`, `reset`, `factor`,
    `device`, `passkey_added` or `passkey_removed`."""
    with override(person.language):
        body = _(
            "Bonjour,\n\n"
            "%(what)s\n\n"
            "Si c’était vous, vous n’avez rien à faire. Sinon, prévenez tout de suite la"
            " coordination de votre concertation.\n"
        ) % {"what": _changed(what)}
        subject = _("Votre compte a changé")
    _send_apart(person, subject, body)


def _changed(what: str) -> str:
    words = {
        "password": _(
            "Le mot de passe de votre compte vient d’être changé. Les autres sessions ouvertes"
            " sont terminées."
        ),
        "reset": _(
            "Un nouveau mot de passe vient d’être choisi avec un lien reçu par courriel. Votre"
            " compte a de nouvelles clés et attend d’être réadmis."
        ),
        "factor": _(
            "Le deuxième facteur de votre compte vient d’être retiré. Votre compte a de nouvelles"
            " clés et attend d’être réadmis."
        ),
        "device": _("L’application d’authentification de votre compte vient d’être remplacée."),
        "passkey_added": _("Une clé d’accès vient d’être ajoutée à votre compte."),
        "passkey_removed": _("Une clé d’accès vient d’être retirée de votre compte."),
    }
    return words[what]
