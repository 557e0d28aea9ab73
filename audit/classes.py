"""How many entries of each class a ledger held, told while their leaves were still there.

A pruned leaf takes its class along; what is left is a column, and whoever owns the database could
call an entry of governance a read, and have it “pruned”. So each signed state that the platform's
ledger takes in, and each letter that carries one, says how many entries of governance and how many
writes stand below it: a class changed afterwards no longer fits that number, and who keeps a later
state outside sees a number changed too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from audit.enums import RetentionClass
from audit.event import DetailValue
from audit.models import Entry, Ledger


@dataclass(slots=True)
class Classes:
    """Entries of governance and writes; the rest are reads."""

    governance: int = 0
    write: int = 0

    def add(self, klass: str) -> None:
        """One entry more."""
        self.governance += klass == RetentionClass.GOVERNANCE
        self.write += klass == RetentionClass.WRITE

    def __str__(self) -> str:
        """As a sentence says it."""
        return f"{self.governance} of governance and {self.write} writes"

    @property
    def details(self) -> dict[str, DetailValue]:
        """As an event tells them."""
        return {"governance": self.governance, "write": self.write}


def count(ledger: Ledger, size: int) -> Classes:
    """Count the entries below a size that the ledger had."""
    rows = Entry.objects.using(ledger._state.db).filter(ledger=ledger, index__lt=size)
    found = rows.aggregate(
        governance=Count("pk", filter=Q(klass=RetentionClass.GOVERNANCE)),
        write=Count("pk", filter=Q(klass=RetentionClass.WRITE)),
    )
    return Classes(**found)


def told(details: Mapping[str, DetailValue]) -> Classes | None:
    """What an event tells; none from before they did."""
    governance, write = details.get("governance"), details.get("write")
    if not isinstance(governance, int) or not isinstance(write, int):
        return None
    return Classes(governance, write)
