"""Every cell of the policy, against a table written from design 1 and 2, not from the code.

A column says when that role may: `yes`, `no`, or what must be true between the person and the
situation (`own`: they brought it; `supervised`: their intern did, and they confirm; `held`: they
are its case manager; `addressed`: an action of it is theirs; `ticked`: the coordinator opened it
for this guest; `named`: it is restricted, and they are one of its readers for good). The case
manager is a participant who holds one situation, so their rights stand in the participant's column
as `held`.
"""

import itertools
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import pytest

from ethics.policy import READ_TABLE, TABLE, Act, FieldGroup, Refusal, decide, in_reach
from ethics.policy_facts import PersonFacts, SubjectFacts
from ethics.roles import Role, SecrecyStatus

ROLES: Final = (
    "participant", "coordinator", "intern", "guest", "limited_reader", "representative", "dpo",
    "administrator",
)  # fmt: skip

# Design 1, “A situation and its life”, and “Who uses it”, column “never”.
READING: Final = """
frame               yes                 yes             yes        ticked     own        no  no  no
summary             yes                 yes             yes        ticked     no         no  no  no
narrative           yes                 yes             yes        ticked     no         no  no  no
voice               yes                 yes             yes        ticked     no         no  no  no
network             yes                 yes             yes        ticked     no         no  no  no
timeline            yes                 yes             yes        ticked     no         no  no  no
actions             yes                 yes             yes        ticked     addressed  no  no  no
outcome             yes                 yes             yes        no         no         no  no  no
"""

# Acts on one situation.
ON_A_SITUATION: Final = """
list                yes                 yes             yes        no         no         no  no  no
search              yes                 yes             yes        no         no         no  no  no
export              yes                 yes             no         no         no         no  no  no
read_own            own,supervised      own,supervised  own        no         own        no  no  no
submit              no                  no              yes        no         no         no  no  no
share_draft         own,supervised      own,supervised  no         no         own        no  no  no
open_to_guest       no                  yes             no         no         no         no  no  no
edit                own,supervised,held yes             no         no         no         no  no  no
contribute          yes                 yes             yes        ticked     no         no  no  no
propose_action      yes                 yes             yes        ticked     no         no  no  no
agree_action        yes                 yes             no         no         no         no  no  no
move_action         addressed,held      yes             addressed  addressed  addressed  no  no  no
give_feedback       yes                 yes             yes        ticked     addressed  no  no  no
set_case_manager    own,supervised,held yes             no         no         no         no  no  no
close               own,supervised,held yes             no         no         no         no  no  no
reopen              closed_own,closed_held closed        no         no         no         no  no  no
decide_sharing      yes                 yes             no         no         no         no  no  no
withdraw_agreement  yes                 yes             yes        no         no         no  no  no
read_history        yes                 yes             yes        no         no         no  no  no
see_readers         yes                 yes             yes        no         no         no  no  no
restrict            own,supervised,held yes             no         no         no         no  no  no
withdraw            yes                 yes             yes        no         no         no  no  no
withdraw_other      no                  yes             no         no         no         no  no  no
grant_access        named               named           no         no         no         no  no  no
erase               no                  closed          no         no         no         no  no  no
extend              own,supervised,held yes             no         no         no         no  no  no
"""

