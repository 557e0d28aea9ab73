"""Days of the ledger's search: what no calendar here can hold is a mistake of the form."""

import html

import pytest
from django.urls import reverse

from tests.cast import Circle
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_out_of_reach_is_said_beside_its_field(circle: Circle, name: str, day: str) -> None:
    client = signed_in(circle.dpo)
    response = client.get(reverse("ledger", args=["tilleuls"]), {name: day})
    assert response.status_code == 200
    assert "Cette date n’est pas possible." in html.unescape(response.content.decode())


def test_the_first_and_the_last_day_are_searched(circle: Circle) -> None:
    client = signed_in(circle.dpo)
    days = {"since": "2000-01-01", "until": "2199-12-31"}
    response = client.get(reverse("ledger", args=["tilleuls"]), days)
    assert "n’est pas possible" not in html.unescape(response.content.decode())
    assert response.context["page"].results.total > 0
