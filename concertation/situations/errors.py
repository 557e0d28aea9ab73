"""What can go wrong with a situation; forms say it beside the field.

Messages name the rule, never content: they may stand in a page, not in a log.
"""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _


class SituationError(Exception):
    """Nothing was saved. `field` is where the form shows the message, empty for the whole form."""

    field: str = ""
    message: ClassVar[str | Promise] = _("Ceci n’a pas pu être enregistré.")

    def __str__(self) -> str:
        return str(self.message)


class NoSupervisor(SituationError):
    """An intern whose supervisor left, or confirms nothing any more."""

    message = _(
        "Personne ne peut confirmer pour l’instant\u00a0: demandez à la coordination de désigner"
        " votre responsable de stage. Le brouillon est gardé."
    )


class AlreadySubmitted(SituationError):
    """Sent twice: the supervisor has it."""

    message = _("Votre responsable de stage a déjà ce brouillon.")


class StaleVersion(SituationError):
    """Someone else saved in between: both texts are shown, nothing is overwritten."""

    message = _(
        "Quelqu’un a modifié ce texte pendant que vous écriviez. Vos mots sont gardés"
        "\u00a0: comparez les deux textes, puis enregistrez celui qui convient."
    )


class NotReadable(SituationError):
    """A text that has to be known first doesn't open: writing over it would lose it."""

    message = _(
        "Une partie de ce texte ne peut pas être ouverte, le DPO est averti. Pour ne rien"
        " perdre, rien n’est modifié."
    )


class SealedToFormerKeys(NotReadable):
    """A draft from before a password or second factor was lost: announced then, and no alarm."""

    message = _(
        "Ce brouillon est scellé à vos anciennes clés\u00a0: il ne peut plus être ouvert. Vous"
        " pouvez le supprimer."
    )


class TextTooLong(SituationError):
    """A text is longer than agreed."""

    def __init__(self, field: str, limit: int) -> None:
        super().__init__(field)
        self.field, self.limit = field, limit

    def __str__(self) -> str:
        return ngettext(
            "Ce texte est trop long\u00a0: %(limit)d caractère au plus.",
            "Ce texte est trop long\u00a0: %(limit)d caractères au plus.",
            self.limit,
        ) % {"limit": self.limit}


class TextMissing(SituationError):
    """A text that the group needs is empty."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field

    def __str__(self) -> str:
        return gettext("Ce texte manque encore.")


class NotInList(SituationError):
    """A coded answer that is in no closed list."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field

    def __str__(self) -> str:
        return gettext("Choisissez une réponse de la liste.")


class Incomplete(SituationError):
    """A draft lacks what the group needs to answer; `fields` says what."""

    message = _(
        "Il manque encore de quoi répondre à la question\u00a0: complétez le brouillon avant de"
        " le partager."
    )

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(*fields)
        self.fields = fields


class AlreadyBrought(SituationError):
    """This draft was shared before; `code` is the one it got (a second click, not a mistake)."""

    message = _("Cette situation est déjà présentée.")

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class BroughtMeanwhile(StaleVersion):
    """Its form came again with other words after it was shared: “back”, another window."""

    message = _(
        "Cette situation est déjà présentée et rien n’est écrasé. Vos mots sont gardés\u00a0:"
        " comparez les deux textes, puis enregistrez s’il faut modifier."
    )


class LongSequenceNeeded(SituationError):
    """The answers lead beyond the short path: nothing is shared."""

    message = _("Avec ces réponses, la situation n’est pas partagée. Le brouillon est gardé.")


class AgreementWithdrawn(SituationError):
    """The person withdrew their agreement: what they took back isn't shown to anybody."""

    message = _(
        "La personne a retiré son accord\u00a0: la situation reste un brouillon. Reprenez avec elle"
        " avant d’en parler."
    )


class NotTheQuestion(SituationError):
    """An answer to a question that isn't asked (an old page, or a forged form)."""

    message = _(
        "Cette question ne se pose plus\u00a0: vos réponses ont changé, peut-être dans une autre"
        " fenêtre. Voici où vous en êtes."
    )


class AnswersChanged(SituationError):
    """The answers changed between the summary and its confirmation."""

    message = _(
        "Vos réponses ont changé depuis ce résumé, peut-être dans une autre fenêtre. Rien n’est"
        " décidé\u00a0: relisez-les."
    )


class RecipientsMissing(SituationError):
    """Yes was answered about nobody."""

    field = "recipients"
    message = _("Choisissez au moins une personne, ou répondez «\u00a0non\u00a0».")


class RecipientRefused(SituationError):
    """Somebody chosen can't receive a shared secret; `names` says who."""

    field = "recipients"

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(*names)
        self.names = names

    def __str__(self) -> str:
        return gettext("À retirer du choix\u00a0: %(names)s.") % {"names": "; ".join(self.names)}


class ParticipantsMissing(SituationError):
    """A framework names its participants."""

    field = "participants"
    message = _("Choisissez les participants que le document nomme.")


class AdviserMissing(SituationError):
    """Advice is asked of somebody."""

    field = "adviser"
    message = _("Choisissez à qui demander un avis.")


class NotAttested(SituationError):
    """Nobody attested that no reader should recognise the person."""

    field = "attested"
    message = _("Sans cette attestation, la situation reste un brouillon.")


