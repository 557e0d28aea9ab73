"""Les Tilleuls: an invented concertation dated relative to today, with what is due and late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from concertation.accounts.actions import administration
from concertation.accounts.actions.membership import NewPlace
from concertation.accounts.actions.own_account import say_reach
from concertation.accounts.enums import Cadence, Place
from concertation.accounts.models import Organisation
from concertation.demo import people
from concertation.demo.people import Insider, Newcomer
from concertation.demo.stories import Deed, Entry, House, Story, tilleuls
from concertation.demo.telling import Seat, Step, Table, agree, answer, bring
from concertation.meetings.actions import hold_meeting, plan_meeting
from concertation.meetings.enums import Presence
from concertation.situations import actions
from concertation.situations.actions.guests import open_to_guest
from concertation.situations.enums import ActionState, ContributionKind, SituationState

SLUG: Final = "les-tilleuls"
MONTH: Final = timedelta(days=28)
YEAR: Final = timedelta(days=365)
THURSDAY: Final = 3
WEEK: Final = 7
HELD: Final = 3
# Who sits here, of the organisations of 1000 BXL.
HERE: Final = (
    "theiere", "coup", "girouette", "boussole", "vaetvient", "marelle", "tilleul", "foyer",
    "verriere", "pont", "aiguille", "boite", "police",
)  # fmt: skip
COORDINATION: Final = "preau"
# How some of them are reached at work, in their own words.
REACHED: Final[Mapping[str, str]] = {
    "theiere": "02 555 00 11, du lundi au jeudi ; le mardi matin au local",
    "girouette": "02 555 00 12, permanence le mercredi de 13 h à 16 h",
    "coup": "Par courriel, réponse dans les deux jours",
    "foyer": "02 555 00 14, le matin",
    "vaetvient": "02 555 00 15, en rue du mardi au vendredi",
}
# The situation that the guest was invited to: the relay for the cat.
GUEST_STORY: Final = 5
GUEST: Final = "guest"
GUEST_HOUSE: Final = "perche"


@dataclass(slots=True)
class Calendar:
    """The meetings around today: the next one, those held (1 is the last), and the one after."""

    today: date
    following: date
    held: dict[int, tuple[date, UUID]]
    next_number: UUID | None = None

    def day(self, when: tuple[str, int]) -> date:
        """A day of a story: from the next meeting, or from today."""
        start = self.following if when[0] == "next" else self.today
        return start + timedelta(days=when[1])


def next_thursday(today: date) -> date:
    """The next Thursday, never today."""
    return today + timedelta(days=(THURSDAY - today.weekday() - 1) % WEEK + 1)


def steps() -> int:
    """How many steps `build` reports."""
    return len(HERE) + len(tilleuls()) + HELD + 2


def build(
    admin: Insider,
    pilot: Table,
    houses: Mapping[str, House],
    step: Step,
    *,
    today: date,
    guest: Newcomer | None = None,
) -> Table:
    """Found the circle with people of 1000 BXL, then tell its last three months."""
    with people.without_mail():
        table = _found(admin, pilot, today)
        for key in HERE:
            seat = table.seats[key] = _seat(table, pilot, houses[key], today)
            if key in REACHED:
                say_reach(seat.actor(), seat.place.id, REACHED[key])
            step(key)
        if guest:
            house = pilot.seats[GUEST_HOUSE].place.organisation
            table.seats[GUEST] = add(table, guest, guest_place(house, today))
    calendar = _calendar(table, today, step)
    for number, story in enumerate(tilleuls()):
        situation = _tell(table, story, calendar)
        if number == GUEST_STORY and GUEST in table.seats:
            _open_to_guest(table, situation, calendar)
        step(story.by)
    return table


def _found(admin: Insider, pilot: Table, today: date) -> Table:
    concertation = administration.create_concertation(
        admin.actor(),
        name="Les Tilleuls",
        slug=SLUG,
        languages=["fr", "nl"],
        cadence=Cadence.MONTHLY,
        planned_minutes=60,
    )
    who = pilot.seats[COORDINATION]
    place, recovery = people.found(admin, who.someone, concertation, who.place.organisation)
    return Table(concertation, COORDINATION, recovery, {COORDINATION: Seat(who.someone, place)})


def _seat(table: Table, pilot: Table, house: House, today: date) -> Seat:
    known = pilot.seats[house.key]
    to = people.new_place(
        known.place.organisation,
        house.function,
        today - YEAR,
        role=house.role,
        status=house.status,
    )
    return add(table, known.someone, to)


def add(table: Table, who: Newcomer | Insider, to: NewPlace, *, admit: bool = True) -> Seat:
    """One more person at the table."""
    hat = table.coordinator
    return Seat(*people.join(hat.someone, hat.place, who, to, admit=admit))


def _calendar(table: Table, today: date, step: Step) -> Calendar:
    calendar = Calendar(today, next_thursday(today), {})
    keys = [key for key in table.seats if key != GUEST]
    for back in range(HELD, 0, -1):
        day = calendar.following - MONTH * back
        calendar.held[back] = (day, _hold(table, day, absent=keys[back : back + 2], back=back))
        step(day.isoformat())
    for ahead in (0, 1):
        day = calendar.following + MONTH * ahead
        row = plan_meeting(table.coordinator.actor(), starts_at=_at_two(day), place="par vidéo")
        calendar.next_number = calendar.next_number or row.id
        step(day.isoformat())
    return calendar


def _hold(table: Table, day: date, *, absent: list[str], back: int) -> UUID:
    hat = table.coordinator
    row = plan_meeting(hat.actor(), starts_at=_at_two(day), place="par vidéo")
    away = set(absent) - {table.coordination}
    hold_meeting(
        hat.actor(),
        meeting=row.id,
        minutes=60 - back,
        presences={
            seat.place.id: Presence.EXCUSED if key in away else Presence.REMOTE
            for key, seat in table.seats.items()
            if key != GUEST
        },
    )
    return row.id


def _at_two(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(14)))


def _tell(table: Table, story: Story, calendar: Calendar) -> UUID:
    kind, number = story.brought
    on: date
    meeting: UUID | None
    if kind == "meeting":
        on, meeting = calendar.held[number]
    else:
        on, meeting = calendar.today - timedelta(days=number), calendar.next_number
    review_on = None
    if story.review is not None:
        review_on = calendar.following + timedelta(days=story.review)
    situation = bring(table, story, on=on, meeting=meeting, review_on=review_on)
    if story.holder:
        actions.set_case_manager(
            table.seats[story.by].actor(),
            situation=situation,
            case_manager=table.seats[story.holder].place.id,
            on=on,
        )
    if story.asked:
        actions.name_manager(
            table.seats[story.by].actor(),
            situation=situation,
            case_manager=table.seats[story.asked].place.id,
        )
    for deed in story.deeds:
        _deed(table, story, situation, deed, on, calendar)
    for entry in story.entries:
        _entry(table, situation, entry, calendar)
    if story.dormant:
        actions.change_state(
            table.coordinator.actor(), situation=situation, state=SituationState.DORMANT
        )
    return situation


def _deed(
    table: Table, story: Story, situation: UUID, deed: Deed, on: date, calendar: Calendar
) -> None:
    due_on = calendar.day(deed.due)
    row = agree(table, situation, table.seats[story.by], deed, on=on, due_on=due_on)
    if deed.state == ActionState.UNDER_WAY:
        moved = min(due_on, calendar.today - timedelta(days=2))
        actions.move_action(
            table.seats[deed.owner].actor(), action=row.id, state=deed.state, on=moved
        )
        return
    answer(table, deed, row.id, on=min(due_on, calendar.today))


def _entry(table: Table, situation: UUID, entry: Entry, calendar: Calendar) -> None:
    on, meeting = calendar.today - timedelta(days=entry.days), None
    seat = table.seats[entry.by]
    if ContributionKind(entry.kind) in actions.OF_THE_MEETING:
        on, meeting = calendar.held[1]
    if entry.kind == ContributionKind.FEEDBACK:
        actions.give_feedback(seat.actor(), situation=situation, text=entry.text, on=on)
        return
    actions.contribute(
        seat.actor(),
        situation=situation,
        kind=entry.kind,
        text=entry.text,
        meeting=meeting,
        on=on,
    )


def _open_to_guest(table: Table, situation: UUID, calendar: Calendar) -> None:
    open_to_guest(
        table.coordinator.actor(),
        situation=situation,
        guest=table.seats[GUEST].place.id,
        until=calendar.following + MONTH,
    )


def guest_place(organisation: Organisation, today: date) -> NewPlace:
    """A guest's place: for a time."""
    return people.new_place(
        organisation,
        "médecine générale",
        today - timedelta(days=WEEK),
        role=Place.GUEST,
        ends_on=next_thursday(today) + MONTH,
    )
