"""The membership chain: who may say what, and what breaks it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from ethics.roles import Role, SecrecyStatus, may_hold_key
from ethics.secrecy import chain
from ethics.secrecy.chain import ChainBroken, ChainState, Place
from ethics.secrecy.keys import PrivateKeys


@dataclass
class Person:
    """Someone with keys, who can sign."""

    roles: frozenset[Role]
    status: SecrecyStatus = SecrecyStatus.PROFESSIONAL
    id: UUID = field(default_factory=uuid4)
    keys: UUID = field(default_factory=uuid4)
    private: PrivateKeys = field(default_factory=PrivateKeys.make)

    @property
    def place(self) -> Place:
        return Place(self.id, self.id, self.roles, self.status)

    def body(self) -> dict[str, Any]:
        return chain.member_body(self.id, self.keys, self.private.public(), self.place)


def someone(*roles: Role) -> Person:
    return Person(frozenset(roles))


def say(state: ChainState, kind: str, author: Person, body: dict[str, Any]) -> ChainState:
    """Sign one statement and follow it."""
    return chain.make_statement(state, kind, author.id, author.private, body)[1]


def genesis_body(founder: Person) -> dict[str, Any]:
    return {
        "founder": founder.body(),
        "generation": chain.generation_body(1, bytes(32), bytes(1216)),
        "recovery": chain.recovery_body(PrivateKeys.make().public()),
    }


@pytest.fixture
def founder() -> Person:
    return someone(Role.COORDINATOR, Role.PARTICIPANT)


@pytest.fixture
def founded(founder: Person) -> ChainState:
    return say(ChainState(uuid4()), "genesis", founder, genesis_body(founder))


def test_the_founder_is_a_coordinator() -> None:
    lone = someone(Role.PARTICIPANT)
    with pytest.raises(ChainBroken, match="founder_not_coordinator"):
        say(ChainState(uuid4()), "genesis", lone, genesis_body(lone))


def test_there_is_one_genesis(founder: Person, founded: ChainState) -> None:
    with pytest.raises(ChainBroken, match="second_genesis"):
        say(founded, "genesis", founder, genesis_body(founder))


def test_a_coordinator_admits_and_nobody_else_does(founder: Person, founded: ChainState) -> None:
    worker = someone(Role.PARTICIPANT)
    state = say(founded, "admission", founder, worker.body())
    assert state.members[worker.id].holds_key
    with pytest.raises(ChainBroken, match="author_not_coordinator"):
        say(state, "admission", worker, someone(Role.PARTICIPANT).body())
    with pytest.raises(ChainBroken):
        say(state, "admission", someone(Role.COORDINATOR), worker.body())


def test_an_admission_never_changes_a_members_keys(founder: Person, founded: ChainState) -> None:
    worker = someone(Role.PARTICIPANT)
    state = say(founded, "admission", founder, worker.body())
    again = Person(worker.roles, id=worker.id)
    with pytest.raises(ChainBroken, match="keys_changed_by_admission"):
        say(state, "admission", founder, again.body())


def test_a_removed_member_is_gone_but_old_seals_stay_verifiable(
    founder: Person, founded: ChainState
) -> None:
    worker = someone(Role.PARTICIPANT)
    state = say(founded, "admission", founder, worker.body())
    body = {"person": str(worker.id), "participation": str(worker.id)}
    state = say(state, "removal", founder, body)
    assert worker.id not in state.members
    assert state.signers[worker.keys] == worker.private.public()


def test_people_may_leave_by_themselves_but_not_remove_others(
    founder: Person, founded: ChainState
) -> None:
    worker = someone(Role.PARTICIPANT)
    state = say(founded, "admission", founder, worker.body())
    other = {"person": str(founder.id), "participation": str(founder.id)}
    with pytest.raises(ChainBroken, match="author_not_coordinator"):
        say(state, "removal", worker, other)
    own = {"person": str(worker.id), "participation": str(worker.id)}
    assert worker.id not in say(state, "removal", worker, own).members


def test_only_a_key_holder_makes_a_generation(founder: Person, founded: ChainState) -> None:
    police = Person(frozenset({Role.LIMITED_READER}), SecrecyStatus.POLICE_JUSTICE)
    state = say(founded, "admission", founder, police.body())
    body = {"generation": chain.generation_body(2, bytes(32), bytes(1216))}
    with pytest.raises(ChainBroken, match="author_holds_no_key"):
        say(state, "generation", police, body)
    assert say(state, "generation", founder, body).generation == chain.Generation(
        2, bytes(32), bytes(1216)
    )
    skipped = {"generation": chain.generation_body(3, bytes(32), bytes(1216))}
    with pytest.raises(ChainBroken, match="generation_number"):
        say(state, "generation", founder, skipped)


def test_a_role_changes_by_a_coordinators_statement(founder: Person, founded: ChainState) -> None:
    worker = someone(Role.PARTICIPANT)
    state = say(founded, "admission", founder, worker.body())
    place = Place(worker.id, worker.id, frozenset({Role.DPO}), SecrecyStatus.PROFESSIONAL)
    after = say(state, "role", founder, {"person": str(worker.id), "place": place.body()})
    assert not after.members[worker.id].holds_key
    with pytest.raises(ChainBroken):
        say(state, "role", worker, {"person": str(worker.id), "place": place.body()})


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"number":1', b'"number":2'), (b'"kind":"admission"', b'"kind":"enthroned"')],
)
def test_a_changed_statement_does_not_follow(
    founder: Person, founded: ChainState, old: bytes, new: bytes
) -> None:
    row, _ = chain.make_statement(
        founded, "admission", founder.id, founder.private, someone(Role.PARTICIPANT).body()
    )
    changed = bytes(row.statement).replace(old, new)
    assert changed != bytes(row.statement)
    with pytest.raises(ChainBroken):
        chain.follow(founded, changed, bytes(row.signature))
    with pytest.raises(ChainBroken, match="not_canonical"):
        chain.follow(founded, bytes(row.statement) + b" ", bytes(row.signature))


def test_a_statement_of_another_concertation_does_not_follow(
    founder: Person, founded: ChainState
) -> None:
    elsewhere = say(ChainState(uuid4()), "genesis", founder, genesis_body(founder))
    row, _ = chain.make_statement(
        elsewhere, "admission", founder.id, founder.private, someone(Role.PARTICIPANT).body()
    )
    with pytest.raises(ChainBroken, match="out_of_place"):
        chain.follow(founded, bytes(row.statement), bytes(row.signature))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("status", list(SecrecyStatus))
def test_the_key_goes_to_people_bound_by_professional_secrecy_only(
    role: Role, status: SecrecyStatus
) -> None:
    circle = {Role.PARTICIPANT, Role.COORDINATOR, Role.INTERN}
    expected = role in circle and status == SecrecyStatus.PROFESSIONAL
    assert may_hold_key(frozenset({role}), status) is expected
    assert not may_hold_key(frozenset({role, Role.DPO}), status)
    assert not may_hold_key(frozenset({role, Role.LIMITED_READER}), status)
