"""What a coordinator sees of a concertation's keys; numbers and dates, never a key."""

from dataclasses import dataclass
from datetime import datetime

from concertation.accounts.models import Participation
from ethics.secrecy import chain


@dataclass(frozen=True, slots=True)
class KeysPage:
    """How often the key was made anew, when last, and for how many people."""

    generation: int
    made_at: datetime | None
    holders: int
    pending: bool


def keys_page(place: Participation) -> KeysPage:
    """The state of the keys, as the signed chain says it."""
    state = chain.state(place.concertation_id)
    made = [each.at for each in state.changes if each.kind in {"genesis", "generation"}]
    return KeysPage(
        generation=len(state.generations),
        made_at=made[-1] if made else None,
        holders=len(state.holders),
        pending=place.concertation.rotation_pending,
    )
