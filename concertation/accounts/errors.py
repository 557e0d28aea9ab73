"""What may go wrong with accounts, as sentences people understand; forms show them as they are."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AccountError(Exception):
    """A rule of this sub-app said no; `field` names the form's field that puts it right."""

    field: ClassVar[str | None] = None
    sentence: ClassVar[str | Promise] = ""

    def __str__(self) -> str:
        return str(self.sentence)


# What every form says when the server's slots for passwords stayed taken.
BUSY = _(
    "Beaucoup de personnes se connectent en ce moment. Attendez quelques instants et renvoyez :"
    " ce que vous avez écrit est toujours là."
)


class WrongSignIn(AccountError):
    """The same sentence for an unknown account and a wrong password."""

    sentence = _(
        "Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez les deux et réessayez."
    )


class NoKeys(AccountError):
    """The password is right, but no key pair was ever made."""

    sentence = _(
        "Ce compte n’a pas encore ses clés. Ouvrez d’abord l’invitation reçue par courriel, ou"
        " demandez à la coordination de vous en renvoyer une."
    )


class KeysShut(AccountError):
    """The password is right, but the keys on record don't open with it."""

    sentence = _(
        "Le mot de passe est bon, mais vos clés ne s’ouvrent pas. Prévenez la coordination de"
        " votre concertation."
    )


class WrongCode(AccountError):
    """A second-factor code that isn't good, or was already used."""

    field = "code"
    sentence = _(
        "Ce code n’est pas le bon, ou il a déjà servi. Attendez le code suivant de votre"
        " application et réessayez."
    )


class PasskeyRefused(AccountError):
    """What the browser answered doesn't hold, came too late, or was used before."""

    sentence = _(
        "La clé d’accès n’a pas été reconnue, ou elle a répondu trop tard. Réessayez, ou donnez un"
        " code."
    )


class TooManyPasskeys(AccountError):
    """Ten passkeys are enough for anybody."""

    sentence = _("Vous avez déjà dix clés d’accès : retirez-en une d’abord.")


class LastFactor(AccountError):
    """The last second factor is never removed: the account would be open to the password alone."""

    sentence = _(
        "C’est votre seul deuxième facteur : installez-en un autre avant de retirer celui-ci."
    )


class TooSoon(AccountError):
    """Wrong codes in a row: each makes the wait twice as long."""

    field = "code"

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds

    def __str__(self) -> str:
        return str(_("Trop d’essais : attendez %(seconds)d secondes, puis réessayez.")) % {
            "seconds": self.seconds
        }


class WrongPassword(AccountError):
    """The password asked again isn't the actor's."""

    field = "password"
    sentence = _("Ce n’est pas votre mot de passe.")


class WrongCurrentPassword(WrongPassword):
    """The same, beside the field that asks the password in use now."""

    field = "current"


class LinkSpent(AccountError):
    """A link by e-mail works once, for an hour."""

    sentence = _(
        "Ce lien a déjà servi, ou son heure est passée. Demandez-en un nouveau : le dernier reçu"
        " est le seul qui fonctionne."
    )


class FactorGone(AccountError):
    """A second factor was set up for these keys, and none is left on record."""

    sentence = _(
        "Votre deuxième facteur n’est plus enregistré, et vous ne l’avez pas retiré ici. Pour votre"
        " sécurité, il ne peut pas être refait avec le mot de passe seul : demandez un lien."
    )


class WrongDigitsHeard(AccountError):
    """The digits typed aren't those of the keys on record."""

    field = "digits"
    sentence = _(
        "Ces vingt chiffres ne sont pas ceux que nous connaissons. Faites-les relire, groupe par"
        " groupe. S’ils diffèrent encore, n’admettez pas cette personne : quelqu’un a pu prendre"
        " sa place ou changer ses clés. Prévenez le DPO ; rien n’a été ouvert."
    )


class NotReady(AccountError):
    """The newcomer has not signed, or their organisation has not subscribed."""

    sentence = _(
        "Cette personne n’est pas encore prête : son organisation doit avoir adhéré à la charte,"
        " et elle doit l’avoir signée."
    )


class NotAwaiting(AccountError):
    """Only someone who awaits admission is admitted."""

    sentence = _("Cette personne n’attend pas d’admission.")


class NotYourself(AccountError):
    """A coordinator who removed themself could leave a concertation without one."""

    sentence = _(
        "Vous ne pouvez ni vous retirer vous-même ni changer votre propre rôle : demandez-le à une"
        " autre coordination."
    )


class AlreadyThere(AccountError):
    """One open place for a person, a concertation and an organisation."""

    field = "email"
    sentence = _("Cette personne a déjà une place pour cette organisation dans la concertation.")


class RolesClash(AccountError):
    """Roles and secrecy status that may not stand together (design 1)."""

    field = "role"

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__()
        self._sentence = sentence

    def __str__(self) -> str:
        return str(self._sentence)


