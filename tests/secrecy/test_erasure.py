"""Erasing: no copy opens, the rest does, and whatever stops it on its way, it ends well."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit.enums import Outcome, Purpose, Verb
from audit.models import Entry
from audit.verify import verify_all
from concertation.accounts.errors import WrongPassword
from concertation.situations import actions, errors, reading
from concertation.situations.actions import erase
from concertation.situations.codes import show_code
from concertation.situations.enums import ErasureCause
from concertation.situations.models import Erasure, Situation
from ethics import gate
from ethics.rights.retention import complete_on
from ethics.secrecy.check import check_all, sealed_models
from ethics.secrecy.erasure import store
from ethics.secrecy.erasure.models import ErasureKey, Tombstone
from ethics.secrecy.models import Container, ScopeKey, ScopeWrap
from tests.cast import PASSWORD, Circle
from tests.secrecy.kept import every_key, live, old, opened
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

Rows = dict[str, list[dict[str, Any]]]


def whole_database() -> Rows:
    """Every row of every table of the ordinary database, as stored."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label != "erasure" and model._meta.managed:
                table = model._meta.db_table
                cursor.execute(f'SELECT * FROM "{table}"')
                names = [column[0] for column in cursor.description]
                found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def put_back(copy: Rows) -> int:
    """Put every row of the copy back that isn't there any more; how many there were."""
    count = 0
    keys = {
        model._meta.db_table: str(model._meta.pk.column)
        for model in apps.get_models(include_auto_created=True)
    }
    with connection.cursor() as cursor:
        for table, rows in copy.items():
            cursor.execute(f'SELECT "{keys[table]}" FROM "{table}"')
            there = {row[0] for row in cursor.fetchall()}
            for row in rows:
                if row[keys[table]] in there:
                    continue
                names = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join(["%s"] * len(row))
                values = list(row.values())
                cursor.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)
                count += 1
    return count


def full(circle: Circle) -> Situation:
    """A closed situation with a history, an entry and an action."""
    situation = story.bring(circle.participant)
    story.entry(circle.manager, situation)
    story.agree(circle.coordinator, situation, circle.police)
    actions.close_situation(circle.coordinator.actor, situation=situation.id, outcome="informed")
    return situation


def gone(situation: Situation) -> bool:
    """Whether no row of it is left anywhere."""
    rows = [*live(situation.id), *old(situation.id)]
    keys = ScopeKey.objects.filter(container=situation.id)
    return not rows and not keys and not Container.objects.filter(id=situation.id)


def erase_it(circle: Circle, situation: Situation) -> Erasure:
    return actions.erase_situation(
        circle.coordinator.actor, situation=situation.id, password=PASSWORD
    )


def test_the_whole_database_put_back_opens_nothing_erased_and_all_the_rest(circle: Circle) -> None:
    erased, kept = full(circle), full(circle)
    assert all(every_key(circle.people[name], erased.id) for name in ("manager", "police"))
    copy = whole_database()
    erase_it(circle, erased)
    assert gone(erased)
    assert put_back(copy) > 10
    assert not gone(erased)
    # Directly, with every member's private keys and whatever the database holds.
    for name, someone in circle.people.items():
        assert every_key(someone, erased.id) == [], name
    # Through the gate.
    row = Situation.objects.get(id=erased.id)
    seen = gate.reveal(
        circle.manager.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET
    )
    for each in Situation.sealed_fields():
        assert seen.get(row, each.name) is gate.UNOPENABLE, each.name
    # The rest.
    sheet = reading.situation_sheet(circle.manager.actor, show_code(str(kept.code)))
    assert sheet.story is not None
    assert sheet.story.wish == story.WISH
    keys = every_key(circle.manager, kept.id)
    texts = opened(keys, live(kept.id))
    assert any(story.ACCOUNT in each for each in texts)
    assert len(texts) == sum(len(type(each).sealed_fields()) for each in live(kept.id))


def test_after_a_restore_nothing_starts_until_it_is_applied_again(circle: Circle) -> None:
    situation = full(circle)
    copy = whole_database()
    erase_it(circle, situation)
    put_back(copy)
    Erasure.objects.all().delete()  # the backup knows nothing of it

    def wrong() -> set[str]:
        return {str(each.id) for each in run_checks(databases=["default", "erasure"])}

    assert "concertation.E021" in wrong()
    with pytest.raises(CommandError):
        call_command("erasure", "status", stdout=io.StringIO())
    out = io.StringIO()
    call_command("erasure", "reapply", stdout=out)
    assert "1 erasures" in out.getvalue()
    assert gone(situation)
    assert "concertation.E021" not in wrong()
    assert Erasure.objects.get().cause == ErasureCause.RESTORED
    call_command("erasure", "status", stdout=io.StringIO())
    assert check_all().ok


