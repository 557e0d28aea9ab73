"""What is presented of a situation: the texts and answers of the form, before they are sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final, Self

from django.db.models import TextChoices

from concertation.situations import texts
from concertation.situations.enums import Agreement, Informed, Need, TieKind, Urgency
from concertation.situations.errors import Incomplete, NotInList
from concertation.situations.texts import HEADLINE, LONG, MEDIUM, SHORT

# Without these the group can't answer (design 5, “Bringing a situation”).
REQUIRED: Final = ("headline", "needs", "urgency", "question")
TEXTS: Final[Mapping[str, int]] = {
    "account": LONG,
    "tried": MEDIUM,
    "question": MEDIUM,
    "strengths": MEDIUM,
    "wish": MEDIUM,
    "missing": MEDIUM,
}
MOST_TIES: Final = 30


@dataclass(frozen=True, slots=True)
class Tie:
    """Someone around the person: an organisation or a kind of person, and how the tie holds."""

    who: str
    kind: str = TieKind.PRESENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """The presentation of a situation, in the clear, for as long as a request lasts."""

    headline: str = field(default="", repr=False)
    needs: tuple[str, ...] = ()
    urgency: str = ""
    account: str = field(default="", repr=False)
    tried: str = field(default="", repr=False)
    question: str = field(default="", repr=False)
    strengths: str = field(default="", repr=False)
    wish: str = field(default="", repr=False)
    informed: str = ""
    informed_why: str = field(default="", repr=False)
    informed_on: date | None = None
    informed_how: str = field(default="", repr=False)
    agreement: str = ""
    agreement_on: date | None = None
    agreement_how: str = field(default="", repr=False)
    network: tuple[Tie, ...] = ()
    missing: str = field(default="", repr=False)

    def lacking(self) -> tuple[str, ...]:
        """The names of what still has to be answered before the group can see it."""
        return tuple(name for name in REQUIRED if not getattr(self, name))

    def require_complete(self) -> None:
        """Raise `Incomplete` when the group couldn't answer yet."""
        if lacking := self.lacking():
            raise Incomplete(lacking)

    def sealed_values(self) -> dict[str, Any]:
        """Values by sealed field, cleaned and checked against the closed lists.

        Raises `TextTooLong` or `NotInList`.
        """
        values: dict[str, Any] = {
            name: texts.clean(getattr(self, name), limit, name) for name, limit in TEXTS.items()
        }
        values["headline"] = texts.one_line(self.headline, HEADLINE, "headline")
        values["needs"] = [each for each in Need.values if each in self.needs]
        if len(values["needs"]) != len(set(self.needs)):
            raise NotInList("needs")
        values["urgency"] = _listed(self.urgency, Urgency, "urgency")
        values["informed"] = {
            "answer": _listed(self.informed, Informed, "informed"),
            "why": texts.one_line(self.informed_why, SHORT, "informed_why"),
        }
        # Only when they are said: what was sealed before they could be says the same as ever.
        if self.informed_on:
            values["informed"]["on"] = self.informed_on.isoformat()
        if how := texts.one_line(self.informed_how, SHORT, "informed_how"):
            values["informed"]["how"] = how
        values["agreement"] = {
            "answer": _listed(self.agreement, Agreement, "agreement"),
            "on": self.agreement_on.isoformat() if self.agreement_on else "",
            "how": texts.one_line(self.agreement_how, SHORT, "agreement_how"),
        }
        values["network"] = [
            {"who": who, "kind": _listed(tie.kind, TieKind, "network")}
            for tie in self.network[:MOST_TIES]
            if (who := texts.one_line(tie.who, SHORT, "network"))
        ]
        return values

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The presentation behind opened values; fields that were withheld stay empty."""
        informed = values.get("informed") or {}
        agreement = values.get("agreement") or {}
        return cls(
            **{name: values.get(name) or "" for name in (*TEXTS, "headline", "urgency")},
            needs=tuple(values.get("needs") or ()),
            informed=informed.get("answer", ""),
            informed_why=informed.get("why", ""),
            informed_on=_day(informed.get("on")),
            informed_how=informed.get("how", ""),
            agreement=agreement.get("answer", ""),
            agreement_on=_day(agreement.get("on")),
            agreement_how=agreement.get("how", ""),
            network=tuple(Tie(each["who"], each["kind"]) for each in values.get("network") or ()),
        )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of all its parts, in the order of the form."""
        return tuple(each.name for each in fields(cls))


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _listed(value: str, choices: type[TextChoices], name: str) -> str:
    if value and value not in choices.values:
        raise NotInList(name)
    return value
