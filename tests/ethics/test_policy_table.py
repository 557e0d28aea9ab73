"""`manage.py policy table` prints the table that decides, and nothing else."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from ethics.policy import READ_TABLE, TABLE, Act, FieldGroup, cell
from ethics.policy_reasons import why
from ethics.policy_table import act_rows, reading_rows
from ethics.roles import Role


def printed(*options: str) -> str:
    out = io.StringIO()
    call_command("policy", "table", *options, stdout=out)
    return out.getvalue()


def test_json_holds_every_cell_of_the_table() -> None:
    table = json.loads(printed("--format", "json"))
    assert table["roles"] == list(Role.values)
    assert table["reading"] == {
        str(group): {str(role): str(when) for role, when in READ_TABLE[group].items()}
        for group in FieldGroup
    }
    assert table["acts"] == {
        str(act): {str(role): str(when) for role, when in TABLE[act].items()}
        for act in Act
        if act != Act.READ
    }


def test_the_plain_text_has_a_line_for_every_group_and_act_and_a_word_for_every_role() -> None:
    text = printed()
    found = {}
    for line in text.splitlines():
        words = [word.strip() for word in line.strip("│").split("│")]
        found[words[0]] = words[1:]
    for group in FieldGroup:
        where = cell(Act.READ, group)
        assert found[group] == [str(where.get(role, "–")) for role in Role]
    for act in set(Act) - {Act.READ}:
        assert found[act] == [str(cell(act).get(role, "–")) for role in Role]
    assert "\x1b" not in text


def test_rows_keep_every_act_even_one_that_nobody_may_do() -> None:
    assert [row.act for row in act_rows()] == [act for act in Act if act != Act.READ]
    assert [row.group for row in reading_rows()] == list(FieldGroup)
    assert all(len(row.cells) == len(Role) for row in [*reading_rows(), *act_rows()])


def test_every_reason_is_printed_in_english_and_stands_in_json() -> None:
    text, table = printed(), json.loads(printed("--format", "json"))
    told = table["reasons"]
    assert told["reading"].keys() == set(FieldGroup)
    assert told["acts"].keys() == set(Act) - {Act.READ}
    assert told["roles"].keys() == set(Role)
    for lines in told.values():
        for name, reason in lines.items():
            assert f"  {name}: {reason}\n" in text
    with override("en"):
        assert told["reading"]["narrative"] == str(why(Act.READ, FieldGroup.NARRATIVE))


def test_an_unknown_format_or_no_subcommand_is_refused() -> None:
    with pytest.raises(CommandError):
        printed("--format", "xml")
    with pytest.raises(CommandError):
        call_command("policy")
