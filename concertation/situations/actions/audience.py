"""Who reads a situation: restricting it to named persons, opening it again, withdrawing from it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.contrib.auth.models import Permission

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.models import Participation
from concertation.situations import errors, notices, reading
from concertation.situations.actions.shared import locked, me, save
from concertation.situations.enums import (
    AGREED_ACTION_STATES,
    ConflictReason,
    RequestState,
)
from concertation.situations.models import (
    ConflictOfInterest,
    Situation,
    SituationGrant,
)
from concertation.situations.reading import ReaderChoice
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role, SecrecyStatus, may_hold_key
from ethics.secrecy.check import sealed_models
from ethics.secrecy.fields import SealedRecord
from ethics.secrecy.suites import SecrecyError


def change_audience(
    actor: gate.Actor,
    *,
    situation: UUID,
    readers: Iterable[UUID] | None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Situation:
    """Restrict a situation to named readers (participations), or open it to the circle: `None`.

    Who brought it and who holds it stay among its readers. The present text is sealed anew at once
    under a key that the new audience alone holds. Raises `Refused`, `NoSuchReader`,
    `TooFewReaders`, `ConflictStands` or `NotReadable`.
    """
    wanted = None if readers is None else frozenset(readers)
    try:
        with gate.writing(
            actor,
            Act.RESTRICT,
            verb=Verb.SITUATION_RESTRICTED,
            purpose=purpose,
            situation=situation,
        ) as pen:
            row = locked(actor, situation)
            if wanted is None:
                _open_again(actor, pen, row)
            else:
                _restrict(actor, pen, row, _named(pen, row, wanted))
    except SecrecyError as error:
        # Recorded, and the DPO told, by the gate.
        raise errors.NotReadable from error
    return row


def withdraw(
    actor: gate.Actor,
    *,
    situation: UUID,
    reason: str,
    participation: UUID | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> ConflictOfInterest:
    """Shut a situation to a person with a conflict of interest: oneself, or, for the coordinator,
    somebody else (`participation`).

    It becomes restricted to its other readers, under a new key. A case manager who withdraws holds
    it no more. There is no way back: what someone should not know is not shown to them again.
    Raises `Refused`, `NotOneOfThem`, `NotInList`, `LastReaders` or `NotReadable`.
    """
    if reason not in ConflictReason.values:
        raise errors.NotInList("reason")
    whose = participation or me(actor)
    act = Act.WITHDRAW if whose == actor.participation else Act.WITHDRAW_OTHER
    try:
        with gate.writing(
            actor, act, verb=Verb.CONFLICT_DECLARED, purpose=purpose, situation=situation
        ) as pen:
            row = locked(actor, situation)
            return _withdraw(actor, pen, row, whose, reason)
    except SecrecyError as error:
        raise errors.NotReadable from error


def _withdraw(
    actor: gate.Actor, pen: gate.Pen, row: Situation, whose: UUID, reason: str
) -> ConflictOfInterest:
    place = Participation.objects.filter(id=whose, concertation=actor.concertation).first()
    if place is None or Role.DPO in place.role_set:
        raise errors.NotOneOfThem
    if row.conflicts.filter(participation__person=place.person_id).exists():
        raise errors.NotOneOfThem
    left = [each for each in _present(pen, row) if each.person != place.person_id]
    if sum(each.until is None for each in left) < gate.LEAST_READERS:
        raise errors.LastReaders
    holder = row.case_manager
    if holder is not None and holder.person_id == place.person_id:
        row.case_manager = None
    _restrict(actor, pen, row, left)
    conflict = ConflictOfInterest(
        situation=row,
        container=row.id,
        scope=row.id,
        participation=place,
        declared_by_id=me(actor),
    )
    # Under the new key: it says of the withdrawn what the others may know.
    pen.seal(conflict, reason=reason)
    conflict.save()
    pen.record(
        Verb.CONFLICT_DECLARED,
        conflict,
        subjects=(
            Subject(SubjectKind.SITUATION, row.id),
            Subject(SubjectKind.PARTICIPATION, place.id),
        ),
    )
    if place.person_id != actor.person:
        notices.tell([place.id], notices.WITHDRAWN)
    if holder is not None and row.case_manager is None:
        pen.record(Verb.CASE_MANAGER_SET, row)
    return conflict


def _present(pen: gate.Pen, row: Situation) -> list[ReaderChoice]:
    """The readers as they stand, as far as the chain knows them."""
    return [each for each in reading.choices(row) if each.named and _known(pen, each)]


def _known(pen: gate.Pen, choice: ReaderChoice) -> bool:
    """A row alone names nobody: the chain has to know them."""
    return choice.person in (gate.holders(pen) if choice.until is None else gate.members(pen))


def _named(pen: gate.Pen, row: Situation, wanted: frozenset[UUID]) -> list[ReaderChoice]:
    offered = [each for each in reading.choices(row) if _known(pen, each)]
    if wanted - {each.number for each in offered}:
        raise errors.NoSuchReader
    named = [each for each in offered if each.number in wanted or each.kept]
    if len({each.person for each in named if each.until is None}) < gate.LEAST_READERS:
        raise errors.TooFewReaders
    return named


def _restrict(
    actor: gate.Actor, pen: gate.Pen, row: Situation, readers: Iterable[ReaderChoice]
) -> None:
    named = {each.number: each for each in readers}
    until = {each.person: each.until for each in named.values()}
    # Someone with two places, one of them for a time only, reads for good.
    until |= {each.person: None for each in named.values() if each.until is None}
    records = _records(row)
    gate.seal_to_readers(pen, row.id, until, records)
    row.restricted = True
    _save_all(actor, pen, row, records)
    SituationGrant.objects.filter(content_object=row).exclude(participation__in=named).delete()
    for each in named.values():
        grant(row, each)
    _answered(actor, row, named)
    _record(pen, row, named)


def _open_again(actor: gate.Actor, pen: gate.Pen, row: Situation) -> None:
    away = row.conflicts.values_list("participation__person", flat=True)
    if gate.holders(pen) & set(away):
        raise errors.ConflictStands
    guests = [each for each in _present(pen, row) if each.until and _is_guest(each)]
    records = _records(row)
    gate.seal_to_circle(pen, row.id, records)
    row.restricted = False
    _save_all(actor, pen, row, records)
    guest_numbers = [each.number for each in guests]
    SituationGrant.objects.filter(content_object=row).exclude(
        participation__in=guest_numbers
    ).delete()
    for each in guests:
        pen.share_scope(row.id, row.scope, each.person, until=each.until)
    _give_back(pen, row)
    _answered(actor, row, None)
    _record(pen, row, ())


def _is_guest(choice: ReaderChoice) -> bool:
    place = Participation.objects.get(id=choice.number)
    return not may_hold_key(place.role_set, SecrecyStatus(place.secrecy_status))


def _give_back(pen: gate.Pen, row: Situation) -> None:
    """Owners outside the circle hold the key of what was agreed with them again."""
    for action in row.actions.filter(state__in=AGREED_ACTION_STATES).select_related("owner"):
        place = action.owner
        inside = may_hold_key(place.role_set, SecrecyStatus(place.secrecy_status))
        if not inside and place.person_id in gate.members(pen):
            pen.share_scope(row.id, action.scope, place.person_id)


def _records(row: Situation) -> list[SealedRecord]:
    """Every live sealed row of the situation, itself first, whatever model it is of."""
    found: list[SealedRecord] = [row]
    for model in sealed_models():
        if model is not Situation:
            rows = model._base_manager.select_for_update().filter(container=row.id)
            found += rows.order_by("pk")
    # What was sealed while it was a draft stays with who holds the draft's keys.
    return gate.shared_records(row.id, found)


def _save_all(
    actor: gate.Actor, pen: gate.Pen, row: Situation, records: Iterable[SealedRecord]
) -> None:
    for record in records:
        save(actor, record)
        if record is not row:
            pen.record(Verb.RESEALED, record)


def grant(row: Situation, reader: ReaderChoice) -> None:
    """Note a named reader as a fact for the policy."""
    SituationGrant.objects.update_or_create(
        user_id=reader.person,
        permission=Permission.objects.get(
            codename="read_situation", content_type__app_label="situations"
        ),
        content_object=row,
        participation=reader.number,
        defaults={"until": reader.until},
    )


def _answered(actor: gate.Actor, row: Situation, named: Mapping[UUID, object] | None) -> None:
    """Whoever reads it now waits for no answer any more."""
    asked = row.requests.filter(state=RequestState.ASKED)
    if named is not None:
        asked = asked.filter(participation__in=named)
    asked.update(state=RequestState.GRANTED, answered_by=actor.participation)


def _record(pen: gate.Pen, row: Situation, named: Iterable[UUID]) -> None:
    people = tuple(Subject(SubjectKind.PARTICIPATION, number) for number in named)
    pen.record(
        Verb.SITUATION_RESTRICTED,
        row,
        subjects=(Subject(SubjectKind.SITUATION, row.id), *people),
        details={"state": "named" if row.restricted else "circle", "count": len(people)},
    )
