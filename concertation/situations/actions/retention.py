"""What the rules of retention do by themselves: ask for a review, close, erase.

No key is needed, so a server does it at night. Text stays as it was: a situation that the rules
close has no outcome, and counts as closed without one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction

from audit.enums import Purpose, Verb
from audit.event import Event, Written
from audit.names import concertation_ledger
from audit.record import append
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.situations import notices
from concertation.situations.actions.erase import erase_without_keys
from concertation.situations.enums import OPEN_STATES, ErasureCause, SituationState
from concertation.situations.models import Situation
from concertation.situations.reading import life_of
from ethics.rights import retention
from ethics.rights.retention import Due
from ethics.roles import Role
from ethics.secrecy.fields import ciphertext_hash
from ethics.secrecy.models import Container

_KEPT: Final = (*OPEN_STATES, SituationState.CLOSED)


@dataclass(frozen=True, slots=True)
class DueRow:
    """One situation, by number, and what falls due for it."""

    situation: UUID
    due: Due


def due_on(today: date) -> list[DueRow]:
    """Everything that falls due, the longest waiting first."""
    rows = Situation.objects.filter(state__in=_KEPT, erasing=False).order_by("signalled_on", "id")
    found = ((row.id, retention.due(life_of(row), today)) for row in rows.defer(*_texts()))
    return [DueRow(number, due) for number, due in found if due is not None]


def apply(rows: Iterable[DueRow], today: date) -> None:
    """Do what falls due, one situation after another; each is asked again under its lock."""
    for row in rows:
        _APPLY[row.due](row.situation, today)


def _locked(number: UUID, due: Due, today: date) -> Situation | None:
    Container.objects.select_for_update().get(id=number)
    row = Situation.objects.select_for_update().get(id=number)
    return row if retention.due(life_of(row), today) == due else None


def _ask_review(number: UUID, today: date) -> None:
    with transaction.atomic():
        row = _locked(number, Due.ASK_REVIEW, today)
        if row is None:
            return
        # On the next agenda, whatever date stood there before.
        row.review_asked_on = row.next_review_on = today
        _save(row, SituationState.DORMANT, Verb.SITUATION_STATE_CHANGED)
        notices.tell(concerned(row), notices.REVIEW_ASKED)


def _close(number: UUID, today: date) -> None:
    with transaction.atomic():
        row = _locked(number, Due.CLOSE, today)
        if row is None:
            return
        row.closed_on, row.next_review_on = today, None
        row.kept_until = None
        _save(row, SituationState.CLOSED, Verb.SITUATION_CLOSED)
        notices.tell(concerned(row), notices.CLOSED_BY_RULE)


def _erase(number: UUID, today: date) -> None:
    row = Situation.objects.filter(id=number).first()
    if row is not None and retention.due(life_of(row), today) == Due.ERASE:
        erase_without_keys(row, ErasureCause.RETENTION)


_APPLY: Final[Mapping[Due, Callable[[UUID, date], None]]] = {
    Due.ASK_REVIEW: _ask_review,
    Due.CLOSE: _close,
    Due.ERASE: _erase,
}


def _save(row: Situation, state: SituationState, verb: Verb) -> None:
    before, row.state = row.state, state
    row._history_user = None  # type: ignore[attr-defined]  # read by simple-history
    row.save()
    written = Written(
        model=row.SEALED_AS,
        object=row.id,
        version=row.version,
        ciphertext_hash=ciphertext_hash(row.copy_of_seals()),
        situation=row.container,
    )
    append(
        concertation_ledger(row.concertation_id),
        Event(
            verb=verb,
            purpose=Purpose.ADMINISTRATION,
            written=written,
            details={"from_state": str(before), "to_state": str(state), "rule": "retention"},
        ),
    )


def concerned(row: Situation) -> list[UUID]:
    """Who brought it, who holds it, and the coordinators."""
    places = Participation.objects.filter(
        concertation=row.concertation_id, state=ParticipationState.ADMITTED
    )
    away = set(row.conflicts.values_list("participation__person", flat=True))
    mine = {row.brought_by_id, row.supervisor_id, row.case_manager_id}
    return [
        each.id
        for each in places
        if each.person_id not in away and (each.id in mine or Role.COORDINATOR in each.role_set)
    ]


def _texts() -> list[str]:
    return [each.name for each in Situation.sealed_fields()]
