"""What the membership chain says, as values: places, members, generations, changes."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from ethics.roles import Role, SecrecyStatus, may_hold_key
from ethics.secrecy.keys import PublicKeys


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
class Proposal:
    """New keys for a known person, heard by one member; a second one confirms a working day on."""

    keys: UUID
    public: PublicKeys
    author: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One statement as people are told of it: what, by whom, when, about whom."""

    number: int
    kind: str
    author: UUID
    at: datetime
    person: UUID | None


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
    # When the recovery key was used; a reissue clears it.
    recovery_used: datetime | None = None
    # When someone last left, or lost the key with a role: keys made before are not for new writes.
    departed: datetime | None = None
    proposals: Mapping[UUID, Proposal] = field(default_factory=lambda: MappingProxyType({}))
    changes: tuple[Change, ...] = ()
    hashes: tuple[bytes, ...] = ()

    @property
    def generation(self) -> Generation | None:
        """The generation in use."""
        return self.generations[max(self.generations)] if self.generations else None

    @property
    def holders(self) -> tuple[Member, ...]:
        """Everybody who is given the concertation's key, in a fixed order."""
        found = [each for each in self.members.values() if each.holds_key]
        return tuple(sorted(found, key=lambda each: each.keys))

    def place(self, person: UUID, participation: UUID) -> Place | None:
        """A person's place, when the chain knows it."""
        member = self.members.get(person)
        return member.places.get(participation) if member else None


@dataclass(frozen=True, slots=True)
class Said:
    """What a statement says, read: its rule decides whether it may follow."""

    kind: str
    author: UUID
    at: datetime
    body: Mapping[str, Any]

    @property
    def person(self) -> UUID | None:
        """Whom it is about, when it is about a person."""
        body = self.body.get("founder", self.body)
        return UUID(body["person"]) if "person" in body else None


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


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


def new_keys_body(person: UUID, keys: UUID, public: PublicKeys) -> dict[str, Any]:
    """New keys for a known person, as a restored access says them."""
    return {
        "person": str(person),
        "keys": str(keys),
        "hpke": b64(public.hpke),
        "sign": b64(public.sign),
    }
