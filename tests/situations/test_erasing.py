"""What retention does at night, and the pages of erasing."""

import io
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry
from concertation.meetings import actions as meetings
from concertation.meetings import reading as meeting_reading
from concertation.situations import actions, notices, reading
from concertation.situations.actions import retention
from concertation.situations.codes import show_code
from concertation.situations.models import Erasure, Situation
from ethics.rights.retention import Due
from ethics.secrecy.check import check_all
from tests.cast import PASSWORD, Circle, make_circle
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def night() -> str:
    out = io.StringIO()
    call_command("daily", stdout=out)
    return out.getvalue()


def age(situation: Situation, **columns: object) -> None:
    Situation.objects.filter(id=situation.id).update(**columns)


def quiet(circle: Circle, days: int) -> Situation:
    """A situation without an entry for so long."""
    situation = story.bring(circle.participant, on=days_ago(days))
    age(situation, last_entry_at=timezone.now() - timedelta(days=days))
    return situation


def closed(circle: Circle, days: int) -> Situation:
    """A situation closed so long ago."""
    situation = story.bring(circle.participant, on=days_ago(days + 30))
    actions.close_situation(
        circle.coordinator.actor, situation=situation.id, outcome="informed", on=days_ago(days)
    )
    return situation


def test_a_quiet_situation_rests_is_asked_about_and_then_closed(
    circle: Circle, django_capture_on_commit_callbacks: object
) -> None:
    situation = quiet(circle, 190)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert "1 situations fell due" in night()
    row = Situation.objects.get()
    today = timezone.localdate()
    assert (row.state, row.review_asked_on, row.next_review_on) == ("dormant", today, today)
    asked = [each for each in mail.outbox if str(notices.REVIEW_ASKED[0]) == each.subject]
    told = {address for message in asked for address in message.to}
    assert told == {circle.participant.user.email, circle.coordinator.user.email}
    assert all(show_code(str(row.code)) not in message.body for message in mail.outbox)
    assert "0 situations fell due" in night()
    age(situation, review_asked_on=days_ago(35))
    night()
    row.refresh_from_db()
    assert (row.state, row.closed_on) == ("closed", today)
    events = Entry.objects.filter(verb=Verb.SITUATION_CLOSED)
    assert events.get().actor is None
    sheet = reading.situation_sheet(circle.manager.actor, show_code(str(row.code)))
    assert sheet.story is not None
    assert sheet.story.wish == story.WISH
    assert check_all().ok


def test_an_entry_answers_the_question(circle: Circle) -> None:
    situation = quiet(circle, 190)
    night()
    story.entry(circle.manager, situation)
    assert Situation.objects.get().state == "followed"
    age(situation, review_asked_on=days_ago(35))
    assert "0 situations fell due" in night()


def test_a_closed_situation_is_erased_after_three_months_without_anybody_s_key(
    circle: Circle,
) -> None:
    due, early = closed(circle, 95), closed(circle, 80)
    night()
    assert list(Situation.objects.values_list("id", flat=True)) == [early.id]
    made = Erasure.objects.get()
    assert (made.id, made.cause, made.by) == (due.id, "retention", None)
    assert made.certified_at is not None
    assert check_all().ok


def test_a_dry_run_lists_and_does_nothing(circle: Circle) -> None:
    due, asleep = closed(circle, 95), quiet(circle, 190)
    out = io.StringIO()
    call_command("daily", "--dry-run", stdout=out)
    assert f"erase: {due.id}" in out.getvalue()
    assert f"ask_review: {asleep.id}" in out.getvalue()
    assert Situation.objects.count() == 2
    assert not Erasure.objects.exists()


def test_the_demo_keeps_everything(circle: Circle) -> None:
    closed(circle, 95)
    with override_settings(DEMO=True):
        assert "the demo keeps everything" in night()
    assert Situation.objects.count() == 1


def test_what_is_due_is_asked_again_when_its_turn_comes(circle: Circle) -> None:
    situation = quiet(circle, 190)
    rows = retention.due_on(timezone.localdate())
    assert [each.due for each in rows] == [Due.ASK_REVIEW]
    story.entry(circle.manager, situation)
    retention.apply(rows, timezone.localdate())
    assert Situation.objects.get().review_asked_on is None


def test_it_is_announced_on_the_sheet_and_on_the_next_agenda(circle: Circle) -> None:
    soon, later = closed(circle, 70), closed(circle, 10)
    number = meetings.plan_meeting(
        circle.coordinator.actor,
        starts_at=timezone.now() + timedelta(days=7),
        place="Maison de quartier",
        planned_minutes=60,
    ).id
    page = meeting_reading.meeting_page(circle.manager.actor, number)
    assert [each.code for each in page.erasures] == [show_code(str(soon.code))]
    client = signed_in(circle.manager)
    assert "Effacements annoncés" in get(client, url(circle, "meeting", number))
    sheet = get(client, url(circle, "situation", show_code(str(later.code))))
    assert "Sera effacée" in sheet
    assert url(circle, "situation-erase", show_code(str(later.code))) not in sheet


def test_erasing_by_its_page_and_the_certificate(circle: Circle) -> None:
    situation = closed(circle, 10)
    code = show_code(str(situation.code))
    client = signed_in(circle.coordinator)
    address = url(circle, "situation-erase", code)
    assert "Effacer cette situation" in get(client, address)
    wrong = client.post(address, {"password": "autre chose"})
    assert wrong.status_code == 200
    assert Situation.objects.exists()
    done = client.post(address, {"password": PASSWORD}, follow=True)
    page = text_of(done)
    assert "Procès-verbal d’effacement" in page
    assert str(situation.id) in page
    assert code not in page
    assert story.HEADLINE not in page
    assert client.get(address).status_code == 404
    assert str(situation.id) in get(signed_in(circle.dpo), url(circle, "erasures"))


@pytest.mark.parametrize("name", ["participant", "manager", "police", "guest"])
def test_certificates_are_for_coordination_and_dpo(circle: Circle, name: str) -> None:
    situation = closed(circle, 10)
    actions.erase_situation(circle.coordinator.actor, situation=situation.id, password=PASSWORD)
    client = signed_in(circle.people[name])
    assert client.get(url(circle, "erasures")).status_code == 404
    assert client.get(url(circle, "erasure", situation.id)).status_code == 404


def test_a_certificate_of_another_concertation_is_unknown(circle: Circle) -> None:
    situation = closed(circle, 10)
    actions.erase_situation(circle.coordinator.actor, situation=situation.id, password=PASSWORD)
    elsewhere = make_circle("marolles", "Les Marolles")
    client = signed_in(elsewhere.coordinator)
    assert client.get(url(elsewhere, "erasure", situation.id)).status_code == 404