def test_rows_that_came_back_after_their_certificate_go_again(circle: Circle) -> None:
    situation = full(circle)
    copy = whole_database()
    erase_it(circle, situation)
    put_back(copy)
    erase.reapply()
    assert gone(situation)
    assert Erasure.objects.get().certified_at is not None


def test_a_key_that_an_older_copy_of_the_store_brings_back_is_destroyed_again(
    circle: Circle,
) -> None:
    situation = full(circle)
    row = ErasureKey.objects.get(container=situation.id)
    erase_it(circle, situation)
    row.save(force_insert=True)
    Tombstone.objects.all().delete()
    with pytest.raises(CommandError, match="1 their key"):
        call_command("erasure", "status", stdout=io.StringIO())
    call_command("erasure", "reapply", stdout=io.StringIO())
    assert store.keys([situation.id]) == {}
    call_command("erasure", "status", stdout=io.StringIO())


def test_erasing_leaves_numbers_and_nothing_else(circle: Circle) -> None:
    situation = full(circle)
    before = story.counts(circle)
    code = str(situation.code)
    made = erase_it(circle, situation)
    assert gone(situation)
    assert made.rows > 10
    assert store.keys([situation.id]) == {}
    assert Tombstone.objects.filter(container=situation.id).exists()
    assert story.counts(circle) == before
    assert check_all().ok
    assert verify_all().ok
    states = [
        json.loads(bytes(entry.leaf or b""))["details"]["state"]
        for entry in Entry.objects.filter(verb=Verb.ERASED).order_by("id")
    ]
    assert states == ["marked", "done"]
    for table, rows in whole_database().items():
        for row in rows:
            assert code not in map(str, row.values()), table


def test_a_discarded_draft_goes_the_same_way(circle: Circle) -> None:
    draft = story.draft(circle.participant)
    story.draft(circle.participant)
    actions.discard_draft(circle.participant.actor, draft=draft.id)
    assert gone(draft)
    assert Tombstone.objects.filter(container=draft.id).exists()
    assert not Entry.objects.filter(verb=Verb.ERASED).exists()
    assert len(reading.drafts(circle.participant.actor)) == 1
    assert check_all().ok


# --- Whatever stops it --------------------------------------------------------------------------


