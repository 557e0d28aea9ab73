"""Names of ledgers: one for the platform, one for each concertation."""

from uuid import UUID

PLATFORM = "platform"
CONCERTATION_PREFIX = "concertation:"


class InvalidLedgerNameError(ValueError):
    """The name is neither ``platform`` nor ``concertation:<uuid>``."""


def concertation_ledger(concertation: UUID) -> str:
    """Name the ledger of a concertation by its UUID, which never changes, unlike its slug."""
    return f"{CONCERTATION_PREFIX}{concertation}"


def check_name(name: str) -> str:
    """Return the name if it is canonical; raise InvalidLedgerNameError otherwise."""
    if name == PLATFORM:
        return name
    prefix, identifier = name[: len(CONCERTATION_PREFIX)], name[len(CONCERTATION_PREFIX) :]
    try:
        canonical = prefix == CONCERTATION_PREFIX and str(UUID(identifier)) == identifier
    except ValueError:
        canonical = False
    if not canonical:
        raise InvalidLedgerNameError(name)
    return name


def ledger_id(name: str) -> str:
    """Return the part that stands in a checkpoint's origin: ``platform`` or the bare UUID."""
    return check_name(name).removeprefix(CONCERTATION_PREFIX)


def ledger_of_id(identifier: str) -> str:
    """Return the ledger whose origin ends in this part; raise InvalidLedgerNameError."""
    return check_name(identifier if identifier == PLATFORM else CONCERTATION_PREFIX + identifier)