class NoSuchOwner(SituationError):
    """An action needs an owner with a place in this concertation."""

    field = "owner"
    message = _("Choisissez une personne de la concertation.")


class OwnerNotForGuests(NoSuchOwner):
    """A guest addresses nothing to a limited reader: the circle decides what such a reader sees."""

    message = _(
        "Seul le cercle peut adresser une action à cette personne\u00a0: proposez-la à quelqu’un"
        " d’autre, ou demandez à la coordination."
    )


class OwnerNotAdmitted(SituationError):
    """Someone outside the circle of readers must be admitted before an action is sealed to them."""

    field = "owner"
    message = _(
        "Cette personne n’est pas encore admise\u00a0: l’action ne peut pas lui être adressée."
    )


class NoSuchManager(SituationError):
    """A situation is held by a reader bound by professional secrecy."""

    field = "case_manager"
    message = _("La référence revient à une personne de la concertation tenue au secret.")


class DueTooEarly(SituationError):
    """An action can't be due before it is proposed."""

    field = "due_on"
    message = _("L’échéance tombe avant la date de la proposition.")


class DateOutOfReach(SituationError):
    """A date in the future for what has happened, or too far ahead for what is planned."""

    field = "on"
    message = _("Cette date n’est pas possible.")


class NoSuchAction(SituationError):
    """No action of this situation has this number."""

    message = _("Cette action n’existe pas.")


class TransitionRefused(SituationError):
    """An action or situation doesn't go from this state to that one."""

    field = "state"
    message = _("Ce changement d’état n’est pas possible.")


class ReasonMissing(SituationError):
    """“Not possible” says why: the group learns from it."""

    field = "text"
    message = _("Dites en quelques mots pourquoi ce n’est pas possible.")


class KindRefused(SituationError):
    """Decisions and dissent of a meeting are entered by the coordinator."""

    field = "kind"
    message = _("Les décisions et les avis différents sont notés par la coordination.")


class TooFewReaders(SituationError):
    """A restricted situation has two readers at least: one alone would leave it with nobody."""

    field = "readers"
    message = _("Nommez au moins deux personnes tenues au secret, pour un accès durable.")


class NoSuchReader(SituationError):
    """Only the circle, and guests for whom it is open already, can be named."""

    field = "readers"
    message = _("Choisissez des personnes de la liste.")


class ConflictStands(SituationError):
    """Someone withdrew who holds the circle's key: opening it to the circle would let them in."""

    field = "audience"
    message = _(
        "Quelqu’un s’est retiré de cette situation\u00a0: elle ne peut pas être rouverte à tout le"
        " cercle. Nommez les personnes qui la lisent."
    )


class LastReaders(SituationError):
    """Withdrawing would leave fewer than two readers."""

    message = _(
        "Il ne resterait pas deux personnes pour suivre cette situation. Nommez d’abord quelqu’un"
        " d’autre parmi ses lecteurs."
    )


class OwnerNotInAudience(SituationError):
    """An action of a restricted situation goes to one of its readers."""

    field = "owner"
    message = _(
        "Cette situation est restreinte\u00a0: confiez l’action à une des personnes qui la lisent."
    )


class NotOneOfThem(SituationError):
    """Someone who has no reading access can't be withdrawn from a situation."""

    field = "participation"
    message = _("Choisissez une personne de la concertation.")


class CodeMistyped(SituationError):
    """The check character says that this can't be a code: a slip of the finger."""

    field = "code"
    message = _("Ce code contient une faute de frappe\u00a0: vérifiez ses huit caractères.")


class TooManyRequests(SituationError):
    """Asking for access is limited, whatever the codes are."""

    field = "code"
    message = _("Cinq demandes par jour au plus. Réessayez demain, ou appelez la coordination.")


class RequestAnswered(SituationError):
    """Somebody answered this request meanwhile."""

    message = _("Quelqu’un a déjà répondu à cette demande.")


class ExtensionTooLong(SituationError):
    """Twelve months at most: in all for a closed situation, each time for an open one."""

    field = "months"
    message = _(
        "C’est trop long\u00a0: une situation clôturée est gardée douze mois de plus au total,"
        " jamais davantage. Choisissez moins de mois."
    )


class ExtensionAsked(SituationError):
    """One question at a time about one situation."""

    message = _("Une prolongation est déjà demandée. La voici\u00a0: elle attend sa réponse.")


class ExtensionAnswered(SituationError):
    """Somebody advised or decided meanwhile, or the DPO didn't advise yet."""

    message = _(
        "Cette demande n’attend plus cette réponse\u00a0: quelqu’un a répondu entre-temps. Voici"
        " où elle en est."
    )


class NotYourVoice(SituationError):
    """The coordinator and the case manager decide, one voice each."""

    message = _(
        "Deux personnes décident\u00a0: la coordination, et la personne référente ou, à défaut,"
        " celle qui a présenté la situation. Votre voix n’est pas attendue ici, ou elle est donnée."
    )


class NotAGuest(SituationError):
    """Only an admitted guest of this concertation is given a single situation."""

    message = _("Seule une personne invitée, et admise, peut recevoir une situation.")


class EndsBefore(SituationError):
    """The guest's place ends before the day given."""

    field = "until"
    message = _(
        "La place de cette personne se termine avant cette date : choisissez un jour plus proche."
    )
