"""How far somebody came in the sharing decision, as it is sealed: coded answers and numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from uuid import UUID

from ethics.sharing.tree import TREE, Answer, Answers, Question, Tree, Walk, kept, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Every answer given so far, also those that lie on no way now: going back loses nothing."""

    answers: Answers = field(default_factory=dict)
    # The question being looked at again; empty for the first one without an answer.
    at: Question | None = None
    # Where the questions begin: Q8 after the person withdrew their agreement.
    start: Question | None = None
    recipients: tuple[UUID, ...] = ()
    agreed_on: str = ""
    agreed_how: str = ""
    # What is asked of an adviser, coded; opened by nobody but its author.
    advice: str = field(default="", repr=False)

    def walk(self, *, framework: bool) -> Walk:
        """Where the answers lead today."""
        return walk(self.answers, framework=framework, start=self.start)

    def asks(self, *, framework: bool) -> Question | None:
        """The question to show: the one looked at again, else the next; `None` at the ending."""
        way = self.walk(framework=framework)
        return self.at if self.at and way.reaches(self.at) else way.asks

    def with_answer(self, question: Question, answer: Answer, **more: Any) -> Self:
        """The same with one answer more or another; the questions go on from there."""
        return replace(self, answers={**self.answers, question: answer}, at=None, **more)

    def without(self, question: Question) -> Self:
        """The same without one answer: the question is asked again."""
        left = dict(self.answers)
        left.pop(question, None)
        return replace(self, answers=left)

    def settled(self, *, framework: bool) -> Self:
        """What a taken decision keeps: the answers that led to it, and no other."""
        return replace(self, answers=self.walk(framework=framework).path, at=None)

    def as_codes(self) -> dict[str, Any]:
        """As it is sealed, with the version of the tree it was answered under."""
        return {
            "tree": TREE.version,
            "answers": {str(question): str(answer) for question, answer in self.answers.items()},
            "at": str(self.at or ""),
            "start": str(self.start or ""),
            "recipients": [str(number) for number in self.recipients],
            "agreed_on": self.agreed_on,
            "agreed_how": self.agreed_how,
            "advice": self.advice,
        }

    @classmethod
    def of(cls, codes: Mapping[str, Any], tree: Tree = TREE) -> Self:
        """The progress behind sealed codes; answers that an older tree asked otherwise are left
        out, and so are asked again."""
        given = codes.get("answers") or {}
        known = {
            Question(question): Answer(answer)
            for question, answer in given.items()
            if question in _QUESTIONS and answer in _ANSWERS
        }
        at, start = codes.get("at", ""), codes.get("start", "")
        return cls(
            answers=kept(known, codes.get("tree", 0), tree),
            at=Question(at) if at in _QUESTIONS else None,
            start=Question(start) if start in _QUESTIONS else None,
            recipients=_numbers(codes.get("recipients") or ()),
            agreed_on=codes.get("agreed_on", ""),
            agreed_how=codes.get("agreed_how", ""),
            advice=codes.get("advice", ""),
        )


_QUESTIONS = frozenset(str(question) for question in Question)
_ANSWERS = frozenset(str(answer) for answer in Answer)


def _numbers(values: Iterable[str]) -> tuple[UUID, ...]:
    return tuple(UUID(value) for value in values)
