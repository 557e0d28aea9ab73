"""Writing: decide, take the lock, decide again, save sealed, append the event last.

The pen seals and records. It can reseal what it may not show: text opened to be resealed never
leaves it. Every new text goes through the identifier guard here: no caller can forget it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import DetailValue, Event, Subject, Written
from audit.record import append_many
from ethics.gate import guarded, keyring, notes, renewal
from ethics.gate.actor import Actor
from ethics.gate.alarms import chain_alarm, chain_watched, unopenable_alarm
from ethics.gate.facts import Standing, provider
from ethics.gate.notes import Move
from ethics.gate.read import fetch_standing
from ethics.gate.refusals import Refused, ledger_of, refuse
from ethics.policy import ON_A_SITUATION, Act, Decision, Refusal, decide
from ethics.secrecy import chain, sealing, unsealing
from ethics.secrecy.erasure import store
from ethics.secrecy.fields import SealedRecord, ciphertext_hash
from ethics.secrecy.models import (
    Container,
    ContainerKind,
    Recipient,
    ScopeKey,
    ScopeWrap,
    TallyNote,
)
from ethics.secrecy.suites import SecrecyError


@dataclass(slots=True, repr=False)
class Pen:
    """A seal-only handle for one action, inside its transaction."""

    actor: Actor
    decision: Decision
    facts: Standing
    situation: UUID | None
    purpose: Purpose
    _state: chain.ChainState
    _keys: dict[tuple[UUID, int], bytes] = field(default_factory=dict)
    # The key that the next write of a scope uses.
    _writes: dict[UUID, int] = field(default_factory=dict)
    _locked: bool = False
    _events: list[Event] = field(default_factory=list)

    def open_container(self, kind: ContainerKind, *, author: UUID | None = None) -> UUID:
        """A new container with its first key, sealed to its author alone (a draft, design 3), who
        acts or for whom it is imported. The erasure key comes first, then the container.
        """
        container = uuid4()
        erasure = store.make_key(container)
        Container.objects.create(id=container, kind=kind, concertation=self.actor.concertation)
        value, record = sealing.new_scope_key(container, container, 1)
        record.save()
        self._wrap_to_member(record, value, erasure, self._member(author), None)
        self._keys[(container, 1)] = value
        self.situation = self.situation or container
        return container

    def open_to_circle(self, record: SealedRecord) -> None:
        """Give a draft a new key that the circle holds, and seal the draft anew under it.

        The draft's own key stays its author's: what was typed and taken back before the sharing
        decision never becomes readable to the group. Who doesn't hold the concertation's key keeps
        this one too, and the situation goes on under a third that they don't: they read what they
        brought, and nothing that comes after. Raises `IdentifierFound`.
        """
        guarded.look_again(self, record)
        self._current()
        member = self._state.members.get(self.actor.person)
        inside = member is not None and member.holds_key
        generation = self._latest(record.scope) + 1
        self._new_key(record.container, generation, mine=not inside)
        self.seal(record, generation=generation)
        if not inside:
            self._new_key(record.container, generation + 1)

    def _new_key(self, container: UUID, generation: int, *, mine: bool = False) -> None:
        """The next key of a container, for the circle, and with `mine` for the actor too."""
        erasure = store.key(container)
        value, key = sealing.new_scope_key(container, container, generation)
        key.save()
        renewal.seal_to_circle(self, key, value, erasure)
        if mine:
            self._wrap_to_member(key, value, erasure, self._own(), None)
        self._keys[(container, generation)] = value
        self._writes[container] = generation

    def new_scope(self, record: SealedRecord) -> None:
        """Give a record its own key under its container's (an agreed action's, design 3)."""
        erasure = store.key(record.container)
        generation = self._for_writing(record.container, record.container)
        value, key = sealing.new_scope_key(record.container, record.id, 1)
        key.save()
        sealing.wrap_under(
            key,
            value,
            erasure=erasure,
            key=self._key(record.container, record.container, generation),
            wrap=ScopeWrap(kind=Recipient.SCOPE, recipient=record.container, generation=generation),
        ).save()
        record.scope, record.key_generation = record.id, 1
        self._keys[(record.id, 1)] = value
        self._writes[record.id] = 1

    def share_scope(
        self, container: UUID, scope: UUID, person: UUID, *, until: date | None = None
    ) -> None:
        """Seal a key to one named person: an action's to its limited reader, a situation's to a
        guest. The person's public half comes from the chain, and the seal is signed.

        Every generation of the key that others than a draft's author hold: what was written before
        a renewal lies under an earlier one.
        """
        member = self._member(person)
        held = Q(kind=Recipient.MEMBER, recipient=member[0])
        known = ScopeWrap.objects.filter(held, key__scope=scope)
        known.update(until=until)
        shared = Q(wraps__kind__in=renewal.SHARED)
        keys = ScopeKey.objects.filter(shared, scope=scope).exclude(
            id__in=known.values_list("key", flat=True)
        )
        erasure = store.key(container)
        for key in keys.distinct():
            value = self._key(container, scope, key.generation)
            self._wrap_to_member(key, value, erasure, member, until)

    def seal(self, record: SealedRecord, *, generation: int | None = None, **values: Any) -> None:
        """Seal a record's fields under its next version; fields not named keep their text.

        Every sealed field is sealed anew: version and generation are part of what binds it. New
        texts go through the identifier guard first. Raises `IdentifierFound`.
        """
        names = {each.name for each in type(record).sealed_fields()}
        if unknown := set(values) - names:
            raise TypeError(f"not sealed fields: {sorted(unknown)}")
        kept = {}
        if record.version:
            key = self._key(record.container, record.scope, record.key_generation)
            for each in type(record).sealed_fields():
                if each.name not in values:
                    kept[each.name] = unsealing.open_field(key, record, each)
        elif missing := names - set(values):
            raise TypeError(f"sealed fields without a value: {sorted(missing)}")
        guarded.let_through(self, values, record)
        record.key_generation = generation or self._for_writing(record.container, record.scope)
        record.version += 1
        key = self._key(record.container, record.scope, record.key_generation)
        for each in type(record).sealed_fields():
            value = values[each.name] if each.name in values else kept[each.name]
            setattr(record, each.name, sealing.seal_field(key, record, each, value))

    def guard(self, *, allowed: frozenset[str] = frozenset(), **texts: str) -> None:
        """Look through texts that are saved without a seal, by their field; `allowed` kinds belong
        there. Raises `IdentifierFound`."""
        guarded.let_through(self, texts, allowed=allowed)

    def count(
        self,
        tally: SealedRecord,
        name: str,
        moves: Iterable[Move],
        *,
        waiting: Iterable[TallyNote] = (),
        known: Callable[[Move], bool] = lambda move: False,
    ) -> None:
        """Move counts (measure, category, step) of a year tally, sealed under the concertation's
        key; nothing is shown, and one event stands for all of them.

        `waiting` are the notes of this year to fold in, `known` says which moves a note may hold.
        Each note counts once: its number stays in the sealed tally, and its row goes.
        """
        current = self._current()
        field_ = next(each for each in type(tally).sealed_fields() if each.name == name)
        counts: dict[str, dict[str, int]] = {}
        if tally.version:
            key = keyring.tally_key(self.actor, self._state, tally.key_generation)
            counts = unsealing.open_field(key, tally, field_)
        read = notes.read(self.actor, self._state, waiting, counts, known)
        for measure, category, step in [*moves, *read.moves]:
            row = counts.setdefault(measure, {})
            row[category] = row.get(category, 0) + step
        tally.key_generation = current.number
        tally.version += 1
        key = keyring.tally_key(self.actor, self._state, current.number)
        setattr(tally, name, sealing.seal_field(key, tally, field_, counts))
        folded = tuple(Subject(SubjectKind.TALLY_NOTE, number) for number in read.folded)
        self.record(Verb.TALLY_MOVED, tally, subjects=folded, of_situation=False)
        self._events += notes.settle(self.actor, read)

    def note(self, year: int, moves: Iterable[Move]) -> None:
        """Leave moves of a year's counts for the next key holder, sealed to the inbox and signed:
        for whoever acts without holding the concertation's key."""
        row = notes.make(self.actor, self._state, year, list(moves))
        row.save()
        self._events.append(self._event(Verb.TALLY_NOTED, written=notes.written(row)))

    def record(
        self,
        verb: Verb,
        record: SealedRecord | None = None,
        *,
        subjects: tuple[Subject, ...] = (),
        details: Mapping[str, DetailValue] | None = None,
        meeting: UUID | None = None,
        of_situation: bool = True,
    ) -> None:
        """Queue the event of a write; events are appended last, in the action's transaction."""
        written = None
        if record is not None:
            written = Written(
                model=record.SEALED_AS,
                object=record.id,
                version=record.version,
                ciphertext_hash=ciphertext_hash(record.copy_of_seals()),
                situation=record.container if of_situation else None,
            )
        self._events.append(
            self._event(
                verb, subjects=subjects, meeting=meeting, written=written, details=details or {}
            )
        )

    def _current(self) -> chain.Generation:
        """The generation in use, under the chain's lock: nothing is sealed under one that is
        being renewed."""
        if not self._locked and self.actor.concertation:
            self._state = chain.lock(self.actor.concertation)
            self._locked = True
        if self._state.generation is None:
            raise SecrecyError("awaiting_keys")
        return self._state.generation

    def _for_writing(self, container: UUID, scope: UUID) -> int:
        """The number of the key that the next write of a scope uses.

        Where someone who held the newest one left since it was made, that is a new key: what they
        kept opens nothing written from now on (design 3, “Someone leaves”).
        """
        if scope not in self._writes:
            copies = renewal.copies_of({scope, container})
            number = renewal.newest(copies, scope)
            if not renewal.is_fresh(copies, container, scope, self._state):
                number = renewal.renew(self, container, scope, number)
            self._writes[scope] = number
        return self._writes[scope]

    def _event(self, verb: Verb, **more: Any) -> Event:
        return Event(
            verb=verb,
            actor=self.actor.person,
            organisation=self.actor.organisation,
            role=str(self.decision.role) if self.decision.role else "",
            purpose=self.purpose,
            charter_version=self.facts.charter_version,
            request_id=self.actor.request_id,
            **more,
        )

    def _latest(self, scope: UUID) -> int:
        rows = ScopeKey.objects.filter(scope=scope).order_by("-generation")
        number = rows.values_list("generation", flat=True).first()
        if number is None:
            raise SecrecyError("no_key")
        return number

    def _key(self, container: UUID, scope: UUID, generation: int) -> bytes:
        name = (scope, generation)
        if name not in self._keys:
            wanted = [(container, scope, generation)]
            found = keyring.scope_keys(self.actor, self._state, wanted)
            value = found.get(name, SecrecyError("no_key"))
            if isinstance(value, SecrecyError):
                raise value
            self._keys[name] = value
        return self._keys[name]

    def _own(self) -> tuple[UUID, bytes]:
        private = keyring.private_keys(self.actor)
        if self.actor.keys is None:
            raise Refused(Refusal.NOT_SIGNED_IN)
        return self.actor.keys.keys, private.public().hpke

    def _member(self, person: UUID | None) -> tuple[UUID, bytes]:
        if person in {None, self.actor.person}:
            return self._own()
        if member := self._state.members.get(person):
            return member.keys, member.public.hpke
        raise SecrecyError("not_in_chain")

    def _wrap_to_member(
        self,
        key: ScopeKey,
        value: bytes,
        erasure: bytes,
        member: tuple[UUID, bytes],
        until: date | None,
    ) -> None:
        own = self._own()[0]
        sealing.wrap_to(
            key,
            value,
            erasure=erasure,
            public=member[1],
            wrap=ScopeWrap(kind=Recipient.MEMBER, recipient=member[0], until=until),
            signer=(own, keyring.private_keys(self.actor)),
        ).save()


