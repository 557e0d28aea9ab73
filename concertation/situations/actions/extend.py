"""Keeping a situation longer: asked with a reason, advised by the DPO, decided by two people.

The DPO's opinion comes first and binds nobody. Then the coordinator and whoever answers for the
situation agree, two persons in any case; one “no” ends it. The rules don't wait: what isn't decided
in time is erased on its day.
"""

from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import DetailValue, Subject
from concertation.accounts.models import Participation
from concertation.situations import errors, notices, reading
from concertation.situations.actions.retention import concerned
from concertation.situations.actions.shared import locked, me, refusals_recorded
from concertation.situations.enums import (
    OPEN_EXTENSIONS,
    ExtensionReason,
    ExtensionState,
    Opinion,
)
from concertation.situations.models import Extension, Situation
from ethics import gate
from ethics.policy import Act
from ethics.rights import retention

_PURPOSE: Final = Purpose.ADMINISTRATION


def ask_extension(
    actor: gate.Actor, *, situation: UUID, reason: str, months: int, purpose: Purpose = _PURPOSE
) -> Extension:
    """Ask to keep a situation some months longer; the DPO is told.

    Raises `Refused`, `NotInList`, `ExtensionTooLong` or `ExtensionAsked`.
    """
    if reason not in ExtensionReason.values:
        raise errors.NotInList("reason")
    with gate.writing(
        actor, Act.EXTEND, verb=Verb.EXTENSION_ASKED, purpose=purpose, situation=situation
    ) as pen:
        row = locked(actor, situation)
        if retention.extended(reading.life_of(row), months) is None:
            raise errors.ExtensionTooLong
        if row.extensions.filter(state__in=OPEN_EXTENSIONS).exists():
            raise errors.ExtensionAsked
        made = Extension.objects.create(
            situation=row, asked_by_id=me(actor), reason=reason, months=months
        )
        _record(pen, Verb.EXTENSION_ASKED, row, kind=reason, value=months)
        notices.tell_dpo(row.concertation_id, notices.OPINION_ASKED)
    return made


def give_opinion(
    actor: gate.Actor, *, extension: UUID, opinion: str, purpose: Purpose = Purpose.REVIEW
) -> Extension:
    """The DPO's opinion, once; whoever decides is told. It decides nothing by itself.

    Raises `Refused`, `NotInList` or `ExtensionAnswered`.
    """
    if opinion not in Opinion.values:
        raise errors.NotInList("opinion")
    _known(actor, extension, purpose)
    with gate.writing(actor, Act.GIVE_OPINION, verb=Verb.OPINION_GIVEN, purpose=purpose) as pen:
        made = _locked(extension)
        if made.state != ExtensionState.ASKED:
            raise errors.ExtensionAnswered
        made.state, made.opinion = ExtensionState.ADVISED, opinion
        made.opinion_by_id, made.opinion_at = me(actor), timezone.now()
        made.save()
        _record(pen, Verb.OPINION_GIVEN, made.situation, outcome=opinion)
        notices.tell(concerned(made.situation), notices.OPINION_GIVEN)
    return made


def decide_extension(
    actor: gate.Actor,
    *,
    situation: UUID,
    extension: UUID,
    agreed: bool,
    purpose: Purpose = _PURPOSE,
) -> Extension:
    """One of the two voices: the second “yes” moves the last day, a “no” ends the question.

    Raises `Refused`, `ExtensionAnswered`, `ExtensionTooLong` or `NotYourVoice` (a refusal too).
    """
    about = _known(actor, extension, purpose, of=situation).situation_id
    verb = Verb.RETENTION_EXTENDED if agreed else Verb.EXTENSION_DECLINED
    with (
        refusals_recorded(actor, errors.NotYourVoice, verb=verb, purpose=purpose, situation=about),
        gate.writing(actor, Act.EXTEND, verb=verb, purpose=purpose, situation=about) as pen,
    ):
        row, made = locked(actor, about), _locked(extension)
        if made.state != ExtensionState.ADVISED:
            raise errors.ExtensionAnswered
        _speak(made, row, Participation.objects.get(id=me(actor)), agreed=agreed)
        if made.state == ExtensionState.GRANTED:
            _move(made, row)
        made.save()
        _record(pen, verb, row, **_told(made))
        if made.state != ExtensionState.ADVISED:
            notices.tell(concerned(row), notices.EXTENSION_DECIDED)
            notices.tell_dpo(row.concertation_id, notices.EXTENSION_DECIDED)
    return made


def _speak(made: Extension, row: Situation, place: Participation, *, agreed: bool) -> None:
    """Take a voice into its place, and see what the question is now."""
    voice = reading.voice_of(made, row, place)
    if voice is None:
        raise errors.NotYourVoice
    setattr(made, voice, place)
    if not agreed:
        made.state = ExtensionState.DECLINED
    elif made.coordinator_id and made.holder_id:
        made.state = ExtensionState.GRANTED
    if made.state != ExtensionState.ADVISED:
        made.decided_at = timezone.now()


def _move(made: Extension, row: Situation) -> None:
    day = retention.extended(reading.life_of(row), made.months)
    if day is None:
        # It was closed, or extended, since it was asked.
        raise errors.ExtensionTooLong
    made.until = row.kept_until = day
    # No text changed: the new day makes no version.
    row.skip_history_when_saving = True  # type: ignore[attr-defined]  # simple-history's own flag
    row.save(update_fields=["kept_until"])


def _told(made: Extension) -> dict[str, DetailValue]:
    told: dict[str, DetailValue] = {"state": str(made.state)}
    return told | ({"until": made.until.isoformat()} if made.until else {})


def _record(pen: gate.Pen, verb: Verb, row: Situation, **details: DetailValue) -> None:
    pen.record(verb, subjects=(Subject(SubjectKind.SITUATION, row.id),), details=details)


def _known(
    actor: gate.Actor, extension: UUID, purpose: Purpose, *, of: UUID | None = None
) -> Extension:
    """Another concertation's question, another situation's than the address says, and one that
    never was are the same refusal, recorded."""
    made = Extension.objects.select_related("situation").filter(id=extension).first()
    elsewhere = made is not None and of not in (None, made.situation_id)
    if made is None or elsewhere or made.situation.concertation_id != actor.concertation:
        foreign = (made.situation.concertation_id, made.situation_id) if made else None
        raise gate.refuse_unknown(actor, purpose=purpose, foreign=foreign)
    return made


def _locked(extension: UUID) -> Extension:
    """The row under its lock; gone if its situation was erased meanwhile."""
    made = (
        Extension.objects.select_for_update(of=("self",))
        .select_related("situation")
        .filter(id=extension, situation__erasing=False)
        .first()
    )
    if made is None:
        raise errors.ExtensionAnswered
    return made