# Acts on the circle.
ON_THE_CIRCLE: Final = """
bring               yes                 yes             yes        no         yes        no  no  no
read_meetings       yes                 yes             yes        no         no         no  no  no
visit_meeting       no                  no              no         yes        no         no  no  no
plan_meeting        no                  yes             no         no         no         no  no  no
take_part           yes                 yes             yes        no         no         no  no  no
note_meeting        yes                 yes             yes        no         no         no  no  no
read_report         yes                 yes             yes        no         no         no  no  no
lift_suppression    no                  yes             no         no         no         no  no  no
import              no                  yes             no         no         no         no  no  no
record_framework    no                  yes             no         no         no         no  no  no
read_members        yes                 yes             yes        yes        yes        no  no  no
read_notice         yes                 yes             yes        yes        yes        no  yes no
invite              no                  yes             no         no         no         no  no  no
admit               no                  yes             no         no         no         no  no  no
remove              no                  yes             no         no         no         no  no  no
read_erasures       no                  yes             no         no         no         no  yes no
ask_access          yes                 yes             no         no         no         no  no  no
give_opinion        no                  no              no         no         no         no  yes no
change_role         no                  yes             no         no         no         no  no  no
restore             no                  yes             no         no         no         no  no  no
vouch               yes                 yes             no         no         no         no  no  no
renew_keys          no                  yes             no         no         no         no  no  no
read_ledger         no                  no              no         no         no         no  yes no
verify_ledger       no                  yes             no         no         no         no  yes no
keep_log            no                  yes             no         no         no         no  no  no
read_own_log        yes                 yes             yes        yes        yes        no  yes no
review              no                  no              no         no         no         no  yes no
answer_review       yes                 yes             yes        yes        yes        no  no  no
subscribe           no                  no              no         no         no         yes no  no
administer          no                  no              no         no         no         no  no  yes
publish_charter     no                  no              no         no         no         no  no  yes
"""

ACTION: Final = UUID(int=7)
FACTS: Final = {
    "none": SubjectFacts(known=True),
    "own": SubjectFacts(known=True, own=True),
    "supervised": SubjectFacts(known=True, supervised=True),
    "held": SubjectFacts(known=True, held=True),
    "addressed": SubjectFacts(known=True, addressed_to=frozenset({ACTION})),
    "ticked": SubjectFacts(known=True, guest_ticked=True, named_reader=True),
    "closed": SubjectFacts(known=True, closed=True),
    "closed_own": SubjectFacts(known=True, closed=True, own=True),
    "closed_held": SubjectFacts(known=True, closed=True, held=True),
    "named": SubjectFacts(known=True, restricted=True, named_reader=True, named_for_good=True),
}


def lines(table: str) -> dict[str, dict[str, str]]:
    rows = [line.split() for line in table.strip().splitlines()]
    return {name: dict(zip(ROLES, words, strict=True)) for name, *words in rows}


def somebody(role: str, status: SecrecyStatus = SecrecyStatus.PROFESSIONAL) -> PersonFacts:
    """Someone who passed every door."""
    return PersonFacts(
        second_factor=True,
        participating=True,
        current=True,
        roles=frozenset({Role(role)}),
        in_chain=True,
        status=status,
        subscribed=True,
        signed=True,
    )


def expected(word: str, role: str, status: SecrecyStatus, fact: str, act: str = "read") -> bool:
    """What the design's word means: the circle opens to people bound by professional secrecy, and
    what is closed is read and no longer written."""
    if fact.startswith("closed") and act not in READS | READERS | CLOSED_ONLY:
        return False
    if role in {"participant", "coordinator", "intern"} and status != SecrecyStatus.PROFESSIONAL:
        return False
    # “closed_own” is what “closed” and “own” say, and more.
    true = {fact, *fact.split("_")} if fact.startswith("closed") else {fact}
    return word == "yes" or bool(true & set(word.split(",")))


READS: Final = {"read", "read_own", "list", "search", "export", "read_history", "see_readers"}
CLOSED_ONLY: Final = {"erase", "reopen"}
# Who may read a closed situation, and how long it is kept, can still change.
READERS: Final = {
    "restrict", "withdraw", "withdraw_other", "grant_access", "withdraw_agreement",
    "open_to_guest", "extend",
}  # fmt: skip

CELLS: Final = list(itertools.product(ROLES, SecrecyStatus, FACTS))


@pytest.mark.parametrize("group", FieldGroup)
def test_every_field_group_is_read_by_those_of_the_design(group: FieldGroup) -> None:
    words = lines(READING)[group]
    wrong = []
    for role, status, fact in CELLS:
        decision = decide(
            Act.READ, somebody(role, status), FACTS[fact], frozenset({FieldGroup(group)})
        )
        if decision.granted != expected(words[role], role, status, fact):
            wrong.append((role, str(status), fact, decision))
        elif decision.granted:
            assert decision.groups == {group}
    assert not wrong


