"""The questions of the sharing decision as they are asked: plain words, what counts, what follows.

Legal references stand apart (`references`): a number that nobody verified is never in a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethics.sharing.tree import Answer, Question

YES, NO = _("Oui"), _("Non")


@dataclass(frozen=True, slots=True)
class Wording:
    """A question, what helps to answer it, its answers with what each means."""

    number: str
    text: Promise
    # The same in few words, for the list of answers.
    short: Promise
    help: Promise
    answers: Mapping[Answer, tuple[Promise, Promise | str]]
    # Keys of `references`.
    references: tuple[str, ...] = field(default=())


_A = Answer

WORDINGS: Final[Mapping[Question, Wording]] = {
    Question.DANGER: Wording(
        "1",
        _(
            "Y a-t-il un danger grave et imminent pour la vie ou l’intégrité de quelqu’un, ou un"
            " danger sérieux et réel pour d’autres personnes mineures ou vulnérables\u00a0?"
        ),
        _("Danger grave et imminent\u00a0?"),
        _(
            "Imminent\u00a0: maintenant ou dans les heures qui viennent. Une inquiétude ancienne,"
            " qui ne s’aggrave pas, n’en est pas un."
        ),
        {
            _A.YES: (YES, _("Si c’est maintenant, appelez d’abord. Les questions attendent.")),
            _A.NO: (NO, ""),
        },
    ),
    Question.AVERT: Wording(
        "2",
        _(
            "Puis-je écarter ce danger sans rien révéler, par moi-même ou avec l’aide d’autres"
            " personnes\u00a0?"
        ),
        _("Danger écarté sans révéler\u00a0?"),
        _(
            "Par exemple\u00a0: passer voir la personne, l’accompagner aux urgences, rester avec"
            " elle, demander de l’aide à un ou une collègue sans dire de qui il s’agit."
        ),
        {
            _A.YES: (YES, _("Agissez d’abord. Vous reprendrez ensuite, à la question suivante.")),
            _A.NO: (NO, _("Nous voyons ce que vous pouvez dire, à qui.")),
        },
        ("necessity",),
    ),
    Question.OFFENCE: Wording(
        "3",
        _(
            "Est-ce une infraction que la loi permet de signaler malgré le secret, dont la victime"
            " est mineure ou vulnérable\u00a0?"
        ),
        _("Infraction visée, victime mineure ou vulnérable\u00a0?"),
        _(
            "Par exemple\u00a0: coups, maltraitance, viol, négligence grave. Vulnérable\u00a0: par"
            " son âge, une grossesse, une maladie, un handicap, sa situation précaire, la violence"
            " de son partenaire. La loi permet alors d’avertir le procureur du Roi, et lui seul."
        ),
        {_A.YES: (YES, ""), _A.NO: (NO, _("Ou je ne sais pas."))},
        ("reporting",),
    ),
    Question.IMMINENT: Wording(
        "3",
        _("Le danger est-il imminent\u00a0: maintenant, ou dans les heures qui viennent\u00a0?"),
        _("Danger pour maintenant\u00a0?"),
        _("Dans le doute, appelez\u00a0: au bout du fil, on vous aide à en juger."),
        {_A.YES: (YES, _("Les numéros d’urgence d’abord.")), _A.NO: (NO, "")},
    ),
    Question.IDENTIFIABLE: Wording(
        "4",
        _("Une personne est-elle identifiable, même indirectement, par quelqu’un qui lira\u00a0?"),
        _("Une personne est-elle reconnaissable\u00a0?"),
        _(
            "Pensez à qui connaît le quartier\u00a0: un étage, un métier, une date, un animal"
            " suffisent parfois."
        ),
        {_A.YES: (YES, ""), _A.NO: (NO, "")},
    ),
    Question.ABOUT_A_PERSON: Wording(
        "4",
        _("Le texte parle-t-il de la situation d’une personne\u00a0?"),
        _("Parle-t-il d’une personne\u00a0?"),
        _(
            "Un manque dans le quartier, une offre nouvelle, une question de méthode ne parlent de"
            " personne\u00a0: ce ne sont pas des situations."
        ),
        {
            _A.YES: (YES, ""),
            _A.NO: (NO, _("C’est un échange général\u00a0: il ira ailleurs que sur le tableau.")),
        },
    ),
    Question.ATTESTED: Wording(
        "4",
        _(
            "J’ai relu le texte\u00a0: aucun lecteur, aucune lectrice ne devrait y reconnaître la"
            " personne."
        ),
        _("Attesté\u00a0: personne ne la reconnaîtra"),
        _("Relisez-le avec les yeux d’un voisin, d’une pharmacienne, d’un agent de quartier."),
        {
            _A.YES: (_("Je l’atteste"), ""),
            _A.NO: (_("Je ne peux pas l’attester"), _("Quelqu’un pourrait la reconnaître.")),
        },
    ),
    Question.WITHOUT: Wording(
        "5",
        _("Le but est-il atteint en retirant ce qui fait reconnaître la personne\u00a0?"),
        _("But atteint sans ces éléments\u00a0?"),
        _(
            "Lieu, date, âge exact, métier, maladie rare\u00a0: souvent, la question au groupe"
            " reste la même sans cela."
        ),
        {
            _A.YES: (YES, _("Vous reformulez le brouillon, puis vous le relisez.")),
            _A.NO: (NO, _("Le groupe ne peut pas aider sans savoir de qui il s’agit.")),
        },
    ),
    Question.REPHRASED: Wording(
        "5",
        _(
            "J’ai reformulé et relu le texte\u00a0: aucun lecteur, aucune lectrice ne devrait plus"
            " y reconnaître la personne."
        ),
        _("Reformulé, et attesté\u00a0?"),
        _(
            "Reformulez d’abord le texte\u00a0; vos réponses restent ici. Ce qui a été retiré ne"
            " sera jamais lisible par le groupe."
        ),
        {
            _A.YES: (_("Je l’atteste"), ""),
            _A.NO: (
                _("Je ne peux pas l’attester"),
                _("Elle reste reconnaissable, même reformulée."),
            ),
        },
    ),
    Question.FRAMEWORK: Wording(
        "6",
        _(
            "Le cadre légal enregistré couvre-t-il ce que vous voulez partager\u00a0: son but, ses"
            " participants\u00a0?"
        ),
        _("Cadre légal de concertation\u00a0?"),
        _(
            "Une concertation de cas peut reposer sur une loi, un décret, une ordonnance ou une"
            " autorisation motivée du procureur, qui en fixe le but et les participants. La charte"
            " n’en est pas un."
        ),
        {_A.YES: (YES, ""), _A.NO: (NO, "")},
        ("concertation",),
    ),
    Question.INFORMED: Wording(
        "7",
        _("La personne est-elle informée\u00a0: quoi, à qui, pourquoi\u00a0?"),
        _("La personne est-elle informée\u00a0?"),
        _(
            "Elle sait ce que vous direz, à quelles personnes, et dans quel but, avant que vous"
            " le disiez."
        ),
        {
            _A.YES: (YES, ""),
            _A.NO: (NO, _("Pas encore\u00a0: un rappel vous attendra à l’accueil.")),
        },
    ),
    Question.AGREED: Wording(
        "8",
        _("La personne a-t-elle donné un accord précis et libre, qu’elle n’a pas retiré\u00a0?"),
        _("Accord précis et libre\u00a0?"),
        _(
            "Précis\u00a0: elle sait ce que vous dites, à qui et pourquoi. Libre\u00a0: elle peut"
            " refuser sans rien y perdre. Un accord donné pour autre chose, ou l’an passé, ne"
            " compte pas."
        ),
        {
            _A.YES: (YES, _("Notez quand et comment, jamais le contenu de l’échange.")),
            _A.NO: (NO, _("Refus, accord retiré ou pas encore demandé.")),
            _A.UNABLE: (
                _("Elle ne peut pas l’exprimer pour l’instant"),
                _("Voyez qui la représente, et à qui demander un avis."),
            ),
        },
    ),
    Question.BOUND: Wording(
        "9",
        _("Chaque destinataire est-il tenu au secret, et signataire de la charte\u00a0?"),
        _("Destinataires tenus au secret\u00a0?"),
        _(
            "Choisissez les personnes à qui vous voulez parler. À côté de chacune, le tableau dit"
            " ce qu’il sait\u00a0: le statut dont son organisation répond, et sa signature."
        ),
        {
            _A.YES: (_("Oui, chacun·e"), ""),
            _A.NO: (
                NO,
                _("Les personnes qui ne sont pas tenues au secret sont retirées du choix."),
            ),
        },
    ),
    Question.MISSION: Wording(
        "10",
        _(
            "Chaque destinataire a-t-il la même mission d’aide, ni police, ni contrôle, ni bailleur"
            " gestionnaire\u00a0?"
        ),
        _("Même mission d’aide\u00a0?"),
        _(
            "Qui aide la personne avec vous, et n’a ni à la contrôler, ni à décider d’un droit, ni"
            " à gérer son bail. Décochez les autres."
        ),
        {
            _A.YES: (_("Oui, celles et ceux qui restent cochés"), ""),
            _A.NO: (NO, _("Je retire des personnes, et la question revient.")),
        },
    ),
    Question.INTEREST: Wording(
        "11",
        _("Est-ce dans le seul intérêt de la personne\u00a0?"),
        _("Dans son seul intérêt\u00a0?"),
        _("Ni pour soulager une équipe, ni pour se couvrir, ni pour un tiers."),
        {_A.YES: (YES, ""), _A.NO: (NO, "")},
    ),
    Question.NECESSARY: Wording(
        "12",
        _(
            "Est-ce strictement nécessaire, et la base légale au sens du RGPD est-elle"
            " documentée\u00a0?"
        ),
        _("Strictement nécessaire\u00a0?"),
        _(
            "Chaque élément sert le but. Ce qui ne sert pas reste chez vous. La base légale figure"
            " dans le registre de votre organisation\u00a0; dans le doute, votre DPO la connaît."
        ),
        {
            _A.YES: (YES, ""),
            _A.NO: (_("Pas encore\u00a0: je réduis"), _("La question revient ensuite.")),
            _A.UNRESOLVED: (
                _("Je n’arrive pas à trancher"),
                _("Vous demandez un avis\u00a0; entre-temps rien n’est partagé."),
            ),
        },
    ),
}
