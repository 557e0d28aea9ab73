"""`manage.py secrecy check`: each way to harm a sealed row in the database is named."""

import io
import json
import uuid
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from concertation.situations.actions import discard_draft
from concertation.situations.models import Situation, YearTally
from ethics.secrecy import unsealing
from ethics.secrecy.check import BadKind, BadRow, check_all, sealed_models
from ethics.secrecy.erasure import store
from ethics.secrecy.erasure.models import Tombstone
from tests.cast import Circle
from tests.ethics.sealed_rows import CODES, agree, bring, contribute, draft_of, edit, sql, stored

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def first_bad() -> BadRow:
    found = check_all().first_bad
    assert found is not None
    return found


def test_untouched_rows_agree_with_the_ledger(circle: Circle) -> None:
    row = bring(circle)
    edit(circle, row)
    contribute(circle, row)
    agree(circle, row)
    row.state = "followed"
    row.save()  # a state change seals nothing anew: the same version stands twice in the history
    result = check_all()
    assert result.ok, result.first_bad
    # live: situation, contribution, action, tally; history: draft, brought, edited, state, 1, 1
    assert (result.rows, result.writes) == (10, 6)


def test_an_empty_board_has_nothing_wrong(circle: Circle) -> None:
    assert check_all().ok


def test_every_model_with_sealed_fields_is_looked_at() -> None:
    assert [model.SEALED_AS for model in sealed_models()] == [
        "meetings.note",
        "sharing.sharingdecision",
        "situations.agreedaction",
        "situations.conflictofinterest",
        "situations.contribution",
        "situations.draftnote",
        "situations.situation",
        "situations.yeartally",
    ]


def test_it_opens_nothing(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(circle)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("secrecy check used a key")

    for name in ("open_field", "open_held", "unseal"):
        monkeypatch.setattr(unsealing, name, refuse)
    monkeypatch.setattr(store, "keys", refuse)
    assert check_all().ok


def test_a_changed_text_is_named(circle: Circle) -> None:
    row = bring(circle)
    sql("UPDATE situations_situation SET headline = account WHERE id = %s", row.id)
    bad = first_bad()
    assert (bad.kind, bad.object, bad.version, bad.history) == (
        BadKind.CHANGED, row.id, row.version, False,
    )  # fmt: skip


def test_a_changed_text_of_the_history_is_named(circle: Circle) -> None:
    row = bring(circle)
    sql("UPDATE situations_historicalsituation SET wish = account WHERE version = 1")
    bad = first_bad()
    assert (bad.kind, bad.object, bad.version, bad.history) == (BadKind.CHANGED, row.id, 1, True)


def swap_texts(table: str, one: UUID, other: UUID, names: list[str]) -> None:
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} WHERE id = %s", [stored(one)])
        values = cursor.fetchone()
    sets = ", ".join(f'"{name}" = %s' for name in names)
    sql(f"UPDATE {table} SET {sets} WHERE id = %s", *values, other)


def test_texts_swapped_between_two_situations_are_named(circle: Circle) -> None:
    one, other = bring(circle, CODES[0]), bring(circle, CODES[1])
    names = [each.name for each in Situation.sealed_fields()]
    swap_texts("situations_situation", one.id, other.id, names)
    bad = first_bad()
    assert (bad.kind, bad.object) == (BadKind.SWAPPED, other.id)
    assert str(one.id) in bad.why


def test_a_row_put_back_to_an_older_version_is_named(circle: Circle) -> None:
    row = bring(circle)
    contribution = contribute(circle, row)
    before = Situation.objects.filter(pk=row.pk).values_list(
        "version", *[each.name for each in Situation.sealed_fields()]
    )[0]
    edit(circle, row)
    sets = ", ".join(f'"{each.name}" = %s' for each in Situation.sealed_fields())
    sql(
        f"UPDATE situations_situation SET version = %s, {sets} WHERE id = %s",
        before[0], *[seal.blob for seal in before[1:]], row.id,
    )  # fmt: skip
    bad = first_bad()
    assert (bad.kind, bad.object, bad.version) == (BadKind.ROLLED_BACK, row.id, row.version - 1)
    assert contribution.id != bad.object


def test_old_text_under_the_new_version_number_is_named(circle: Circle) -> None:
    row = bring(circle)
    names = [each.name for each in Situation.sealed_fields()]
    old = Situation.objects.filter(pk=row.pk).values_list(*names)[0]
    edit(circle, row)
    sets = ", ".join(f'"{name}" = %s' for name in names)
    sql(
        f"UPDATE situations_situation SET {sets} WHERE id = %s",
        *[seal.blob for seal in old], row.id,
    )  # fmt: skip
    bad = first_bad()
    assert (bad.kind, bad.version) == (BadKind.SWAPPED, row.version)
    assert f"version {row.version - 1}" in bad.why


