"""The shared screen: what all present may see, and an event for each of them."""

from uuid import UUID

import pytest
from django.urls import reverse

from audit.enums import Outcome, Purpose, Verb
from audit.leaf import parse_leaf
from audit.models import Entry
from audit.names import concertation_ledger
from audit.reading import people_who_saw
from concertation.meetings import actions_live, reading_live
from concertation.meetings.models import Attendance
from concertation.situations import actions as situations
from concertation.situations import reading as situation_reading
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from ethics import gate
from tests.cast import Circle, number_of
from tests.meetings.hour import come, held_now, show
from tests.signin import signed_in
from tests.situations.story import HEADLINE, agree, bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def shown() -> list[Entry]:
    return list(
        Entry.objects.filter(verb=Verb.SHOWN_ON_SCREEN, outcome=Outcome.GRANTED).order_by("index")
    )


def on_screen(circle: Circle, meeting: UUID) -> situation_reading.OnScreen:
    screen = reading_live.live_page(circle.coordinator.actor, meeting).screen
    assert screen is not None
    return screen


def test_each_person_present_gets_an_event_of_their_own_once(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    come(circle, row.id, "participant", "manager")
    show(circle, row.id, about)
    sheet = on_screen(circle, row.id).sheet
    assert sheet is not None
    assert sheet.headline == HEADLINE
    events = shown()
    people = {circle.people[name].user.id for name in ("coordinator", "participant", "manager")}
    assert {each.actor for each in events} == people
    assert {each.meeting for each in events} == {row.id}
    (first, *_others) = [parse_leaf(bytes(each.leaf or b"")).event for each in events]
    assert len(first.present) == 1
    assert first.purpose == Purpose.MEETING
    assert "narrative" in first.field_groups
    # Loading the page again shows nothing new.
    on_screen(circle, row.id)
    assert len(shown()) == len(events)
    assert people <= people_who_saw(concertation_ledger(circle.concertation.id), about.id)


def test_the_events_stand_before_anything_opens(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    show(circle, row.id, about)

    def none_yet(*args: object, **more: object) -> None:
        raise RuntimeError("opened")

    monkeypatch.setattr("ethics.gate.screen._open", none_yet)
    with pytest.raises(RuntimeError, match="opened"):
        reading_live.live_page(circle.coordinator.actor, row.id)
    assert len(shown()) == 1


def test_whoever_comes_late_is_told_apart_and_recorded_then(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    show(circle, row.id, about)
    on_screen(circle, row.id)
    before = len(shown())
    come(circle, row.id, "manager", presence="remote")
    on_screen(circle, row.id)
    (late,) = shown()[before:]
    assert late.actor == circle.manager.user.id


def test_with_a_police_officer_present_nothing_of_the_story_is_on_the_screen(
    circle: Circle,
) -> None:
    about = bring(circle.participant)
    action = agree(circle.manager, about, circle.police, text="Saluer en passant")
    agree(circle.manager, about, circle.manager, text="Appeler la mutuelle")
    row = held_now(circle)
    come(circle, row.id, "participant", "police")
    show(circle, row.id, about)
    screen = on_screen(circle, row.id)
    assert screen.withheld_for == (number_of(circle.police),)
    sheet = screen.sheet
    assert sheet is not None
    assert (sheet.headline, sheet.wish, sheet.account, sheet.entries) == ("", "", "", ())
    assert [each.number for each in (*sheet.review, *sheet.actions)] == [action.id]
    told = {each.actor: parse_leaf(bytes(each.leaf or b"")).event.field_groups for each in shown()}
    assert told[circle.police.user.id] == ("actions",)
    # The open part came first; now they leave, and the rest is shown to those who stay.
    actions_live.send_out(
        circle.coordinator.actor, meeting=row.id, places=list(screen.withheld_for)
    )
    sheet = on_screen(circle, row.id).sheet
    assert sheet is not None
    assert sheet.headline == HEADLINE
    assert len(sheet.actions) == 2
    later = [each for each in shown() if each.actor == circle.police.user.id]
    assert len(later) == 1


def test_a_guest_keeps_what_was_not_opened_to_them_off_the_screen(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    come(circle, row.id, "guest")
    show(circle, row.id, about)
    screen = on_screen(circle, row.id)
    assert screen.sheet is None
    assert screen.withheld_for == (number_of(circle.guest),)
    assert not shown()


def test_a_conflict_of_interest_keeps_a_participant_out_of_the_room(circle: Circle) -> None:
    about = bring(circle.participant)
    situations.withdraw(circle.manager.actor, situation=about.id, reason="neighbour")
    row = held_now(circle)
    come(circle, row.id, "participant", "manager")
    situations.change_audience(
        circle.coordinator.actor,
        situation=about.id,
        readers=[number_of(circle.coordinator), number_of(circle.participant)],
    )
    show(circle, row.id, about)
    screen = on_screen(circle, row.id)
    assert (screen.sheet, screen.withheld_for) == (None, (number_of(circle.manager),))


def test_nobody_noted_present_means_nothing_is_shown(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    show(circle, row.id, about)
    Attendance.objects.all().delete()
    screen = on_screen(circle, row.id)
    assert (screen.sheet, screen.nobody_present) == (None, True)
    assert not shown()


def test_a_participant_puts_nothing_on_the_screen(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    show(circle, row.id, about)
    with pytest.raises(gate.Refused):
        gate.show_on_screen(
            circle.participant.actor,
            situation=about.id,
            room=gate.room(circle.participant.actor, row.id, [about.id]),
            records=[Situation.objects.get(id=about.id)],
        )
    (entry,) = Entry.objects.filter(verb=Verb.SHOWN_ON_SCREEN)
    assert entry.outcome == Outcome.REFUSED


def test_a_withdrawn_charter_takes_its_signer_out_of_the_intersection(circle: Circle) -> None:
    from ethics.charter.models import Signature  # noqa: PLC0415 - only this test needs it

    about = bring(circle.participant)
    row = held_now(circle)
    come(circle, row.id, "manager")
    show(circle, row.id, about)
    Signature.objects.filter(person=circle.manager.user.id).delete()
    screen = on_screen(circle, row.id)
    assert (screen.sheet, screen.withheld_for) == (None, (number_of(circle.manager),))


def test_the_strip_names_no_code_that_somebody_present_may_not_know(circle: Circle) -> None:
    theirs, other = bring(circle.participant), bring(circle.participant)
    agree(circle.manager, theirs, circle.police)
    row = held_now(circle)
    page = reading_live.live_page(circle.coordinator.actor, row.id)
    assert sum(1 for point in page.hour.points if point.line.code) == 2
    come(circle, row.id, "police")
    page = reading_live.live_page(circle.coordinator.actor, row.id)
    codes = {point.line.code for point in page.hour.points}
    assert show_code(str(theirs.code)) in codes
    assert show_code(str(other.code)) not in codes
    client = signed_in(circle.coordinator)
    shown_page = client.get(reverse("meeting-live", args=["tilleuls", row.id])).content.decode()
    assert show_code(str(other.code)) not in shown_page
