"""Dates planned in a row, moved, dropped; calendar files, addresses, mails without content."""

import email
import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from audit.enums import Verb
from audit.models import Entry
from concertation.accounts.enums import Cadence
from concertation.meetings import actions_planning, errors, reading
from concertation.meetings.dates import later
from concertation.meetings.models import CalendarAddress, Meeting
from concertation.situations.codes import show_code
from ethics import gate
from tests.cast import Circle, make_circle
from tests.meetings.hour import plan, publish
from tests.signin import signed_in
from tests.situations.story import bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
WHOLE = {
    "at": "14:00",
    "place": "Salle du Tilleul",
    "link": "https://video.example/salle",
    "planned_minutes": "60",
    "kind": "case_concertation",
}


def address(name: str, *parts: Any) -> str:
    return reverse(name, args=["tilleuls", *parts])


def text(response: Any) -> str:
    assert response.status_code == 200, response.get("Location")
    return " ".join(response.content.decode().split())


def plan_by_page(circle: Circle, **more: str) -> list[Meeting]:
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    mail.outbox.clear()
    signed_in(circle.coordinator).post(address("meeting-plan"), WHOLE | {"day": day} | more)
    return list(Meeting.objects.order_by("starts_at"))


def events(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


# --- Series -------------------------------------------------------------------------------------


def test_every_two_weeks_keeps_weekday_and_hour(circle: Circle) -> None:
    rows = plan_by_page(circle, repeat="fortnightly", times="12")
    assert len(rows) == 12
    moments = [timezone.localtime(row.starts_at) for row in rows]
    assert {moment.hour for moment in moments} == {14}
    assert {(b.date() - a.date()).days for a, b in pairwise(moments)} == {14}


def test_once_a_month_is_the_same_weekday_of_each_month(circle: Circle) -> None:
    rows = plan_by_page(circle, repeat="monthly", times="12")
    moments = [timezone.localtime(row.starts_at) for row in rows]
    assert {moment.hour for moment in moments} == {14}
    months = [moment.year * 12 + moment.month for moment in moments]
    assert months == list(range(months[0], months[0] + 12))
    assert len({moment.weekday() for moment in moments}) == 1


@pytest.mark.parametrize(
    ("first", "others"),
    [
        ("2026-11-12", ["2026-12-10", "2027-01-14", "2027-02-11"]),  # the second Thursday
        ("2026-12-03", ["2027-01-07", "2027-02-04", "2027-03-04"]),  # the first
        ("2026-12-31", ["2027-01-28", "2027-02-25", "2027-03-25", "2027-04-29"]),  # the last
    ],
)
def test_the_rank_in_the_month_stays_and_the_fifth_is_the_last(
    first: str, others: list[str]
) -> None:
    start = timezone.make_aware(datetime.fromisoformat(f"{first}T14:00"))
    found = [later(start, Cadence.MONTHLY, each) for each in range(1, len(others) + 1)]
    assert [each.strftime("%Y-%m-%dT%H:%M") for each in found] == [
        f"{each}T14:00" for each in others
    ]


def test_a_series_is_one_mail_a_person_with_every_date(circle: Circle) -> None:
    rows = plan_by_page(circle, repeat="fortnightly", times="5")
    assert len(mail.outbox) == 3
    sent = mail.outbox[0]
    assert "5 dates" in sent.subject
    assert "method=PUBLISH" in sent.attachments[0][2]
    found = {str(event["uid"]) for event in events(calendar_part(sent))}
    assert found == {f"{row.id}@concertation" for row in rows}


def test_one_date_is_one_meeting(circle: Circle) -> None:
    assert len(plan_by_page(circle)) == 1


def test_a_series_beyond_two_years_plans_nothing(circle: Circle) -> None:
    with pytest.raises(errors.DateOutOfReach):
        actions_planning.plan_series(
            circle.coordinator.actor,
            starts_at=timezone.now() + timedelta(days=700),
            repeat="monthly",
            times=3,
            place="par vidéo",
        )
    assert not Meeting.objects.exists()


def test_one_date_is_moved_alone(circle: Circle) -> None:
    first, second = plan_by_page(circle, repeat="monthly", times="2")
    client = signed_in(circle.coordinator)
    day = (timezone.localdate() + timedelta(days=11)).isoformat()
    data = WHOLE | {"day": day, "at": "09:30", "version": str(first.version)}
    mail.outbox.clear()
    response = client.post(address("meeting-change", first.id), data)
    assert response.status_code == 302
    first.refresh_from_db()
    moved = timezone.localtime(first.starts_at)
    assert (moved.date().isoformat(), moved.hour, moved.minute) == (day, 9, 30)
    assert Meeting.objects.get(id=second.id).starts_at == second.starts_at
    (event,) = events(calendar_part(mail.outbox[0]))
    assert int(event["sequence"]) == 1
    # A second coordinator who still has the page from before is told, and keeps what they typed.
    page = text(client.post(address("meeting-change", first.id), data | {"at": "10:45"}))
    assert "Quelqu’un vient de modifier" in page
    assert 'value="10:45"' in page


def test_a_dropped_date_leaves_lists_and_calendars(circle: Circle) -> None:
    first, second = plan_by_page(circle, repeat="monthly", times="2")
    client = signed_in(circle.coordinator)
    mail.outbox.clear()
    client.post(address("meeting-cancel", first.id))
    page = reading.meeting_list(circle.participant.actor)
    assert [each.number for each in page.planned] == [second.id]
    following = reading.next_meeting(circle.participant.actor)
    assert following is not None
    assert following.number == second.id
    assert "Cette réunion est annulée" in text(client.get(address("meeting", first.id)))
    (event,) = events(calendar_part(mail.outbox[0]))
    assert str(event["status"]) == "CANCELLED"
    letter: Any = mail.outbox[0]
    assert "method=CANCEL" in letter.alternatives[0].mimetype
    assert client.post(address("meeting-cancel", first.id)).status_code == 302
    first.refresh_from_db()
    assert first.sequence == 1


@pytest.mark.parametrize("name", ["participant", "police", "guest", "dpo"])
def test_dates_are_the_coordinator_s_to_move(circle: Circle, name: str) -> None:
    row = plan(circle)
    client = signed_in(circle.people[name])
    for each in ("meeting-change", "meeting-cancel"):
        assert client.post(address(each, row.id), {}).status_code == 404
    row.refresh_from_db()
    assert row.cancelled_at is None


def test_the_link_is_shown_to_the_circle_on_the_page_alone(circle: Circle) -> None:
    (row,) = plan_by_page(circle)
    assert "https://video.example/salle" in text(
        signed_in(circle.participant).get(address("meeting", row.id))
    )
    for sent in mail.outbox:
        whole = sent.message().as_string()
        assert "video.example" not in whole
        assert "Tilleul" not in whole.split("tilleuls/reunions")[0]


# --- Mails --------------------------------------------------------------------------------------


def calendar_part(sent: Any) -> bytes:
    whole = email.message_from_bytes(sent.message().as_bytes())
    (part,) = [each for each in whole.walk() if each.get_content_type() == "text/calendar"]
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found


def test_the_circle_gets_an_invitation_its_calendars_understand(circle: Circle) -> None:
    (row,) = plan_by_page(circle)
    told = {each.to[0] for each in mail.outbox}
    assert told == {
        circle.people[name].user.email for name in ("coordinator", "participant", "manager")
    }
    sent = mail.outbox[0]
    letter: Any = sent
    assert "method=REQUEST" in letter.alternatives[0].mimetype
    (event,) = events(calendar_part(sent))
    assert event["uid"] == f"{row.id}@concertation"
    assert event.decoded("dtstart") == row.starts_at
    assert event.decoded("dtend") - row.starts_at == timedelta(minutes=60)
    assert str(event["attendee"]) == f"mailto:{sent.to[0]}"
    assert "location" not in event


# --- Files and addresses ------------------------------------------------------------------------


def test_the_file_says_when_and_how_many_and_never_what(circle: Circle) -> None:
    row = plan(circle)
    about = bring(circle.participant)
    publish(circle, row.id)
    answer = signed_in(circle.participant).get(address("calendar-file"))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    (event,) = events(answer.content)
    assert "2 points" in str(event["description"])
    assert address("meeting", row.id) in str(event["url"])
    unfolded = answer.content.decode().replace("\r\n ", "")
    assert show_code(str(about.code)) not in unfolded
    assert str(about.code) not in unfolded
    assert row.place not in unfolded


def test_an_address_answers_without_sign_in_until_it_is_revoked(circle: Circle) -> None:
    row = plan(circle)
    client = signed_in(circle.participant)
    page = text(client.post(address("calendar-address")))
    found = re.search(r'value="http://testserver(/calendrier/[^"]+\.ics)"', page)
    assert found is not None
    feed = found[1]
    (event,) = events(Client().get(feed).content)
    assert event["uid"] == f"{row.id}@concertation"
    # Shown once, and kept as a hash only.
    assert feed not in text(client.get(address("calendar-address")))
    token = feed.rsplit("/", 1)[1].removesuffix(".ics")
    assert token.encode() not in bytes(CalendarAddress.objects.get().token_hash)
    # A new one ends the one before.
    client.post(address("calendar-address"))
    assert Client().get(feed).status_code == 404
    client.post(address("calendar-address"), {"end": "1"})
    assert not CalendarAddress.objects.exists()
    settings = Entry.objects.filter(verb=Verb.SETTINGS_CHANGED)
    assert settings.count() == 3


def test_whoever_left_finds_nothing_at_their_address(circle: Circle) -> None:
    plan(circle)
    token = actions_planning.new_calendar_address(circle.manager.actor)
    feed = reverse("calendar", args=[token])
    assert Client().get(feed).status_code == 200
    place = circle.manager.participation
    assert place is not None
    place.ends_on = timezone.localdate() - timedelta(days=1)
    place.starts_on = place.ends_on
    place.save()
    assert Client().get(feed).status_code == 404


def test_an_address_shows_the_dates_of_its_own_circle_alone(circle: Circle) -> None:
    plan(circle)
    other = make_circle("marolles", "Les Marolles")
    token = actions_planning.new_calendar_address(other.participant.actor)
    assert events(Client().get(reverse("calendar", args=[token])).content) == []


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_others_have_no_calendar_of_the_circle(circle: Circle, name: str) -> None:
    client = signed_in(circle.people[name])
    assert client.get(address("calendar-file")).status_code == 404
    assert client.get(address("calendar-address")).status_code == 404
    with pytest.raises(gate.Refused):
        actions_planning.new_calendar_address(circle.people[name].actor)


def test_summer_time_moves_no_meeting(circle: Circle) -> None:
    zone = timezone.get_default_timezone()
    before = datetime(2027, 3, 18, 14, tzinfo=zone)
    rows = actions_planning.plan_series(
        circle.coordinator.actor, starts_at=before, repeat="fortnightly", times=2, place="ici"
    )
    assert [timezone.localtime(row.starts_at).hour for row in rows] == [14, 14]
    passed = rows[1].starts_at.timestamp() - rows[0].starts_at.timestamp()
    assert timedelta(seconds=passed) == timedelta(days=14, hours=-1)
