"""Tally notes: counts moved by people who don't hold the key that the year's tally is sealed under.

A limited reader or guest seals a note to the concertation's inbox half, which the signed chain
names, and signs it; the next key holder opens it and folds it into the tally. A note is bound to
its number, concertation, year and generation, stands in the ledger since it was written, and counts
once: whatever was planted, moved, changed or put back changes no count and raises the alarm.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from uuid import UUID

from django.db import transaction

from audit.enums import Outcome, SubjectKind, Verb
from audit.event import Event, Subject, Written
from audit.models import Entry
from ethics.gate import keyring
from ethics.gate.actor import Actor
from ethics.gate.alarms import told_within_a_day
from ethics.gate.facts import provider
from ethics.gate.refusals import Refused
from ethics.policy import Refusal
from ethics.secrecy import chain, sealing, unsealing
from ethics.secrecy.fields import Sealed, ciphertext_hash
from ethics.secrecy.keys import signature_holds
from ethics.secrecy.models import NOTED_AS, TallyNote
from ethics.secrecy.suites import SecrecyError, bind

Move: TypeAlias = tuple[str, str, int]

# The measure of a sealed tally that keeps the numbers of the notes it took in.
FOLDED: Final = "notes"


@dataclass(slots=True, repr=False)
class Read:
    """What waiting notes hold: moves, the numbers taken in, and those that don't hold, with why."""

    moves: list[Move] = field(default_factory=list)
    folded: list[UUID] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)


def make(actor: Actor, state: chain.ChainState, year: int, moves: Sequence[Move]) -> TallyNote:
    """A note, sealed to the inbox half of the generation in use and signed; not saved yet."""
    current = state.generation
    if actor.keys is None:
        raise Refused(Refusal.NOT_SIGNED_IN)
    if current is None:
        raise SecrecyError("awaiting_keys")
    note = TallyNote(concertation=state.concertation, year=year, generation=current.number)
    binding = _binding(note)
    note.sealed = sealing.seal_to(current.inbox, sealing.encode(moves, coded=True), binding)
    note.signed_by = actor.keys.keys
    signed = sealing.signed_part(binding, note.sealed)
    note.signature = keyring.private_keys(actor).sign(signed)
    return note


def written(note: TallyNote) -> Written:
    """What the ledger remembers of a note: no situation, no content."""
    return Written(model=NOTED_AS, object=note.id, version=1, ciphertext_hash=seal_of(note))


def seal_of(note: TallyNote) -> str:
    """The hash of a note's ciphertext, as the ledger keeps it."""
    return ciphertext_hash({"sealed": Sealed(bytes(note.sealed))})


def read(
    actor: Actor,
    state: chain.ChainState,
    waiting: Iterable[TallyNote],
    counts: dict[str, dict[str, int]],
    known: Callable[[Move], bool],
) -> Read:
    """Open waiting notes for the tally whose counts these are, and mark there what was taken in.

    A note of a generation the actor doesn't hold goes on waiting for somebody who does.
    """
    found, rows = Read(), list(waiting)
    if not rows:
        return found
    noted = _noted(rows)
    taken = counts.setdefault(FOLDED, {})
    for note in rows:
        try:
            if note.id.hex in taken:
                raise SecrecyError("note_replayed")
            if noted.get(note.id) != seal_of(note):
                raise SecrecyError("note_without_event")
            if note.generation not in state.generations:
                raise SecrecyError("planted_generation")
            moves = _open(actor, state, note)
            if not all(known(move) for move in moves):
                raise SecrecyError("note_malformed")
        except SecrecyError as error:
            if str(error) != "no_key":
                found.refused[note.id] = str(error)
            continue
        found.moves += moves
        found.folded.append(note.id)
        taken[note.id.hex] = 1
    return found


def settle(actor: Actor, read: Read) -> list[Event]:
    """Delete the notes taken in, set those apart that don't hold; gives the alarms to append.

    Inside the transaction that saves the tally: a fault leaves the note or the count.
    """
    TallyNote.objects.filter(id__in=read.folded).delete()
    for number, why in read.refused.items():
        TallyNote.objects.filter(id=number).update(refused=why[:32])
    concertation = actor.concertation
    if not read.refused or concertation is None:
        return []
    if not told_within_a_day(concertation, Verb.ALARM):
        transaction.on_commit(lambda: provider().alert(concertation, "tally_note"))
    return [
        Event(
            verb=Verb.ALARM,
            outcome=Outcome.FAILED,
            reason=why,
            actor=actor.person,
            organisation=actor.organisation,
            subjects=(
                Subject(SubjectKind.CONCERTATION, concertation),
                Subject(SubjectKind.TALLY_NOTE, number),
            ),
            request_id=actor.request_id,
        )
        for number, why in read.refused.items()
    ]


def _binding(note: TallyNote) -> bytes:
    return bind("concertation/tally-note/1", note.id, note.concertation, note.year, note.generation)


def _noted(rows: Sequence[TallyNote]) -> Mapping[UUID, str]:
    events = Entry.objects.filter(
        object_model=NOTED_AS,
        object_uuid__in=[note.id for note in rows],
        verb=Verb.TALLY_NOTED,
        outcome=Outcome.GRANTED,
    )
    return {
        number: seal
        for number, seal in events.values_list("object_uuid", "ciphertext_hash")
        if number is not None
    }


def _open(actor: Actor, state: chain.ChainState, note: TallyNote) -> list[Move]:
    inbox = keyring.inbox_key(actor, state, note.generation)
    binding, sealed = _binding(note), bytes(note.sealed)
    signer = state.signers.get(note.signed_by)
    signed = sealing.signed_part(binding, sealed)
    if signer is None or not signature_holds(signer.sign, bytes(note.signature), signed):
        raise SecrecyError("unsigned_seal")
    moves = unsealing.decode(unsealing.unseal_with(inbox, sealed, binding))
    try:
        return [(str(measure), str(category), int(step)) for measure, category, step in moves]
    except (TypeError, ValueError):
        raise SecrecyError("note_malformed") from None
