"""The rules of the membership chain: for each kind of statement, who may say it and what follows.

A rule gets the state before and what is said, and gives the state after with the signing half the
statement must hold under. It raises `ValueError` (or `KeyError`) for what may not follow; `chain`
makes of it a broken chain. Kinds are added, a rule that exists never becomes laxer.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from ethics.roles import Role, SecrecyStatus
from ethics.secrecy.keys import PublicKeys
from ethics.secrecy.membership import (
    ChainState,
    Generation,
    Member,
    Place,
    Proposal,
    Said,
)

Rule = Callable[[ChainState, Said], tuple[ChainState, PublicKeys]]
K = TypeVar("K")
V = TypeVar("V")

# Working days are those of Brussels, Monday to Friday; public holidays are not known here.
ZONE: Final = ZoneInfo("Europe/Brussels")
_SATURDAY: Final = 5


def a_working_day_after(at: datetime) -> datetime:
    """The same hour on the next working day; what falls on a weekend counts from Monday, 0:00.

    Monday to Friday in Brussels; public holidays count as working days.
    """
    start = at.astimezone(ZONE)
    while start.weekday() >= _SATURDAY:
        start = datetime.combine(start.date() + timedelta(days=1), time(), ZONE)
    after = start + timedelta(days=1)
    while after.weekday() >= _SATURDAY:
        after += timedelta(days=1)
    return after


def _with(known: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    return MappingProxyType({**known, key: value})


def _without(known: Mapping[K, V], key: K) -> Mapping[K, V]:
    return MappingProxyType({each: value for each, value in known.items() if each != key})


def _public(body: Mapping[str, Any]) -> PublicKeys:
    return PublicKeys(base64.b64decode(body["hpke"]), base64.b64decode(body["sign"]))


def _place(body: Mapping[str, Any]) -> Place:
    return Place(
        UUID(body["participation"]),
        UUID(body["organisation"]),
        frozenset(Role(code) for code in body["roles"]),
        SecrecyStatus(body["status"]),
    )


def _with_signer(state: ChainState, keys: UUID, public: PublicKeys) -> ChainState:
    """Remember a signing half for ever: a number that once stood for other keys is refused, or old
    seals would change hands."""
    if state.signers.get(keys, public) != public:
        raise ValueError("keys_reused")
    return replace(state, signers=_with(state.signers, keys, public))


def _with_member(state: ChainState, body: Mapping[str, Any]) -> ChainState:
    person, keys, public = UUID(body["person"]), UUID(body["keys"]), _public(body)
    place = _place(body["place"])
    known = state.members.get(person)
    places = {**(known.places if known else {}), place.participation: place}
    member = Member(person, keys, public, MappingProxyType(places))
    state = replace(state, members=_with(state.members, person, member))
    return _with_signer(state, keys, public)


def _with_generation(state: ChainState, body: Mapping[str, Any]) -> ChainState:
    made = Generation(
        body["number"], bytes.fromhex(body["commitment"]), base64.b64decode(body["inbox"])
    )
    if made.number != len(state.generations) + 1:
        raise ValueError("generation_number")
    return replace(state, generations=_with(state.generations, made.number, made))


def _with_new_keys(state: ChainState, body: Mapping[str, Any]) -> ChainState:
    """A known person goes on with new keys and the same places; they were never anyone's before."""
    person, keys, public = UUID(body["person"]), UUID(body["keys"]), _public(body)
    member = replace(state.members[person], keys=keys, public=public)
    if keys in state.signers:
        raise ValueError("keys_are_not_new")
    state = _with_signer(state, keys, public)
    return replace(
        state,
        members=_with(state.members, person, member),
        proposals=_without(state.proposals, person),
    )


def _author(state: ChainState, said: Said) -> PublicKeys:
    return state.members[said.author].public


def _coordinator(state: ChainState, said: Said) -> PublicKeys:
    if Role.COORDINATOR not in state.members[said.author].roles:
        raise ValueError("author_not_coordinator")
    return _author(state, said)


def _holder(state: ChainState, said: Said) -> PublicKeys:
    if not state.members[said.author].holds_key:
        raise ValueError("author_holds_no_key")
    return _author(state, said)


def _not_oneself(said: Said) -> None:
    # Whoever has someone's session would give them keys of their own making.
    if said.person == said.author:
        raise ValueError("author_restores_themself")


def _genesis(state: ChainState, said: Said) -> tuple[ChainState, PublicKeys]:
    if state.length:
        raise ValueError("second_genesis")
    state = _with_member(state, said.body["founder"])
    if Role.COORDINATOR not in state.members[said.author].roles:
        raise ValueError("founder_not_coordinator")
    state = _with_generation(state, said.body["generation"])
    return replace(state, recovery=_public(said.body["recovery"])), _author(state, said)


