"""No act without an event: what a request of a test wrote, and whether the ledger tells of it.

Design 3: every read and write of a situation, every refusal; also sign-in, second factor, charter,
membership, keys, export, print, report, search, the DPO's own reading, settings. The statements of
each request are watched: one that wrote something that stays, and recorded nothing, fails the test
that asked. What may be written in silence stands below, each with its reason.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from django.db import connections

# The beginning of a statement, and why it may stay without an event.
QUIET: Final = {
    r'\w+ .*?"(secrecy_session|secrecy_endedsession)"': "sessions: signing in, signing out and "
    "their end are events; that one goes on, or wears another hat, is said by its next event",
    r'\w+ .*?"axes_\w+"': "how often a password failed: each failure is an event of its own",
    r'UPDATE "secrecy_memberkeys" SET "sealed_pins" = %s, "pins_version" = %s WHERE': "how far the "
    "member has seen the chain, sealed to themself: what they saw is an event",
    r'UPDATE "accounts_participation" SET "last_visit_at" = %s WHERE': "the mark of the last visit",
    r'UPDATE "situations_\w+" SET "seen_\w+" = %s WHERE': "a mark of what was seen",
    r'\w+ .*?"secrecy_interruptedtext"': "a text that an ended session interrupted, sealed to its "
    "author alone: kept and given back are events, throwing it away ends nothing of anybody's",
    r'INSERT INTO "accounts_totpdevice"|DELETE FROM "accounts_totpdevice" WHERE \(NOT': "a device "
    "that is offered; it counts only once confirmed, which is an event",
    r'UPDATE "accounts_\w+" SET "throttling_failure\w+" = %s, "throttling_\w+" = %s( WHERE|, '
    r'"last_\w+" = %s WHERE)': "how often a code failed: each failure is an event of its own",
    r'INSERT INTO "django_otp_webauthn_webauthnuserhandle"': "a random number by which a passkey "
    "may know its person; a passkey that is added is an event",
    r'UPDATE "django_otp_webauthn_webauthncredential" SET "name" = %s WHERE': "the owner's own "
    "word for a passkey, shown to nobody else",
    r'UPDATE "accounts_user" SET "(language|mail|compact_board|shortcuts)" = %s WHERE': "how the "
    "board speaks, looks and writes to this person; nobody else notices",
    r'UPDATE "audit_ledger"': "the ledger's own head",
}
_QUIET: Final = re.compile("|".join(f"(?:{each})" for each in QUIET), re.DOTALL)
# One event, or one more of the refusals that are only counted (design 3, flooding).
_EVENT: Final = re.compile(r'\w+ (?:INTO )?"?audit_(?:entry|refusalcount)"?\b')
_WRITES: Final = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_SAVEPOINT: Final = re.compile(r'\s*(ROLLBACK TO )?SAVEPOINT\s+"?(\w+)"?', re.IGNORECASE)


class Statements:
    """What one request wrote, of what stays: a savepoint that is rolled back takes along what was
    written since."""

    def __init__(self) -> None:
        self._told: list[tuple[str, str]] = []

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        done = execute(sql, params, many, context)
        if found := _WRITES.match(sql):
            # An UPDATE or DELETE that met no row wrote nothing. (SQLite counts the rows of an
            # INSERT … RETURNING only once they are fetched.)
            if found[1].upper() == "INSERT" or context["cursor"].rowcount:
                self._told.append(("", sql.strip()))
        elif found := _SAVEPOINT.match(sql):
            mark = (f"{context['connection'].alias} {found[2]}", "")
            if found[1]:
                del self._told[self._told.index(mark) :]
            else:
                self._told.append(mark)
        return done

    @property
    def unrecorded(self) -> list[str]:
        """What was written and no event tells of."""
        written = [sql for _, sql in self._told if sql]
        if any(_EVENT.match(sql) for sql in written):
            return []
        return [sql for sql in written if not _QUIET.match(sql)]


@contextmanager
def watched() -> Iterator[Statements]:
    """Watch every database inside the block."""
    statements = Statements()
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(statements))
        yield statements
