"""The membership chain: signed statements of who belongs to a concertation, with which keys.

HPKE's sender is anonymous, so a planted public key or a planted "next generation" is the worst
attack. Every admission, removal, change of role, restored access, generation and recovery key is a
statement signed with an Ed25519 key and chained by hash. Public keys and roles come from here,
never from a row alone. Who may say what stands in `chain_rules`.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from ethics.secrecy.chain_rules import RULES
from ethics.secrecy.keys import PrivateKeys, signature_holds
from ethics.secrecy.membership import (
    ChainState,
    Change,
    Generation,
    Member,
    Place,
    Said,
    b64,
    generation_body,
    member_body,
    new_keys_body,
    recovery_body,
)
from ethics.secrecy.models import ChainStatement
from ethics.secrecy.suites import SecrecyError, bind, fingerprint

__all__ = [
    "ChainBroken",
    "ChainState",
    "Change",
    "Generation",
    "Member",
    "Place",
    "b64",
    "follow",
    "forget",
    "generation_body",
    "lock",
    "make_statement",
    "member_body",
    "new_keys_body",
    "now",
    "recovery_body",
    "signed_bytes",
    "state",
    "statement_bytes",
    "statement_hash",
]

FORMAT: Final = "concertation/membership/1"


class ChainBroken(SecrecyError):
    """The chain doesn't hold: nothing is sealed or opened, and the alarm is raised."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"chain_broken:{why}")
        self.number = number
        self.why = why
        # Set by the alarm: one fault is one event, however many doors it passes.
        self.recorded = False


def statement_bytes(
    concertation: UUID,
    number: int,
    previous: bytes,
    kind: str,
    author: UUID,
    body: Mapping[str, Any],
    at: datetime,
) -> bytes:
    """The canonical bytes of a statement: sorted keys, no white space, UTF-8."""
    whole = {
        "format": FORMAT,
        "concertation": str(concertation),
        "number": number,
        "previous": previous.hex(),
        "kind": kind,
        "author": str(author),
        "at": at.isoformat(),
        "body": body,
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed_bytes(statement: bytes) -> bytes:
    """What the signature of a statement covers."""
    return bind(FORMAT, statement)


def statement_hash(statement: bytes, signature: bytes) -> bytes:
    """What the next statement names as its predecessor."""
    return fingerprint("concertation/statement/1", statement, signature)


def follow(state: ChainState, statement: bytes, signature: bytes) -> ChainState:
    """The state after one more statement; raises `ChainBroken` when it may not follow."""
    number = state.length
    try:
        whole = json.loads(statement)
        if (
            statement_bytes(
                UUID(whole["concertation"]),
                whole["number"],
                bytes.fromhex(whole["previous"]),
                whole["kind"],
                UUID(whole["author"]),
                whole["body"],
                datetime.fromisoformat(whole["at"]),
            )
            != statement
            or whole["format"] != FORMAT
        ):
            raise ValueError("not_canonical")
        if UUID(whole["concertation"]) != state.concertation or whole["number"] != number:
            raise ValueError("out_of_place")
        if bytes.fromhex(whole["previous"]) != state.head:
            raise ValueError("previous_does_not_match")
        said = Said(
            whole["kind"], UUID(whole["author"]), datetime.fromisoformat(whole["at"]), whole["body"]
        )
        after, signer = RULES[said.kind](state, said)
        if not signature_holds(signer.sign, signature, signed_bytes(statement)):
            raise ValueError("bad_signature")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ChainBroken(number, str(error)) from None
    head = statement_hash(statement, signature)
    return replace(
        after,
        length=number + 1,
        changes=(*after.changes, Change(number, said.kind, said.author, said.at, said.person)),
        head=head,
        genesis=after.genesis or head,
        hashes=(*after.hashes, head),
    )


# Verified states by concertation. Only what was verified in this process enters, and the head's
# hash names all that came before it, so a changed row can't be hidden by the cache.
_verified: dict[UUID, ChainState] = {}


def state(concertation: UUID) -> ChainState:
    """The verified state of a concertation's chain; raises `ChainBroken`."""
    known = _verified.get(concertation, ChainState(concertation))
    rows = ChainStatement.objects.filter(
        concertation=concertation, number__gte=max(known.length - 1, 0)
    ).order_by("number")
    fresh = list(rows.values_list("number", "statement", "signature"))
    if known.length:
        first = fresh[0] if fresh else None
        if first is None or statement_hash(bytes(first[1]), bytes(first[2])) != known.head:
            # Shortened or changed behind us: believe nothing, verify from the genesis again.
            _verified.pop(concertation, None)
            return _replay(concertation)
        fresh = fresh[1:]
    for _, statement, signature in fresh:
        known = follow(known, bytes(statement), bytes(signature))
    _verified[concertation] = known
    return known


def _replay(concertation: UUID) -> ChainState:
    current = ChainState(concertation)
    rows = ChainStatement.objects.filter(concertation=concertation).order_by("number")
    for number, statement, signature in rows.values_list("number", "statement", "signature"):
        if number != current.length:
            raise ChainBroken(current.length, "missing_statement")
        current = follow(current, bytes(statement), bytes(signature))
    _verified[concertation] = current
    return current


def forget(concertation: UUID | None = None) -> None:
    """Drop verified states; a rolled-back transaction must not leave its statements behind."""
    if concertation is None:
        _verified.clear()
    else:
        _verified.pop(concertation, None)


def lock(concertation: UUID) -> ChainState:
    """Take the chain's lock inside the caller's transaction, and give its state from then on.

    The genesis' row is the lock: whoever says something, and whoever seals under the newest
    generation, holds it, so that nothing is written under a key that was just renewed.
    """
    rows = ChainStatement.objects.select_for_update(no_key=True)
    if rows.filter(concertation=concertation, number=0).first() is None:
        raise SecrecyError("awaiting_keys")
    return state(concertation)


def now() -> datetime:
    """The time that the next statement carries."""
    return timezone.now()


def make_statement(
    before: ChainState, kind: str, author: UUID, private: PrivateKeys, body: Mapping[str, Any]
) -> tuple[ChainStatement, ChainState]:
    """Sign the next statement; it is followed first, so that a statement the rules refuse is not
    written. The row is not saved yet."""
    statement = statement_bytes(
        before.concertation, before.length, before.head, kind, author, body, now()
    )
    signature = private.sign(signed_bytes(statement))
    after = follow(before, statement, signature)
    row = ChainStatement(
        concertation=before.concertation,
        number=before.length,
        statement=statement,
        signature=signature,
        hash=after.head,
    )
    return row, after
