"""Who may do what: one declarative table, and the pure function that reads it.

The table is data (`TABLE`): for each act, and for acts on text for each field group, the roles and
the condition under which each may. `manage.py policy table` prints it, the page “Qui peut voir
quoi” shows it, a test walks every cell. Missing owner, role, charter, second factor or purpose
means no.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from ethics.policy_facts import PersonFacts, SubjectFacts
from ethics.roles import FULL_ROLES, KEY_ROLES, READING_ROLES, Role, SecrecyStatus


class FieldGroup(models.TextChoices):
    """The groups of fields of a situation (design 1)."""

    FRAME = "frame", _("cadre : code, état, dates")
    SUMMARY = "summary", _("résumé : titre, besoins, urgence")
    NARRATIVE = "narrative", _("récit et question au groupe")
    VOICE = "voice", _("voix de la personne")
    NETWORK = "network", _("réseau autour de la personne")
    TIMELINE = "timeline", _("fil : contributions et retours")
    ACTIONS = "actions", _("actions convenues")
    OUTCOME = "outcome", _("résultat")


class Act(models.TextChoices):
    """What can be asked of the policy."""

    READ = "read", _("lire")
    LIST = "list", _("voir dans le tableau")
    SEARCH = "search", _("chercher dans les textes")
    EXPORT = "export", _("emporter sa vue du tableau dans un fichier")
    BRING = "bring", _("présenter une situation")
    SUBMIT = "submit", _("soumettre un brouillon à sa ou son responsable de stage")
    SHARE_DRAFT = "share_draft", _("décider de partager un brouillon")
    READ_OWN = "read_own", _("relire ce que l’on a écrit en présentant")
    EDIT = "edit", _("modifier la présentation")
    CONTRIBUTE = "contribute", _("ajouter au fil")
    PROPOSE_ACTION = "propose_action", _("proposer une action")
    AGREE_ACTION = "agree_action", _("convenir d’une action")
    MOVE_ACTION = "move_action", _("faire avancer une action")
    GIVE_FEEDBACK = "give_feedback", _("donner un retour")
    SET_CASE_MANAGER = "set_case_manager", _("désigner la référence")
    CLOSE = "close", _("clôturer")
    REOPEN = "reopen", _("rouvrir une situation clôturée")
    DECIDE_SHARING = "decide_sharing", _("décider d’un partage ultérieur")
    WITHDRAW_AGREEMENT = "withdraw_agreement", _("noter que la personne retire son accord")
    READ_HISTORY = "read_history", _("voir l’historique des champs")
    SEE_READERS = "see_readers", _("voir qui a consulté")
    RESTRICT = "restrict", _("restreindre à des personnes nommées, rouvrir")
    WITHDRAW = "withdraw", _("se retirer d’une situation")
    WITHDRAW_OTHER = "withdraw_other", _("retirer quelqu’un d’une situation")
    ERASE = "erase", _("effacer une situation clôturée")
    EXTEND = "extend", _("demander et décider qu’une situation est gardée plus longtemps")
    GIVE_OPINION = "give_opinion", _("rendre un avis sur une prolongation, sans rien lire")
    READ_ERASURES = "read_erasures", _("lire les procès-verbaux d’effacement")
    ASK_ACCESS = "ask_access", _("demander l’accès à une situation restreinte")
    GRANT_ACCESS = "grant_access", _("accorder l’accès pour un temps")
    READ_MEETINGS = "read_meetings", _("voir réunions et ordre du jour")
    VISIT_MEETING = "visit_meeting", _("voir la réunion à laquelle on est invité·e")
    PLAN_MEETING = "plan_meeting", _("prévoir et tenir une réunion")
    TAKE_PART = "take_part", _("dire si l’on vient, demander un point")
    NOTE_MEETING = "note_meeting", _("noter et lire une intervision, une concertation thématique")
    READ_REPORT = "read_report", _("lire le rapport de l’année")
    LIFT_SUPPRESSION = "lift_suppression", _("lever le masquage des petits nombres")
    IMPORT = "import", _("importer un tableau de suivi")
    RECORD_FRAMEWORK = "record_framework", _("enregistrer un cadre légal de concertation")
    READ_MEMBERS = "read_members", _("voir les membres")
    READ_NOTICE = "read_notice", _("remettre la notice à la personne")
    OPEN_TO_GUEST = "open_to_guest", _("ouvrir une situation à un·e invité·e, la reprendre")
    INVITE = "invite", _("inviter")
    ADMIT = "admit", _("admettre")
    REMOVE = "remove", _("retirer un membre")
    CHANGE_ROLE = "change_role", _("changer le rôle d’un membre")
    RESTORE = "restore", _("rétablir un accès")
    VOUCH = "vouch", _("rétablir un accès à deux, après un jour ouvrable")
    RENEW_KEYS = "renew_keys", _("renouveler les clés et la clé de secours")
    READ_LEDGER = "read_ledger", _("lire le journal des accès")
    VERIFY_LEDGER = "verify_ledger", _("vérifier le journal")
    KEEP_LOG = "keep_log", _("demander et décider que le journal est gardé plus longtemps")
    READ_OWN_LOG = "read_own_log", _("lire son propre journal")
    REVIEW = "review", _("tenir la revue mensuelle des accès")
    ANSWER_REVIEW = "answer_review", _("répondre à une question sur ses propres accès")
    SUBSCRIBE = "subscribe", _("faire adhérer l’organisation")
    ADMINISTER = "administer", _("créer concertations et organisations")
    PUBLISH_CHARTER = "publish_charter", _("publier une version de la charte")


class When(models.TextChoices):
    """Under which condition a role may."""

    ALWAYS = "always", _("oui")
    OWN = "own", _("ce qu’elle ou il a présenté, ou sa ou son stagiaire")
    ADDRESSED = "addressed", _("l’action qui lui est adressée")
    TICKED = "ticked", _("la situation ouverte pour elle ou lui")
    HELD = "held", _("la situation dont elle ou il est référent·e")
    NAMED = "named", _("la situation restreinte dont elle ou il est lecteur nommé")


class Refusal(StrEnum):
    """Why not; these codes stand in the ledger."""

    NOT_SIGNED_IN = "not_signed_in"
    NO_SECOND_FACTOR = "no_second_factor"
    NO_PARTICIPATION = "no_participation"
    PARTICIPATION_ENDED = "participation_ended"
    NOT_IN_CHAIN = "not_in_chain"
    NO_SUBSCRIPTION = "no_subscription"
    NO_CHARTER = "no_charter"
    NO_PURPOSE = "no_purpose"
    UNKNOWN_SUBJECT = "unknown_subject"
    CONFLICT = "conflict_of_interest"
    NOT_IN_AUDIENCE = "not_in_audience"
    DRAFT = "draft_of_someone_else"
    NOT_BOUND = "not_bound_by_secrecy"
    ROLE = "role"
    STATE = "state"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Decision:
    """Granted, with the role that granted it, or refused, with the reason."""

    granted: bool
    role: Role | None = None
    refusal: Refusal | None = None
    groups: frozenset[FieldGroup] = field(default_factory=frozenset)


R, W, G = Role, When, FieldGroup
Cell = Mapping[Role, When]

_CIRCLE: Final[Cell] = MappingProxyType({R.PARTICIPANT: W.ALWAYS, R.COORDINATOR: W.ALWAYS})
# An intern reads, adds and proposes; what commits the group or changes who reads is a member's.
_READERS: Final[Cell] = MappingProxyType({**_CIRCLE, R.INTERN: W.ALWAYS})
_CIRCLE_AND_GUEST: Final[Cell] = MappingProxyType({**_READERS, R.GUEST: W.TICKED})
_WHO_ANSWERS: Final[Cell] = MappingProxyType(
    {R.PARTICIPANT: W.OWN, R.CASE_MANAGER: W.HELD, R.COORDINATOR: W.ALWAYS}
)
_EVERYONE: Final[Cell] = MappingProxyType(
    {**_READERS, R.GUEST: W.ALWAYS, R.LIMITED_READER: W.ALWAYS}
)

# Reading and writing text, by field group. A limited reader sees the frame of what they brought
# and the actions addressed to them; never narrative, health or social fields (design 1).
READ_TABLE: Final[Mapping[FieldGroup, Cell]] = MappingProxyType(
    {
        G.FRAME: MappingProxyType({**_CIRCLE_AND_GUEST, R.LIMITED_READER: W.OWN}),
        G.SUMMARY: _CIRCLE_AND_GUEST,
        G.NARRATIVE: _CIRCLE_AND_GUEST,
        G.VOICE: _CIRCLE_AND_GUEST,
        G.NETWORK: _CIRCLE_AND_GUEST,
        G.TIMELINE: _CIRCLE_AND_GUEST,
        G.ACTIONS: MappingProxyType({**_CIRCLE_AND_GUEST, R.LIMITED_READER: W.ADDRESSED}),
        G.OUTCOME: _READERS,
    }
)

_OF_THE_COORDINATION: Final = (
    Act.WITHDRAW_OTHER, Act.ERASE, Act.PLAN_MEETING, Act.LIFT_SUPPRESSION, Act.IMPORT,
    Act.RECORD_FRAMEWORK, Act.OPEN_TO_GUEST, Act.INVITE, Act.ADMIT, Act.REMOVE, Act.CHANGE_ROLE,
    Act.RESTORE, Act.RENEW_KEYS, Act.KEEP_LOG,
)  # fmt: skip

TABLE: Final[Mapping[Act, Cell]] = MappingProxyType(
    {
        Act.LIST: _READERS,
        # Never a guest's or a limited reader's (design 1); a file is not an intern's either.
        Act.SEARCH: _READERS,
        Act.EXPORT: _CIRCLE,
        Act.BRING: MappingProxyType({**_READERS, R.LIMITED_READER: W.ALWAYS}),
        Act.SUBMIT: MappingProxyType({R.INTERN: W.ALWAYS}),
        Act.SHARE_DRAFT: MappingProxyType(
            dict.fromkeys((R.PARTICIPANT, R.COORDINATOR, R.LIMITED_READER), W.OWN)
        ),
        # The text of who brought it, as they wrote it: only what is sealed to them by name.
        Act.READ_OWN: MappingProxyType(
            dict.fromkeys((R.PARTICIPANT, R.COORDINATOR, R.INTERN, R.LIMITED_READER), W.OWN)
        ),
        Act.EDIT: _WHO_ANSWERS,
        Act.CONTRIBUTE: _CIRCLE_AND_GUEST,
        Act.PROPOSE_ACTION: _CIRCLE_AND_GUEST,
        Act.AGREE_ACTION: _CIRCLE,
        Act.MOVE_ACTION: MappingProxyType(
            {**_WHO_ANSWERS}
            | dict.fromkeys((R.PARTICIPANT, R.INTERN, R.GUEST, R.LIMITED_READER), W.ADDRESSED)
        ),
        Act.GIVE_FEEDBACK: MappingProxyType(
            {**_READERS, R.GUEST: W.TICKED, R.LIMITED_READER: W.ADDRESSED}
        ),
        # Not the whole circle: who names themself may edit and close.
        Act.SET_CASE_MANAGER: _WHO_ANSWERS,
        Act.CLOSE: _WHO_ANSWERS,
        Act.REOPEN: _WHO_ANSWERS,
        Act.DECIDE_SHARING: _CIRCLE,
        # Whoever hears it notes it at once: waiting for the one who brought it would expose.
        Act.WITHDRAW_AGREEMENT: _READERS,
        Act.READ_HISTORY: _READERS,
        Act.SEE_READERS: _READERS,
        Act.RESTRICT: _WHO_ANSWERS,
        Act.WITHDRAW: _READERS,
        Act.EXTEND: _WHO_ANSWERS,
        Act.GIVE_OPINION: MappingProxyType({R.DPO: W.ALWAYS}),
        Act.READ_ERASURES: MappingProxyType({R.COORDINATOR: W.ALWAYS, R.DPO: W.ALWAYS}),
        Act.ASK_ACCESS: _CIRCLE,
        Act.GRANT_ACCESS: MappingProxyType({R.PARTICIPANT: W.NAMED, R.COORDINATOR: W.NAMED}),
        Act.READ_MEETINGS: _READERS,
        # The reading compares the meeting with the one the guest's place is bound to.
        Act.VISIT_MEETING: MappingProxyType({R.GUEST: W.ALWAYS}),
        Act.TAKE_PART: _READERS,
        Act.NOTE_MEETING: _READERS,
        Act.READ_REPORT: _READERS,
        Act.READ_MEMBERS: _EVERYONE,
        # What the person is told is checked by whom they may complain to.
        Act.READ_NOTICE: MappingProxyType({**_EVERYONE, R.DPO: W.ALWAYS}),
        **dict.fromkeys(_OF_THE_COORDINATION, MappingProxyType({R.COORDINATOR: W.ALWAYS})),
        Act.VOUCH: _CIRCLE,
        Act.READ_LEDGER: MappingProxyType({R.DPO: W.ALWAYS}),
        Act.VERIFY_LEDGER: MappingProxyType({R.DPO: W.ALWAYS, R.COORDINATOR: W.ALWAYS}),
        Act.READ_OWN_LOG: MappingProxyType({**_EVERYONE, R.DPO: W.ALWAYS}),
        Act.REVIEW: MappingProxyType({R.DPO: W.ALWAYS}),
        Act.ANSWER_REVIEW: _EVERYONE,
        Act.SUBSCRIBE: MappingProxyType({R.REPRESENTATIVE: W.ALWAYS}),
        Act.ADMINISTER: MappingProxyType({R.ADMINISTRATOR: W.ALWAYS}),
        # A version binds every concertation of the platform: published where none is read.
        Act.PUBLISH_CHARTER: MappingProxyType({R.ADMINISTRATOR: W.ALWAYS}),
    }
)

# Acts of roles held outside any concertation: no participation stands in the way.
OUTSIDE: Final = frozenset({Act.ADMINISTER, Act.SUBSCRIBE, Act.PUBLISH_CHARTER})

# A guest of one meeting comes for an hour: who else belongs to the circle isn't theirs to read.
NOT_FOR_ONE_MEETING: Final = frozenset({Act.READ_MEMBERS})

# Acts on one situation: the audience, conflicts and its state count.
ON_A_SITUATION: Final = frozenset(
    {
        Act.READ, Act.LIST, Act.EDIT, Act.CONTRIBUTE, Act.PROPOSE_ACTION, Act.AGREE_ACTION,
        Act.MOVE_ACTION, Act.GIVE_FEEDBACK, Act.SET_CASE_MANAGER, Act.CLOSE, Act.DECIDE_SHARING,
        Act.WITHDRAW_AGREEMENT, Act.READ_HISTORY, Act.SEE_READERS, Act.RESTRICT, Act.WITHDRAW,
        Act.WITHDRAW_OTHER, Act.GRANT_ACCESS, Act.ERASE, Act.REOPEN,
        Act.READ_OWN, Act.OPEN_TO_GUEST, Act.SUBMIT, Act.SHARE_DRAFT,
        Act.EXTEND, Act.SEARCH, Act.EXPORT,
    }
)  # fmt: skip
WRITES: Final = ON_A_SITUATION - {
    Act.READ, Act.READ_OWN, Act.LIST, Act.SEARCH, Act.EXPORT, Act.READ_HISTORY,
    Act.SEE_READERS,
}  # fmt: skip
# A closed situation is read, and nothing more, until it is reopened or erased; who may read it and
# how long it is kept can still change, and the person may withdraw their agreement.
ONCE_SHARED: Final = frozenset(
    {
        Act.RESTRICT, Act.WITHDRAW, Act.WITHDRAW_OTHER, Act.GRANT_ACCESS, Act.WITHDRAW_AGREEMENT,
        Act.OPEN_TO_GUEST, Act.EXTEND,
    }
)  # fmt: skip
CLOSED_ONLY: Final = frozenset({Act.ERASE, Act.REOPEN})
OPEN_ONLY: Final = WRITES - ONCE_SHARED - CLOSED_ONLY


def cell(act: Act, group: FieldGroup | None = None) -> Cell:
    """One cell of the table; an act or group that isn't there has nobody in it."""
    if act == Act.READ:
        return READ_TABLE.get(group, {}) if group else {}
    return TABLE.get(act, {})


