"""Two coordinators note who holds the situation on the screen: both choices, side by side."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from concertation.meetings.models import Meeting
from concertation.situations.models import Situation
from tests.cast import Circle, Someone, number_of
from tests.meetings.hour import held_now, show
from tests.signin import signed_in
from tests.situations.story import bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def page_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.get("Location")
    return " ".join(answer.content.decode().split())


def seen_on(client: Client, row: Meeting) -> str:
    """The state of the holding that the page carries in its form."""
    page = page_of(client.get(reverse("meeting-live", args=["tilleuls", row.id])))
    (found,) = re.findall(r'name="seen" value="([^"]*)"', page)
    return str(found)


def halves(page: str) -> list[tuple[str, str]]:
    """What was chosen and what is saved, for each thing that differs."""
    clash = page.split('id="conflict"')[1].split("</form>")[0]
    texts = re.findall(r'<section class="half"> <h5>[^<]*</h5> (.*?) </section>', clash)
    plain = [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in texts]
    return list(zip(plain[::2], plain[1::2], strict=True))


def note(client: Client, row: Meeting, item: Any, seen: str, who: Someone, on: date) -> Any:
    data = {
        "item": str(item.id),
        "seen": seen,
        "case_manager": str(number_of(who)),
        "next_review_on": on.isoformat(),
    }
    return client.post(reverse("meeting-manager", args=["tilleuls", row.id]), data)


def test_a_choice_made_on_an_older_page_is_shown_beside_the_saved_one(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    first, second = signed_in(circle.coordinator), signed_in(circle.coordinator)
    seen = seen_on(second, row)
    assert (
        note(first, row, item, seen_on(first, row), circle.manager, in_days(30)).status_code == 302
    )

    page = page_of(note(second, row, item, seen, circle.participant, in_days(60)))
    (person, day) = halves(page)
    assert circle.participant.user.name in person[0]
    # The board names a holder by house and function.
    assert person[1].startswith("La Théière")
    assert day == tuple(date_format(in_days(each), "DATE_FORMAT") for each in (60, 30))
    # Nothing was overwritten, and what was chosen still stands in the form.
    saved = Situation.objects.get(id=about.id)
    assert (saved.case_manager_id, saved.next_review_on) == (number_of(circle.manager), in_days(30))
    assert f'<option value="{number_of(circle.participant)}" selected>' in page
    assert f'value="{in_days(60).isoformat()}"' in page
    # To keep what is saved is a way back to the same screen.
    back = reverse("meeting-live", args=["tilleuls", row.id])
    assert f'href="{back}#t-hold"' in page

    # Sent again from this page, the choice is known to have seen the other: it is taken.
    (again,) = re.findall(r'name="seen" value="([^"]*)"', page)
    assert again != seen
    assert note(second, row, item, again, circle.participant, in_days(60)).status_code == 302
    saved.refresh_from_db()
    assert saved.case_manager_id == number_of(circle.participant)
    assert saved.next_review_on == in_days(60)


def test_the_same_choice_sent_twice_is_no_conflict(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    client = signed_in(circle.coordinator)
    seen = seen_on(client, row)
    for _ in range(2):
        assert note(client, row, item, seen, circle.manager, in_days(30)).status_code == 302
