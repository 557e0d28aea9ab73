"""Short ways to a meeting in some state, always through the real actions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from concertation.meetings import actions, actions_agenda, actions_live, reading
from concertation.meetings.enums import ItemKind
from concertation.meetings.models import AgendaItem, Meeting
from concertation.meetings.reading_agenda import AgendaView
from concertation.situations.models import Situation
from tests.cast import Circle, Someone, number_of


def plan(circle: Circle, *, days: int = 4, **more: Any) -> Meeting:
    """A meeting planned some days from now."""
    return actions.plan_meeting(
        circle.coordinator.actor,
        starts_at=timezone.now() + timedelta(days=days),
        place="par vidéo",
        **more,
    )


def agenda_of(who: Someone, meeting: UUID) -> AgendaView:
    """The agenda as this person's page shows it."""
    found = reading.meeting_page(who.actor, meeting).agenda
    assert found is not None
    return found


def edit(circle: Circle, meeting: UUID, **change: Any) -> Meeting:
    """A change by the coordinator, on what stands there now."""
    seen = agenda_of(circle.coordinator, meeting)
    minutes = {line.name: line.minutes for line in seen.lines} | change.pop("minutes", {})
    values = {"version": seen.version, "minutes": minutes} | change
    return actions_agenda.set_agenda(circle.coordinator.actor, meeting=meeting, **values)


def publish(circle: Circle, meeting: UUID) -> Meeting:
    """Publish what stands there."""
    version = agenda_of(circle.coordinator, meeting).version
    return actions_agenda.publish_agenda(circle.coordinator.actor, meeting=meeting, version=version)


def held_now(circle: Circle) -> Meeting:
    """A meeting of today, opened by the coordinator."""
    row = plan(circle, days=0)
    return actions_live.open_meeting(circle.coordinator.actor, meeting=row.id, reminded=True)


def come(circle: Circle, meeting: UUID, *names: str, presence: str = "present") -> None:
    """These people come in."""
    for name in names:
        actions_live.note_presence(
            circle.coordinator.actor,
            meeting=meeting,
            participation=number_of(circle.people[name]),
            presence=presence,
        )


def show(circle: Circle, meeting: UUID, situation: Situation | None = None) -> AgendaItem:
    """Put a situation's point on the screen; the feedback round without one."""
    items = AgendaItem.objects.filter(meeting=meeting)
    item = items.get(situation=situation) if situation else items.get(kind=ItemKind.ROUND)
    leaving = Meeting.objects.get(id=meeting).current_id
    actions_live.go_to(circle.coordinator.actor, meeting=meeting, item=item.id, leaving=leaving)
    return item
