"""Renewing a concertation's key: on demand, and where it is still due after someone left."""

from uuid import UUID

from audit.enums import Purpose, Verb
from concertation.accounts.actions.events import confirm
from concertation.accounts.actions.notices import Notice, tell_members
from concertation.accounts.errors_circle import HoldsNoKeys
from concertation.accounts.models import Concertation
from ethics import gate
from ethics.policy import Act, Refusal
from ethics.secrecy.chain import ChainBroken
from ethics.secrecy.suites import SecrecyError


def renew_keys(actor: gate.Actor, *, password: str) -> bool:
    """Renew the concertation's key now, after the password; true when done.

    Raises `WrongPassword`, `HoldsNoKeys`, `gate.Refused` or `chain.ChainBroken`.
    """
    check_may_renew(actor)
    confirm(actor, password, Verb.GENERATION_MADE)
    if not gate.holds_keys(actor):
        raise HoldsNoKeys
    gate.rotate(actor)
    set_pending(_circle(actor), False)
    tell_members(_circle(actor), Notice.RENEWED)
    return True


def check_may_renew(actor: gate.Actor) -> None:
    """Before the page of the keys is shown; raises `gate.Refused`, recorded."""
    gate.allow(
        actor,
        Act.RENEW_KEYS,
        purpose=Purpose.ADMINISTRATION,
        verb=Verb.GENERATION_MADE,
        record=False,
    )


def renew_due(actor: gate.Actor) -> bool:
    """Make up for a renewal that nobody could make when someone left; says whether it was made.

    Done for the first key holder who comes by. It stands in nobody's way: what fails now is tried
    again at the next visit. Two at the same moment renew twice, which harms nothing.
    """
    try:
        if not gate.holds_keys(actor):
            return False
        gate.rotate(actor)
    except ChainBroken:
        raise
    except SecrecyError:
        return False
    set_pending(_circle(actor), False)
    tell_members(_circle(actor), Notice.RENEWED)
    return True


def set_pending(concertation: UUID, due: bool) -> None:
    """Remember that a renewal is due, or was made; it opens and excludes nothing by itself."""
    Concertation.objects.filter(id=concertation).update(rotation_pending=due)


def _circle(actor: gate.Actor) -> UUID:
    if actor.concertation is None:
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return actor.concertation
