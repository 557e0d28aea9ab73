"""What a page may offer a person about one situation: which forms and buttons make sense.

Nothing is opened and nothing recorded here, and no permission either: the act itself is decided
anew, and recorded, when it is asked for.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from ethics.gate.actor import Actor
from ethics.gate.read import fetch_standing, subject_facts
from ethics.policy import ON_A_SITUATION, Act, FieldGroup, decide
from ethics.policy_facts import SubjectFacts


@dataclass(frozen=True, slots=True)
class Offers:
    """Acts in reach: on the situation, and on agreed actions addressed to somebody else."""

    acts: frozenset[Act]
    beyond_own: frozenset[Act]

    def may(self, act: Act, *, own: bool = True) -> bool:
        """Whether to offer an act; `own=False` for an action addressed to somebody else."""
        return act in (self.acts if own else self.beyond_own)


def offers_reading(actor: Actor, situation: UUID) -> bool:
    """Whether any text of a situation is this person's to read: a page about several things leaves
    this one out instead of being refused for it."""
    person = fetch_standing(actor).person
    subject = subject_facts(actor, (situation,)).get(situation)
    return decide(Act.READ, person, subject, frozenset(FieldGroup)).granted


def offers(actor: Actor, situation: UUID) -> Offers:
    """The acts this person's facts allow on one situation."""
    person = fetch_standing(actor).person
    subject = subject_facts(actor, (situation,)).get(situation)

    def granted(about: SubjectFacts | None) -> frozenset[Act]:
        return frozenset(
            act for act in ON_A_SITUATION - {Act.READ} if decide(act, person, about).granted
        )

    without = replace(subject, addressed_to=frozenset()) if subject else None
    return Offers(granted(subject), granted(without))
