"""What can go wrong with a situation on its way: an action that changes, who holds it, its end."""

from django.utils.translation import gettext_lazy as _

from concertation.situations.errors import SituationError, StaleVersion


class AlreadySent(SituationError):
    """The same form was sent before: what it says stands there, once."""

    message = _("C’est noté au fil.")


class SameDay(SituationError):
    """Postponing moves the day; the same one changes nothing."""

    field = "due_on"
    message = _("C’est déjà l’échéance\u00a0: choisissez un autre jour.")


class SameOwner(SituationError):
    """An action is handed over to somebody else."""

    field = "owner"
    message = _("Cette personne s’en charge déjà\u00a0: choisissez-en une autre.")


class NotAskedToHold(SituationError):
    """Nobody asked this person to hold the situation, or somebody answered in the meantime."""

    message = _("On ne vous propose plus d’être référent·e de cette situation.")


class StaleHolding(StaleVersion):
    """Somebody else noted who holds the situation, or when to look again, in between."""

    message = _(
        "Quelqu’un a noté autre chose pendant que vous choisissiez. Rien n’est écrasé\u00a0:"
        " comparez, puis décidez."
    )


class KeptTooLong(SituationError):
    """A situation that the rules of retention would close again tonight isn't reopened."""

    message = _(
        "La durée de conservation de cette situation s’achève\u00a0: elle ne peut plus être"
        " rouverte. Si c’est encore nécessaire, présentez une nouvelle situation."
    )


class NoSuchPlace(SituationError):
    """A situation moves to another concertation of the mover's, where they may bring it."""

    field = "place"
    message = _("Choisissez une de vos concertations, où vous pouvez présenter une situation.")
