"""The membership chain: who may give a known person new keys, and who replaces the recovery key."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ethics.roles import Role, SecrecyStatus
from ethics.secrecy import chain
from ethics.secrecy.chain import ChainBroken, ChainState
from ethics.secrecy.chain_rules import a_working_day_after
from ethics.secrecy.keys import PrivateKeys
from tests.secrecy.test_chain import Person, founded, founder, genesis_body, say, someone

__all__ = ["founded", "founder"]

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Clock:
    """The time that statements carry, set by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    it = Clock(MONDAY)
    monkeypatch.setattr(chain, "now", it)
    return it


def new_keys(person: Person) -> dict[str, Any]:
    """The same person with fresh keys."""
    person.keys, person.private = uuid4(), PrivateKeys.make()
    return chain.new_keys_body(person.id, person.keys, person.private.public())


@pytest.fixture
def workers() -> list[Person]:
    return [someone(Role.PARTICIPANT) for _ in range(3)]


@pytest.fixture
def circle_state(founder: Person, founded: ChainState, workers: list[Person]) -> ChainState:
    state = founded
    for each in workers:
        state = say(state, "admission", founder, each.body())
    return state


def test_a_coordinator_restores_a_member_with_the_same_places(
    founder: Person, circle_state: ChainState, workers: list[Person]
) -> None:
    lost = workers[0]
    before = circle_state.members[lost.id]
    after = say(circle_state, "restored", founder, new_keys(lost))
    assert after.members[lost.id].keys == lost.keys != before.keys
    assert after.members[lost.id].places == before.places
    # The old signing half stays known: what it signed stays verifiable, and it speaks no more.
    assert after.signers[before.keys] == before.public
    old = Person(lost.roles, id=lost.id, keys=before.keys)
    with pytest.raises(ChainBroken, match="bad_signature"):
        say(after, "removal", old, {"person": str(lost.id), "participation": str(lost.id)})


def test_nobody_else_restores_and_nobody_themself(
    founder: Person, circle_state: ChainState, workers: list[Person]
) -> None:
    with pytest.raises(ChainBroken, match="author_not_coordinator"):
        say(circle_state, "restored", workers[1], new_keys(workers[0]))
    own = chain.new_keys_body(founder.id, uuid4(), PrivateKeys.make().public())
    with pytest.raises(ChainBroken, match="author_restores_themself"):
        say(circle_state, "restored", founder, own)
    stranger = someone(Role.PARTICIPANT)
    with pytest.raises(ChainBroken):
        say(circle_state, "restored", founder, new_keys(stranger))
    # Keys that were someone's before, theirs or another's, are not new.
    used = chain.new_keys_body(workers[0].id, workers[1].keys, PrivateKeys.make().public())
    with pytest.raises(ChainBroken, match="keys_are_not_new"):
        say(circle_state, "restored", founder, used)


def test_two_members_restore_after_a_working_day(
    clock: Clock, circle_state: ChainState, workers: list[Person]
) -> None:
    lost, one, two = workers
    body = new_keys(lost)
    state = say(circle_state, "restore_proposed", one, body)
    assert state.members[lost.id].keys != lost.keys
    with pytest.raises(ChainBroken, match="too_soon"):
        say(state, "restore_seconded", two, body)
    clock.at = MONDAY + timedelta(days=1) - timedelta(seconds=1)
    with pytest.raises(ChainBroken, match="too_soon"):
        say(state, "restore_seconded", two, body)
    clock.at = MONDAY + timedelta(days=1)
    with pytest.raises(ChainBroken, match="same_member_twice"):
        say(state, "restore_seconded", one, body)
    other = chain.new_keys_body(lost.id, lost.keys, PrivateKeys.make().public())
    with pytest.raises(ChainBroken, match="other_keys_than_proposed"):
        say(state, "restore_seconded", two, other)
    after = say(state, "restore_seconded", two, body)
    assert after.members[lost.id].keys == lost.keys
    assert not after.proposals


def test_who_vouches_holds_the_key_and_still_belongs(
    clock: Clock, founder: Person, circle_state: ChainState, workers: list[Person]
) -> None:
    police = Person(frozenset({Role.LIMITED_READER}), SecrecyStatus.POLICE_JUSTICE)
    state = say(circle_state, "admission", founder, police.body())
    lost, one, two = workers
    body = new_keys(lost)
    with pytest.raises(ChainBroken, match="author_holds_no_key"):
        say(state, "restore_proposed", police, body)
    proposed = say(state, "restore_proposed", one, body)
    clock.at = MONDAY + timedelta(days=2)
    with pytest.raises(ChainBroken, match="author_holds_no_key"):
        say(proposed, "restore_seconded", police, body)
    gone = {"person": str(one.id), "participation": str(one.id)}
    left = say(proposed, "removal", founder, gone)
    with pytest.raises(ChainBroken, match="first_member_gone"):
        say(left, "restore_seconded", two, body)
    # Nobody seconds what was never proposed, nor themself.
    with pytest.raises(ChainBroken):
        say(state, "restore_seconded", two, body)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-23T10:00", "2026-11-24T10:00"),  # Monday
        ("2026-11-27T15:30", "2026-11-30T15:30"),  # Friday: Monday, the same hour
        ("2026-11-28T09:00", "2026-12-01T00:00"),  # Saturday counts from Monday, 0:00
        ("2026-11-29T23:59", "2026-12-01T00:00"),  # Sunday too
        ("2026-03-27T12:00", "2026-03-30T12:00"),  # over the change of the clock
    ],
)
def test_a_working_day_is_monday_to_friday_in_brussels(at: str, until: str) -> None:
    from ethics.secrecy.chain_rules import ZONE  # noqa: PLC0415

    start = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    assert a_working_day_after(start) == datetime.fromisoformat(until).replace(tzinfo=ZONE)