def test_a_planted_row_is_named(circle: Circle) -> None:
    row = bring(circle)
    planted = uuid.uuid4()
    entry = contribute(circle, row)
    columns = (
        'container, scope, key_generation, version, kind, "on", made_at, situation_id, author_id'
    )
    sql(
        f"INSERT INTO situations_contribution (id, text, {columns})"
        f" SELECT %s, %s, {columns} FROM situations_contribution WHERE id = %s",
        planted, b"\x01invented", entry.id,
    )  # fmt: skip
    bad = first_bad()
    assert (bad.kind, bad.object, bad.version) == (BadKind.PLANTED, planted, 1)


def test_a_copied_row_is_named_with_where_its_text_belongs(circle: Circle) -> None:
    row = bring(circle)
    entry = contribute(circle, row)
    columns = (
        'text, container, scope, key_generation, version, kind, "on", made_at, situation_id,'
        " author_id"
    )
    sql(
        f"INSERT INTO situations_contribution (id, {columns})"
        f" SELECT %s, {columns} FROM situations_contribution WHERE id = %s",
        uuid.uuid4(), entry.id,
    )  # fmt: skip
    bad = first_bad()
    assert bad.kind == BadKind.SWAPPED
    assert str(entry.id) in bad.why


def test_a_row_that_is_gone_is_named(circle: Circle) -> None:
    entry = contribute(circle, bring(circle))
    sql("DELETE FROM situations_contribution WHERE id = %s", entry.id)
    bad = first_bad()
    assert (bad.kind, bad.object, bad.history) == (BadKind.MISSING, entry.id, False)


def test_a_version_that_is_gone_from_the_history_is_named(circle: Circle) -> None:
    row = bring(circle)
    sql("DELETE FROM situations_historicalsituation WHERE version = 1")
    bad = first_bad()
    assert (bad.kind, bad.object, bad.version, bad.history) == (BadKind.MISSING, row.id, 1, True)


def test_a_tally_that_is_gone_is_named(circle: Circle) -> None:
    bring(circle)
    number = YearTally.objects.get().id
    sql("DELETE FROM situations_yeartally")
    bad = first_bad()
    assert (bad.kind, bad.object) == (BadKind.MISSING, number)


def test_an_erased_situation_is_excused_by_its_tombstone_alone(circle: Circle) -> None:
    row = bring(circle)
    contribute(circle, row)
    number = row.id
    Situation.objects.get(pk=number).delete()
    assert first_bad().kind == BadKind.MISSING
    store.destroy(number)
    assert check_all().ok


def test_a_discarded_draft_is_excused_by_its_tombstone_too(circle: Circle) -> None:
    draft = draft_of(circle)
    discard_draft(circle.participant.actor, draft=draft.id)
    assert not Situation.objects.exists()
    assert check_all().ok
    Tombstone.objects.all().delete()
    assert first_bad().kind == BadKind.MISSING


# --- The command ------------------------------------------------------------------------------


def test_the_command_says_how_much_it_compared(circle: Circle) -> None:
    bring(circle)
    out = io.StringIO()
    call_command("secrecy", "check", stdout=out)
    assert out.getvalue() == "4 sealed rows agree with the ledger, 3 writes are all there.\n"


def test_the_command_fails_with_one_sentence_that_names_the_row(circle: Circle) -> None:
    row = bring(circle)
    sql("UPDATE situations_situation SET headline = account WHERE id = %s", row.id)
    with pytest.raises(CommandError) as error:
        call_command("secrecy", "check", stdout=io.StringIO())
    assert str(error.value) == (
        f"situations.situation {row.id}, version 2, changed: its text is not the one that was"
        " written."
    )


def test_json_tells_the_first_bad_row_to_another_program(circle: Circle) -> None:
    row = bring(circle)
    out = io.StringIO()
    call_command("secrecy", "check", "--format", "json", stdout=out)
    assert json.loads(out.getvalue()) == {"ok": True, "rows": 4, "writes": 3, "first_bad": None}
    sql("UPDATE situations_situation SET headline = account WHERE id = %s", row.id)
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("secrecy", "check", "--format", "json", stdout=out)
    bad = json.loads(out.getvalue())["first_bad"]
    assert (bad["kind"], bad["object"], bad["history"]) == ("changed", str(row.id), False)


def test_reading_costs_the_same_queries_for_one_row_as_for_three(circle: Circle) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert check_all().ok
        return len(captured)

    bring(circle)
    one = queries()
    bring(circle, CODES[1])
    bring(circle, CODES[2])
    assert queries() == one


def test_batches_end_where_rows_do(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ethics.secrecy.check.BATCH", 2)
    for code in CODES:
        bring(circle, code)
    assert check_all().rows == 10
