"""The page “Qui peut voir quoi”: the rows of the policy, in words. Opens and records nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from concertation.dpo import labels
from ethics.policy import When
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
class PolicyPage:
    """Both tables, their heads, and what each condition's word means."""

    roles: tuple[tuple[str | Promise, str], ...]
    reading: tuple[Right, ...]
    acts: tuple[Right, ...]
    conditions: tuple[tuple[str | Promise, str | Promise], ...]


def policy_page() -> PolicyPage:
    """The table that decides, as it stands."""
    return PolicyPage(
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
