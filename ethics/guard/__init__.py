"""The identifier guard: what must not stand in a pseudonymised text (design 2).

Pure: no database, no keys, no request. `scan` finds; `words` says what to write instead.
"""

from ethics.guard.findings import HARD_KINDS, Finding, Kind, Severity
from ethics.guard.scanning import scan

__all__ = ["HARD_KINDS", "Finding", "Kind", "Severity", "scan"]
