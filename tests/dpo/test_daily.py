"""`manage.py daily`: every step is done, a failing one keeps no other from it."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.checkpoint import open_checkpoint
from audit.enums import Outcome, Purpose, Verb
from audit.event import Event
from audit.models import Checkpoint, Entry, Ledger, RefusalCount
from audit.names import PLATFORM, concertation_ledger
from audit.record import record_refusal
from concertation.management.commands import daily
from ethics.secrecy.models import Session
from tests.cast import Circle

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def run() -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("daily", stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), f"{err.getvalue()}{error}"
    return out.getvalue(), err.getvalue()


def session(name: str, *, expires: timedelta, seen: timedelta) -> None:
    now = timezone.now()
    Session.objects.create(id_hash=name, expires_at=now + expires, seen_at=now - seen)


def test_ended_and_idle_sessions_go_and_live_ones_stay(circle: Circle) -> None:
    hour = timedelta(hours=1)
    session("live", expires=hour, seen=timedelta(minutes=1))
    session("expired", expires=-hour, seen=timedelta(minutes=1))
    session("idle", expires=hour, seen=hour)
    said, _ = run()
    assert [row.id_hash for row in Session.objects.all()] == ["live"]
    assert "clear_sessions: 2 ended sessions cleared." in said


def test_refusals_still_waiting_are_recorded_before_the_states_are_signed(circle: Circle) -> None:
    refusal = Event(
        verb=Verb.READ, outcome=Outcome.REFUSED, reason="not_signed_in", purpose=Purpose.SHEET
    )
    for _ in range(3):
        record_refusal(PLATFORM, refusal)
    waiting = RefusalCount.objects.get().waiting
    assert waiting
    said, _ = run()
    assert "record_refusals: 1 counts of refusals recorded." in said
    entry = Entry.objects.filter(reason="counted").latest("pk")
    signed = Checkpoint.objects.filter(ledger__name=PLATFORM).latest("pk")
    assert signed.size > entry.index


def test_every_ledger_gets_a_state_that_verifies(circle: Circle) -> None:
    said, _ = run()
    for ledger in Ledger.objects.all():
        note = ledger.checkpoints.latest("pk").note
        assert open_checkpoint(note, ledger.name).size == ledger.size
    assert f"sign_checkpoints: {Ledger.objects.count()} ledgers have a signed state." in said
    assert Checkpoint.objects.filter(
        ledger__name=concertation_ledger(circle.concertation.id)
    ).exists()


def test_a_second_run_on_the_same_day_changes_nothing_but_is_no_fault(circle: Circle) -> None:
    run()
    checkpoints = Checkpoint.objects.count()
    said, errors = run()
    assert not errors
    assert Checkpoint.objects.count() == checkpoints
    assert "0 ended sessions cleared" in said


def test_a_failing_step_is_named_the_others_are_done_and_the_command_fails(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def first() -> str:
        raise ImproperlyConfigured("the words of a secret file")

    def second() -> str:
        done.append("second")
        return "done all the same"

    monkeypatch.setattr(daily, "STEPS", [first, second])
    said, errors = run()
    assert done == ["second"]
    assert said == "second: done all the same.\n"
    assert errors == "first: failed (ImproperlyConfigured).\n1 of 2 steps failed: first."


def test_the_steps_are_those_of_this_issue_in_their_order() -> None:
    assert [step.__name__ for step in daily.STEPS] == [
        "clear_sessions", "record_refusals", "end_access", "forget_people_without_account",
        "apply_retention", "forget_notes", "forget_tables", "check_erasure_store",
        "copy_erasure_store", "remind_recovery_keys", "remind_to_inform", "prepare_review",
        "send_checkpoints", "remind_of_dates", "remind_of_feedback", "send_digests",
        "sign_checkpoints",
    ]  # fmt: skip
