"""What several actions share: dates, the lock, saving with history, waking a situation."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.accounts.models import Participation
from concertation.situations import noticing
from concertation.situations.enums import NoticeKind, SituationState
from concertation.situations.errors import (
    AlreadyBrought,
    DateOutOfReach,
    SituationError,
    StaleVersion,
)
from concertation.situations.errors_following import AlreadySent, StaleHolding
from concertation.situations.models import Situation
from concertation.situations.reading.find import my_place
from concertation.situations.reading.holding import holding_of
from ethics import gate
from ethics.policy import Refusal
from ethics.secrecy.fields import SealedRecord
from ethics.sharing.record import Author

FURTHEST: Final = timedelta(days=730)


def happened(on: date | None) -> date:
    """The day something happened: today, or an earlier one for imports and late entries."""
    today = timezone.localdate()
    if on is not None and on > today:
        raise DateOutOfReach
    return on or today


def plannable(day: date | None, today: date, field: str = "next_review_on") -> None:
    """Raise `DateOutOfReach` for a planned day that is over, or more than two years ahead."""
    if day is not None and not today <= day <= today + FURTHEST:
        error = DateOutOfReach()
        error.field = field
        raise error


def moment(on: date) -> datetime:
    """A moment of that day: now when it is today, else its noon."""
    if on == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.combine(on, time(12)))


me = my_place


def author_of(place: Participation) -> Author:
    """Who decides, as the decision keeps it: the place, its function, what binds it."""
    return Author(
        place.person_id, place.id, place.organisation_id, place.function, place.secrecy_status
    )


@contextmanager
def refusals_recorded(
    actor: gate.Actor,
    *errors: type[SituationError],
    verb: Verb,
    purpose: Purpose,
    situation: UUID,
) -> Iterator[None]:
    """Record these errors as the refusals they are, once the action's transaction is undone.

    They decide on a right that the policy's table doesn't know, and so are events like its own; the
    form still says the sentence. Raises the error, or `Flooded`.
    """
    try:
        yield
    except errors as error:
        refused = gate.refuse(
            actor,
            Refusal.ROLE,
            verb=verb,
            concertation=actor.concertation,
            purpose=purpose,
            subjects=(situation,),
        )
        raise refused if isinstance(refused, gate.Flooded) else error from None


def locked(actor: gate.Actor, number: UUID) -> Situation:
    """The situation's row, read again under the lock that `gate.writing` took."""
    return Situation.objects.select_for_update().get(id=number, concertation=actor.concertation)


def still_a_draft(row: Situation, expected_version: int | None) -> None:
    """Under the lock: nobody shared it, or wrote over it, since it was read."""
    if row.state != SituationState.DRAFT:
        raise AlreadyBrought(row.code or "")
    if expected_version is not None and row.version != expected_version:
        raise StaleVersion


def still_held_so(row: Situation, seen: str) -> None:
    """Under the lock: who holds it, who is asked and the next review are what the page showed.

    Without a page (a command, an import) `seen` is empty. Raises `StaleHolding`.
    """
    if seen and seen != holding_of(row):
        raise StaleHolding


def save(actor: gate.Actor, row: SealedRecord) -> None:
    """Save, with its history where it has one: ciphertext, who and when."""
    row._history_user = actor.person  # type: ignore[attr-defined]  # read by simple-history
    row.save()


def touch(actor: gate.Actor, pen: gate.Pen, row: Situation, on: date) -> None:
    """Note that something was entered today; an entry wakes a dormant situation.

    The moment of the last entry alone makes no new version: no text changed.
    """
    row.last_entry_at = max(row.last_entry_at, moment(on))
    if row.state == SituationState.DORMANT:
        set_state(actor, pen, row, SituationState.FOLLOWED)
        return
    row.skip_history_when_saving = True  # type: ignore[attr-defined]  # simple-history's own flag
    try:
        row.save(update_fields=["last_entry_at"])
    finally:
        del row.skip_history_when_saving  # type: ignore[attr-defined]


def tell_holder(pen: gate.Pen, situation: Situation, *, urgent: bool = False) -> None:
    """Tell the case manager that there is news: they need no contact with the person to be kept
    informed (design 1). An import tells of nothing new."""
    if pen.purpose == Purpose.IMPORT:
        return
    kind = NoticeKind.NEWS
    by = pen.actor.participation
    noticing.notice(kind, situation, situation.case_manager_id, by=by, urgent=urgent)


def set_state(actor: gate.Actor, pen: gate.Pen, row: Situation, state: SituationState) -> None:
    """Change a situation's state, save it and queue its event."""
    before = row.state
    row.state = state
    save(actor, row)
    pen.record(
        Verb.SITUATION_STATE_CHANGED,
        row,
        details={"from_state": str(before), "to_state": str(state)},
    )


def numbered(model: type[Model], number: UUID | None) -> dict[str, UUID]:
    """The number that its form gave a new row: sent twice, it makes one. Asked under the
    situation's lock, so that the second of two waits for the first. Raises `AlreadySent`."""
    if number is None:
        return {}
    if model._default_manager.filter(pk=number).exists():
        raise AlreadySent
    return {"id": number}