@pytest.mark.parametrize("act", sorted(lines(ON_A_SITUATION)))
def test_every_act_on_a_situation_is_for_those_of_the_design(act: str) -> None:
    words = lines(ON_A_SITUATION)[act]
    wrong = []
    for role, status, fact in CELLS:
        decision = decide(Act(act), somebody(role, status), FACTS[fact])
        if decision.granted != expected(words[role], role, status, fact, act):
            wrong.append((role, str(status), fact, decision))
    assert not wrong


@pytest.mark.parametrize("act", sorted(lines(ON_THE_CIRCLE)))
def test_every_act_on_the_circle_is_for_those_of_the_design(act: str) -> None:
    words = lines(ON_THE_CIRCLE)[act]
    wrong = []
    for role, status in itertools.product(ROLES, SecrecyStatus):
        decision = decide(Act(act), somebody(role, status))
        if decision.granted != expected(words[role], role, status, "none"):
            wrong.append((role, str(status), decision))
    assert not wrong


def test_the_tables_above_leave_out_no_act_group_or_role() -> None:
    assert set(lines(READING)) == {str(group) for group in FieldGroup} == set(READ_TABLE)
    acts = set(lines(ON_A_SITUATION)) | set(lines(ON_THE_CIRCLE))
    assert acts == {str(act) for act in Act} - {"read"} == set(TABLE)
    assert {*ROLES, "case_manager"} == {str(role) for role in Role}


def test_a_grant_names_the_role_that_granted_it() -> None:
    both = replace(somebody("participant"), roles=frozenset({Role.PARTICIPANT, Role.COORDINATOR}))
    assert decide(Act.EDIT, both, FACTS["none"]).role == Role.COORDINATOR
    assert decide(Act.EDIT, both, FACTS["own"]).role == Role.PARTICIPANT
    holder = decide(Act.EDIT, somebody("participant"), FACTS["held"])
    assert holder.role == Role.CASE_MANAGER


def test_reading_several_groups_gives_those_that_are_granted_and_no_other() -> None:
    asked = frozenset(FieldGroup)
    police = somebody("limited_reader", SecrecyStatus.POLICE_JUSTICE)
    facts = SubjectFacts(known=True, own=True, addressed_to=frozenset({ACTION}))
    assert decide(Act.READ, police, facts, asked).groups == {FieldGroup.FRAME, FieldGroup.ACTIONS}
    guest = decide(Act.READ, somebody("guest"), FACTS["ticked"], asked)
    assert guest.groups == asked - {FieldGroup.OUTCOME}
    assert decide(Act.READ, somebody("participant"), FACTS["none"], asked).groups == asked


def test_an_action_of_someone_else_in_the_same_situation_does_not_count_as_addressed() -> None:
    police = somebody("limited_reader", SecrecyStatus.POLICE_JUSTICE)
    mine = FACTS["addressed"]
    assert decide(Act.MOVE_ACTION, police, mine.narrowed(ACTION)).granted
    assert not decide(Act.MOVE_ACTION, police, mine.narrowed(UUID(int=8))).granted


@pytest.mark.parametrize("role", ["participant", "coordinator", "guest", "limited_reader"])
def test_the_dpo_role_takes_away_every_role_that_reads(role: str) -> None:
    person = replace(somebody(role), roles=frozenset({Role(role), Role.DPO}))
    for fact, group in itertools.product(FACTS.values(), FieldGroup):
        assert not decide(Act.READ, person, fact, frozenset({group})).granted
    assert not in_reach(Act.LIST, person)
    assert decide(Act.READ_LEDGER, person).granted


# --- Why not ----------------------------------------------------------------------------------

DOORS: Final = [
    ("second_factor", Refusal.NO_SECOND_FACTOR),
    ("participating", Refusal.NO_PARTICIPATION),
    ("current", Refusal.PARTICIPATION_ENDED),
    ("in_chain", Refusal.NOT_IN_CHAIN),
    ("subscribed", Refusal.NO_SUBSCRIPTION),
    ("signed", Refusal.NO_CHARTER),
]


@pytest.mark.parametrize(("missing", "why"), DOORS)
def test_without_one_of_its_doors_nobody_may_do_anything(missing: str, why: Refusal) -> None:
    without: dict[str, Any] = {missing: False}
    person = replace(somebody("coordinator"), roles=frozenset(Role), **without)
    for act in Act:
        decision = decide(act, person, FACTS["own"], frozenset(FieldGroup))
        assert (decision.granted, decision.refusal) == (False, why)
        assert not in_reach(act, person)


