"""What a coordinator sees of a concertation's keys; numbers and dates, never a key."""

from dataclasses import dataclass
from datetime import datetime

from concertation.accounts.models import Participation
from concertation.accounts.reading.changes import check_due, last_check
from ethics import gate
from ethics.secrecy import chain
from ethics.secrecy.session import SessionStore


@dataclass(frozen=True, slots=True)
class KeysPage:
    """How often the key was made anew, when last, for how many; where the recovery key stands."""

    generation: int
    made_at: datetime | None
    holders: int
    pending: bool
    recovery_checked: datetime | None
    recovery_due: bool
    recovery_used: datetime | None


def keys_page(place: Participation) -> KeysPage:
    """The state of the keys, as the signed chain and the ledger say it."""
    state = chain.state(place.concertation_id)
    made = [each.at for each in state.changes if each.kind in {"genesis", "generation"}]
    return KeysPage(
        generation=len(state.generations),
        made_at=made[-1] if made else None,
        holders=len(state.holders),
        pending=place.concertation.rotation_pending,
        recovery_checked=last_check(place.concertation_id),
        recovery_due=check_due(place.concertation_id),
        recovery_used=state.recovery_used,
    )


@dataclass(frozen=True, slots=True)
class ReissuePage:
    """Where a reissue stands: `explain`, `sheet` or `retype`."""

    concertation: str
    step: str
    groups: tuple[str, ...]
    genesis: str


def reissue_page(place: Participation, store: SessionStore, step: str) -> ReissuePage:
    """The groups are on the sheet only, never beside the fields that ask them back."""
    groups: tuple[str, ...] = ()
    pending = gate.pending_recovery_key(store, place.concertation_id)
    if pending is None:
        step = "explain"
    elif step != "retype":
        step, groups = "sheet", tuple(gate.recovery_groups(pending))
    genesis = chain.state(place.concertation_id).genesis.hex()
    return ReissuePage(place.concertation.name, step, groups, genesis)