@contextmanager
def writing(
    actor: Actor,
    act: Act,
    *,
    verb: Verb,
    purpose: Purpose,
    situation: UUID | None = None,
    action: UUID | None = None,
) -> Iterator[Pen]:
    """Open the transaction of one action and hand out its pen.

    `action` narrows “addressed to them” to that one agreed action. Decides first, recording a
    refusal outside the transaction; takes the container's lock, decides again on fresh facts, and
    appends the queued events at the end. Nothing is saved without its event. Raises `Refused`,
    `IdentifierFound` or `chain.ChainBroken`.
    """
    with chain_watched(actor):
        facts = fetch_standing(actor)
        decision = _decide(actor, act, facts, situation, action)
        if not decision.granted:
            raise _refused(actor, decision, verb, purpose, situation)
        keyring.chain_state(actor)
    late: Decision | None = None
    try:
        with transaction.atomic():
            if situation is not None:
                Container.objects.select_for_update().get(id=situation)
            facts = fetch_standing(actor, fresh=True)
            decision = _decide(actor, act, facts, situation, action)
            if decision.granted:
                # Read again under the lock: a renewal that came first counts.
                state = keyring.chain_state(actor)
                pen = Pen(actor, decision, facts, situation, purpose, state)
                yield pen
                if pen._events:
                    append_many(ledger_of(actor.concertation), pen._events)
                if actor.keys is not None:
                    actor.keys.forget_what_changed()
            else:
                late = decision
    except guarded.IdentifierFound as found:
        guarded.count_refused_false_alarms(actor, found, purpose, situation)
        raise
    except chain.ChainBroken as error:
        raise chain_alarm(actor, error) from None
    except SecrecyError as error:
        # What could not be opened is not written over; recorded outside the undone transaction.
        if situation is not None:
            unopenable_alarm(actor, situation, str(error))
        raise
    if late is not None:
        raise _refused(actor, late, verb, purpose, situation)


def _decide(
    actor: Actor, act: Act, facts: Standing, situation: UUID | None, action: UUID | None
) -> Decision:
    subject = None
    if act in ON_A_SITUATION and situation is not None:
        found = provider().subjects([actor], [situation]).get(actor.participation, {})
        known = found.get(situation)
        subject = known.narrowed(action) if known else None
    return decide(act, facts.person, subject)


def _refused(
    actor: Actor, decision: Decision, verb: Verb, purpose: Purpose, situation: UUID | None
) -> Refused:
    return refuse(
        actor,
        decision.refusal or Refusal.ROLE,
        verb=verb,
        concertation=actor.concertation,
        purpose=purpose,
        subjects=(situation,) if situation else (),
        kind=SubjectKind.SITUATION,
    )
