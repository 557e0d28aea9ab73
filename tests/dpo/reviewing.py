"""What the tests of the review share: real reads, a queue, and how an item ends."""

import html
from datetime import date
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.enums import Purpose
from audit.models import ReviewItem
from audit.review.queue import first_day
from audit.review.rules import Rule
from concertation.dpo import review_actions
from concertation.situations.models import Situation
from ethics import gate
from tests.cast import Circle
from tests.ethics.sealed_rows import bring

CODE = "K7QF3MMH"
NISS = "85.07.30-033.28"


def this_month() -> date:
    return first_day(timezone.localdate())


def read(circle: Circle, who: str, row: Situation, times: int = 1) -> None:
    for _ in range(times):
        gate.reveal(
            circle.people[who].actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET
        )


def prepare(circle: Circle) -> list[ReviewItem]:
    review_actions.prepare(circle.dpo.actor, this_month())
    return list(ReviewItem.objects.order_by("rule", "first_at"))


def of(rule: Rule) -> list[ReviewItem]:
    return list(ReviewItem.objects.filter(rule=rule).order_by("first_at"))


def page(client: Client, circle: Circle, route: str, *parts: Any, **query: Any) -> str:
    response = client.get(reverse(route, args=[circle.concertation.slug, *parts]), query)
    assert response.status_code == 200, response.status_code
    return html.unescape(response.content.decode())


def picked(circle: Circle) -> ReviewItem:
    """An item about the manager, who read what the participant brought."""
    read(circle, "manager", bring(circle, CODE), 2)
    prepare(circle)
    (item,) = of(Rule.WITHOUT_INVOLVEMENT)
    return item


def end(client: Client, circle: Circle, item: ReviewItem, ending: str, text: str) -> Any:
    item.refresh_from_db()
    address = reverse("review-item", args=[circle.concertation.slug, item.id])
    return client.post(address, {"ending": ending, "text": text, "version": item.version})
