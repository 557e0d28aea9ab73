"""The membership chain: signed statements of who belongs to a concertation, with which keys.

HPKE's sender is anonymous, so a planted public key or a planted "next generation" is the worst
attack. Every admission, removal, change of role and generation is a statement signed by a member's
Ed25519 key and chained by hash. Public keys and roles come from here, never from a row alone.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from ethics.roles import Role, SecrecyStatus, may_hold_key
from ethics.secrecy.keys import PrivateKeys, PublicKeys, signature_holds
from ethics.secrecy.models import ChainStatement
from ethics.secrecy.suites import SecrecyError, bind, fingerprint

FORMAT: Final = "concertation/membership/1"


class ChainBroken(SecrecyError):
    """The chain doesn't hold: nothing is sealed or opened, and the alarm is raised."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"chain_broken:{why}")
        self.number = number
        self.why = why


@dataclass(frozen=True, slots=True)
class Place:
    """A participation as the chain knows it."""

    participation: UUID
    organisation: UUID
    roles: frozenset[Role]
    status: SecrecyStatus

    @property
    def holds_key(self) -> bool:
        """Whether this place entitles its person to the concertation's key."""
        return may_hold_key(self.roles, self.status)

    def body(self) -> dict[str, Any]:
        """The place as it stands in a statement."""
        return {
            "participation": str(self.participation),
            "organisation": str(self.organisation),
            "roles": sorted(self.roles),
            "status": str(self.status),
        }


@dataclass(frozen=True, slots=True)
class Member:
    """A person with the keys they were admitted with, and their places."""

    person: UUID
    keys: UUID
    public: PublicKeys
    places: Mapping[UUID, Place]

    @property
    def holds_key(self) -> bool:
        """Whether any of this person's places entitles them to the concertation's key."""
        return any(place.holds_key for place in self.places.values())

    @property
    def roles(self) -> frozenset[Role]:
        """Every role of every place."""
        return frozenset(role for place in self.places.values() for role in place.roles)


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of the concertation's key: its commitment and the halves made from it."""

    number: int
    commitment: bytes
    inbox: bytes


@dataclass(frozen=True, slots=True)
class ChainState:
    """Everything the chain says, after its last statement."""

    concertation: UUID
    length: int = 0
    genesis: bytes = b""
    head: bytes = b""
    members: Mapping[UUID, Member] = field(default_factory=lambda: MappingProxyType({}))
    # Signing halves of everybody who was ever a member: old seals stay verifiable.
    signers: Mapping[UUID, PublicKeys] = field(default_factory=lambda: MappingProxyType({}))
    generations: Mapping[int, Generation] = field(default_factory=lambda: MappingProxyType({}))
    recovery: PublicKeys | None = None
    hashes: tuple[bytes, ...] = ()

    @property
    def generation(self) -> Generation | None:
        """The generation in use."""
        return self.generations[max(self.generations)] if self.generations else None

    def place(self, person: UUID, participation: UUID) -> Place | None:
        """A person's place, when the chain knows it."""
        member = self.members.get(person)
        return member.places.get(participation) if member else None


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


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


def member_body(person: UUID, keys: UUID, public: PublicKeys, place: Place) -> dict[str, Any]:
    """A person with their keys and one place, as a genesis or an admission says it."""
    return {
        "person": str(person),
        "keys": str(keys),
        "hpke": b64(public.hpke),
        "sign": b64(public.sign),
        "place": place.body(),
    }


def generation_body(number: int, commitment: bytes, inbox: bytes) -> dict[str, Any]:
    """A generation of the concertation's key, as a genesis or a rotation says it."""
    return {"number": number, "commitment": commitment.hex(), "inbox": b64(inbox)}


def recovery_body(public: PublicKeys) -> dict[str, Any]:
    """The public halves of the recovery key; its Ed25519 half may only restore a coordinator."""
    return {"hpke": b64(public.hpke), "sign": b64(public.sign)}


def _public(body: Mapping[str, Any]) -> PublicKeys:
    return PublicKeys(base64.b64decode(body["hpke"]), base64.b64decode(body["sign"]))


def _place(body: Mapping[str, Any]) -> Place:
    return Place(
        UUID(body["participation"]),
        UUID(body["organisation"]),
        frozenset(Role(code) for code in body["roles"]),
        SecrecyStatus(body["status"]),
    )


