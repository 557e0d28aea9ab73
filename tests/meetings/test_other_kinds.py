"""Intervision and thematic concertation: their own steps, and no situation."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from concertation.meetings import (
    actions_agenda,
    actions_live,
    errors,
    reading_after,
    reading_live,
)
from concertation.meetings.enums import ItemKind, MeetingKind
from concertation.meetings.models import AgendaItem, Meeting
from concertation.situations.codes import show_code
from tests.cast import Circle, number_of
from tests.meetings.hour import agenda_of, held_now, plan, publish
from tests.signin import signed_in
from tests.situations.story import bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
KINDS = [MeetingKind.INTERVISION, MeetingKind.THEMATIC]


@pytest.mark.parametrize("kind", KINDS)
def test_their_steps_fill_the_hour_and_no_situation_stands_among_them(
    circle: Circle, kind: str
) -> None:
    bring(circle.participant)
    row = plan(circle, kind=kind)
    found = agenda_of(circle.participant, row.id)
    assert {line.kind for line in found.lines} == {ItemKind.FREE}
    assert found.minutes == 60
    publish(circle, row.id)
    again = agenda_of(circle.participant, row.id)
    assert [line.words for line in again.lines] == [line.words for line in found.lines]
    assert not again.due


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_puts_a_situation_there(circle: Circle, kind: str) -> None:
    about = bring(circle.participant)
    code = show_code(str(about.code))
    row = plan(circle, days=0, kind=kind)
    for call, who in (
        (actions_agenda.add_point, circle.coordinator),
        (actions_agenda.ask_for_point, circle.participant),
    ):
        with pytest.raises(errors.NoSituationHere):
            call(who.actor, meeting=row.id, code=code)
    actions_live.open_meeting(circle.coordinator.actor, meeting=row.id, reminded=True)
    with pytest.raises(errors.NoSituationHere):
        actions_live.add_situation(
            circle.coordinator.actor, meeting=row.id, by=number_of(circle.coordinator)
        )
    assert not AgendaItem.objects.exclude(situation=None).exists()


def test_an_intervision_runs_step_by_step(circle: Circle) -> None:
    bring(circle.participant)
    row = plan(circle, days=0, kind=MeetingKind.INTERVISION)
    actions_live.open_meeting(circle.coordinator.actor, meeting=row.id, reminded=True)
    client = signed_in(circle.coordinator)
    address = reverse("meeting-live", args=["tilleuls", row.id])
    leaving = None
    for item in AgendaItem.objects.filter(meeting=row.id).order_by("position"):
        actions_live.go_to(circle.coordinator.actor, meeting=row.id, item=item.id, leaving=leaving)
        page = client.get(address).content.decode()
        assert f"<h1>{item.title}</h1>" in page
        leaving = item.id
    version = Meeting.objects.get(id=row.id).version
    actions_live.close_meeting(
        circle.coordinator.actor, meeting=row.id, version=version, minutes=58
    )
    minutes = client.get(reverse("meeting-minutes", args=["tilleuls", row.id])).content.decode()
    assert "Tour de questions" in minutes


@pytest.mark.parametrize(("language", "said"), [("nl", "Vaststellingen"), ("fr", "Constats")])
def test_the_steps_of_a_meeting_are_read_in_one_s_own_language(
    circle: Circle, language: str, said: str
) -> None:
    """Kept in the language of whoever opened it, they are read in every other."""
    with override("nl" if language == "fr" else "fr"):
        row = plan(circle, days=0, kind="thematic")
        actions_live.open_meeting(circle.coordinator.actor, meeting=row.id, reminded=True)
    with override(language):
        follow = reading_live.follow_page(circle.manager.actor, row.id)
        assert follow.hour.points[0].line.title == said
    actions_live.close_meeting(
        circle.coordinator.actor,
        meeting=row.id,
        version=Meeting.objects.get(id=row.id).version,
        minutes=30,
    )
    with override(language):
        assert reading_after.minutes_page(circle.manager.actor, row.id).items[0].words == said


@pytest.mark.parametrize("kind", KINDS)
def test_their_steps_are_known_before_an_earlier_meeting_is_over(circle: Circle, kind: str) -> None:
    """Two meetings of one day: the later one's page shows what it will go through."""
    held_now(circle)
    row = plan(circle, days=1, kind=kind)
    assert len(agenda_of(circle.participant, row.id).lines) > 2
    page = signed_in(circle.coordinator).get(reverse("meeting", args=["tilleuls", row.id]))
    assert "Cette date est passée" not in page.content.decode()
