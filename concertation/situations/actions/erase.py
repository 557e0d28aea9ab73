"""Erasing a container for good: mark, destroy the key, delete the rows, certify.

Each step is committed on its own and safe to repeat: whatever stops it, `resume` goes on where it
was. Once marked, nobody finds the situation; once its key is destroyed, no copy of it opens
anywhere, in no backup, with no key. None of it needs a key, so the server does it by itself.
"""

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import concertation_ledger
from audit.record import append
from concertation.accounts.actions.events import confirm
from concertation.situations.actions.shared import locked, me
from concertation.situations.enums import ErasureCause
from concertation.situations.models import Erasure, Situation
from ethics import gate
from ethics.policy import Act
from ethics.secrecy.check import BATCH, sealed_models
from ethics.secrecy.erasure import store
from ethics.secrecy.models import Container, ContainerKind


def erase_situation(
    actor: gate.Actor,
    *,
    situation: UUID,
    password: str,
    purpose: Purpose = Purpose.ADMINISTRATION,
) -> Erasure:
    """The coordinator erases a closed situation before its time; the password is asked again.

    Raises `Refused` (not closed, too), `WrongPassword` or `Busy`.
    """
    confirm(actor, password, Verb.ERASED)
    with gate.writing(
        actor, Act.ERASE, verb=Verb.ERASED, purpose=purpose, situation=situation
    ) as pen:
        row = locked(actor, situation)
        made = mark(row, ErasureCause.DECIDED, by=me(actor))
        pen.record(
            Verb.ERASED,
            subjects=(Subject(SubjectKind.SITUATION, row.id),),
            details={"state": "marked"},
        )
    return finish(made.id)


def erase_without_keys(row: Situation, cause: ErasureCause) -> Erasure:
    """The same by the rules of retention, or by an order on the server: nobody's keys are needed.

    A draft of that container goes the same way.
    """
    with transaction.atomic():
        Container.objects.select_for_update().get(id=row.id)
        made = mark(row, cause)
        append(concertation_ledger(row.concertation_id), _event(made, "marked"))
    return finish(made.id)


def mark(row: Situation, cause: ErasureCause, *, by: UUID | None = None) -> Erasure:
    """First step, inside the caller's transaction: from its end on nobody finds the situation."""
    _hide(row)
    made, _ = Erasure.objects.get_or_create(
        id=row.id,
        defaults={"concertation_id": row.concertation_id, "cause": cause, "by_id": by},
    )
    return made


def _hide(row: Situation) -> None:
    row.erasing = True
    # No text changed: the mark makes no version, and goes with the row.
    row.skip_history_when_saving = True  # type: ignore[attr-defined]  # simple-history's own flag
    row.save(update_fields=["erasing"])


def finish(number: UUID) -> Erasure:
    """The steps after the mark, as far as they aren't done yet. Raises `Erasure.DoesNotExist`."""
    made = Erasure.objects.get(id=number)
    if made.destroyed_at is None:
        made.destroyed_at = store.destroy(number).destroyed_at
        made.save(update_fields=["destroyed_at"])
    if made.deleted_at is None:
        with transaction.atomic():
            made.rows = _delete_rows(number)
            made.deleted_at = timezone.now()
            made.save(update_fields=["rows", "deleted_at"])
    if made.certified_at is None:
        with transaction.atomic():
            made.certified_at = timezone.now()
            made.save(update_fields=["certified_at"])
            # Nobody but its author ever saw a draft: its discarding was recorded, that is all.
            if made.cause != ErasureCause.DRAFT:
                append(concertation_ledger(made.concertation_id), _event(made, "done"))
    return made


def resume() -> list[Erasure]:
    """Finish every erasure that was marked and stopped on its way; gives those finished."""
    waiting = Erasure.objects.filter(certified_at=None).values_list("id", flat=True)
    return [finish(number) for number in list(waiting)]


def reapply() -> list[Erasure]:
    """After a restore: delete again every row of a container whose key was destroyed, and destroy
    every key that an older copy of the store brought back.

    The ordinary database may be older than the erasure: then it doesn't know of it any more.
    """
    for number in keys_back():
        store.destroy(number)
    for container in list(came_back()):
        if container.kind != ContainerKind.SITUATION or container.concertation is None:
            # Nothing of a situation: its rows have nobody's ledger to stand in.
            _delete_rows(container.id)
            continue
        with transaction.atomic():
            made, fresh = Erasure.objects.get_or_create(
                id=container.id,
                defaults={
                    "concertation_id": container.concertation,
                    "cause": ErasureCause.RESTORED,
                },
            )
            for row in Situation.objects.filter(id=container.id):
                _hide(row)
            if not fresh:
                # Its rows came back after all: delete and certify once more.
                made.deleted_at = made.certified_at = None
                made.save()
    return resume()


def came_back() -> Iterator[Container]:
    """Containers that have rows though their key was destroyed."""
    for batch in _batches():
        destroyed, _ = store.in_question(batch)
        yield from (batch[number] for number in destroyed)


def keys_back() -> list[UUID]:
    """Containers whose key is there though it was destroyed: an older copy of the store."""
    rows = Erasure.objects.exclude(destroyed_at=None).order_by("pk")
    numbers = rows.values_list("id", flat=True).iterator(BATCH)
    found: list[UUID] = []
    while batch := list(islice(numbers, BATCH)):
        found += store.keys(batch)
    return found


def without_key() -> list[Container]:
    """Containers whose key is gone without a tombstone: an alarm, never an erasure."""
    return [batch[each] for batch in _batches() for each in store.in_question(batch)[1]]


def _batches() -> Iterator[dict[UUID, Container]]:
    rows = Container.objects.order_by("pk").iterator(BATCH)
    while batch := list(islice(rows, BATCH)):
        yield {row.id: row for row in batch}


def _delete_rows(container: UUID) -> int:
    """Every row of a container, history included; how many of them held text."""
    count = 0
    for model in sealed_models():
        if (history := getattr(model, "history", None)) is not None:
            count += history.model._base_manager.filter(container=container).delete()[0]
        count += model._base_manager.filter(container=container).count()
    # With it go actions, entries, conflicts, grants and requests.
    for row in Situation.objects.filter(id=container):
        row.delete()
    for model in sealed_models():
        model._base_manager.filter(container=container).delete()
    # And with this its keys and their copies.
    Container.objects.filter(id=container).delete()
    return count


def delete_rows(container: UUID) -> int:
    """The same for a container that is no situation's, once its key is destroyed; the caller
    certifies it."""
    return _delete_rows(container)


def _event(made: Erasure, state: str) -> Event:
    by = made.by
    return Event(
        verb=Verb.ERASED,
        actor=by.person_id if by else None,
        organisation=by.organisation_id if by else None,
        purpose=Purpose.ADMINISTRATION,
        subjects=(Subject(SubjectKind.SITUATION, made.id),),
        details={"state": state, "rule": str(made.cause), "rows": made.rows},
    )
