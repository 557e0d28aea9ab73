"""Helpers of the page tests."""

import html
import re
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.cast import Circle


def url(circle: Circle, name: str, *args: Any) -> str:
    """A route of this concertation."""
    return reverse(name, args=[circle.concertation.slug, *args])


def text_of(response: Any) -> str:
    """The page as text, entities resolved."""
    return html.unescape(response.content.decode())


def get(client: Client, address: str) -> str:
    """A page that answers."""
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return text_of(response)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found.group(1)
