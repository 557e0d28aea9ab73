"""The ledger's codes in words: what the DPO reads instead of an enumeration's value.

Codes never change (they are part of the leaf format); words may. A test holds these tables
complete, so that a new verb or reason can't reach the page without its word.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.enums import Outcome, Purpose, Verb
from audit.verify import BadKind
from ethics.policy import FieldGroup, Refusal, When
from ethics.roles import Role

# Verbs in the groups of the search form, in the order of the work.
VERBS: Final[tuple[tuple[Promise, dict[Verb, Promise]], ...]] = (
    (
        _("Lectures"),
        {
            Verb.READ: _("lire"),
            Verb.LIST: _("voir dans une liste"),
            Verb.SEARCH: _("chercher"),
            Verb.PRINT: _("imprimer"),
            Verb.EXPORT: _("exporter"),
            Verb.MINUTES_READ: _("lire un compte rendu"),
            Verb.REPORT_READ: _("lire le rapport"),
            Verb.REPORT_EXPORTED: _("exporter le rapport"),
            Verb.SHOWN_ON_SCREEN: _("montrer à l’écran"),
        },
    ),
    (
        _("Situations"),
        {
            Verb.DRAFT_SAVED: _("garder un brouillon"),
            Verb.DRAFT_DISCARDED: _("jeter un brouillon"),
            Verb.DRAFT_SUBMITTED: _("soumettre un brouillon à confirmer"),
            Verb.DRAFT_TAKEN_BACK: _("reprendre un brouillon soumis"),
            Verb.DRAFT_SENT_BACK: _("rendre un brouillon à sa ou son stagiaire"),
            Verb.SHARING_ANSWERED: _("répondre à « puis-je partager ? »"),
            Verb.SHARING_DECIDED: _("décider du partage"),
            Verb.AGREEMENT_WITHDRAWN: _("noter l’accord retiré"),
            Verb.SITUATION_SHOWN_AGAIN: _("montrer à nouveau"),
            Verb.SITUATION_BROUGHT: _("présenter une situation"),
            Verb.SITUATION_EDITED: _("modifier la présentation"),
            Verb.SITUATION_STATE_CHANGED: _("changer l’état d’une situation"),
            Verb.SITUATION_RESTRICTED: _("restreindre une situation"),
            Verb.SITUATION_CLOSED: _("clôturer une situation"),
            Verb.CASE_MANAGER_SET: _("désigner la référence"),
            Verb.CASE_MANAGER_PROPOSED: _("proposer la référence"),
            Verb.CASE_MANAGER_DECLINED: _("décliner la référence"),
            Verb.CONTRIBUTION_ADDED: _("ajouter au fil"),
            Verb.ACTION_PROPOSED: _("proposer une action"),
            Verb.ACTION_AGREED: _("convenir d’une action"),
            Verb.ACTION_STATE_CHANGED: _("faire avancer une action"),
            Verb.ACTION_POSTPONED: _("reporter une action"),
            Verb.ACTION_HANDED_OVER: _("confier une action à quelqu’un d’autre"),
            Verb.FEEDBACK_GIVEN: _("donner un retour"),
            Verb.RESEALED: _("sceller à nouveau"),
            Verb.IMPORTED: _("importer"),
            Verb.TALLY_MOVED: _("compter pour l’année"),
            Verb.TALLY_NOTED: _("laisser un décompte à reprendre"),
            Verb.GUARD_CONFIRMED: _("confirmer malgré un avertissement"),
            Verb.GUARD_FALSE_ALARM: _("signaler une fausse alerte du garde-fou"),
            Verb.ACCESS_ASKED: _("demander l’accès"),
            Verb.ACCESS_GRANTED: _("accorder l’accès"),
            Verb.ACCESS_DECLINED: _("ne pas accorder l’accès"),
            Verb.ACCESS_ENDED: _("mettre fin à un accès"),
            Verb.CONFLICT_DECLARED: _("déclarer un conflit d’intérêts"),
        },
    ),
    (
        _("Réunions et rapport"),
        {
            Verb.MEETING_PLANNED: _("prévoir une réunion"),
            Verb.MEETING_HELD: _("tenir une réunion"),
            Verb.MEETING_CHANGED: _("modifier une réunion"),
            Verb.ATTENDANCE_RECORDED: _("noter les présences"),
            Verb.MEETING_OPENED: _("ouvrir une réunion"),
            Verb.MEETING_ANSWERED: _("dire si l’on vient, demander un point"),
            Verb.AGENDA_CHANGED: _("modifier l’ordre du jour"),
            Verb.AGENDA_PUBLISHED: _("publier l’ordre du jour"),
            Verb.MINUTES_SAVED: _("garder le compte rendu"),
            Verb.SUPPRESSION_LIFTED: _("lever le masquage des petits nombres"),
            Verb.REPORT_SIGNED: _("signer le rapport"),
        },
    ),
    (
        _("Membres et clés"),
        {
            Verb.INVITED: _("inviter"),
            Verb.INVITATION_ACCEPTED: _("accepter l’invitation"),
            Verb.ADMITTED: _("admettre"),
            Verb.ACCESS_RESTORED: _("rétablir un accès"),
            Verb.REMOVED: _("retirer un membre"),
            Verb.ROLE_CHANGED: _("changer un rôle"),
            Verb.GENESIS: _("créer les clés de la concertation"),
            Verb.GENERATION_MADE: _("renouveler la clé"),
            Verb.RESTORE_PROPOSED: _("se porter garant d’un accès à rétablir"),
            Verb.RECOVERY_USED: _("employer la clé de secours"),
            Verb.RECOVERY_REISSUED: _("refaire la clé de secours"),
            Verb.RECOVERY_CHECKED: _("vérifier la clé de secours"),
            Verb.RECOVERY_REMINDED: _("rappeler de vérifier la clé de secours"),
        },
    ),
    (
        _("Charte"),
        {
            Verb.CHARTER_READ: _("lire la charte"),
            Verb.CHARTER_DRAFTED: _("écrire le projet de charte, ou le jeter"),
            Verb.CHARTER_PUBLISHED: _("publier la charte"),
            Verb.CHARTER_SIGNED: _("signer la charte"),
            Verb.CHARTER_WITHDRAWN: _("retirer sa signature"),
            Verb.CHARTER_SHOWN: _("rappeler la charte"),
            Verb.ORGANISATION_SUBSCRIBED: _("adhésion d’une organisation"),
            Verb.SUBSCRIPTION_ENDED: _("fin d’une adhésion"),
            Verb.PEOPLE_CONFIRMED: _("confirmer les personnes de l’organisation"),
            Verb.CHARTER_OFFERED: _("offrir la charte par un lien"),
            Verb.CHARTER_ACCEPTED: _("accepter la charte sans compte"),
            Verb.CHARTER_COUNTERSIGNED: _("contresigner une acceptation"),
        },
    ),
    (
        _("Compte"),
        {
            Verb.SIGN_IN: _("se connecter"),
            Verb.SIGN_IN_FAILED: _("connexion manquée"),
            Verb.LOCKED_OUT: _("compte bloqué pour un temps"),
            Verb.SECOND_FACTOR: _("donner le second facteur"),
            Verb.SECOND_FACTOR_FAILED: _("second facteur manqué"),
            Verb.SECOND_FACTOR_SET: _("installer le second facteur"),
            Verb.PASSWORD_SET: _("choisir un mot de passe"),
            Verb.RESET_ASKED: _("demander un lien de réinitialisation"),
            Verb.KEYS_RENEWED: _("recevoir de nouvelles clés"),
            Verb.SECOND_FACTOR_REMOVED: _("retirer un second facteur"),
            Verb.TEXT_KEPT: _("garder un texte interrompu"),
            Verb.TEXT_RETURNED: _("retrouver un texte interrompu"),
            Verb.SIGN_OUT: _("se déconnecter"),
            Verb.SESSION_ENDED: _("fin de session"),
            Verb.REACH_SAID: _("dire comment on peut être joint·e"),
        },
    ),
    (
        _("Droits et conservation"),
        {
            Verb.EXTENSION_ASKED: _("demander une prolongation"),
            Verb.EXTENSION_DECLINED: _("ne pas prolonger la conservation"),
            Verb.RETENTION_EXTENDED: _("décider de la conservation"),
            Verb.OPINION_GIVEN: _("rendre un avis"),
            Verb.RIGHTS_REQUEST: _("traiter une demande de droits"),
            Verb.ERASED: _("effacer"),
            Verb.PRUNED: _("élaguer le journal"),
        },
    ),
    (
        _("Journal"),
        {
            Verb.LEDGER_READ: _("lire le journal des accès"),
            Verb.LEDGER_EXPORTED: _("emporter le journal ou un état signé"),
            Verb.LEDGER_VERIFIED: _("vérifier le journal"),
            Verb.SEARCH_KEPT: _("garder une recherche dans le journal, ou l’oublier"),
            Verb.CHECKPOINT_SIGNED: _("signer l’état du journal"),
            Verb.CHECKPOINT_KEY_CHANGED: _("changer la clé de signature du journal"),
            Verb.REVIEW_PREPARED: _("préparer la revue du mois"),
            Verb.REVIEWED: _("examiner un point de la revue"),
            Verb.REVIEW_ANSWERED: _("répondre à une question de la revue"),
            Verb.REVIEW_SIGNED: _("signer la revue du mois"),
            Verb.CHECKPOINT_SENT: _("envoyer l’état signé du journal"),
        },
    ),
    (
        _("Technique et alertes"),
        {
            Verb.SETTINGS_CHANGED: _("changer un réglage"),
            Verb.FRAMEWORK_RECORDED: _("enregistrer un cadre légal"),
            Verb.FRAMEWORK_ENDED: _("mettre fin à un cadre légal"),
            Verb.CONCERTATION_CREATED: _("créer une concertation"),
            Verb.ORGANISATION_CREATED: _("créer une organisation"),
            Verb.REQUESTED: _("demander une page"),
            Verb.UNOPENABLE: _("texte qui ne s’ouvre pas"),
            Verb.ALARM: _("alerte"),
        },
    ),
)

VERB_WORDS: Final[Mapping[str, Promise]] = {
    str(verb): word for _group, words in VERBS for verb, word in words.items()
}

# In place of what an entry said, once retention took it; its hash stays.
PRUNED: Final = _("entrée élaguée : seule son empreinte reste")

PURPOSES: Final[Mapping[str, Promise]] = {
    Purpose.AGENDA: _("ordre du jour"),
    Purpose.MY_ACTION: _("mon action"),
    Purpose.FOLLOW_UP: _("suivi"),
    Purpose.MEETING: _("réunion"),
    Purpose.SHEET: _("fiche"),
    Purpose.BOARD: _("tableau"),
    Purpose.BRINGING: _("présentation"),
    Purpose.REPORT: _("rapport"),
    Purpose.REVIEW: _("contrôle"),
    Purpose.IMPORT: _("importation"),
    Purpose.ADMINISTRATION: _("gestion des membres"),
    Purpose.ACCOUNT: _("compte"),
}

OUTCOMES: Final[Mapping[str, Promise]] = {
    Outcome.GRANTED: _("accordé"),
    Outcome.REFUSED: _("refusé"),
    Outcome.FAILED: _("échec"),
}

REASONS: Final[Mapping[str, Promise]] = {
    Refusal.NOT_SIGNED_IN: _("pas connecté·e"),
    Refusal.NO_SECOND_FACTOR: _("sans second facteur"),
    Refusal.NO_PARTICIPATION: _("pas de cette concertation"),
    Refusal.PARTICIPATION_ENDED: _("participation terminée"),
    Refusal.NOT_IN_CHAIN: _("pas encore admis·e"),
    Refusal.NO_SUBSCRIPTION: _("organisation sans adhésion"),
    Refusal.NO_CHARTER: _("charte non signée"),
    Refusal.NO_PURPOSE: _("sans finalité"),
    Refusal.UNKNOWN_SUBJECT: _("code inconnu ici"),
    Refusal.CONFLICT: _("conflit d’intérêts"),
    Refusal.NOT_IN_AUDIENCE: _("hors du cercle des lecteurs"),
    Refusal.DRAFT: _("brouillon d’une autre personne"),
    Refusal.NOT_BOUND: _("pas tenu·e au secret professionnel"),
    Refusal.ROLE: _("rôle"),
    Refusal.STATE: _("situation clôturée"),
    Refusal.HIDDEN: _("situation masquée"),
    "counted": _("refus répétés, comptés ensemble"),
    "chain_broken": _("la chaîne des membres ne tient plus"),
    "no_key": _("clé absente"),
    "does_not_open": _("texte ou clé modifiés"),
    "key_does_not_match": _("clé remplacée"),
    "unsigned_seal": _("clé sans signature"),
    "planted_generation": _("génération de clé inconnue"),
    "moved_to_another_container": _("texte déplacé"),
    "unknown_suite": _("format de chiffrement inconnu"),
    "erased": _("situation effacée"),
    "erasure_key_missing": _("clé d’effacement disparue"),
    "ledger_differs": _("le journal a été touché"),
    "too_many": _("trop de demandes en une heure"),
    "no_account": _("compte inconnu, ou sans clés"),
    "second_factor_gone": _("second facteur disparu sans avoir été retiré"),
    "keys_replaced": _("clés remplacées entre-temps"),
    "wrong_passkey": _("clé d’accès refusée"),
    "wrong_password": _("mot de passe erroné"),
    "wrong_code": _("code erroné"),
    "wrong_digits": _("chiffres différents de ceux des clés"),
    "too_soon": _("nouvel essai trop tôt"),
    "bad_padding": _("texte ou clé modifiés"),
    "not_sealed": _("texte non scellé"),
    "unknown_kind": _("format de texte inconnu"),
    "bad_public_key": _("clé publique invalide"),
    "no_member_keys": _("compte sans clés"),
    "awaiting_keys": _("concertation sans clés"),
    "note_replayed": _("décompte présenté deux fois"),
    "note_without_event": _("décompte sans trace de son auteur"),
    "note_malformed": _("décompte hors des règles"),
}

# Short: the full words of a group stand on the page of the policy.
GROUPS: Final[Mapping[str, Promise]] = {
    FieldGroup.FRAME: _("cadre"),
    FieldGroup.SUMMARY: _("résumé"),
    FieldGroup.NARRATIVE: _("récit"),
    FieldGroup.VOICE: _("voix"),
    FieldGroup.NETWORK: _("réseau"),
    FieldGroup.TIMELINE: _("fil"),
    FieldGroup.ACTIONS: _("actions"),
    FieldGroup.OUTCOME: _("résultat"),
}

# In which way a ledger's first bad entry is bad, as the sentence about that entry ends.
BAD_KINDS: Final[Mapping[str, Promise]] = {
    BadKind.CHANGED: _("elle a été modifiée après avoir été inscrite"),
    BadKind.MISSING: _("elle manque"),
    BadKind.INSERTED: _("une entrée a été glissée à cet endroit"),
    BadKind.REORDERED: _("l’ordre des entrées a été changé"),
    BadKind.TRUNCATED: _("les entrées à partir de celle-ci ont été retirées"),
    BadKind.FORGED_SIGNATURE: _("la signature d’un état signé ne tient pas"),
    BadKind.DERIVED_COLUMN: _("ce qui sert à la retrouver ne correspond plus à ce qui fut inscrit"),
    BadKind.CHECKPOINT_MISMATCH: _("les entrées ne sont plus celles d’un état signé"),
}

# Heads of the policy's columns.
ROLES: Final[Mapping[str, Promise]] = {
    Role.PARTICIPANT: _("intervenant·e"),
    Role.CASE_MANAGER: _("référent·e"),
    Role.COORDINATOR: _("coordination"),
    Role.INTERN: _("stagiaire"),
    Role.GUEST: _("invité·e"),
    Role.LIMITED_READER: _("lecteur limité"),
    Role.REPRESENTATIVE: _("représentant·e"),
    Role.DPO: _("DPO"),
    Role.ADMINISTRATOR: _("technique"),
}

# One word in a cell; the page's legend has the whole condition.
CONDITIONS: Final[Mapping[str, Promise]] = {
    When.ALWAYS: _("oui"),
    When.OWN: _("présentée"),
    When.ADDRESSED: _("adressée"),
    When.TICKED: _("ouverte"),
    When.HELD: _("suivie"),
    When.NAMED: _("nommée"),
}
AS_PARTICIPANT: Final = _("idem")
