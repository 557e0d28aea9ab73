"""Verifying the ledgers: recompute, record what was found, sign the state when all is well."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from audit import reading as ledger
from audit.checkpoint import InvalidCheckpointError, ledger_of, open_checkpoint, sign_checkpoint
from audit.enums import Outcome, Purpose, SubjectKind, Verb
from audit.event import DetailValue, Event, Subject
from audit.export import csv_lines, json_lines
from audit.models import Ledger
from audit.names import PLATFORM, concertation_ledger
from audit.record import record_now
from audit.review.models import SavedSearch
from audit.verify import LedgerResult, verify_all
from concertation.dpo import reading
from concertation.dpo.errors import KeptStateUnusable, TooManySearches
from concertation.dpo.reading import Search
from concertation.dpo.searches import MOST, ledger_name, own
from ethics import gate
from ethics.policy import Act


@dataclass(frozen=True, slots=True)
class _Kept:
    """A signed state that came back from outside."""

    note: str
    ledger: str
    size: int


def verify_ledgers(actor: gate.Actor, *, kept: str = "") -> bool:
    """Verify this concertation's ledger and the platform's; whether both are as recorded.

    `kept` is a signed state that the DPO kept outside: nothing older than it may have changed. The
    result is recorded; when all is well both states are signed anew. Raises `Refused` or
    `KeptStateUnusable`.
    """
    purpose = Purpose.REVIEW
    gate.allow(actor, Act.READ_LEDGER, purpose=purpose, verb=Verb.LEDGER_VERIFIED, record=False)
    decision = gate.allow(actor, Act.VERIFY_LEDGER, purpose=purpose, record=False)
    if actor.concertation is None:  # never: the gate allowed the actor in this concertation
        raise KeptStateUnusable
    own = concertation_ledger(actor.concertation)
    state = _kept_state(own, kept)
    found = [
        verify_all(only=name, outside=[state.note] if state and state.ledger == name else [])
        for name in (own, PLATFORM)
    ]
    results = [result for each in found for result in each.ledgers]
    ok = all(result.ok for result in results)
    event = Event(
        verb=Verb.LEDGER_VERIFIED,
        outcome=Outcome.GRANTED if ok else Outcome.FAILED,
        reason="" if ok else "ledger_differs",
        actor=actor.person,
        organisation=actor.organisation,
        role=str(decision.role),
        purpose=purpose,
        subjects=(Subject(SubjectKind.CONCERTATION, actor.concertation),),
        request_id=actor.request_id,
        details=_told(results, state),
    )
    record_now(own, event)
    if ok:
        # After the event, so that the state to keep covers the verification itself.
        sign_checkpoint(own)
        sign_checkpoint(PLATFORM)
    return ok


def export_log(actor: gate.Actor, search: Search, kind: str) -> Iterator[str]:
    """The entries that fit, as the lines of a file, made while it is sent.

    Recorded before the first line, with how many entries leave: those that fit at that moment.
    Raises `Refused`.
    """
    allowed = gate.allow(actor, Act.READ_LEDGER, purpose=Purpose.REVIEW, record=False)
    name, filters = ledger_name(actor), reading.filters_of(search)
    rows, below = ledger.extent(name, filters)
    event = Event(
        verb=Verb.LEDGER_EXPORTED,
        actor=actor.person,
        organisation=actor.organisation,
        role=str(allowed.role),
        purpose=Purpose.REVIEW,
        subjects=tuple(reading.about(search)),
        request_id=actor.request_id,
        details={"format": kind, "rows": rows},
    )
    record_now(name, event)
    batches = ledger.stream(name, filters, below=below)
    write = csv_lines if kind == "csv" else json_lines
    return write(batches, reading.names_for_export)


def keep_search(actor: gate.Actor, name: str, filters: dict[str, str]) -> None:
    """Keep a search under a name; the same name again replaces it.

    Raises `Refused`, `IdentifierFound` or `TooManySearches`.
    """
    with gate.writing(actor, Act.READ_LEDGER, verb=Verb.SEARCH_KEPT, purpose=Purpose.REVIEW) as pen:
        pen.guard(name=name)
        book = Ledger.objects.get(name=ledger_name(actor))
        if own(actor).exclude(name=name).count() >= MOST:
            raise TooManySearches
        SavedSearch.objects.update_or_create(
            ledger=book, owner=actor.person, name=name, defaults={"filters": filters}
        )
        pen.record(Verb.SEARCH_KEPT)


def forget_search(actor: gate.Actor, number: UUID) -> None:
    """Forget one of one's own kept searches; another's is unknown. Raises `Refused`."""
    with gate.writing(actor, Act.READ_LEDGER, verb=Verb.SEARCH_KEPT, purpose=Purpose.REVIEW) as pen:
        deleted, _rows = own(actor).filter(pk=number).delete()
        if deleted:
            pen.record(Verb.SEARCH_KEPT, details={"value": "forgotten"})


def _kept_state(own: str, text: str) -> _Kept | None:
    """The note that was handed in with its size; refused before it could raise a false alarm."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not lines:
        return None
    note = f"{lines}\n"
    try:
        name = ledger_of(note)
        if name not in (own, PLATFORM):
            raise KeptStateUnusable
        return _Kept(note, name, open_checkpoint(note, name).size)
    except InvalidCheckpointError as error:
        raise KeptStateUnusable from error


def _told(results: list[LedgerResult], state: _Kept | None) -> dict[str, DetailValue]:
    """Codes and numbers of the result: what the page says of it is read from here."""
    told: dict[str, DetailValue] = {
        "ok": all(result.ok for result in results),
        "count": results[0].entries,
        "total": sum(result.entries for result in results),
    }
    if state is not None:
        told["value"] = state.size
    for result in results:
        if result.first_bad is not None:
            return told | {
                "number": result.first_bad.index,
                "kind": result.first_bad.kind.value,
                "category": "platform" if result.name == PLATFORM else "concertation",
            }
    return told
