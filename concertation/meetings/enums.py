"""The words of meetings (design 1)."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class MeetingKind(models.TextChoices):
    """What a meeting is for."""

    CASE_CONCERTATION = "case_concertation", _("concertation de situations")
    INTERVISION = "intervision", _("intervision")
    THEMATIC = "thematic", _("concertation thématique")


class MeetingState(models.TextChoices):
    """planned → agenda open → in session → closed."""

    PLANNED = "planned", _("prévue")
    AGENDA_OPEN = "agenda_open", _("ordre du jour ouvert")
    IN_SESSION = "in_session", _("en cours")
    CLOSED = "closed", _("tenue")


class Presence(models.TextChoices):
    """How someone attended."""

    PRESENT = "present", _("présent·e")
    REMOTE = "remote", _("à distance")
    EXCUSED = "excused", _("excusé·e")
    ABSENT = "absent", _("absent·e")


ATTENDED = (Presence.PRESENT, Presence.REMOTE)


class Reason(models.TextChoices):
    """Why a situation stands on an agenda; the order is the agenda's own (design 1)."""

    NEW = "new", _("nouvelle situation")
    FEEDBACK = "feedback", _("retour attendu")
    REVIEW = "review", _("à revoir")
    CARRIED = "carried", _("reporté de la dernière réunion")
    REST = "rest", _("à décider ensemble")


class NoteKind(models.TextChoices):
    """What an intervision or a thematic concertation notes, in the order it comes to it."""

    QUESTION = "question", _("question apportée")
    ASKED = "asked", _("question du tour")
    TAKEAWAY = "takeaway", _("ce que j’emporte")
    FINDING = "finding", _("constat")
    NEED = "need", _("besoin sans réponse")
    ACTION = "action", _("action collective")


# What each kind of meeting notes freely; an action is agreed, with its owner and its date.
NOTED: Final = {
    MeetingKind.INTERVISION: (NoteKind.QUESTION, NoteKind.ASKED, NoteKind.TAKEAWAY),
    MeetingKind.THEMATIC: (NoteKind.FINDING, NoteKind.NEED),
}
# What is probably noted at each step that such a meeting goes through (`agenda.STEPS`): in the
# exchange of an intervision one still asks, and says at its end only what one takes away.
AT_STEP: Final = {
    MeetingKind.INTERVISION: (
        NoteKind.QUESTION,
        NoteKind.ASKED,
        NoteKind.ASKED,
        NoteKind.TAKEAWAY,
    ),
    MeetingKind.THEMATIC: (NoteKind.FINDING, NoteKind.NEED, NoteKind.NEED),
}


class ItemKind(models.TextChoices):
    """What a point of the agenda is; the order of an agenda begins with the round."""

    ROUND = "round", _("tour des retours")
    SITUATION = "situation", _("situation")
    FREE = "free", _("point libre")


class ItemState(models.TextChoices):
    """asked → on the agenda → discussed, or not."""

    ASKED = "asked", _("demandé")
    ON = "on", _("à l’ordre du jour")
    DISCUSSED = "discussed", _("traité")
    NOT_DISCUSSED = "not_discussed", _("pas traité")


class ItemUse(models.TextChoices):
    """The kind of outcome of a point (design 1, “In session”)."""

    ELABORATION = "elaboration", _("élaborer")
    ORIENTATION = "orientation", _("orienter")
    INTERVENTION = "intervention", _("intervenir")
    INFORMATION = "information", _("informer")


class Coming(models.TextChoices):
    """What someone says before the meeting."""

    PRESENT = "present", _("sur place")
    REMOTE = "remote", _("à distance")
    NO = "no", _("je ne viens pas")


class Acceptance(models.TextChoices):
    """How someone without an account accepts the charter."""

    ALOUD = "aloud", _("de vive voix")
    LINK = "link", _("par un lien à usage unique")
