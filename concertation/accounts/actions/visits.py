"""When someone was last here: what is new since then."""

from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from concertation.accounts.models import Participation, User


def note_visit(session: SessionBase, hat: Participation) -> datetime | None:
    """When this place was last visited before this session; this one counts from now on.

    A session is one visit: a page loaded again must not make the news disappear.
    """
    name = f"visited:{hat.id.hex}"
    if name not in session:
        session[name] = hat.last_visit_at.isoformat() if hat.last_visit_at else ""
        hat.last_visit_at = timezone.now()
        hat.save(update_fields=["last_visit_at"])
    return datetime.fromisoformat(session[name]) if session[name] else None


def set_density(person: User, *, compact: bool) -> None:
    """Keep how close the board's rows stand, for this person on every device."""
    person.compact_board = compact
    person.save(update_fields=["compact_board"])


def set_shortcuts(person: User, *, on: bool) -> None:
    """Keep whether single keys do something: who dictates or trembles turns them off."""
    person.shortcuts = on
    person.save(update_fields=["shortcuts"])
