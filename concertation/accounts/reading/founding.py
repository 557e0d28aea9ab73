"""The page on which the first coordinator makes a concertation's keys."""

from dataclasses import dataclass
from uuid import UUID

from concertation.accounts.enums import KeyState
from concertation.accounts.models import Participation
from ethics import gate
from ethics.secrecy import chain
from ethics.secrecy.session import SessionStore


@dataclass(frozen=True, slots=True)
class FoundingPage:
    """Where the founding stands: `explain`, `sheet`, `retype` or `done`."""

    participation: UUID
    concertation: str
    slug: str
    step: str
    groups: tuple[str, ...]
    # The genesis' hash, to write on the recovery sheet: it names this concertation for ever.
    genesis: str


def founding_page(
    actor: gate.Actor, place: Participation, store: SessionStore, step: str
) -> FoundingPage:
    """The groups of the recovery key are on the sheet only, never beside the fields that ask
    them back."""
    groups: tuple[str, ...] = ()
    genesis = ""
    if place.concertation.key_state == KeyState.OPEN:
        step = "done"
        genesis = chain.state(place.concertation_id).genesis.hex()
    else:
        pending = gate.pending_recovery_key(store, place.concertation_id)
        if pending is None:
            step = "explain"
        elif step != "retype":
            step, groups = "sheet", tuple(gate.recovery_groups(pending))
    return FoundingPage(
        place.id,
        place.concertation.name,
        place.concertation.slug,
        step,
        groups,
        genesis,
    )