def who_is(person: PersonFacts) -> Refusal | None:
    """Why this person may do nothing here; `None` when the door can be asked."""
    if not person.second_factor:
        return Refusal.NO_SECOND_FACTOR
    if not person.participating:
        return Refusal.NO_PARTICIPATION
    if not person.current:
        return Refusal.PARTICIPATION_ENDED
    if not person.in_chain:
        return Refusal.NOT_IN_CHAIN
    if not person.subscribed:
        return Refusal.NO_SUBSCRIPTION
    if not person.signed:
        return Refusal.NO_CHARTER
    return None


def in_reach(act: Act, person: PersonFacts) -> bool:
    """Whether a role of this person stands in the act's cell at all: may they see an empty list?"""
    if person.one_meeting and act in NOT_FOR_ONE_MEETING:
        return False
    return who_is(person) is None and _granting(cell(act), person, None) is not None


@lru_cache(maxsize=4096)  # pure, and a board asks the same question for every row
def decide(
    act: Act,
    person: PersonFacts,
    subject: SubjectFacts | None = None,
    groups: frozenset[FieldGroup] = frozenset(),
) -> Decision:
    """Decide one act: granted with the role that grants it, or refused with the first reason.

    For reading, `groups` is what was asked; the decision carries what is granted, and is a refusal
    when that is nothing. Acts on a situation need its facts: without them the answer is no.
    """
    refusal = who_is(person)
    if refusal is None and act in ON_A_SITUATION:
        refusal = _about(act, person, subject)
    if refusal is not None:
        return Decision(False, refusal=refusal)
    if person.one_meeting and act in NOT_FOR_ONE_MEETING:
        return Decision(False, refusal=Refusal.ROLE)
    if act == Act.READ:
        return _read(person, subject, groups)
    role = _granting(cell(act), person, subject)
    if role is None:
        return Decision(False, refusal=Refusal.ROLE)
    return Decision(True, role=role)