def stop_before(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise OSError("the power went")

    monkeypatch.setattr(place, name, stop)


def stop_after(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
    real = getattr(place, name)

    def stop(*args: Any, **more: Any) -> None:
        real(*args, **more)
        raise OSError("the power went")

    monkeypatch.setattr(place, name, stop)


STEPS = [(store, "destroy"), (erase, "_delete_rows"), (erase, "append")]
# The discarding of a draft is recorded with its mark: no event is appended later.
CASES = [
    pytest.param(draft, stop, place, name, id=f"{'draft' if draft else 'situation'}-{word}-{name}")
    for draft in (False, True)
    for word, stop in (("before", stop_before), ("after", stop_after))
    for place, name in STEPS
    if not (draft and name == "append")
]


@pytest.mark.parametrize(("draft", "stop", "place", "name"), CASES)
def test_stopped_at_any_step_nobody_finds_it_and_it_is_finished_later(
    circle: Circle,
    monkeypatch: pytest.MonkeyPatch,
    draft: bool,
    stop: Callable[[pytest.MonkeyPatch, Any, str], None],
    place: Any,
    name: str,
) -> None:
    situation = story.draft(circle.participant) if draft else full(circle)
    author = circle.participant.actor

    def begin() -> None:
        if draft:
            actions.discard_draft(author, draft=situation.id)
        else:
            erase_it(circle, situation)

    with monkeypatch.context() as patched:
        stop(patched, place, name)
        with pytest.raises(OSError, match="power"):
            begin()
    assert Erasure.objects.get().certified_at is None
    # Between the steps: not found by anybody, and no false alarm.
    if draft:
        assert reading.drafts(circle.participant.actor) == ()
    else:
        with pytest.raises(gate.Refused):
            reading.situation_sheet(circle.manager.actor, show_code(str(situation.code)))
        assert reading.board(circle.manager.actor, reading.Asked(state="closed")).rows == ()
    assert not Entry.objects.filter(verb=Verb.UNOPENABLE).exists()
    out = io.StringIO()
    call_command("daily", stdout=out)
    assert "1 erasures finished" in out.getvalue()
    assert gone(situation)
    assert store.keys([situation.id]) == {}
    assert Erasure.objects.get().certified_at is not None
    done = Entry.objects.filter(verb=Verb.ERASED, actor=circle.coordinator.user.id)
    assert done.count() == (0 if draft else 2)
    assert check_all().ok


# --- Who may, and orders on the server ---------------------------------------------------------


def test_only_the_coordinator_with_the_password_and_only_when_closed(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    with pytest.raises(gate.Refused):
        erase_it(circle, situation)
    actions.close_situation(circle.coordinator.actor, situation=situation.id, outcome="informed")
    for name in ("participant", "manager", "dpo", "police", "guest"):
        with pytest.raises(gate.Refused):
            actions.erase_situation(
                circle.people[name].actor, situation=situation.id, password=PASSWORD
            )
    with pytest.raises(WrongPassword):
        actions.erase_situation(
            circle.coordinator.actor, situation=situation.id, password="autre chose"
        )
    assert Situation.objects.get().erasing is False
    assert Entry.objects.filter(verb=Verb.ERASED, outcome=Outcome.REFUSED).count() >= 5


@pytest.mark.parametrize("by_code", [True, False])
def test_an_order_on_the_server_asks_for_the_number(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, by_code: bool
) -> None:
    situation = story.bring(circle.participant)
    given = show_code(str(situation.code)) if by_code else str(situation.id)
    monkeypatch.setattr("builtins.input", lambda _: "oui")
    with pytest.raises(CommandError, match="Nothing"):
        call_command("erasure", "destroy", given, stdout=io.StringIO())
    assert not gone(situation)
    monkeypatch.setattr("builtins.input", lambda _: f" {situation.id} ")
    out = io.StringIO()
    call_command("erasure", "destroy", given, stdout=out)
    assert gone(situation)
    assert str(complete_on(timezone.localdate())) in out.getvalue()
    assert Entry.objects.filter(verb=Verb.ERASED, actor=None).count() == 2
    with pytest.raises(CommandError, match="No situation"):
        call_command("erasure", "destroy", given, "--yes", stdout=io.StringIO())


def test_a_key_gone_without_tombstone_alarms_at_night_and_in_the_status(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    ErasureKey.objects.filter(container=situation.id).delete()
    mail.outbox.clear()
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 keys are gone without a tombstone"):
        call_command("erasure", "status", "--format", "json", stdout=out)
    found = json.loads(out.getvalue())
    assert (found["ok"], found["missing_keys"], found["came_back"]) == (False, 1, 0)
    with pytest.raises(CommandError, match="check_erasure_store"):
        call_command("daily", stdout=io.StringIO(), stderr=io.StringIO())
    entry = Entry.objects.get(verb=Verb.UNOPENABLE)
    assert (entry.outcome, entry.reason) == (Outcome.FAILED, "erasure_key_missing")
    alarms = [each for each in mail.outbox if "alerte" in each.subject]
    assert [message.to for message in alarms] == [[circle.dpo.user.email]]
    # Each night is an event; the DPO is written to once a day.
    with pytest.raises(CommandError):
        call_command("daily", stdout=io.StringIO(), stderr=io.StringIO())
    assert sum("alerte" in each.subject for each in mail.outbox) == 1


def test_every_sealed_model_is_emptied(circle: Circle) -> None:
    situation = full(circle)
    assert {type(each).SEALED_AS for each in live(situation.id)} >= {
        "situations.situation",
        "situations.agreedaction",
        "situations.contribution",
        "sharing.sharingdecision",
    }
    erase.erase_without_keys(Situation.objects.get(id=situation.id), ErasureCause.RETENTION)
    for model in sealed_models():
        assert not model._base_manager.filter(container=situation.id).exists(), model
    assert not ScopeWrap.objects.filter(key__container=situation.id).exists()


def test_what_was_erased_is_asked_for_in_vain(circle: Circle) -> None:
    situation = full(circle)
    code = show_code(str(situation.code))
    erase_it(circle, situation)
    with pytest.raises(gate.Refused):
        reading.situation_sheet(circle.coordinator.actor, code)
    with pytest.raises(errors.CodeMistyped):
        actions.ask_access(circle.manager.actor, code=code[:-1] + "U", reason="asked")
    actions.ask_access(circle.manager.actor, code=code, reason="asked")
