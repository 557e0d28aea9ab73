"""The pilot of 2021 as concertation 1000 BXL: published figures, carried by invented situations."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.accounts.actions import administration
from concertation.accounts.enums import Cadence
from concertation.accounts.models import Concertation, Organisation, User
from concertation.accounts.reading.places import represents
from concertation.demo import people
from concertation.demo.people import Insider, Newcomer
from concertation.demo.stories import House, Pilot, PilotMeeting, Story, pilot
from concertation.demo.telling import Seat, Step, Table, agree, answer, bring
from concertation.meetings.actions import hold_meeting, plan_meeting
from concertation.meetings.enums import Presence
from concertation.reports.actions import lift_suppression
from concertation.reports.enums import LiftReason
from concertation.situations import actions
from concertation.situations.models import LiftedSuppression
from ethics import gate
from ethics.charter.reading import in_force
from ethics.policy import Act

SLUG: Final = "1000-bxl"
YEAR: Final = 2021
START: Final = date(YEAR, 1, 1)
END: Final = date(YEAR, 12, 31)
AFTER_THE_LAST: Final = timedelta(days=14)
THEN_CLOSED: Final = timedelta(days=7)
ADMINISTRATION: Final = f"import@{SLUG}.example"


class PilotError(Exception):
    """The pilot was not loaded; the message is the sentence to print."""


class AlreadyLoaded(PilotError):
    """It is there, whole: nothing is doubled."""


def check(coordinator: str) -> User:
    """Who will coordinate, when nothing stands in the way. Raises `PilotError`."""
    if Concertation.objects.filter(slug=SLUG).exists():
        whole = LiftedSuppression.objects.filter(concertation__slug=SLUG, year=YEAR).exists()
        if whole:
            raise AlreadyLoaded("Le pilote 2021 est déjà chargé : rien n’a été ajouté.")
        raise PilotError(
            "Un chargement du pilote a été interrompu : repartez d’une base vide"
            " (pour la démonstration : make demo-reset)."
        )
    if in_force() is None:
        raise PilotError("Aucune version de la charte n’est en vigueur : publiez-la d’abord.")
    person = User.objects.filter(email__iexact=coordinator, is_active=True).first()
    if person is None:
        raise PilotError(f"Aucun compte n’a l’adresse {coordinator}.")
    return person


def steps() -> int:
    """How many steps `load` reports."""
    whole = pilot()
    return len(whole.houses) + len(whole.meetings) + len(whole.stories)


def load(
    coordinator: Insider,
    step: Step,
    *,
    admin: Insider | None = None,
    people_of: Mapping[str, Newcomer] | None = None,
    password: str = "",
) -> Table:
    """Build the concertation, its organisations, people, meetings and situations.

    `people_of` names who comes for an organisation; the others are invented, with a password
    nobody knows unless one is given. Without an administrator one is made for the occasion and
    closed at the end. Raises `PilotError` when it was loaded before.
    """
    whole = pilot()
    check(coordinator.user.email)
    with people.without_mail():
        mine = admin or people.first_administrator(
            ADMINISTRATION, "Import du pilote", secrets.token_urlsafe(24)
        )
        table = _found(whole, coordinator, mine, step)
        for house in whole.houses:
            if house.key != whole.coordination:
                who = (people_of or {}).get(house.key) or _invented(house, password)
                table.seats[house.key] = _seat(table, house, mine, who)
                step(house.name)
    if admin is None:
        _close_account(mine)
    _import(table, whole, step)
    return table


def organisation(admin: Insider, house: House, serial: int) -> Organisation:
    """An invented organisation, with an invented number; the one that is there already."""
    known = Organisation.objects.filter(name=house.name).first()
    return known or administration.create_organisation(
        admin.actor(),
        name=house.name,
        domain=house.domain,
        enterprise_number=people.enterprise_number(serial),
    )


def _found(whole: Pilot, coordinator: Insider, admin: Insider, step: Step) -> Table:
    concertation = administration.create_concertation(
        admin.actor(),
        name=whole.name,
        slug=SLUG,
        languages=list(whole.languages),
        cadence=Cadence.MONTHLY,
        planned_minutes=whole.planned_minutes,
    )
    house = next(each for each in whole.houses if each.key == whole.coordination)
    row = organisation(admin, house, 0)
    if not represents(coordinator.user.id, row.id):
        people.representative(admin, row, coordinator)
    people.subscribe(coordinator, row, START)
    place, recovery = people.found(admin, coordinator, concertation, row)
    step(house.name)
    seats = {whole.coordination: Seat(coordinator, place)}
    return Table(concertation, whole.coordination, recovery, seats)


def _invented(house: House, password: str) -> Newcomer:
    return Newcomer(
        email=f"{house.key}@{SLUG}.example",
        name=house.person,
        password=password or secrets.token_urlsafe(24),
        language=house.language,
    )


def _seat(table: Table, house: House, admin: Insider, who: Newcomer) -> Seat:
    row = organisation(admin, house, len(table.seats))
    person = people.representative(admin, row, who)
    people.subscribe(person, row, START)
    hat = table.coordinator
    to = people.new_place(row, house.function, START, role=house.role, status=house.status)
    return Seat(*people.join(hat.someone, hat.place, person, to))


def _close_account(admin: Insider) -> None:
    """The administrator made for the occasion: nobody knows the password, and the door is shut."""
    admin.user.refresh_from_db()
    admin.user.is_active = admin.user.is_administrator = False
    admin.user.save(update_fields=["is_active", "is_administrator"])


def _import(table: Table, whole: Pilot, step: Step) -> None:
    gate.allow(table.coordinator.actor(), Act.IMPORT, purpose=Purpose.IMPORT, verb=Verb.IMPORTED)
    days = [date.fromisoformat(each.date) for each in whole.meetings]
    days.append(days[-1] + AFTER_THE_LAST)
    for number, meeting in enumerate(whole.meetings, start=1):
        stories = [story for story in whole.stories if story.meeting == number]
        if len(stories) != meeting.new_situations:
            raise PilotError("Les situations inventées ne suivent plus les chiffres publiés.")
        row = _hold(table, meeting, {story.by for story in stories})
        step(meeting.date)
        for story in stories:
            _tell(table, story, row, days[number - 1], days[number])
            step(story.by)
    lift_suppression(table.coordinator.actor(), year=YEAR, reason=LiftReason.ALREADY_PUBLISHED)


def _hold(table: Table, meeting: PilotMeeting, bringing: set[str]) -> UUID:
    """The meeting with exactly the published number present: coordination, those who bring, then
    the others in their order, each time from another one on."""
    day = date.fromisoformat(meeting.date)
    row = plan_meeting(
        table.coordinator.actor(),
        starts_at=timezone.make_aware(datetime.combine(day, time(14))),
        place=meeting.place,
        time_known=False,
        date_note=meeting.date_note,
    )
    others = [key for key in table.seats if key not in bringing | {table.coordination}]
    turn = day.month % len(others)
    order = [table.coordination, *sorted(bringing), *others[turn:], *others[:turn]]
    order = list(dict.fromkeys(order))
    came = set(order[: meeting.participants])
    if not bringing <= came:
        raise PilotError("Il y a plus de situations présentées que de personnes présentes.")
    hold_meeting(
        table.coordinator.actor(),
        meeting=row.id,
        minutes=meeting.minutes,
        presences={
            seat.place.id: Presence.REMOTE if key in came else Presence.EXCUSED
            for key, seat in table.seats.items()
        },
    )
    return row.id


def _tell(table: Table, story: Story, meeting: UUID, day: date, later: date) -> None:
    """One situation: brought at its meeting, answered at the next one, closed the week after."""
    as_import = Purpose.IMPORT
    number = bring(table, story, on=day, meeting=meeting, purpose=as_import)
    made = [
        agree(table, number, table.seats[story.by], deed, on=day, due_on=later, purpose=as_import)
        for deed in story.deeds
    ]
    hand = table.coordinator
    if story.holder:
        actions.set_case_manager(
            hand.actor(),
            situation=number,
            case_manager=table.seats[story.holder].place.id,
            on=day,
            purpose=as_import,
        )
    for deed, row in zip(story.deeds, made, strict=True):
        answer(table, deed, row.id, on=later, purpose=as_import)
    actions.close_situation(
        hand.actor(),
        situation=number,
        outcome=story.outcome,
        on=min(later + THEN_CLOSED, END),
        purpose=as_import,
    )