class GuestTooLong(AccountError):
    """A guest comes for a meeting or a situation, not for good."""

    field = "ends_on"
    sentence = _(
        "L’accès d’un·e invité·e dure au plus douze mois : choisissez une date plus proche."
    )


class NotAnAddress(AccountError):
    """Addresses in ASCII only: other letters look like them and reach another account."""

    field = "email"
    sentence = _(
        "Une adresse électronique s’écrit ici sans accents ni lettres d’un autre alphabet :"
        " vérifiez-la."
    )


class InvitationSpent(AccountError):
    """An invitation's link works once, for fourteen days."""

    sentence = _(
        "Ce lien a déjà servi, ou ses quatorze jours sont passés. Si vous avez déjà choisi votre"
        " mot de passe, connectez-vous ; sinon, demandez un nouveau lien à la personne qui vous a"
        " invité·e."
    )


class NothingToResend(AccountError):
    """This person already made their keys: there is no link to send again."""

    sentence = _("Cette personne a déjà son compte : il n’y a pas d’invitation à renvoyer.")


class NoGuestThere(AccountError):
    """A subscription for one meeting needs a guest of the organisation who is invited to it."""

    field = "scope"
    sentence = _(
        "Personne de l’organisation n’est invité à cette réunion, ou elle est passée. Choisissez"
        " une autre portée."
    )


class AlreadySubscribed(AccountError):
    """The organisation's subscription already counts."""

    sentence = _("L’adhésion de cette organisation est déjà en cours.")


class SubscriptionMissing(AccountError):
    """The organisation subscribes first; only then do its people sign (design 2)."""

    sentence = _("Votre organisation doit d’abord adhérer à la charte.")


class CharterMissing(AccountError):
    """No version of the charter is in force."""

    sentence = _("Aucune version de la charte n’est en vigueur. Prévenez l’administration.")


class AlreadySigned(AccountError):
    """This version was signed for this participation."""

    sentence = _("Vous avez déjà signé cette version de la charte.")


class FirstCoordinatorNamed(AccountError):
    """Who was named and has an account founds the keys: nobody is put in their place."""

    field = "email"
    sentence = _(
        "La première coordination est déjà désignée et a accepté : elle seule crée les clés de"
        " cette concertation."
    )


class AlreadyFounded(AccountError):
    """A concertation gets its keys once."""

    sentence = _("Cette concertation a déjà ses clés.")


class WrongGroups(AccountError):
    """The groups retyped aren't those of the recovery key."""

    sentence = _(
        "Au moins un des deux groupes ne correspond pas à la clé de secours. Reprenez la feuille"
        " imprimée et recopiez-les."
    )


class NoRecoveryKey(AccountError):
    """The recovery key of this session is gone; a new one must be made and printed."""

    sentence = _(
        "La clé de secours de cette session n’est plus là. Créez-en une nouvelle et imprimez-la."
    )


class NameTaken(AccountError):
    """Names and addresses of concertations and organisations are unique."""

    field = "name"
    sentence = _("Ce nom existe déjà.")


class SlugTaken(AccountError):
    """The word in the address is taken, or is one of the board's own."""

    field = "slug"
    sentence = _("Ce mot sert déjà dans les adresses : choisissez-en un autre.")


class CharterTextMissing(AccountError):
    """A version needs French and Dutch."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def __str__(self) -> str:
        sentences = {
            "fr": _("Le texte français manque : une version existe en français et en néerlandais."),
            "nl": _(
                "Le texte néerlandais manque : une version existe en français et en néerlandais."
            ),
        }
        return str(sentences[self.language])


class CharterUnchanged(AccountError):
    """Nothing to publish."""

    sentence = _("Ce projet dit mot pour mot la même chose que la dernière version.")


class CharterDraftStale(AccountError):
    """Two people write the same draft."""

    sentence = _(
        "Quelqu’un d’autre a enregistré ce projet entre-temps. Votre texte est toujours là ;"
        " comparez-le à celui qui est enregistré, ci-dessous, puis enregistrez à nouveau."
    )


class CharterDraftGone(AccountError):
    """The draft was published or thrown away meanwhile."""

    sentence = _("Il n’y a plus de projet : il a été publié ou jeté entre-temps.")


class CharterDatesRefused(AccountError):
    """A version may not come into force before the one it replaces."""

    field = "effective_on"
    sentence = _("Choisissez un jour après l’entrée en vigueur de la version précédente.")


class NotSubscribed(AccountError):
    """There is no subscription to end."""

    sentence = _("Cette organisation n’a pas d’adhésion en cours : il n’y a rien à arrêter.")


class PeopleChanged(AccountError):
    """Someone came or left while the representative was reading."""

    sentence = _(
        "La liste a changé pendant que vous la lisiez. Relisez-la ci-dessous, puis confirmez."
    )
