"""Who acts, and which hat they wear."""

from dataclasses import dataclass, field
from uuid import UUID

from ethics.secrecy.keys import HeldKeys


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person answers to the identifier guard with the page they send.

    Passages are named by `guarded.Passage.key`, which holds their words: an answer counts for that
    very passage, and for no other that the text may hold by then.
    """

    kept: frozenset[str] = field(default=frozenset(), repr=False)
    false_alarms: frozenset[str] = field(default=frozenset(), repr=False)


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
    answers: Answers = field(default_factory=Answers, repr=False)
