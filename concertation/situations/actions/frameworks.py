"""Recording the framework documents that open Q6 of the sharing decision, and ending them."""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.situations import errors
from concertation.situations.reading import frameworks
from concertation.situations.reading.find import my_concertation, my_place
from ethics import gate
from ethics.policy import Act
from ethics.sharing.models import Framework, FrameworkBasis

AUTHORITY, AIM = 200, 400
# An official document is quoted with its date and who gave it.
ALLOWED_IN_A_FRAMEWORK: Final = frozenset({"date", "name"})


def record_framework(
    actor: gate.Actor,
    *,
    basis: str,
    authority: str,
    aim: str,
    participants: Iterable[UUID],
    starts_on: date,
    ends_on: date,
) -> Framework:
    """Record what a framework document says; from then on Q6 can be answered yes, as long as it is
    valid and names everybody who reads the board.

    Raises `Refused`, `NotInList`, `TextMissing`, `DateOutOfReach` or `ParticipantsMissing`.
    """
    if basis not in FrameworkBasis.values:
        raise errors.NotInList("basis")
    for name, text in (("authority", authority), ("aim", aim)):
        if not text.strip():
            raise errors.TextMissing(name)
    if ends_on < max(starts_on, timezone.localdate()):
        error = errors.DateOutOfReach()
        error.field = "ends_on"
        raise error
    with gate.writing(
        actor,
        Act.RECORD_FRAMEWORK,
        verb=Verb.FRAMEWORK_RECORDED,
        purpose=Purpose.ADMINISTRATION,
    ) as pen:
        known = {each.number for each in frameworks.to_name(actor)}
        named = [str(number) for number in participants if number in known]
        if not named:
            raise errors.ParticipantsMissing
        pen.guard(authority=authority, aim=aim, allowed=ALLOWED_IN_A_FRAMEWORK)
        row = Framework.objects.create(
            concertation=my_concertation(actor),
            basis=basis,
            authority=authority.strip()[:AUTHORITY],
            aim=aim.strip()[:AIM],
            participants=named,
            starts_on=starts_on,
            ends_on=ends_on,
            recorded_by=my_place(actor),
        )
        pen.record(
            Verb.FRAMEWORK_RECORDED,
            subjects=(Subject(SubjectKind.FRAMEWORK, row.id),),
            details={"kind": basis, "until": ends_on.isoformat()},
        )
    return row


def end_framework(actor: gate.Actor, *, framework: UUID) -> None:
    """End a framework now; decisions that were taken under it stay as they are.

    Sent twice, it changes nothing more. Raises `Refused`.
    """
    with gate.writing(
        actor, Act.RECORD_FRAMEWORK, verb=Verb.FRAMEWORK_ENDED, purpose=Purpose.ADMINISTRATION
    ) as pen:
        mine = Framework.objects.filter(id=framework, concertation=my_concertation(actor))
        known = mine.exists()
        if mine.filter(ended_at=None).update(ended_at=timezone.now()):
            pen.record(Verb.FRAMEWORK_ENDED, subjects=(Subject(SubjectKind.FRAMEWORK, framework),))
    if not known:
        raise gate.refuse_unknown(actor, purpose=Purpose.ADMINISTRATION, foreign=None)
