"""People present without an account, as pages show them: attendance, minutes, the coordinator's."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from concertation.meetings.enums import Presence
from concertation.meetings.models import PresentWithoutAccount


@dataclass(frozen=True, slots=True)
class Entry:
    """One person, and how far their acceptance has come."""

    number: UUID
    name: str
    function: str
    organisation: str
    status: str
    presence: str
    how: str
    language: str
    accepted_at: datetime | None
    countersigned_at: datetime | None
    expired: bool
    left_at: datetime | None

    @property
    def who(self) -> str:
        """The organisation, or that there is none, and the function."""
        return f"{self.organisation or _('indépendant·e')}, {self.function}"

    @property
    def to_sign(self) -> bool:
        """Whether the coordinator's signature is what is missing."""
        return self.accepted_at is not None and self.countersigned_at is None


def entries_of(meeting: UUID, *, signed: bool = False) -> tuple[Entry, ...]:
    """The people noted for a meeting; `signed` keeps those who count as present."""
    rows = PresentWithoutAccount.objects.filter(meeting=meeting)
    now = timezone.now()
    return tuple(
        Entry(
            number=row.id,
            name=row.name,
            function=row.function,
            organisation=row.organisation,
            status=row.get_secrecy_status_display(),
            presence=str(Presence(row.presence).label),
            how=row.get_how_display(),
            language=row.language,
            accepted_at=row.accepted_at,
            countersigned_at=row.countersigned_at,
            left_at=row.left_at,
            expired=row.accepted_at is None and row.expires_at is not None and row.expires_at < now,
        )
        for row in rows
        if row.countersigned_at is not None or not signed
    )
