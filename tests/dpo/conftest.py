"""The DPO's pages in a browser's place: signed in the real way."""

import pytest
from django.test import Client

from tests.cast import Circle
from tests.signin import signed_in


@pytest.fixture
def dpo(circle: Circle) -> Client:
    """The DPO of the circle, signed in."""
    return signed_in(circle.dpo)
