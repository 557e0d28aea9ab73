"""What the pages of an import show: the uploaded table, and one's own imported drafts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from audit.enums import Purpose
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.situations import columns
from concertation.situations.enums import SituationState
from concertation.situations.models import Situation
from concertation.situations.presentation import Presentation
from concertation.situations.reading.find import code_of, my_place
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role, SecrecyStatus, may_hold_key

CHECKED: Final = "checked"
DONE: Final = "done"
AT_A_TIME: Final = 10
SHOWN_REASONS: Final = 50


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that can't become a draft as it is; counted as a spreadsheet counts, titles first."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ImportPage:
    """An uploaded table on its way."""

    number: UUID
    version: int
    phase: str
    header: tuple[str, ...]
    # The first rows, so that a column is recognised by what it holds.
    sample: tuple[tuple[str, ...], ...]
    columns: Mapping[str, int]
    owner: UUID
    total: int
    at: int
    bad: int
    soft: int
    made: int
    people: int
    wrong: tuple[Wrong, ...]

    @property
    def good(self) -> int:
        """Rows with nothing against them."""
        return self.total - self.bad - self.soft

    @property
    def at_work(self) -> bool:
        """Whether rows are being gone through."""
        return self.phase in {"checking", "importing"}

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 * self.at // self.total


def check_may_import(actor: gate.Actor) -> None:
    """Refuse, recorded, whoever may not import. Raises `Refused`."""
    gate.allow(actor, Act.IMPORT, purpose=Purpose.IMPORT, record=False)


def imports(actor: gate.Actor) -> bool:
    """Whether the link to import is worth showing."""
    return gate.may(actor, Act.IMPORT)


def waiting_tables(actor: gate.Actor) -> tuple[tuple[UUID, Any], ...]:
    """One's own uploaded tables that are still there: number and moment."""
    return tuple((row.container_id, row.made_at) for row in gate.own_tables(actor, gate.ROWS))


def import_page(actor: gate.Actor, number: UUID) -> ImportPage:
    """Open an uploaded table of one's own. Raises `Refused` or `SecrecyError`."""
    value, version = gate.open_table(actor, number, gate.ROWS)
    found = value["found"]
    wrong = [
        Wrong(int(row) + 2, str(columns.COLUMNS.get(column, "")), sentence)
        for row, reasons in sorted(found.items(), key=lambda pair: int(pair[0]))
        for column, sentence in reasons
    ]
    return ImportPage(
        number=number,
        version=version,
        phase=value["phase"],
        header=tuple(value["header"]),
        sample=tuple(tuple(row) for row in value["rows"][:3]),
        columns=value["columns"],
        owner=UUID(value["owner"]),
        total=len(value["rows"]),
        at=value["next"],
        bad=len(found),
        soft=len(value["soft"]),
        made=sum(len(drafts) for drafts in value["made"].values()),
        people=len(value["made"]),
        wrong=tuple(wrong[:SHOWN_REASONS]),
    )


def rows_to_repair(actor: gate.Actor, number: UUID) -> tuple[list[str], list[list[str]]]:
    """The rows that made no draft, as they came, each with its reasons in a last column.

    Raises `Refused`.
    """
    value, _version = gate.open_table(actor, number, gate.ROWS)
    lines = []
    for row, texts in enumerate(value["rows"]):
        reasons = [
            f"{columns.COLUMNS[column]} : {sentence}" if column in columns.COLUMNS else sentence
            for column, sentence in value["found"].get(str(row), ())
        ]
        if str(row) in value["soft"] and not value.get("soft_too"):
            reasons.append(
                _("Un passage est à revoir\u00a0: il pourrait faire reconnaître quelqu’un.")
            )
        if reasons:
            lines.append([*texts, "\n".join(reasons)])
    return [*value["header"], _("À corriger")], lines


def bringers(actor: gate.Actor) -> list[Participation]:
    """The places of the circle that drafts can be made for: those who hold its key."""
    rows = Participation.objects.filter(
        concertation=actor.concertation, state=ParticipationState.ADMITTED
    ).select_related("person", "organisation")
    return [
        row
        for row in rows
        if row.is_current()
        and {Role.PARTICIPANT, Role.COORDINATOR} & row.role_set
        and may_hold_key(row.role_set, SecrecyStatus(row.secrecy_status))
    ]


def resolve(
    text: str, owner: UUID, people: Sequence[Participation]
) -> Participation | columns.Reason:
    """Who brings a row: by e-mail, name, or an organisation with one member; else the reason."""
    wanted = columns.plain(text)
    if not wanted:
        found = [each for each in people if each.id == owner]
    else:
        ways: tuple[Callable[[Participation], str], ...] = (
            lambda each: each.person.email,
            lambda each: each.person.name,
            lambda each: each.organisation.name,
        )
        found = next(
            (
                match
                for way in ways
                if (match := [each for each in people if columns.plain(way(each)) == wanted])
            ),
            [],
        )
    if len(found) == 1:
        return found[0]
    sentence = (
        _("Plusieurs membres correspondent\u00a0: mettez l’adresse e-mail de la personne.")
        if found
        else _("Cette personne n’est pas parmi les membres du cercle.")
    )
    return columns.Reason("brought_by", sentence)


@dataclass(frozen=True, slots=True)
class ImportedDraft:
    """A draft made from a table, read again before it is shared."""

    number: UUID
    version: int
    presentation: Presentation
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedPage:
    """One's own imported drafts, ten at a time, and those that have their code."""

    drafts: tuple[ImportedDraft, ...]
    left: int
    # Number, old reference, new code.
    shared: tuple[tuple[UUID, str, str], ...]


def has_imported(actor: gate.Actor) -> bool:
    """Whether drafts from a table wait for this person, or references to take along."""
    return bool(gate.own_tables(actor, gate.REFERENCES))


def imported_drafts(actor: gate.Actor) -> ImportedPage:
    """The next ten imported drafts, and old → new for what was shared. Raises `Refused`."""
    references: dict[UUID, str] = {}
    for table in gate.own_tables(actor, gate.REFERENCES):
        value, _version = gate.open_table(actor, table.container_id, gate.REFERENCES)
        references |= {UUID(draft): old for draft, old in value["drafts"].items()}
    rows = list(
        Situation.objects.filter(
            id__in=list(references), brought_by=my_place(actor), erasing=False
        ).order_by("made_at", "id")
    )
    waiting = [row for row in rows if row.state == SituationState.DRAFT]
    lost = gate.lost_with_keys(actor, [row.id for row in waiting])
    shown = [row for row in waiting if row.id not in lost][:AT_A_TIME]
    names = [
        each.name
        for each in Situation.sealed_fields()
        if each.name not in {"outcome", "outcome_comment"}
    ]
    opened = gate.reveal(
        actor,
        records=shown,
        subjects=[row.id for row in shown],
        purpose=Purpose.BRINGING,
        act=Act.READ_OWN,
        fields={Situation.SEALED_AS: names},
    )
    drafts = []
    for row in shown:
        values = {name: opened.get(row, name) for name in names}
        if gate.UNOPENABLE in values.values():
            continue
        presentation = Presentation.of(values)
        drafts.append(ImportedDraft(row.id, row.version, presentation, presentation.lacking()))
    shared = tuple(
        (row.id, references[row.id], code_of(row))
        for row in rows
        if row.state != SituationState.DRAFT
    )
    return ImportedPage(tuple(drafts), len(waiting), shared)
