"""Which routes ask what. Every route is closed unless a view says, here, how far it is open.

`DoorMiddleware` reads the mark; a view without one is answered by 404, and a test walks the URL
resolver so that none is forgotten.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from django.http import HttpRequest

if TYPE_CHECKING:
    from concertation.accounts.models import Participation
    from ethics.gate import Actor

View = TypeVar("View", bound=Callable[..., Any])


class Door(StrEnum):
    """How far a person must have come before a view answers."""

    # Anybody: sign-in, language, help, accessibility, an invitation's link.
    OPEN = "open"
    # The password was given; the second factor is asked next.
    PASSWORD = "password"  # noqa: S105
    # Password and second factor: account, charter, sign-out, awaiting admission, administration.
    VERIFIED = "verified"
    # All of it: subscription, charter, admission in the chain; the route names its concertation.
    CIRCLE = "circle"


def door(level: Door) -> Callable[[View], View]:
    """Mark a view with the door it stands behind."""

    def mark(view: View) -> View:
        view.door = level  # type: ignore[attr-defined]
        return view

    return mark


class CircleRequest(HttpRequest):
    """A request that came through `Door.CIRCLE`: who acts, and which hat they wear here."""

    actor: "Actor"
    hat: "Participation"
