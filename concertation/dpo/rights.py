"""The page “Qui peut voir quoi”: the rows of the policy, in words. Opens and records nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from concertation.dpo import labels
from ethics.policy import When
from ethics.policy_reasons import WHY_NOT, why_only
from ethics.policy_table import PolicyRow, act_rows, reading_rows
from ethics.roles import Role


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: always, under a condition (its word), or never (no word)."""

    always: bool
    word: str | Promise


@dataclass(frozen=True, slots=True)
class Right:
    """One line of the page."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule about one role: what, under which condition only, and why both."""

    label: str
    reason: str | Promise
    only: str
    only_reason: str | Promise


@dataclass(frozen=True, slots=True)
class RolePart:
    """All rules about one role."""

    code: str
    label: str
    # The reader of the page has this role.
    own: bool
    # Its rights are added to those of the participants.
    added: bool
    # Why it has these and not the rest.
    reason: str | Promise
    reads: tuple[Rule, ...]
    reads_not: tuple[Rule, ...]
    may: tuple[Rule, ...]
    may_not: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """Role by role in words, then both tables, their heads, and what the conditions' words mean."""

    parts: tuple[RolePart, ...]
    roles: tuple[tuple[str | Promise, str], ...]
    reading: tuple[Right, ...]
    acts: tuple[Right, ...]
    conditions: tuple[tuple[str | Promise, str | Promise], ...]


def policy_page(own: frozenset[Role] = frozenset()) -> PolicyPage:
    """The table that decides, as it stands; the reader's own roles come first."""
    parts = [_part(role, role in own) for role in Role]
    return PolicyPage(
        parts=tuple(sorted(parts, key=lambda part: not part.own)),
        roles=tuple((labels.ROLES[role], str(role.label)) for role in Role),
        reading=_rights(reading_rows()),
        acts=_rights(act_rows()),
        conditions=(
            *((labels.CONDITIONS[when], str(when.label)) for when in When if when != When.ALWAYS),
            (
                labels.AS_PARTICIPANT,
                _("comme les intervenant·es : ses droits s’ajoutent aux leurs"),
            ),
        ),
    )


def _part(role: Role, own: bool) -> RolePart:
    reading, acts = reading_rows(), act_rows()
    # Whoever holds a situation is a participant too: what isn't added here is not refused.
    added = role == Role.CASE_MANAGER
    return RolePart(
        code=str(role),
        label=str(role.label),
        own=own,
        added=added,
        reason=WHY_NOT[role],
        reads=_rules(role, reading, granted=True),
        reads_not=() if added else _rules(role, reading, granted=False),
        may=_rules(role, acts, granted=True),
        may_not=() if added else _rules(role, acts, granted=False),
    )


def _rules(role: Role, rows: Iterable[PolicyRow], *, granted: bool) -> tuple[Rule, ...]:
    asked = ((row, row.when(role)) for row in rows)
    return tuple(_rule(role, row, when) for row, when in asked if (when is not None) == granted)


def _rule(role: Role, row: PolicyRow, when: When | None) -> Rule:
    only = when is not None and when != When.ALWAYS
    return Rule(
        label=row.label,
        reason=row.reason,
        only=str(when.label) if when and only else "",
        only_reason=(why_only(role, when) or "") if when else "",
    )


def _rights(rows: Iterable[PolicyRow]) -> tuple[Right, ...]:
    return tuple(
        Right(
            row.label,
            tuple(_cell(role, when) for role, when in zip(Role, row.cells, strict=True)),
        )
        for row in rows
    )


def _cell(role: Role, when: When | None) -> Cell:
    if when is None:
        # “No” would mislead: whoever holds a situation is a participant too, and keeps that right.
        return Cell(False, labels.AS_PARTICIPANT if role == Role.CASE_MANAGER else "")
    return Cell(when == When.ALWAYS, labels.CONDITIONS[when])
