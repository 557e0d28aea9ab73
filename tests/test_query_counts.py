"""A list asks the database as often for three rows as for one: the lists that have no such test
beside their other tests.

The others: board, home, my actions, followed situations, notices, extensions, members,
administration, meetings, agenda, report, journal, review and my own log.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from concertation.meetings import actions_live
from concertation.situations import actions, reading
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from ethics.roles import Role
from tests.cast import PASSWORD, Circle, join, make_circle
from tests.meetings.hour import come, held_now, show
from tests.signin import signed_in
from tests.situations import story
from tests.situations.test_access_requests import ask
from tests.situations.test_audience import restrict
from tests.situations.test_erasing import closed
from tests.situations.test_guests import tick
from tests.situations.test_import import good, upload, walk

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

# Who looks, at which page, and what adds one row to it.
List = tuple[str, Callable[[Circle], str], Callable[[Circle], Any]]


def address(circle: Circle, name: str, *args: Any) -> str:
    """A page of this concertation."""
    return reverse(name, args=[circle.concertation.slug, *args])


def page(name: str) -> Callable[[Circle], str]:
    """A page without more in its address."""
    return lambda circle: address(circle, name)


def about(name: str) -> Callable[[Circle], str]:
    """A page of the first situation, brought when it is first asked for."""

    def of(circle: Circle) -> str:
        row = Situation.objects.order_by("made_at").first() or story.bring(circle.participant)
        return address(circle, name, show_code(row.code or ""))

    return of


def first(circle: Circle) -> Situation:
    """The situation of `about`, as it is saved."""
    return Situation.objects.order_by("made_at")[0]


def rewritten(circle: Circle) -> None:
    row = first(circle)
    text = story.presentation(account=f"Récit {row.version}")
    actions.edit_situation(
        circle.participant.actor, situation=row.id, presentation=text, expected_version=row.version
    )


def written(circle: Circle) -> None:
    """An entry, an action, and one organisation more that has read it."""
    row = first(circle)
    reader = circle.people[("manager", "participant", "coordinator")[row.actions.count() % 3]]
    reading.situation_sheet(reader.actor, row.code or "")
    story.entry(circle.manager, row)
    story.agree(circle.manager, row, circle.participant)


def asked_for(circle: Circle) -> None:
    row = story.bring(circle.participant)
    restrict(circle.coordinator, row, circle.coordinator)
    ask(circle.manager, show_code(row.code or ""))


def erased(circle: Circle) -> None:
    actions.erase_situation(
        circle.coordinator.actor, situation=closed(circle, 10).id, password=PASSWORD
    )


def a_colleague(circle: Circle) -> None:
    house = circle.participant.participation.organisation  # type: ignore[union-attr]
    join(circle, f"lecture{len(circle.people)}", house, [Role.PARTICIPANT])


LISTS: Final[dict[str, List]] = {
    "drafts": ("participant", page("situation-drafts"), lambda c: story.draft(c.participant)),
    "opened to a guest": (
        "guest", page("board"), lambda c: tick(c, story.bring(c.participant), c.guest),
    ),
    "opened to the police": (
        "police", page("board"),
        lambda c: story.agree(c.manager, story.bring(c.participant), c.police),
    ),
    "who may read": ("coordinator", about("situation-readers"), a_colleague),
    "older tables": (
        "coordinator", page("import"),
        lambda c: upload(signed_in(c.coordinator), c.concertation.slug, [good(1)]),
    ),
    "sheet": ("coordinator", about("situation"), written),
    "history": ("manager", about("situation-history"), rewritten),
    "requests": ("coordinator", page("access-requests"), asked_for),
    "erasures": ("dpo", page("erasures"), erased),
}  # fmt: skip


def cost(client: Client, where: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(where).status_code == 200
    return len(found)


@pytest.mark.parametrize("name", LISTS)
def test_three_rows_cost_as_many_queries_as_one(circle: Circle, name: str) -> None:
    who, where, add = LISTS[name]
    look = where(circle)
    add(circle)
    client = signed_in(circle.people[who])
    cost(client, look)  # the first reading notes what this member saw of the chain
    one = cost(client, look)
    add(circle)
    add(circle)
    client = signed_in(circle.people[who])
    cost(client, look)
    assert cost(client, look) == one


def test_the_minutes_cost_as_many_queries_for_three_situations_as_for_one(circle: Circle) -> None:
    counts = []
    for many in (1, 3):
        rows = [story.bring(circle.participant) for _ in range(many)]
        for row in rows:
            story.agree(circle.manager, row, circle.participant)
        meeting = held_now(circle)
        come(circle, meeting.id, "manager", "participant")
        for row in rows:
            show(circle, meeting.id, row)
            story.entry(circle.manager, row)
        meeting.refresh_from_db()
        actions_live.close_meeting(
            circle.coordinator.actor, meeting=meeting.id, minutes=55, version=meeting.version
        )
        client, where = signed_in(circle.manager), address(circle, "meeting-minutes", meeting.id)
        cost(client, where)
        counts.append(cost(client, where))
    assert counts[0] == counts[1]


def test_three_imported_drafts_cost_as_many_queries_as_one(circle: Circle) -> None:
    counts = []
    for here, many in ((circle, 1), (make_circle("marolles", "Les Marolles"), 3)):
        client = signed_in(here.coordinator)
        table = upload(client, here.concertation.slug, [good(number) for number in range(many)])
        walk(client, table["Location"])
        cost(client, address(here, "imported-drafts"))
        counts.append(cost(client, address(here, "imported-drafts")))
    assert counts[0] == counts[1]
