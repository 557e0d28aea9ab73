"""People present without account, afterwards: proof, attendance, the screen, erasure."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.enums import Verb
from audit.leaf import parse_leaf
from audit.models import Entry
from concertation.meetings import (
    actions,
    actions_live,
    reading,
    reading_after,
    reading_live,
)
from concertation.meetings.models import Meeting
from concertation.meetings.reading_without_account import forget_old
from concertation.reports.reading import _meetings
from tests.cast import Circle, Someone, number_of
from tests.meetings.hour import come, held_now, plan, show
from tests.meetings.test_without_account import (
    ALOUD,
    NAME,
    address,
    link_of,
    note,
    only,
    receipt,
)
from tests.receipts import openssl_accepts
from tests.signin import signed_in
from tests.situations.story import HEADLINE, bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

# --- Proof --------------------------------------------------------------------------------------


def test_the_receipt_verifies_here_and_with_openssl_alone(circle: Circle, tmp_path: Path) -> None:
    meeting = held_now(circle)
    note(circle, meeting)
    found = receipt(circle, meeting)
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    call_command("charter", "verify", str(path))
    assert openssl_accepts(found, tmp_path)
    changed = found["statement"].replace("Zzdumont", "Zzdumond")
    assert not openssl_accepts(found, tmp_path, statement=changed)
    path.write_text(json.dumps({**found, "statement": changed}), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("charter", "verify", str(path))


# --- In the meeting's record --------------------------------------------------------------------


def test_minutes_page_and_report_name_and_count_them(circle: Circle) -> None:
    meeting = held_now(circle)
    come(circle, meeting.id, "manager")
    note(circle, meeting)
    # A link that nobody used counts nowhere.
    link_of(circle, meeting, name="Dr Zzabsent")
    version = Meeting.objects.get(id=meeting.id).version
    actions_live.close_meeting(
        circle.coordinator.actor, meeting=meeting.id, version=version, minutes=60
    )
    minutes = reading_after.minutes_page(circle.manager.actor, meeting.id)
    assert [each.name for each in minutes.without_account] == [NAME]
    html = signed_in(circle.manager).get(address(meeting, "meeting")).content.decode()
    assert NAME in html
    assert "Zzabsent" not in html
    (row,) = _meetings(circle.coordinator.actor, timezone.localdate().year)
    assert row.came == 3  # type: ignore[attr-defined]


def test_before_the_meeting_only_the_coordinator_knows_who_will_call(circle: Circle) -> None:
    meeting = plan(circle)
    link_of(circle, meeting)

    def page(who: Someone) -> str:
        return str(signed_in(who).get(address(meeting, "meeting")).content.decode())

    assert NAME in page(circle.coordinator)
    assert NAME not in page(circle.participant)


def test_correcting_the_attendance_leaves_them(circle: Circle) -> None:
    meeting = plan(circle, days=0)
    note(circle, meeting)
    actions.hold_meeting(
        circle.coordinator.actor,
        meeting=meeting.id,
        minutes=60,
        presences={number_of(circle.coordinator): "present"},
    )
    assert reading.meeting_line(circle.coordinator.actor, meeting.id).attended == 2


# --- On the screen ------------------------------------------------------------------------------


def on_screen(circle: Circle, meeting: Meeting) -> reading_live.LivePage:
    return reading_live.live_page(circle.coordinator.actor, meeting.id)


def test_what_stands_on_the_screen_is_recorded_as_shown_to_them_once(circle: Circle) -> None:
    about = bring(circle.participant)
    meeting = held_now(circle)
    note(circle, meeting)
    show(circle, meeting.id, about)
    page = on_screen(circle, meeting)
    assert page.screen is not None
    assert page.screen.sheet is not None
    assert page.screen.sheet.headline == HEADLINE
    assert page.shown_to == 2
    on_screen(circle, meeting)
    found = Entry.objects.filter(verb=Verb.SHOWN_ON_SCREEN, subjects__number=only().id)
    event = parse_leaf(bytes(found.get().leaf or b"")).event
    assert event.present == (only().id,)
    assert about.id in {each.number for each in event.subjects}


def test_who_is_not_bound_by_secrecy_leaves_before_a_situation_is_shown(circle: Circle) -> None:
    about = bring(circle.participant)
    meeting = held_now(circle)
    note(circle, meeting, ALOUD | {"secrecy_status": "police_justice", "function": "inspecteur"})
    show(circle, meeting.id, about)
    page = on_screen(circle, meeting)
    assert page.screen is not None
    assert page.screen.sheet is None
    assert [each.person for each in page.withheld_for] == [NAME]
    assert not Entry.objects.filter(verb=Verb.SHOWN_ON_SCREEN).exists()
    html = signed_in(circle.coordinator).get(address(meeting, "meeting-live")).content.decode()
    assert NAME in html
    assert HEADLINE not in html
    actions_live.send_out(
        circle.coordinator.actor,
        meeting=meeting.id,
        places=[each.participation for each in page.withheld_for],
    )
    page = on_screen(circle, meeting)
    assert page.screen is not None
    assert page.screen.sheet is not None
    assert not Entry.objects.filter(verb=Verb.SHOWN_ON_SCREEN, subjects__number=only().id).exists()
    # Back in the room, the screen is empty again.
    client = signed_in(circle.coordinator)
    client.post(address(meeting, "meeting-without-account-out", only().id))
    page = on_screen(circle, meeting)
    assert page.screen is not None
    assert page.screen.sheet is None


# --- Erased -------------------------------------------------------------------------------------


def test_five_years_after_who_they_were_is_erased_and_that_they_came_stays(
    circle: Circle,
) -> None:
    meeting = held_now(circle)
    note(circle, meeting)
    today = timezone.localdate()
    for years, erased in ((4, 0), (5, 1)):
        Meeting.objects.filter(id=meeting.id).update(
            starts_at=timezone.now().replace(year=today.year - years) - timedelta(days=1)
        )
        assert forget_old() == erased
    row = only()
    assert (row.name, row.function, bytes(row.statement), bytes(row.signature)) == (
        "", "", b"", b"",
    )  # fmt: skip
    assert row.countersigned_at is not None
    assert forget_old() == 0
