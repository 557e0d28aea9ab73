"""The recorded framework that opens Q6, reminders, verified numbers."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.models import Entry
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from concertation.situations.reminding import remind_to_inform
from ethics.sharing.models import Framework, SharingDecision
from ethics.sharing.references import shown
from tests.cast import Circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, text_of, url
from tests.situations.test_sharing_pages import Asked

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

CIRCLE = ("coordinator", "participant", "manager")


def document(circle: Circle, *names: str, **more: Any) -> dict[str, Any]:
    """A framework document, invented."""
    today = timezone.localdate()
    return {
        "basis": "ordinance",
        "authority": "Ordonnance inventée du 1er janvier",
        "aim": "Prévenir les expulsions",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=100)).isoformat(),
        "participants": [str(number_of(circle.people[name])) for name in names],
        **more,
    }


def record(circle: Circle, *names: str, **more: Any) -> Any:
    client = signed_in(circle.coordinator)
    return client.post(url(circle, "framework"), document(circle, *names, **more))


def asked_at_six(circle: Circle) -> tuple[Asked, Situation]:
    row = story.draft(circle.participant)
    asked = Asked(circle, circle.participant, row)
    asked.answers(q1="no", q4="yes", q5="no")
    return asked, row


def test_without_a_framework_the_board_answers_no(circle: Circle) -> None:
    page = asked_at_six(circle)[0].page()
    assert "question 7" in page
    assert "répondu par le tableau" in page


def test_a_valid_framework_that_names_all_readers_brings_a_draft_to_the_board(
    circle: Circle,
) -> None:
    record(circle, *CIRCLE)
    assert "ouvre la question 6" in get(signed_in(circle.coordinator), url(circle, "framework"))
    asked, row = asked_at_six(circle)
    page = asked.page()
    assert "question 6" in page
    assert "Prévenir les expulsions" in page
    page = asked.answers(q6="yes", q12="yes")
    assert "Je peux, je n’y suis pas obligé·e." in page
    asked.decide()
    row.refresh_from_db()
    assert row.state == "signalled"
    assert SharingDecision.objects.get(container=row.id).outcome == "s_458ter"
    page = get(signed_in(circle.manager), url(circle, "situation", show_code(row.code or "")))
    assert "Cadre légal de concertation" in page


def test_one_reader_too_many_keeps_the_question_off(circle: Circle) -> None:
    record(circle, "coordinator", "participant")
    page = get(signed_in(circle.coordinator), url(circle, "framework"))
    assert "ne couvre pas tout le cercle" in page
    assert "question 7" in asked_at_six(circle)[0].page()


def test_a_framework_that_ends_meanwhile_no_longer_shows_anything(circle: Circle) -> None:
    record(circle, *CIRCLE)
    asked, row = asked_at_six(circle)
    version = hidden(asked.answers(q6="yes", q12="yes"), "version")
    client = signed_in(circle.coordinator)
    client.post(url(circle, "framework-end", Framework.objects.get().id))
    response = asked.client.post(asked.address, {"decide": "1", "version": version}, follow=True)
    assert "question 7" in text_of(response)
    row.refresh_from_db()
    assert row.state == "draft"


@pytest.mark.parametrize("days", [(-20, -10), (10, 20)])
def test_a_framework_holds_between_its_dates_only(circle: Circle, days: tuple[int, int]) -> None:
    record(circle, *CIRCLE)
    today = timezone.localdate()
    first, last = (today + timedelta(days=each) for each in days)
    Framework.objects.update(starts_on=first, ends_on=last)
    assert "question 7" in asked_at_six(circle)[0].page()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_on": "2020-01-01"},
        {"basis": "charter"},
        {"authority": ""},
        {"participants": []},
        {"participants": ["00000000-0000-4000-8000-000000000001"]},
    ],
)
def test_a_framework_with_a_hole_is_not_recorded(circle: Circle, wrong: dict[str, Any]) -> None:
    assert record(circle, *CIRCLE, **wrong).status_code == 200
    assert not Framework.objects.exists()


@pytest.mark.parametrize("who", ["participant", "police", "dpo"])
def test_only_the_coordinator_records_and_ends_a_framework(circle: Circle, who: str) -> None:
    client = signed_in(circle.people[who])
    assert client.get(url(circle, "framework")).status_code == 404
    assert client.post(url(circle, "framework"), document(circle, *CIRCLE)).status_code == 404
    assert not Framework.objects.exists()
    record(circle, *CIRCLE)
    row = Framework.objects.get()
    assert client.post(url(circle, "framework-end", row.id)).status_code == 404
    row.refresh_from_db()
    assert row.ended_at is None
    assert Entry.objects.filter(verb="framework_recorded", outcome="refused").exists()


def test_not_yet_informed_waits_on_the_home_page_until_it_is_done(circle: Circle) -> None:
    row = story.bring(circle.participant, informed="not_yet")
    client = signed_in(circle.participant)
    page = get(client, url(circle, "home"))
    voice = url(circle, "situation-voice", show_code(row.code or ""))
    assert voice in page
    assert voice not in get(signed_in(circle.manager), url(circle, "home"))
    form = {"wish": story.WISH, "informed": "yes", "agreement": "given"}
    client.post(voice, form | {"version": hidden(get(client, voice), "version")})
    assert voice not in get(client, url(circle, "home"))
    sheet = get(client, url(circle, "situation", show_code(row.code or "")))
    assert "La personne est informée" in sheet
    # The rest of the presentation stays as it was.
    assert story.ACCOUNT in sheet


def test_inform_first_is_a_task_at_home_and_a_letter_after_a_week(
    circle: Circle, django_capture_on_commit_callbacks: Any
) -> None:
    asked, row = asked_at_six(circle)
    asked.answers(q7="no")
    asked.decide()
    page = get(asked.client, url(circle, "home"))
    assert url(circle, "situation-share", row.id) in page
    assert remind_to_inform() == 0
    SharingDecision.objects.update(review_on=timezone.localdate())
    with django_capture_on_commit_callbacks(execute=True):
        assert remind_to_inform() == 1
        # Run twice, it writes once.
        assert remind_to_inform() == 0
    assert mail.outbox[-1].to == [circle.participant.user.email]
    SharingDecision.objects.update(review_on=timezone.localdate())
    story.share(circle.participant, row.id)
    assert remind_to_inform() == 0
    page = get(asked.client, url(circle, "home"))
    assert url(circle, "situation-share", row.id) not in page


def test_whoever_is_asked_for_advice_reads_so_at_home_and_nothing_else(circle: Circle) -> None:
    asked, _row = asked_at_six(circle)
    asked.answers(q7="yes", q8="unable")
    asked.decide(adviser=str(number_of(circle.coordinator)), advice="Question codée")
    page = get(signed_in(circle.coordinator), url(circle, "home"))
    assert "voudrait votre avis" in page
    assert "Question codée" not in page


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("references", *words, stdout=out)
    return out.getvalue()


def test_a_number_nobody_verified_is_never_shown(circle: Circle) -> None:
    asked, _row = asked_at_six(circle)
    asked.answers(q1="yes", q2="no")
    page = asked.page()
    assert "droit de signaler au parquet" in page
    assert "458" not in page
    run("verify", "reporting", "--by", "Une juriste", "--on", "2026-01-12")
    page = asked.page()
    assert "ancien art. 458bis" in page
    assert "Code pénal de 2024" not in page
    assert "Une juriste" in page
    run("verify", "reporting", "--by", "Une juriste", "--new", "999")
    assert "art. 999 du Code pénal de 2024" in asked.page()


def test_the_command_knows_what_there_is_and_refuses_what_is_not(circle: Circle) -> None:
    assert "112" in run("list")
    assert "not verified" in run("list")
    with pytest.raises(CommandError):
        run("verify", "999bis", "--by", "Quelqu’un")
    with pytest.raises(CommandError):
        run("verify", "112", "--by", "Quelqu’un", "--on", "2999-01-01")
    run("verify", "112", "--by", "Quelqu’un", "--on", "2026-01-12")
    assert shown(["secrecy"])[0].old == ""
    assert "112: " in run("list")
    assert date(2026, 1, 12).isoformat() in run("list")
