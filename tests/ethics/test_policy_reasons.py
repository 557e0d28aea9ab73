"""Every rule of the policy has a reason, and every reason a rule."""

import pytest
from django.utils.translation import override

from ethics.policy import READ_TABLE, TABLE, Act, FieldGroup, When
from ethics.policy_reasons import WHY_ACT, WHY_GROUP, WHY_NOT, WHY_WHEN, why, why_only
from ethics.roles import Role


def test_each_group_act_and_role_has_its_reason_and_nothing_else_has_one() -> None:
    assert set(WHY_GROUP) == set(FieldGroup)
    assert set(WHY_ACT) == set(Act) - {Act.READ}
    assert set(WHY_NOT) == set(Role)


def test_each_condition_of_a_role_in_the_table_has_its_reason_and_no_other() -> None:
    used = {
        (role, when)
        for cell in [*READ_TABLE.values(), *TABLE.values()]
        for role, when in cell.items()
        if when != When.ALWAYS
    }
    assert set(WHY_WHEN) == used


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_no_two_rules_are_explained_by_the_same_sentence(language: str) -> None:
    """A sentence that explains two rules explains neither; a missing translation is French."""
    tables = (WHY_GROUP, WHY_ACT, WHY_WHEN, WHY_NOT)
    with override(language):
        said = [str(reason) for table in tables for reason in table.values()]
    assert len(set(said)) == len(said)
    assert all(sentence.endswith(".") for sentence in said)
    if language != "fr":
        with override("fr"):
            french = {str(reason) for table in tables for reason in table.values()}
        assert not french & set(said)


def test_a_line_without_a_reason_is_a_fault() -> None:
    with pytest.raises(KeyError):
        why(Act.READ)
    with pytest.raises(KeyError):
        why_only(Role.DPO, When.TICKED)
    assert why_only(Role.DPO, When.ALWAYS) is None


def test_the_police_are_told_why_they_do_not_read_the_narrative() -> None:
    with override("fr"):
        assert "dénoncer les infractions" in str(why(Act.READ, FieldGroup.NARRATIVE))
        assert "dénoncer les infractions" in str(WHY_NOT[Role.LIMITED_READER])