def _read(
    person: PersonFacts, subject: SubjectFacts | None, groups: frozenset[FieldGroup]
) -> Decision:
    granted = {}
    for group in sorted(groups):
        role = _granting(cell(Act.READ, group), person, subject)
        if role is not None:
            granted[group] = role
    if not granted:
        return Decision(False, refusal=Refusal.ROLE)
    return Decision(True, role=next(iter(granted.values())), groups=frozenset(granted))


def _about(act: Act, person: PersonFacts, subject: SubjectFacts | None) -> Refusal | None:
    if subject is None or not subject.known:
        return Refusal.UNKNOWN_SUBJECT
    if subject.draft and not subject.answered_for:
        return Refusal.DRAFT
    if subject.conflict:
        return Refusal.CONFLICT
    if subject.hidden and not subject.answered_for:
        return Refusal.HIDDEN
    personal = subject.answered_for or subject.addressed or subject.guest_ticked
    if subject.restricted and not (subject.named_reader or subject.guest_ticked):
        return Refusal.NOT_IN_AUDIENCE
    if person.status != SecrecyStatus.PROFESSIONAL and not personal:
        return Refusal.NOT_BOUND
    if act in OPEN_ONLY and subject.closed:
        return Refusal.STATE
    if act in CLOSED_ONLY and not subject.closed:
        return Refusal.STATE
    if act in ONCE_SHARED and subject.draft:
        # A draft gets readers by the sharing decision, and by nothing else; it is its author's to
        # keep or throw away.
        return Refusal.STATE
    return None


def _granting(where: Cell, person: PersonFacts, subject: SubjectFacts | None) -> Role | None:
    roles = person.roles
    if subject is not None and subject.held and roles & FULL_ROLES:
        roles = roles | {Role.CASE_MANAGER}
    for role in Role:  # the order of the enumeration, so that the answer is always the same
        if role in roles and role in where and _holds(where[role], role, subject):
            # The circle's roles open text only to people bound by professional secrecy.
            bound = person.status == SecrecyStatus.PROFESSIONAL
            if role in KEY_ROLES | {Role.CASE_MANAGER} and not bound:
                continue
            if role in READING_ROLES and Role.DPO in person.roles:
                continue
            return role
    return None


def _holds(when: When, role: Role, subject: SubjectFacts | None) -> bool:
    if when == When.ALWAYS:
        return True
    if subject is None:
        return False
    return {
        When.OWN: subject.own or (subject.supervised and role in FULL_ROLES),
        When.ADDRESSED: subject.addressed,
        When.TICKED: subject.guest_ticked,
        When.HELD: subject.held,
        When.NAMED: subject.restricted and subject.named_for_good,
    }[when]
