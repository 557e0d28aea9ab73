"""“Puis-je partager ?”: the questions of design 2 as versioned data, and the pure walk over them.

The tree knows no database and no words: `words` says a question to people, `record` keeps the
answers. A question's number is kept for good; when its meaning or its ways out change, the tree's
version goes up and the question's `since` with it: whoever was in the middle keeps every other
answer, and is asked that one again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from ethics.sharing.outcomes import SharingOutcome


class Question(StrEnum):
    """The questions by their numbers in design 2; what one asks on the way has its own."""

    DANGER = "q1"
    AVERT = "q2"
    OFFENCE = "q3"
    IMMINENT = "q3_imminent"
    IDENTIFIABLE = "q4"
    ABOUT_A_PERSON = "q4_person"
    ATTESTED = "q4_attested"
    WITHOUT = "q5"
    REPHRASED = "q5_attested"
    FRAMEWORK = "q6"
    INFORMED = "q7"
    AGREED = "q8"
    BOUND = "q9"
    MISSION = "q10"
    INTEREST = "q11"
    NECESSARY = "q12"


class Answer(StrEnum):
    """What can be answered; each question takes some of them."""

    YES = "yes"
    NO = "no"
    # The person can't express their agreement for now.
    UNABLE = "unable"
    # No recipient is left.
    NOBODY = "nobody"
    # Tried to reduce, and can't tell.
    UNRESOLVED = "unresolved"


Ending: TypeAlias = tuple[SharingOutcome, ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """An ending that depends on how an earlier question was answered."""

    on: Question
    yes: Ending
    otherwise: Ending


Target: TypeAlias = Question | Ending | Fork


@dataclass(frozen=True, slots=True)
class Node:
    """The ways out of a question, and the version of the tree it last changed in."""

    ways: Mapping[Answer, Target]
    since: int = 1


@dataclass(frozen=True, slots=True)
class Tree:
    """One version of all the questions."""

    version: int
    first: Question
    nodes: Mapping[Question, Node]


_Q, _A, _O = Question, Answer, SharingOutcome


def _yes_no(yes: Target, no: Target, **more: Target) -> Node:
    ways = {_A.YES: yes, _A.NO: no, **{_A(word): target for word, target in more.items()}}
    # Version 1 was the one screen alone: its rows hold no open answers.
    return Node(MappingProxyType(ways), since=2)


TREE: Final = Tree(
    version=2,
    first=_Q.DANGER,
    nodes=MappingProxyType(
        {
            _Q.DANGER: _yes_no(_Q.AVERT, _Q.IDENTIFIABLE),
            _Q.AVERT: _yes_no(_Q.IDENTIFIABLE, _Q.OFFENCE),
            _Q.OFFENCE: _yes_no(_Q.IMMINENT, _Q.IMMINENT),
            _Q.IMMINENT: _yes_no(
                Fork(_Q.OFFENCE, (_O.PROSECUTOR, _O.EMERGENCY), (_O.EMERGENCY,)),
                Fork(_Q.OFFENCE, (_O.PROSECUTOR,), (_O.ADVICE,)),
            ),
            _Q.IDENTIFIABLE: _yes_no(_Q.WITHOUT, _Q.ABOUT_A_PERSON),
            _Q.ABOUT_A_PERSON: _yes_no(_Q.ATTESTED, (_O.GENERAL,)),
            # Whoever can't attest it has just answered Q4 otherwise.
            _Q.ATTESTED: _yes_no((_O.CODE,), _Q.WITHOUT),
            _Q.WITHOUT: _yes_no(_Q.REPHRASED, _Q.FRAMEWORK),
            _Q.REPHRASED: _yes_no((_O.CODE,), _Q.FRAMEWORK),
            _Q.FRAMEWORK: _yes_no(_Q.NECESSARY, _Q.INFORMED),
            _Q.INFORMED: _yes_no(_Q.AGREED, (_O.INFORM,)),
            _Q.AGREED: _yes_no(_Q.BOUND, (_O.NO,), unable=(_O.ADVICE,)),
            # A way back to the same question: remove, or reduce, and be asked again.
            _Q.BOUND: _yes_no(_Q.MISSION, _Q.BOUND, nobody=(_O.NO,)),
            _Q.MISSION: _yes_no(_Q.INTEREST, _Q.MISSION, nobody=(_O.NO,)),
            _Q.INTEREST: _yes_no(_Q.NECESSARY, (_O.NO,)),
            _Q.NECESSARY: _yes_no(
                Fork(_Q.FRAMEWORK, (_O.FRAMEWORK,), (_O.SHARED_SECRET,)),
                _Q.NECESSARY,
                unresolved=(_O.ADVICE,),
            ),
        }
    ),
)
TREE_VERSION: Final = TREE.version

# The one screen of the well-coded everyday signal: what it answers when it ends in S-CODE.
SHORT_PATH: Final[Mapping[Question, Answer]] = MappingProxyType(
    {
        _Q.DANGER: _A.NO,
        _Q.IDENTIFIABLE: _A.NO,
        _Q.ABOUT_A_PERSON: _A.YES,
        _Q.ATTESTED: _A.YES,
    }
)

Answers: TypeAlias = Mapping[Question, Answer]


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the answers lead: those that count, in order, then a question or an ending."""

    path: Answers
    asks: Question | None
    ending: Ending

    def reaches(self, question: Question) -> bool:
        """Whether a question stands on the way: answered, or asked now."""
        return question in self.path or question == self.asks


def walk(
    answers: Answers, *, framework: bool, tree: Tree = TREE, start: Question | None = None
) -> Walk:
    """Follow the answers from the first question, or from `start`.

    `framework` is a fact, not an answer: whether a valid framework that covers the readers is
    recorded. Without one the board answers Q6 itself, whatever was answered before. Answers that
    lie on no way are left aside, never lost: they count again when the way leads back to them.
    """
    path: dict[Question, Answer] = {}
    question = start or tree.first
    while True:
        answer = answers.get(question)
        if question == Question.FRAMEWORK and not framework:
            answer = Answer.NO
        ways = tree.nodes[question].ways
        if answer is None or answer not in ways:
            return Walk(path, question, ())
        target = ways[answer]
        if isinstance(target, Question) and (target == question or target in path):
            return Walk(path, question, ())
        path[question] = answer
        if isinstance(target, Fork):
            target = target.yes if path.get(target.on) == Answer.YES else target.otherwise
        if not isinstance(target, Question):
            return Walk(path, None, target)
        question = target


def kept(answers: Answers, version: int, tree: Tree = TREE) -> dict[Question, Answer]:
    """The answers given under an older version that still stand: what changed is asked again."""
    return {
        question: answer
        for question, answer in answers.items()
        if question in tree.nodes
        and tree.nodes[question].since <= version
        and answer in tree.nodes[question].ways
    }


def at_most(question: Question, tree: Tree = TREE) -> int:
    """How many more questions can follow this one, at most."""
    following = {
        target
        for target in tree.nodes[question].ways.values()
        if isinstance(target, Question) and target != question
    }
    return max((1 + at_most(each, tree) for each in following), default=0)
