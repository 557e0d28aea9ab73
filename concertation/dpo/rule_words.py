"""The review's rules in words: what each picks, and why it is worth a look.

The rules are published: every member reads this page, and the DPO reads it beside each item.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.review.models import ReviewState
from audit.review.rules import Rule


@dataclass(frozen=True, slots=True)
class Words:
    """One rule: its name, what it picks, and the reason."""

    name: str | Promise
    picks: str | Promise
    reason: str | Promise


RULES: Final[Mapping[str, Words]] = {
    Rule.WITHOUT_INVOLVEMENT: Words(
        _("Ouverte sans implication"),
        _(
            "Une fiche ouverte par quelqu’un qui n’a pas présenté la situation, n’en est pas"
            " référent·e, n’y a pas d’action et à qui elle n’est pas ouverte nommément, alors"
            " qu’elle n’était à l’ordre du jour d’aucune réunion dans les 30 jours avant ou après."
            " Voir une situation dans une liste ou une recherche ne compte pas."
        ),
        _("Le cercle peut tout lire ; il ne lit que ce dont il a besoin."),
    ),
    Rule.BULK_READING: Words(
        _("Lecture en série"),
        _("Plus de dix fiches différentes ouvertes par une même personne en dix minutes."),
        _("Qui prépare une réunion lit son ordre du jour ; qui emporte le tableau le lit en"
          " entier."),
    ),
    Rule.UNUSUAL_HOURS: Words(
        _("Heure inhabituelle"),
        _("Des fiches ouvertes entre 22 h et 6 h, une nuit à la fois."),
        _("À ces heures-là, un compte sert parfois à quelqu’un d’autre que son titulaire."),
    ),
    Rule.CLOSED_OR_RESTRICTED: Words(
        _("Situation clôturée ou restreinte"),
        _("Une fiche ouverte après sa clôture, ou restreinte à des personnes nommées."),
        _("Une situation clôturée n’a plus besoin d’être lue ; une situation restreinte est"
          " la plus délicate."),
    ),
    Rule.REFUSALS: Words(
        _("Refus en rafale"),
        _("Au moins cinq refus en une heure pour une même personne."),
        _("Qui essaie plusieurs portes cherche peut-être ce qui ne lui est pas ouvert."),
    ),
    Rule.ADMINISTRATION: Words(
        _("Acte technique"),
        _("Tout ce que l’administration technique a fait dans cette concertation, et tout réglage"
          " changé."),
        _("L’administration technique ne lit rien, mais elle peut ouvrir des portes."),
    ),
    Rule.EXPORT: Words(
        _("Exportation"),
        _("Tout fichier emporté : une situation, le rapport de l’année. Ce que le ou la DPO"
          " emporte du journal y reste inscrit."),
        _("Ce qui quitte le tableau n’est plus protégé par lui."),
    ),
    Rule.ACCESS: Words(
        _("Accès demandé ou accordé"),
        _("Toute demande d’accès à une situation restreinte, et tout accès accordé, à un·e invité·e"
          " aussi."),
        _("Chaque lecteur de plus est une décision ; elle doit avoir une raison."),
    ),
    Rule.SUPPRESSION: Words(
        _("Masquage levé"),
        _("Chaque fois que la coordination a vu les petits nombres du rapport."),
        _("Un nombre de un à quatre peut désigner quelqu’un."),
    ),
    Rule.SAMPLE: Words(
        _("Tirage au sort"),
        _("Cinq fiches ouvertes dans le mois, tirées au sort parmi celles qu’aucune autre règle n’a"
          " retenues. Le tirage peut être refait : il dépend d’un nombre gardé avec la revue."),
        _("Une lecture ordinaire peut aussi être regardée : cela se sait, et cela suffit souvent."),
    ),
}  # fmt: skip

STATES: Final[Mapping[str, str | Promise]] = {
    ReviewState.OPEN: _("à examiner"),
    ReviewState.QUESTIONED: _("question posée"),
    ReviewState.EXPLAINED: _("expliquée"),
    ReviewState.CLOSED: _("close sans suite"),
}
GLYPHS: Final[Mapping[str, str]] = {
    ReviewState.OPEN: "new",
    ReviewState.QUESTIONED: "half",
    ReviewState.EXPLAINED: "full-check",
    ReviewState.CLOSED: "minus",
}