def _with_member(state: ChainState, body: Mapping[str, Any]) -> ChainState:
    person, keys, public = UUID(body["person"]), UUID(body["keys"]), _public(body)
    place = _place(body["place"])
    known = state.members.get(person)
    places = dict(known.places) if known and known.keys == keys else {}
    places[place.participation] = place
    member = Member(person, keys, public, MappingProxyType(places))
    return replace(
        state,
        members=MappingProxyType({**state.members, person: member}),
        signers=MappingProxyType({**state.signers, keys: public}),
    )


def _with_generation(state: ChainState, body: Mapping[str, Any]) -> ChainState:
    made = Generation(
        body["number"], bytes.fromhex(body["commitment"]), base64.b64decode(body["inbox"])
    )
    if made.number != len(state.generations) + 1:
        raise ValueError("generation_number")
    return replace(state, generations=MappingProxyType({**state.generations, made.number: made}))


def _genesis(state: ChainState, author: UUID, body: Mapping[str, Any]) -> ChainState:
    if state.length:
        raise ValueError("second_genesis")
    state = _with_member(state, body["founder"])
    if Role.COORDINATOR not in state.members[author].roles:
        raise ValueError("founder_not_coordinator")
    state = _with_generation(state, body["generation"])
    return replace(state, recovery=_public(body["recovery"]))


def _admission(state: ChainState, author: UUID, body: Mapping[str, Any]) -> ChainState:
    _require_coordinator(state, author)
    known = state.members.get(UUID(body["person"]))
    if known and known.keys != UUID(body["keys"]):
        # New keys for a known person are a restored access, a statement of its own.
        raise ValueError("keys_changed_by_admission")
    return _with_member(state, body)


def _removal(state: ChainState, author: UUID, body: Mapping[str, Any]) -> ChainState:
    person, participation = UUID(body["person"]), UUID(body["participation"])
    if author != person:
        _require_coordinator(state, author)
    member = state.members[person]
    places = {number: place for number, place in member.places.items() if number != participation}
    members = dict(state.members)
    if places:
        members[person] = replace(member, places=MappingProxyType(places))
    else:
        del members[person]
    return replace(state, members=MappingProxyType(members))


def _role(state: ChainState, author: UUID, body: Mapping[str, Any]) -> ChainState:
    _require_coordinator(state, author)
    person, place = UUID(body["person"]), _place(body["place"])
    member = state.members[person]
    if place.participation not in member.places:
        raise ValueError("unknown_place")
    places = MappingProxyType({**member.places, place.participation: place})
    return replace(
        state,
        members=MappingProxyType({**state.members, person: replace(member, places=places)}),
    )


def _rotation(state: ChainState, author: UUID, body: Mapping[str, Any]) -> ChainState:
    if not state.members[author].holds_key:
        raise ValueError("author_holds_no_key")
    return _with_generation(state, body["generation"])


def _require_coordinator(state: ChainState, author: UUID) -> None:
    if Role.COORDINATOR not in state.members[author].roles:
        raise ValueError("author_not_coordinator")


# Later kinds (restored access, reissued recovery key) join this table with their own rules.
RULES: Final = MappingProxyType(
    {
        "genesis": _genesis,
        "admission": _admission,
        "removal": _removal,
        "role": _role,
        "generation": _rotation,
    }
)


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
        author = UUID(whole["author"])
        after = RULES[whole["kind"]](state, author, whole["body"])
        known = after.members if whole["kind"] == "genesis" else state.members
        if not signature_holds(known[author].public.sign, signature, signed_bytes(statement)):
            raise ValueError("bad_signature")
    except (KeyError, TypeError, ValueError) as error:
        raise ChainBroken(number, str(error)) from None
    head = statement_hash(statement, signature)
    return replace(
        after,
        length=number + 1,
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


def make_statement(
    before: ChainState, kind: str, author: UUID, private: PrivateKeys, body: Mapping[str, Any]
) -> tuple[ChainStatement, ChainState]:
    """Sign the next statement; it is followed first, so that a statement the rules refuse is not
    written. The row is not saved yet."""
    statement = statement_bytes(
        before.concertation, before.length, before.head, kind, author, body, timezone.now()
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