def test_someone_of_whom_nothing_is_known_may_do_nothing() -> None:
    for act in Act:
        assert not decide(act, PersonFacts(), FACTS["own"], frozenset(FieldGroup)).granted


SUBJECTS: Final = [
    (SubjectFacts(), Refusal.UNKNOWN_SUBJECT),
    (SubjectFacts(known=True, draft=True), Refusal.DRAFT),
    (SubjectFacts(known=True, conflict=True, own=True, held=True), Refusal.CONFLICT),
    (SubjectFacts(known=True, hidden=True, held=True), Refusal.HIDDEN),
    (SubjectFacts(known=True, restricted=True, own=True, held=True), Refusal.NOT_IN_AUDIENCE),
]


@pytest.mark.parametrize(("facts", "why"), [*SUBJECTS, (None, Refusal.UNKNOWN_SUBJECT)])
@pytest.mark.parametrize("act", ["read", *sorted(lines(ON_A_SITUATION))])
def test_a_situation_out_of_reach_refuses_every_act_with_its_reason(
    act: str, facts: SubjectFacts | None, why: Refusal
) -> None:
    decision = decide(Act(act), somebody("coordinator"), facts, frozenset(FieldGroup))
    assert (decision.granted, decision.refusal) == (False, why)


def test_a_named_reader_opens_a_restricted_situation() -> None:
    facts = SubjectFacts(known=True, restricted=True, named_reader=True)
    assert decide(Act.READ, somebody("participant"), facts, frozenset({FieldGroup.SUMMARY})).granted


def test_a_draft_and_a_hidden_situation_stay_open_to_who_brought_them() -> None:
    for facts in (
        SubjectFacts(known=True, draft=True, own=True),
        SubjectFacts(known=True, hidden=True, own=True),
    ):
        assert decide(
            Act.READ, somebody("participant"), facts, frozenset({FieldGroup.VOICE})
        ).granted


@pytest.mark.parametrize("act", sorted({"read", *lines(ON_A_SITUATION)} - READERS - CLOSED_ONLY))
def test_a_closed_situation_is_read_and_no_longer_written(act: str) -> None:
    closed = SubjectFacts(known=True, closed=True, own=True)
    decision = decide(Act(act), somebody("coordinator"), closed, frozenset(FieldGroup))
    assert decision.granted == (act in READS)
    if not decision.granted:
        assert decision.refusal == Refusal.STATE


@pytest.mark.parametrize("act", sorted(READERS))
def test_readers_and_days_of_a_closed_situation_change_but_a_draft_has_none(act: str) -> None:
    facts = SubjectFacts(
        known=True, own=True, restricted=True, named_reader=True, named_for_good=True
    )
    who = somebody("coordinator")
    assert decide(Act(act), who, replace(facts, closed=True)).granted
    assert decide(Act(act), who, replace(facts, draft=True)).refusal == Refusal.STATE


def test_whoever_was_let_in_for_a_time_lets_nobody_in() -> None:
    facts = SubjectFacts(known=True, restricted=True, named_reader=True)
    assert decide(Act.GRANT_ACCESS, somebody("coordinator"), facts).refusal == Refusal.ROLE


@pytest.mark.parametrize(
    "status", [SecrecyStatus.DISCRETION, SecrecyStatus.POLICE_JUSTICE, SecrecyStatus.OTHER]
)
def test_someone_not_bound_by_secrecy_is_told_so_and_reads_nothing(status: SecrecyStatus) -> None:
    decision = decide(
        Act.READ, somebody("participant", status), FACTS["none"], frozenset(FieldGroup)
    )
    assert (decision.granted, decision.refusal) == (False, Refusal.NOT_BOUND)


def test_a_role_that_stands_nowhere_is_the_last_reason() -> None:
    decision = decide(Act.READ, somebody("dpo"), FACTS["none"], frozenset(FieldGroup))
    assert (decision.granted, decision.refusal) == (False, Refusal.ROLE)
    assert decide(Act.READ, somebody("participant"), FACTS["none"]).refusal == Refusal.ROLE
