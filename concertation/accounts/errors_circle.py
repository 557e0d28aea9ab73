"""What may go wrong with the circle's keys, as sentences people understand."""

from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from concertation.accounts.errors import AccountError


class SecondMember(AccountError):
    """It takes two: who vouched first can't confirm."""

    sentence = _(
        "Vous vous êtes déjà porté·e garant·e : c’est à un autre membre de confirmer, après avoir"
        " entendu les mêmes chiffres."
    )


class WaitForCoordinator(AccountError):
    """A coordinator has a working day to act before two members may."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def __str__(self) -> str:
        when = date_format(timezone.localtime(self.at), "DATETIME_FORMAT")
        return str(
            _(
                "La coordination a encore le temps d’agir : un deuxième membre peut confirmer à"
                " partir du %(when)s."
            )
        ) % {"when": when}


class WrongRecoveryKey(AccountError):
    """The groups typed don't belong together: the check digits don't agree."""

    field = "recovery"
    sentence = _(
        "Ces groupes ne forment pas une clé de secours : il y en a treize, de quatre signes."
        " Comparez-les un à un avec la feuille."
    )


class NotThisRecoveryKey(AccountError):
    """A good recovery key, but not the one in force here."""

    field = "recovery"
    sentence = _(
        "C’est bien une clé de secours, mais pas celle de cette concertation aujourd’hui : elle a"
        " été refaite depuis, ou elle est d’une autre concertation. Cherchez la bonne feuille."
    )


class LastCoordinator(AccountError):
    """A concertation without a coordinator could admit and restore nobody."""

    sentence = _(
        "Vous êtes la seule coordination : donnez d’abord ce rôle à quelqu’un d’autre, puis partez."
    )


class NotAdmitted(AccountError):
    """The signed list says what members are; who isn't in it yet is invited as something else."""

    sentence = _(
        "Cette personne n’est pas encore admise : retirez l’invitation, puis invitez-la avec le"
        " bon rôle."
    )


class _Told(AccountError):
    """One error whose sentence says what doesn't fit."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__()
        self._sentence = sentence

    def __str__(self) -> str:
        return str(self._sentence)


class ReplacementRefused(_Told):
    """Not everybody can be replaced by everybody; the sentence says what doesn't fit."""

    field = "replaces"
    NOBODY: Final = _(
        "On ne remplace qu’un membre admis qui lit le tableau : choisissez quelqu’un d’autre, ou"
        " personne."
    )
    ELSEWHERE: Final = _(
        "On remplace quelqu’un de sa propre organisation : vérifiez l’organisation, ou ne"
        " choisissez personne."
    )
    ROLE: Final = _(
        "Qui remplace un membre du cercle doit lire le tableau comme lui : choisissez le rôle"
        " d’intervenant·e, tenu·e au secret professionnel, ou ne choisissez personne."
    )


class SupervisorRefused(_Told):
    """An intern has a supervisor who can confirm, and nobody else has one."""

    field = "supervised_by"
    MISSING: Final = _(
        "Un·e stagiaire a un·e responsable de stage, qui confirme ce qu’elle ou il présente :"
        " choisissez qui."
    )
    ONLY_INTERNS: Final = _(
        "Seul·e un·e stagiaire a un·e responsable de stage : choisissez ce rôle, ou personne."
    )
    NOBODY: Final = _(
        "La ou le responsable de stage est un membre admis qui présente lui-même des situations :"
        " choisissez quelqu’un d’autre."
    )
    ELSEWHERE: Final = _(
        "La ou le responsable de stage est de la même organisation : vérifiez l’organisation, ou"
        " choisissez quelqu’un d’autre."
    )


class ReplacementEnds(AccountError):
    """A replacement is for a time."""

    field = "ends_on"
    sentence = _("Un remplacement finit à une date : indiquez-la.")


class HoldsNoKeys(AccountError):
    """The actor's own copy of the concertation's key is missing or does not open."""

    sentence = _(
        "Votre copie de la clé ne s’ouvre pas : rien n’a été changé. Demandez à une autre"
        " coordination de le faire, et prévenez le DPO."
    )
