"""The words of a situation's life (design 1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Need(models.TextChoices):
    """The closed list of needs; sealed like everything that speaks of a person."""

    HOUSING = "housing", _("logement")
    INCOME_RIGHTS = "income_rights", _("revenus et droits")
    HEALTH = "health", _("santé")
    MENTAL_HEALTH = "mental_health", _("santé mentale")
    ADDICTION = "addiction", _("assuétudes")
    FAMILY = "family", _("famille")
    ISOLATION = "isolation", _("isolement")
    VIOLENCE = "violence", _("violence")
    WORK = "work", _("travail")
    ADMINISTRATIVE_STATUS = "administrative_status", _("statut administratif")
    DAY_ACTIVITIES = "day_activities", _("activités de jour")
    SAFETY = "safety", _("sécurité")


class Urgency(models.TextChoices):
    """How soon, in a word; never by colour alone."""

    NOT_URGENT = "not_urgent", _("pas urgent")
    SOON = "soon", _("bientôt")
    ACUTE = "acute", _("aigu")


class SituationState(models.TextChoices):
    """draft → signalled → followed → dormant → closed → erased."""

    DRAFT = "draft", _("brouillon")
    SIGNALLED = "signalled", _("présentée")
    FOLLOWED = "followed", _("suivie")
    DORMANT = "dormant", _("en sommeil")
    CLOSED = "closed", _("clôturée")


OPEN_STATES = (SituationState.SIGNALLED, SituationState.FOLLOWED, SituationState.DORMANT)


class Informed(models.TextChoices):
    """Whether the person knows that the group speaks of the situation."""

    YES = "yes", _("oui")
    NOT_YET = "not_yet", _("pas encore")
    IMPOSSIBLE = "impossible", _("impossible")


class Agreement(models.TextChoices):
    """What the person agreed to."""

    GIVEN = "given", _("donné")
    PARTIAL = "partial", _("partiel")
    REFUSED = "refused", _("refusé")
    WITHDRAWN = "withdrawn", _("retiré")
    NOT_ASKED = "not_asked", _("pas demandé")


class TieKind(models.TextChoices):
    """How a tie around the person holds."""

    STRONG = "strong", _("lien fort")
    PRESENT = "present", _("présent")
    WORN = "worn", _("fragile")


class ContributionKind(models.TextChoices):
    """An entry of the timeline."""

    INFORMATION = "information", _("information")
    QUESTION = "question", _("question")
    DEVELOPMENT = "development", _("évolution")
    FEEDBACK = "feedback", _("retour")
    DECISION = "decision", _("décision de réunion")
    DISSENT = "dissent", _("avis différent")


class ActionState(models.TextChoices):
    """proposed → agreed → under way → done, not possible, not undertaken, withdrawn."""

    PROPOSED = "proposed", _("proposée")
    AGREED = "agreed", _("convenue")
    UNDER_WAY = "under_way", _("en cours")
    DONE = "done", _("fait")
    NOT_POSSIBLE = "not_possible", _("pas possible")
    NOT_UNDERTAKEN = "not_undertaken", _("pas entrepris")
    WITHDRAWN = "withdrawn", _("retirée")


OPEN_ACTION_STATES = (ActionState.PROPOSED, ActionState.AGREED, ActionState.UNDER_WAY)
ENDED_ACTION_STATES = (
    ActionState.DONE,
    ActionState.NOT_POSSIBLE,
    ActionState.NOT_UNDERTAKEN,
    ActionState.WITHDRAWN,
)


# Agreed by the group and not ended: what can be overdue, and what owes feedback.
AGREED_ACTION_STATES = (ActionState.AGREED, ActionState.UNDER_WAY)


class Outcome(models.TextChoices):
    """Why and how a situation is closed; `not_published` comes from an import only."""

    SUPPORT_NETWORK_REINFORCED = "support_network_reinforced", _("réseau de soutien renforcé")
    ADMISSION_AVOIDED = "admission_avoided", _("admission évitée")
    ADMISSION_DISCHARGE_RECONCILED = (
        "admission_discharge_reconciled",
        _("hôpital et quartier réconciliés"),
    )
    REFERRED = "referred", _("orientée, et le relais est pris")
    INFORMED = "informed", _("une information a suffi")
    NO_LONGER_NEEDED = "no_longer_needed", _("plus nécessaire")
    PERSON_DECLINES = "person_declines", _("la personne ne le souhaite pas")
    MOVED_AWAY = "moved_away", _("la personne a déménagé")
    ESCALATED = "escalated", _("portée au bassin plus large")
    DIED = "died", _("la personne est décédée")
    OTHER = "other", _("autre")
    NOT_PUBLISHED = "not_published", _("non publié")


class ConflictReason(models.TextChoices):
    """Why someone withdraws from a situation; sealed, and never more than the word."""

    RELATIVE = "relative", _("lien familial ou privé")
    NEIGHBOUR = "neighbour", _("voisinage ou vie sociale commune")
    OWN_INTEREST = "own_interest", _("intérêt personnel ou litige")
    OTHER_MISSION = "other_mission", _("autre mission auprès de la personne (contrôle, expertise)")
    UNSAID = "unsaid", _("sans le dire")


class AccessReason(models.TextChoices):
    """Why someone asks to be let in: about the one who asks, never about the person concerned."""

    REPLACING = "replacing", _("je remplace quelqu’un qui la suit")
    ASKED = "asked", _("on m’a demandé d’y prendre part")
    ADVICE = "advice", _("on me demande un avis de spécialiste")
    MEETING = "meeting", _("elle est à l’ordre du jour d’une réunion que je prépare")


class RequestState(models.TextChoices):
    """asked → granted or declined."""

    ASKED = "asked", _("en attente")
    GRANTED = "granted", _("accordée")
    DECLINED = "declined", _("pas accordée")


class ExtensionReason(models.TextChoices):
    """Why a situation is kept longer: a word of a list, so that nothing of it stands in clear."""

    RETURN = "return", _("un suivi doit reprendre, à une date connue")
    ADMISSION = "admission", _("la personne est absente ou admise, et revient")
    PROCEDURE = "procedure", _("une procédure en cours en dépend")
    RIGHTS = "rights", _("la personne exerce ses droits, ou demande qu’on la garde")
    FOLLOWED = "followed", _("le suivi dure, et sert toujours la personne")


class Opinion(models.TextChoices):
    """What the DPO answers; a word of a list too."""

    FAVOURABLE = "favourable", _("favorable")
    SHORTER = "shorter", _("favorable, mais pour moins longtemps")
    UNFAVOURABLE = "unfavourable", _("défavorable")


class ExtensionState(models.TextChoices):
    """asked → advised → granted or declined."""

    ASKED = "asked", _("attend l’avis du ou de la DPO")
    ADVISED = "advised", _("attend la décision")
    GRANTED = "granted", _("accordée")
    DECLINED = "declined", _("pas accordée")


OPEN_EXTENSIONS = (ExtensionState.ASKED, ExtensionState.ADVISED)


class ErasureCause(models.TextChoices):
    """Why something was erased."""

    DRAFT = "draft", _("brouillon jeté par son auteur·e")
    DECIDED = "decided", _("décision de la coordination")
    RETENTION = "retention", _("durée de conservation atteinte")
    ORDER = "order", _("ordre exécuté sur le serveur")
    RESTORED = "restored", _("effacée à nouveau après une restauration")


class NoticeKind(models.TextChoices):
    """Why someone is told of something: the reason, never content nor code."""

    ACTION_GIVEN = "action_given", _("une action convenue vous revient")
    ACTION_DUE = "action_due", _("une de vos actions arrive à échéance")
    ACTION_OVERDUE = "action_overdue", _("une de vos actions a dépassé son échéance")
    FEEDBACK_OWED = "feedback_owed", _("le groupe attend votre retour sur une action")
    NEWS = "news", _("il y a du nouveau dans une situation dont vous êtes référent·e")
    REVIEW_DUE = "review_due", _("une situation dont vous êtes référent·e est à revoir")
    HOLDER_PROPOSED = "holder_proposed", _("on vous propose d’être référent·e d’une situation")
    HOLDER_ACCEPTED = "holder_accepted", _("la référence que vous aviez proposée est acceptée")
    HOLDER_DECLINED = "holder_declined", _("la référence que vous aviez proposée est déclinée")


# What can't wait for tomorrow's digest.
URGENT_NOTICES = frozenset({NoticeKind.HOLDER_PROPOSED})