def _admission(state: ChainState, said: Said) -> tuple[ChainState, PublicKeys]:
    signer = _coordinator(state, said)
    known = state.members.get(UUID(said.body["person"]))
    same = known is None or (known.keys, known.public) == (
        UUID(said.body["keys"]),
        _public(said.body),
    )
    if not same:
        # New keys for a known person are a restored access, a statement of its own.
        raise ValueError("keys_changed_by_admission")
    return _with_member(state, said.body), signer


def _removal(state: ChainState, said: Said) -> tuple[ChainState, PublicKeys]:
    person, participation = UUID(said.body["person"]), UUID(said.body["participation"])
    signer = _author(state, said) if said.author == person else _coordinator(state, said)
    member = state.members[person]
    places = _without(member.places, participation)
    if places:
        members = _with(state.members, person, replace(member, places=places))
    else:
        members = _without(state.members, person)
    proposals = _without(state.proposals, person)
    return replace(state, members=members, proposals=proposals, departed=said.at), signer


def _role(state: ChainState, said: Said) -> tuple[ChainState, PublicKeys]:
    signer = _coordinator(state, said)
    person, place = UUID(said.body["person"]), _place(said.body["place"])
    member = state.members[person]
    if place.participation not in member.places:
        raise ValueError("unknown_place")
    places = _with(member.places, place.participation, place)
    changed = replace(member, places=places)
    departed = said.at if member.holds_key and not changed.holds_key else state.departed
    members = _with(state.members, person, changed)
    return replace(state, members=members, departed=departed), signer


def _rotation(state: ChainState, said: Said) -> tuple[ChainState, PublicKeys]:
    signer = _holder(state, said)
    return _with_generation(state, said.body["generation"]), signer


def _restored(state: ChainState, said: Said) -> tuple[ChainState, PublicKeys]:
    signer = _coordinator(state, said)
    _not_oneself(said)
    return _with_new_keys(state, said.body), signer


def _proposed(state: ChainState, said: Said) -> tuple[ChainState, PublicKeys]:
    """The first of two members vouches for new keys; all are told, and a working day begins."""
    signer = _holder(state, said)
    _not_oneself(said)
    person, keys = UUID(said.body["person"]), UUID(said.body["keys"])
    if person not in state.members:
        raise ValueError("unknown_person")
    if keys in state.signers:
        raise ValueError("keys_are_not_new")
    made = Proposal(keys, _public(said.body), said.author, said.at)
    return replace(state, proposals=_with(state.proposals, person, made)), signer


def _seconded(state: ChainState, said: Said) -> tuple[ChainState, PublicKeys]:
    """The second member confirms the same keys, once a coordinator had a working day to act."""
    signer = _holder(state, said)
    _not_oneself(said)
    first = state.proposals[UUID(said.body["person"])]
    if first.author == said.author:
        raise ValueError("same_member_twice")
    # Who proposed may have left, or lost the key, since.
    if first.author not in state.members or not state.members[first.author].holds_key:
        raise ValueError("first_member_gone")
    if (first.keys, first.public) != (UUID(said.body["keys"]), _public(said.body)):
        raise ValueError("other_keys_than_proposed")
    if said.at < a_working_day_after(first.at):
        raise ValueError("too_soon")
    return _with_new_keys(state, said.body), signer


def _rescue(state: ChainState, said: Said) -> tuple[ChainState, PublicKeys]:
    """The recovery key's only word: new keys for someone who already is a coordinator."""
    if state.recovery is None or said.author != said.person:
        raise ValueError("author_not_rescued")
    if Role.COORDINATOR not in state.members[said.author].roles:
        raise ValueError("author_not_coordinator")
    after = _with_new_keys(state, said.body)
    return replace(after, recovery_used=said.at), state.recovery


def _reissue(state: ChainState, said: Said) -> tuple[ChainState, PublicKeys]:
    signer = _coordinator(state, said)
    made = _public(said.body["recovery"])
    if made == state.recovery:
        raise ValueError("recovery_key_not_new")
    return replace(state, recovery=made, recovery_used=None), signer


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "genesis": _genesis,
        "admission": _admission,
        "removal": _removal,
        "role": _role,
        "generation": _rotation,
        "restored": _restored,
        "restore_proposed": _proposed,
        "restore_seconded": _seconded,
        "rescue": _rescue,
        "recovery": _reissue,
    }
)
