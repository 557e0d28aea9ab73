"""What the policy decides on: facts of a person, and between a person and one situation.

The gate fetches them; no caller tells them.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from ethics.roles import Role, SecrecyStatus


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is true of a person in a concertation; fetched by the gate, never told by a caller."""

    second_factor: bool = False
    participating: bool = False
    current: bool = False
    # Roles of the row that the signed membership chain confirms.
    roles: frozenset[Role] = frozenset()
    in_chain: bool = False
    status: SecrecyStatus = SecrecyStatus.OTHER
    subscribed: bool = False
    signed: bool = False
    # A guest of one meeting: that meeting, and what is opened to them by name.
    one_meeting: bool = False


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """What is true between a person and one situation."""

    known: bool = False
    draft: bool = False
    closed: bool = False
    hidden: bool = False
    restricted: bool = False
    # guardian's grants: facts for the policy, never the decision.
    named_reader: bool = False
    # Named without an end: whoever was let in for a time lets nobody else in.
    named_for_good: bool = False
    guest_ticked: bool = False
    conflict: bool = False
    own: bool = False
    # An intern's, handed to this person to confirm, or confirmed by them.
    supervised: bool = False
    held: bool = False
    # The agreed actions of this situation that this person owns, by number.
    addressed_to: frozenset[UUID] = frozenset()

    @property
    def answered_for(self) -> bool:
        """Whether this person brought it, or confirms or confirmed it for an intern."""
        return self.own or self.supervised

    @property
    def addressed(self) -> bool:
        """Whether any action of the situation is addressed to this person."""
        return bool(self.addressed_to)

    def narrowed(self, action: UUID | None) -> "SubjectFacts":
        """The same facts for one action: another one addressed to this person doesn't count."""
        if action is None:
            return self
        return replace(self, addressed_to=self.addressed_to & {action})
