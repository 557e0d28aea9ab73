"""Time used, of time set aside: counted by the server, in seconds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

SECONDS: Final = 60


def stood(shown_at: datetime | None, now: datetime, minutes: int) -> int:
    """Seconds a point has stood on the screen since it was put there.

    Nobody knows when a laptop was closed: over a night a point took no more than was set aside.
    """
    if shown_at is None:
        return 0
    seconds = int((now - shown_at).total_seconds())
    if timezone.localdate(shown_at) < timezone.localdate(now):
        return min(seconds, minutes * SECONDS)
    return seconds


@dataclass(frozen=True, slots=True)
class Clock:
    """Time used, of time set aside: seconds, as the server counts them."""

    used: int
    given: int
    running: bool

    @property
    def left(self) -> int:
        """Seconds left; below zero once it took longer."""
        return self.given - self.used

    @property
    def left_minutes(self) -> int:
        """Whole minutes left, never below zero."""
        return max(0, -(-self.left // SECONDS))

    @property
    def over_minutes(self) -> int:
        """Whole minutes beyond what was set aside."""
        return max(0, -self.left // SECONDS)

    @property
    def used_minutes(self) -> int:
        """Whole minutes used."""
        return self.used // SECONDS

    @property
    def given_minutes(self) -> int:
        """Minutes set aside."""
        return self.given // SECONDS

    @property
    def percent(self) -> int:
        """The part used, for the dial."""
        return min(100, 100 * self.used // self.given) if self.given else 100

    @property
    def text(self) -> str:
        """Minutes and seconds left, as a clock shows them; “+” once it took longer."""
        minutes, seconds = divmod(abs(self.left), SECONDS)
        return f"{'+' if self.left < 0 else ''}{minutes}:{seconds:02d}"
