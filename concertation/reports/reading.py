"""The year’s report, computed from meetings, places and the year tally, never entered twice.

What speaks of situations passes `ethics.suppression`; what speaks of meetings and organisations
(dates, durations, how many professionals came, how many partners a domain has) singles out nobody
concerned and is shown as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.accounts.enums import Domain
from concertation.accounts.models import Concertation, Participation
from concertation.meetings.actions import FIRST_YEAR
from concertation.meetings.enums import ATTENDED, MeetingState
from concertation.meetings.models import Meeting
from concertation.meetings.reading import circle_of
from concertation.reports.enums import LiftReason
from concertation.situations import tally
from concertation.situations.enums import ActionState, Need, Outcome
from concertation.situations.models import LiftedSuppression, YearTally
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role
from ethics.suppression import THRESHOLD, Published, additive, overlapping, single

Counts = Mapping[str, Mapping[str, int]]
ALL = "all"
OUTSIDE = "outside"
HOUR = 60


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One held meeting of the year."""

    on: date
    place: str
    participants: int
    minutes: int
    new_situations: int | None
    date_note: str


@dataclass(frozen=True, slots=True)
class Row:
    """One category; `None` stands for a number that is hidden."""

    key: str
    label: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the year, with its total where the cells add up to one."""

    rows: tuple[Row, ...]
    total: int | None
    adds_up: bool

    @property
    def most(self) -> int:
        """The longest bar."""
        return max((row.number or 0 for row in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class Lift:
    """The recorded decision to show small numbers."""

    on: date
    organisation: str
    reason: str
    reason_label: str


@dataclass(frozen=True, slots=True)
class Report:
    """One year of a concertation."""

    concertation: str
    year: int
    meetings: tuple[MeetingRow, ...]
    meetings_total: int | None
    outside_meetings: int | None
    treated: int | None
    outcomes: Table
    needs: Table
    organisations: Table
    actions: Table
    feedback_given: int | None
    minutes: int
    lift: Lift | None
    may_lift: bool
    unopenable: bool
    years: tuple[int, ...]

    @property
    def coordination_time(self) -> str:
        """Hours and minutes of all meetings, their preparation and follow-up."""
        return f"{self.minutes // HOUR}:{self.minutes % HOUR:02d}"

    @property
    def participants(self) -> int:
        """Attendances of the year."""
        return sum(row.participants for row in self.meetings)

    @property
    def is_empty(self) -> bool:
        """Whether the year tells nothing yet."""
        return not self.meetings and self.treated == 0 and not self.unopenable

    @property
    def hides(self) -> bool:
        """Whether any number of the page is hidden."""
        numbers = [self.treated, self.feedback_given, self.outside_meetings]
        numbers += [row.new_situations for row in self.meetings]
        for table in (self.outcomes, self.needs, self.actions):
            numbers += [row.number for row in table.rows]
        return None in numbers

    @property
    def before(self) -> int | None:
        """The year before, where something happened."""
        return max((year for year in self.years if year < self.year), default=None)

    @property
    def after(self) -> int | None:
        """The year after, up to this one."""
        return min((year for year in self.years if year > self.year), default=None)


def is_reportable(year: int) -> bool:
    """Whether a year can have a report: from 2000, where meetings start, up to this one."""
    return FIRST_YEAR <= year <= timezone.localdate().year


def check_may_lift(actor: gate.Actor) -> None:
    """Let nobody but the coordinator go on; raises `Refused`, recorded."""
    gate.allow(
        actor,
        Act.LIFT_SUPPRESSION,
        purpose=Purpose.REPORT,
        verb=Verb.SUPPRESSION_LIFTED,
        record=False,
    )


def report_export(actor: gate.Actor, year: int) -> dict[str, object]:
    """The report for programs, recorded as an export besides. Documented in docs/report-json.md.

    The circle's decision to show small numbers holds inside the circle, and a file leaves it: they
    stay hidden, unless the decision says that the very figures are public already. Raises
    `Refused`.
    """
    return _as_json(year_report(actor, year, export=True))


def year_report(actor: gate.Actor, year: int, *, export: bool = False) -> Report:
    """The report of a year, as its page shows it or, with `export`, as it may leave.

    Raises `Refused`.
    """
    tally.take_in(actor)
    tallies = list(YearTally.objects.filter(concertation=actor.concertation, year=year))
    seen = gate.reveal_tallies(actor, tallies, purpose=Purpose.REPORT)
    if export:
        gate.allow(actor, Act.READ_REPORT, purpose=Purpose.REPORT, verb=Verb.REPORT_EXPORTED)
    opened = [seen.get(tally, "counts") for tally in tallies]
    counts: Counts = next((each for each in opened if each), {})
    lift = _lift(actor, year)
    lifted = lift is not None and (not export or lift.reason == LiftReason.ALREADY_PUBLISHED)
    rows = list(_meetings(actor, year))
    new = _new_situations(rows, counts, lifted=lifted)
    return Report(
        concertation=Concertation.objects.values_list("name", flat=True).get(id=circle_of(actor)),
        year=year,
        meetings=tuple(_meeting_row(row, new) for row in rows),
        meetings_total=new.total,
        outside_meetings=new.cells.get(OUTSIDE, 0),
        treated=single(_one(counts, "treated"), lifted=lifted),
        outcomes=_table(counts.get("outcomes", {}), Outcome, lifted=lifted, adds_up=True),
        needs=_table(counts.get("needs", {}), Need, lifted=lifted, adds_up=False),
        organisations=_organisations(actor, year),
        actions=_table(counts.get("actions", {}), ActionState, lifted=lifted, adds_up=False),
        feedback_given=single(_one(counts, "feedback_given"), lifted=lifted),
        minutes=sum(
            (row.held_minutes or 0) + row.preparation_minutes + row.follow_up_minutes
            for row in rows
        ),
        lift=lift,
        may_lift=lift is None and gate.may(actor, Act.LIFT_SUPPRESSION),
        unopenable=any(each is gate.UNOPENABLE for each in opened),
        years=_years(actor),
    )


def _as_json(report: Report) -> dict[str, object]:
    """`null` stands for a hidden number; a category nobody is in is left out."""
    return {
        "concertation": report.concertation,
        "year": report.year,
        "meetings": [
            {
                "date": row.on.isoformat(),
                "place": row.place,
                "participants": row.participants,
                "minutes": row.minutes,
                "new_situations": row.new_situations,
            }
            for row in report.meetings
        ],
        "new_situations_outside_meetings": report.outside_meetings,
        "situations_treated": report.treated,
        "outcomes": _numbers(report.outcomes),
        "needs": _numbers(report.needs),
        "organisations_by_domain": _numbers(report.organisations),
        "actions_by_state": _numbers(report.actions),
        "feedback_given": report.feedback_given,
        "coordination_minutes": report.minutes,
        "coordination_time": report.coordination_time,
        "suppression": {
            "lifted": report.lift is not None,
            "reason": report.lift.reason if report.lift else None,
            "threshold": THRESHOLD,
        },
    }


def _numbers(table: Table) -> dict[str, int | None]:
    return {row.key: row.number for row in table.rows}


def _one(counts: Counts, measure: str) -> int:
    return counts.get(measure, {}).get(ALL, 0)


def _meetings(actor: gate.Actor, year: int) -> Iterable[Meeting]:
    return (
        Meeting.objects.filter(
            concertation=actor.concertation, state=MeetingState.CLOSED, starts_at__year=year
        )
        .annotate(
            came=Count("attendances", filter=Q(attendances__presence__in=ATTENDED), distinct=True)
            + Count(
                "without_account",
                filter=Q(without_account__countersigned_at__isnull=False),
                distinct=True,
            )
        )
        .order_by("starts_at")
    )


def _new_situations(rows: Iterable[Meeting], counts: Counts, *, lifted: bool) -> Published:
    """New situations by meeting; what was brought between meetings is a cell like the others, so
    that the table adds up to what the page says elsewhere."""
    brought = {str(UUID(key)): number for key, number in counts.get("brought_at", {}).items()}
    cells = {str(row.id): brought.get(str(row.id), 0) for row in rows}
    outside = _one(counts, "situations_brought") - sum(cells.values())
    return additive({**cells, OUTSIDE: max(outside, 0)}, lifted=lifted)


def _meeting_row(row: Meeting, new: Published) -> MeetingRow:
    return MeetingRow(
        on=timezone.localtime(row.starts_at).date(),
        place=row.place,
        participants=row.came,  # type: ignore[attr-defined]  # annotated in _meetings
        minutes=row.held_minutes or 0,
        new_situations=new.cells[str(row.id)],
        date_note=row.date_note,
    )


def _table(
    counts: Mapping[str, int], choices: type[models.TextChoices], *, lifted: bool, adds_up: bool
) -> Table:
    """A table over a closed list; every category takes part in the suppression, those with nobody
    in them are then left out."""
    whole = {value: counts.get(value, 0) for value in choices.values}
    shown = (additive if adds_up else overlapping)(whole, lifted=lifted)
    rows = tuple(
        Row(value, str(choices(value).label), shown.cells[value])
        for value in choices.values
        if shown.cells[value] != 0
    )
    return Table(rows, shown.total, adds_up)


def _organisations(actor: gate.Actor, year: int) -> Table:
    """Partner organisations of the year by domain: those with someone admitted whose place lies in
    the year, or who was noted at one of its meetings. Guests and the DPO don't make their
    organisation a partner."""
    start, end = date(year, 1, 1), date(year, 12, 31)
    in_place = (
        Q(starts_on__lte=end)
        & (Q(ends_on=None) | Q(ends_on__gte=start))
        & (Q(ended_at=None) | Q(ended_at__year__gte=year))
    )
    places = (
        Participation.objects.filter(
            in_place | Q(attendances__meeting__starts_at__year=year),
            concertation=actor.concertation,
            admitted_at__isnull=False,
        )
        .select_related("organisation")
        .distinct()
    )
    found: dict[UUID, str] = {
        place.organisation_id: place.organisation.domain
        for place in places
        if place.role_set - {Role.GUEST, Role.DPO}
    }
    numbers = {value: list(found.values()).count(value) for value in Domain.values}
    rows = tuple(
        Row(value, str(Domain(value).label), number) for value, number in numbers.items() if number
    )
    return Table(rows, len(found), adds_up=True)


def _lift(actor: gate.Actor, year: int) -> Lift | None:
    row = (
        LiftedSuppression.objects.filter(concertation=actor.concertation, year=year)
        .select_related("by__organisation")
        .first()
    )
    if row is None:
        return None
    return Lift(
        on=timezone.localtime(row.made_at).date(),
        organisation=row.by.organisation.name,
        reason=row.reason,
        reason_label=str(LiftReason(row.reason).label),
    )


def _years(actor: gate.Actor) -> tuple[int, ...]:
    found = set(
        Meeting.objects.filter(concertation=actor.concertation).values_list(
            "starts_at__year", flat=True
        )
    )
    found |= set(
        YearTally.objects.filter(concertation=actor.concertation).values_list("year", flat=True)
    )
    this = timezone.localdate().year
    return tuple(sorted({each for each in found if FIRST_YEAR <= each <= this} | {this}))
