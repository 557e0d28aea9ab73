"""The policy's table in rows: the page “Qui peut voir quoi” and `manage.py policy table` show this.

Nothing is decided or repeated here: rows are made from `ethics.policy` as it stands.
"""

from dataclasses import dataclass

from django.utils.functional import Promise

from ethics.policy import TABLE, Act, Cell, FieldGroup, When, cell
from ethics.policy_reasons import WHY_NOT, WHY_WHEN, why
from ethics.roles import Role


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One line: what is asked, and for each role (in the order of `Role`) under which condition.

    `None` means never.
    """

    act: Act
    group: FieldGroup | None
    cells: tuple[When | None, ...]

    @property
    def label(self) -> str:
        """What is asked, in the reader's language."""
        return str((self.group or self.act).label)

    @property
    def reason(self) -> Promise:
        """Why it is as it is."""
        return why(self.act, self.group)

    def when(self, role: Role) -> When | None:
        """Under which condition a role may; `None` means never."""
        return self.cells[list(Role).index(role)]


def reading_rows() -> list[PolicyRow]:
    """Who reads which group of fields of a situation."""
    return [PolicyRow(Act.READ, group, _cells(cell(Act.READ, group))) for group in FieldGroup]


def act_rows() -> list[PolicyRow]:
    """Who may do each other act; an act that the table leaves out is nobody's, and is shown."""
    return [PolicyRow(act, None, _cells(TABLE.get(act, {}))) for act in Act if act != Act.READ]


def as_json() -> dict[str, object]:
    """The table for another program: codes and reasons, roles that may never are left out."""
    return {
        "roles": [str(role) for role in Role],
        "reading": {str(row.group): _json(row) for row in reading_rows()},
        "acts": {str(row.act): _json(row) for row in act_rows()},
        "reasons": {title: dict(lines) for title, lines in reasons()},
    }


def reasons() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every reason behind its code, in the order of the table and in the reader's language."""
    return [
        ("reading", [(str(row.group), str(row.reason)) for row in reading_rows()]),
        ("acts", [(str(row.act), str(row.reason)) for row in act_rows()]),
        ("conditions", [(f"{role} {when}", str(text)) for (role, when), text in WHY_WHEN.items()]),
        ("roles", [(str(role), str(text)) for role, text in WHY_NOT.items()]),
    ]


def _cells(where: Cell) -> tuple[When | None, ...]:
    return tuple(where.get(role) for role in Role)


def _json(row: PolicyRow) -> dict[str, str]:
    pairs = zip(Role, row.cells, strict=True)
    return {str(role): str(when) for role, when in pairs if when is not None}
