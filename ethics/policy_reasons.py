"""Why each rule of `ethics.policy` stands: data beside the table, and no rule without a reason.

A rule nobody can explain is a rule nobody defends. `tests/ethics/test_policy_reasons.py` fails for
a group of fields, an act, a condition or a role that has none, and for a reason that no rule needs.
The page “Qui peut voir quoi” and `manage.py policy table` print them. No article of law is named
here: those stand in `ethics.sharing.references`, with their verification.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethics.policy import Act, FieldGroup, When
from ethics.roles import Role

R, W, G = Role, When, FieldGroup

# Why a group of fields is read by those who read it, and by nobody else.
WHY_GROUP: Final[Mapping[FieldGroup, Promise]] = MappingProxyType(
    {
        G.FRAME: _(
            "Sans code, état ni dates, rien ne se suit. À eux seuls, ils ne disent rien de la"
            " personne."
        ),
        G.SUMMARY: _(
            "Titre, besoins et urgence en disent déjà long : qui est tenu au secret les lit, pour"
            " savoir s’il peut aider."
        ),
        G.NARRATIVE: _(
            "Le groupe lit le récit pour chercher ensemble ce qui aide. La police doit dénoncer"
            " les infractions qu’elle apprend : elle ne le lit donc pas."
        ),
        G.VOICE: _(
            "Ce que la personne souhaite guide le groupe, ce qu’elle accepte lui fixe ses limites :"
            " qui aide le lit d’abord."
        ),
        G.NETWORK: _(
            "Savoir qui est déjà là évite de tout recommencer. Ces services feraient aussi"
            " reconnaître la personne : ils restent entre gens tenus au secret."
        ),
        G.TIMELINE: _(
            "Chacun apprend ainsi comment la situation évolue. C’est la suite du récit, pour les"
            " mêmes personnes."
        ),
        G.ACTIONS: _(
            "Qui est chargé d’une action doit lire ce qu’on attend de lui, même sans lire le reste."
        ),
        G.OUTCOME: _(
            "Le résultat sert au bilan du cercle. Une personne invitée vient aider, pas faire le"
            " bilan."
        ),
    }
)

# Why an act is for those who may, and for nobody else.
WHY_ACT: Final[Mapping[Act, Promise]] = MappingProxyType(
    {
        Act.LIST: _(
            "Le tableau montre tout le quartier d’un coup : il n’est ouvert qu’au cercle tenu au"
            " secret."
        ),
        Act.SEARCH: _(
            "Chercher, c’est parcourir tous les textes : seul le cercle qui les lit le peut."
        ),
        Act.EXPORT: _(
            "Un fichier sort du tableau et de ses clés : seul qui en répond l’emporte, et c’est"
            " consigné."
        ),
        Act.BRING: _(
            "Qui travaille dans le quartier peut demander l’aide du groupe, la police aussi :"
            " donner n’est pas lire."
        ),
        Act.SUBMIT: _(
            "On apprend le métier sous le regard de quelqu’un : qui encadre relit avant que le"
            " groupe ne lise."
        ),
        Act.SHARE_DRAFT: _("Partager engage : qui répond du brouillon en décide."),
        Act.READ_OWN: _("On peut relire ce qu’on a écrit soi-même : on le sait déjà."),
        Act.EDIT: _("Qui répond d’une présentation la corrige : une seule voix, pas vingt."),
        Act.CONTRIBUTE: _("Aider, c’est aussi écrire ce qu’on sait et ce qu’on se demande."),
        Act.PROPOSE_ACTION: _("Qui lit la situation peut voir ce qui aiderait, et le proposer."),
        Act.AGREE_ACTION: _(
            "Le cercle convient ensemble : une personne de passage ne l’engage pas."
        ),
        Act.MOVE_ACTION: _(
            "Qui fait l’action sait où elle en est. La coordination peut le noter en réunion."
        ),
        Act.GIVE_FEEDBACK: _(
            "Chaque action doit un retour au groupe : qui l’a faite peut le donner."
        ),
        Act.SET_CASE_MANAGER: _(
            "La référence peut modifier et clôturer : on ne s’y désigne pas soi-même."
        ),
        Act.CLOSE: _("Qui suit la situation sait si elle est finie."),
        Act.REOPEN: _("Qui peut clôturer une situation peut la reprendre, tant qu’elle est là."),
        Act.DECIDE_SHARING: _("Chacun répond de son propre secret, à chaque partage."),
        Act.WITHDRAW_AGREEMENT: _(
            "Qui l’apprend le note tout de suite : attendre quelqu’un d’autre exposerait la"
            " personne."
        ),
        Act.READ_HISTORY: _("Qui lit un texte doit pouvoir voir ce qui y a changé, et quand."),
        Act.SEE_READERS: _("On partage mieux quand on sait qui lit."),
        Act.RESTRICT: _("Qui répond de la situation choisit un cercle plus petit s’il le faut."),
        Act.WITHDRAW: _("Un lien avec la personne ne se juge pas : il suffit de le dire."),
        Act.WITHDRAW_OTHER: _(
            "Quand quelqu’un ne se retire pas de lui-même, une seule personne en décide et en"
            " répond."
        ),
        Act.ERASE: _("Effacer est sans retour : une seule personne en répond, après la clôture."),
        Act.EXTEND: _(
            "Garder plus longtemps demande une raison, l’avis du ou de la DPO et deux personnes."
        ),
        Act.GIVE_OPINION: _("L’avis vient de qui ne lit pas la situation et n’a rien à y gagner."),
        Act.READ_ERASURES: _("L’effacement se prouve à qui en répond, et à qui contrôle."),
        Act.ASK_ACCESS: _("Une situation restreinte peut vous concerner : dites pourquoi."),
        Act.GRANT_ACCESS: _("Seul qui lit déjà la situation sait si une autre lecture est utile."),
        Act.READ_MEETINGS: _(
            "L’ordre du jour dit de quelles situations on parlera : il suit les mêmes règles"
            " qu’elles."
        ),
        Act.VISIT_MEETING: _(
            "Invité·e à une réunion, on voit celle-là et aucune autre, sans rien de son contenu."
        ),
        Act.TAKE_PART: _("Qui vient peut dire ce dont il voudrait parler."),
        Act.NOTE_MEETING: _(
            "Ce que l’on apprend ensemble reste dans le cercle, tenu au même secret que le reste."
        ),
        Act.PLAN_MEETING: _("La coordination convoque et tient la réunion."),
        Act.READ_REPORT: _(
            "Le rapport est le bilan du cercle : le cercle le lit, et il ne montre personne."
        ),
        Act.LIFT_SUPPRESSION: _(
            "Un petit nombre peut désigner quelqu’un : le montrer est une décision consignée."
        ),
        Act.IMPORT: _(
            "Un ancien tableau peut contenir des noms : une seule personne le relit et en répond."
        ),
        Act.RECORD_FRAMEWORK: _(
            "Un cadre légal ouvre un partage à tous ceux qu’il nomme : une seule personne répond"
            " du document."
        ),
        Act.READ_MEMBERS: _("Avant de confier quelque chose, on doit savoir qui est là."),
        Act.READ_NOTICE: _(
            "Qui parle à la personne doit pouvoir lui dire ce qui s’écrit ; le ou la DPO vérifie"
            " que c’est vrai."
        ),
        Act.OPEN_TO_GUEST: _(
            "La coordination répond de qui elle fait entrer, et du jour où l’accès finit."
        ),
        Act.INVITE: _(
            "La coordination connaît les services du quartier et répond de ses invitations."
        ),
        Act.ADMIT: _(
            "Admettre, c’est remettre une clé de vive voix : la coordination entend la personne."
        ),
        Act.REMOVE: _("Qui fait entrer fait sortir, et renouvelle les clés."),
        Act.CHANGE_ROLE: _("Un rôle ouvre des textes : il se donne comme une admission."),
        Act.RESTORE: _(
            "De nouvelles clés sont une nouvelle entrée : la coordination vérifie la voix."
        ),
        Act.VOUCH: _(
            "Si la coordination ne répond plus, deux membres y suffisent, avec un jour pour"
            " s’apercevoir d’une ruse."
        ),
        Act.RENEW_KEYS: _("Après un départ ou un doute, la coordination change les serrures."),
        Act.READ_LEDGER: _(
            "Le journal dit qui lit quoi, la coordination comprise : le ou la DPO, qui ne lit"
            " aucune situation, le contrôle."
        ),
        Act.VERIFY_LEDGER: _(
            "Vérifier que rien n’a été changé ne montre rien de ce qui est écrit."
        ),
        Act.KEEP_LOG: _(
            "Garder plus longtemps qui a lu quoi demande une raison et l’avis du ou de la DPO ; la"
            " coordination en répond."
        ),
        Act.READ_OWN_LOG: _("Ce qui est consigné sur vous, vous pouvez le lire."),
        Act.REVIEW: _(
            "Relire les accès est un contrôle : il revient à qui ne lit aucune situation."
        ),
        Act.ANSWER_REVIEW: _("À qui l’on demande compte, on laisse la parole."),
        Act.SUBSCRIBE: _("Seul qui représente une organisation peut l’engager."),
        Act.ADMINISTER: _("Créer une concertation ne demande d’en lire aucune."),
        Act.PUBLISH_CHARTER: _(
            "Une version lie toutes les concertations : elle est publiée par qui n’en lit aucune."
        ),
    }
)

# Why a role's yes has a condition.
WHY_WHEN: Final[Mapping[tuple[Role, When], Promise]] = MappingProxyType(
    {
        (R.PARTICIPANT, W.OWN): _(
            "Qui a présenté la situation, ou encadre qui l’a présentée, en répond."
        ),
        (R.PARTICIPANT, W.ADDRESSED): _(
            "Chacun fait avancer sa propre action, pas celle d’un autre."
        ),
        (R.PARTICIPANT, W.NAMED): _("Qui n’a été admis que pour un temps n’en admet pas d’autres."),
        (R.CASE_MANAGER, W.HELD): _("On est référent·e d’une situation, jamais de toutes."),
        (R.COORDINATOR, W.OWN): _("Le brouillon d’un autre n’appartient qu’à lui."),
        (R.COORDINATOR, W.NAMED): _(
            "Coordonner n’ouvre pas une situation dont on est tenu à l’écart."
        ),
        (R.INTERN, W.OWN): _("On relit son propre texte, pas le brouillon d’un collègue."),
        (R.INTERN, W.ADDRESSED): _("Une ou un stagiaire fait avancer l’action dont on l’a chargé."),
        (R.GUEST, W.TICKED): _("On invite pour une situation précise, jusqu’à un jour précis."),
        (R.GUEST, W.ADDRESSED): _("Une personne invitée répond de sa propre action."),
        (R.LIMITED_READER, W.OWN): _(
            "Ce qu’on a apporté, on le connaît ; la suite appartient au groupe."
        ),
        (R.LIMITED_READER, W.ADDRESSED): _(
            "On peut lui demander un geste utile, en ne lui disant que ce qu’il faut pour le faire."
        ),
    }
)

# Why a role does not have the rest.
WHY_NOT: Final[Mapping[Role, Promise]] = MappingProxyType(
    {
        R.PARTICIPANT: _(
            "Ce qui engage tout le cercle revient à la coordination, ce qui le contrôle au ou à la"
            " DPO : qui aide ne fait pas tout."
        ),
        R.CASE_MANAGER: _(
            "Suivre une situation ajoute ces droits à ceux des intervenant·es, pour elle seule."
        ),
        R.COORDINATOR: _(
            "La coordination tient le cercle, elle ne le surveille pas : le journal parle aussi"
            " d’elle, quelqu’un d’autre le lit."
        ),
        R.INTERN: _(
            "On apprend en lisant, en écrivant et en proposant ; ce qui engage le groupe reste à"
            " qui encadre et en répond."
        ),
        R.GUEST: _(
            "On invite pour aider à une situation : ce qui n’y sert pas n’est pas nécessaire, donc"
            " pas montré."
        ),
        R.LIMITED_READER: _(
            "La police doit dénoncer les infractions qu’elle apprend, d’autres ne sont tenus qu’à"
            " la discrétion : leur confier un secret serait déjà le trahir."
        ),
        R.REPRESENTATIVE: _(
            "Représenter, c’est engager son organisation et se porter garant de son personnel."
            " Aucune situation n’est nécessaire pour cela."
        ),
        R.DPO: _(
            "Qui contrôle les lectures ne lit pas lui-même : son avis reste indépendant, et"
            " personne ne voit tout."
        ),
        R.ADMINISTRATOR: _(
            "Faire marcher le logiciel ne demande pas de lire : un secret se partage entre ceux qui"
            " aident."
        ),
    }
)


def why(act: Act, group: FieldGroup | None = None) -> Promise:
    """Why a line of the table is as it is; a line without a reason is a fault, never silence."""
    return WHY_GROUP[group] if group else WHY_ACT[act]


def why_only(role: Role, when: When) -> Promise | None:
    """Why a role may under this condition only; nothing to explain about an unconditional yes."""
    return None if when == When.ALWAYS else WHY_WHEN[role, when]
