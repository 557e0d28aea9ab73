"""Who acts, and which hat they wear."""

from dataclasses import dataclass, field
from uuid import UUID

from ethics.secrecy.keys import HeldKeys


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person in one participation; the keys stay sealed until the gate opens them.

    Carries numbers only: what is true of them, the gate finds out for itself.
    """

    person: UUID
    participation: UUID | None = None
    concertation: UUID | None = None
    organisation: UUID | None = None
    keys: HeldKeys | None = field(default=None, repr=False)
    request_id: str = ""