def rescued(recovery: PrivateKeys, founder: Person) -> ChainState:
    body = {**genesis_body(founder), "recovery": chain.recovery_body(recovery.public())}
    return say(ChainState(uuid4()), "genesis", founder, body)


def test_the_recovery_key_restores_a_coordinator_and_says_nothing_else(founder: Person) -> None:
    recovery = PrivateKeys.make()
    state = rescued(recovery, founder)
    worker = someone(Role.PARTICIPANT)
    state = say(state, "admission", founder, worker.body())
    printed = Person(founder.roles, id=founder.id, private=recovery)
    body = new_keys(founder)
    after = say(state, "rescue", printed, body)
    assert after.members[founder.id].keys == founder.keys
    assert after.recovery_used is not None
    # Not a member who coordinates nothing, not for another, and no other kind at all.
    as_worker = Person(worker.roles, id=worker.id, private=recovery)
    with pytest.raises(ChainBroken, match="author_not_coordinator"):
        say(state, "rescue", as_worker, new_keys(worker))
    with pytest.raises(ChainBroken, match="author_not_rescued"):
        say(state, "rescue", printed, new_keys(worker))
    with pytest.raises(ChainBroken, match="bad_signature"):
        say(state, "admission", printed, someone(Role.PARTICIPANT).body())
    made = chain.recovery_body(PrivateKeys.make().public())
    with pytest.raises(ChainBroken, match="bad_signature"):
        say(state, "recovery", printed, {"recovery": made})


def test_a_coordinator_without_the_printed_key_rescues_nobody(founder: Person) -> None:
    state = rescued(PrivateKeys.make(), founder)
    with pytest.raises(ChainBroken, match="bad_signature"):
        say(
            state,
            "rescue",
            founder,
            chain.new_keys_body(founder.id, uuid4(), founder.private.public()),
        )


def test_a_coordinator_reissues_the_recovery_key_and_the_old_one_is_silent(founder: Person) -> None:
    old, new = PrivateKeys.make(), PrivateKeys.make()
    state = rescued(old, founder)
    worker = someone(Role.PARTICIPANT)
    state = say(state, "admission", founder, worker.body())
    body = {"recovery": chain.recovery_body(new.public())}
    with pytest.raises(ChainBroken, match="author_not_coordinator"):
        say(state, "recovery", worker, body)
    same = {"recovery": chain.recovery_body(old.public())}
    with pytest.raises(ChainBroken, match="recovery_key_not_new"):
        say(state, "recovery", founder, same)
    after = say(state, "recovery", founder, body)
    printed = Person(founder.roles, id=founder.id, private=old)
    with pytest.raises(ChainBroken, match="bad_signature"):
        say(after, "rescue", printed, new_keys(founder))
    printed.private = new
    assert say(after, "rescue", printed, new_keys(founder)).recovery_used is not None


def test_a_second_place_does_not_bring_other_keys(founder: Person, founded: ChainState) -> None:
    worker = someone(Role.PARTICIPANT)
    state = say(founded, "admission", founder, worker.body())
    # The same number, other keys behind it: what a planted row would make a coordinator sign.
    planted = chain.member_body(worker.id, worker.keys, PrivateKeys.make().public(), worker.place)
    with pytest.raises(ChainBroken, match="keys_changed_by_admission"):
        say(state, "admission", founder, planted)
    # Nor may someone new come under a number that stood for another's keys.
    stranger = someone(Role.PARTICIPANT)
    stranger.keys = worker.keys
    with pytest.raises(ChainBroken, match="keys_reused"):
        say(state, "admission", founder, stranger.body())


@pytest.mark.parametrize("body", [[], {"person": 7}, {"recovery": None}])
def test_a_statement_without_sense_breaks_the_chain_and_nothing_else(
    founder: Person, founded: ChainState, body: Any
) -> None:
    for kind in ("restored", "restore_proposed", "restore_seconded", "rescue", "recovery"):
        with pytest.raises(ChainBroken):
            say(founded, kind, founder, body)
