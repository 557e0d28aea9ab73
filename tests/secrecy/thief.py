"""Somebody with one person's private keys, the whole database and the erasure store.

No policy, no purpose, no signature is asked here: every copy of a key in the database is tried with
every key already found, until nothing new opens; then every sealed text, live and in history, with
all of them.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ethics.secrecy import sealing, unsealing
from ethics.secrecy.check import sealed_models
from ethics.secrecy.erasure.models import ErasureKey
from ethics.secrecy.fields import SealedRecord
from ethics.secrecy.keys import HeldKeys, PrivateKeys, session_key
from ethics.secrecy.models import GenerationWrap, MemberKeys, ScopeWrap, Session, TallyNote
from ethics.secrecy.suites import SecrecyError, bind, derive
from tests.cast import PASSWORD, Someone

# (model, record, version) of one sealed row.
Row = tuple[str, UUID, int]


@dataclass
class Loot:
    """What opened: rows with their fields, and how many keys of the concertation."""

    texts: dict[Row, dict[str, Any]] = field(default_factory=dict)
    concertation_keys: int = 0
    notes: int = 0

    def words(self) -> str:
        """Everything readable, in one string."""
        return repr(self.texts)


def private_keys(who: Someone) -> list[PrivateKeys]:
    """Every private key this person ever had: by their password, and out of their sessions."""
    found = [
        unsealing.open_with_password(row, PASSWORD)
        for row in MemberKeys.objects.filter(person=who.user)
    ]
    held = who.actor.keys
    assert held is not None
    found.append(unsealing.open_held(held))
    return found


def cookie_secret(value: str) -> bytes:
    """The secret that a second cookie carries."""
    return base64.urlsafe_b64decode(value)


def session_loot(secret: bytes) -> list[PrivateKeys]:
    """What the session table gives with one second cookie's secret."""
    found = []
    for row in Session.objects.exclude(sealed_keys=None):
        if row.person is None or row.keys is None:
            continue
        sealed = bytes(row.sealed_keys or b"")
        copy = HeldKeys(row.id_hash, row.person, row.keys, sealed, secret, row.second_factor)
        try:
            blob = unsealing.unseal(session_key(secret), copy.sealed, copy.binding())
        except SecrecyError:
            continue
        found.append(PrivateKeys(blob))
    return found


def loot(pairs: list[PrivateKeys]) -> Loot:
    """Open all that these private keys lead to."""
    found = Loot()
    pairs = list({pair.bundle: pair for pair in pairs}.values())
    keys: set[bytes] = set()
    for wrap in GenerationWrap.objects.all():
        binding = sealing.generation_binding(wrap.concertation, wrap.generation, wrap.holder)
        for key in _unsealed(pairs, bytes(wrap.sealed), binding):
            keys.add(key)
            found.concertation_keys += 1
    pairs += [PrivateKeys.derived(key, "inbox") for key in keys]
    erasure = {row.container: bytes(row.key) for row in ErasureKey.objects.all()}
    copies = list(ScopeWrap.objects.select_related("key"))
    while True:
        tried = {key for each in copies for key in _scope_keys(each, pairs, keys, erasure)}
        if tried <= keys:
            break
        keys |= tried
    for row in _rows():
        for each in row.sealed_fields():
            for key in keys | {derive(key, "tally") for key in keys}:
                try:
                    value = unsealing.open_field(key, row, each)
                except SecrecyError:
                    continue
                name = (row.SEALED_AS, row.id, row.version)
                found.texts.setdefault(name, {})[each.name] = value
    for note in TallyNote.objects.all():
        binding = bind(
            "concertation/tally-note/1", note.id, note.concertation, note.year, note.generation
        )
        found.notes += len(list(_unsealed(pairs, bytes(note.sealed), binding)))
    return found


def _unsealed(pairs: list[PrivateKeys], sealed: bytes, binding: bytes) -> Iterator[bytes]:
    for pair in pairs:
        try:
            yield unsealing.unseal_with(pair, sealed, binding)
        except SecrecyError:
            continue


def _scope_keys(
    wrap: ScopeWrap, pairs: list[PrivateKeys], keys: set[bytes], erasure: dict[UUID, bytes]
) -> Iterator[bytes]:
    binding = sealing.key_copy(wrap.key, wrap).binding()
    second = erasure.get(wrap.key.container_id)
    inner = list(_unsealed(pairs, bytes(wrap.sealed), binding))
    for key in keys:
        try:
            inner.append(unsealing.unseal(derive(key, "wrap"), bytes(wrap.sealed), binding))
        except SecrecyError:
            continue
    for each in inner:
        if second is not None:
            yield unsealing.unseal(derive(second, "erasure"), each, binding)


def _rows() -> Iterator[SealedRecord]:
    for model in sealed_models():
        yield from model._base_manager.all()
        if history := getattr(model, "history", None):
            yield from (entry.instance for entry in history.all())
