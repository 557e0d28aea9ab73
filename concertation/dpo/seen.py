"""Who had a situation before them: by organisation and person, and on the screens of meetings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import reading as ledger
from concertation.accounts.models import Participation, User
from concertation.dpo.rows import organisations_of


@dataclass(frozen=True, slots=True)
class SeenBy:
    """One person of an organisation: how often, and when last."""

    person: str | Promise
    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """How often the people of one organisation had a situation before them."""

    organisation: str | Promise
    times: int
    first: datetime
    last: datetime
    people: tuple[SeenBy, ...]


@dataclass(frozen=True, slots=True)
class Showing:
    """One time it stood on a meeting's screen: before how many people of which organisations."""

    time: datetime
    present: tuple[tuple[str, int], ...]


def seen_by(name: str, situation: UUID) -> tuple[Seen, ...]:
    """The organisations whose people had it before them, most often first; refusals don't count."""
    readers = ledger.who_saw(name, situation)
    each = ledger.each_who_saw(name, situation)
    organisations = organisations_of({reader.organisation for reader in readers})
    people = dict(
        User.objects.filter(id__in={one.actor for one in each if one.actor}).values_list(
            "id", "name"
        )
    )
    return tuple(
        Seen(
            organisations.get(reader.organisation, _("organisation inconnue"))
            if reader.organisation
            else _("sans organisation"),
            reader.times,
            reader.first,
            reader.last,
            tuple(
                SeenBy(_person(people, one.actor), one.times, one.last)
                for one in each
                if one.organisation == reader.organisation
            ),
        )
        for reader in readers
    )


def shown_in(name: str, situation: UUID) -> tuple[Showing, ...]:
    """Each time it was put on a meeting's screen, newest first, and before whom."""
    found = ledger.shown_on_screens(name, situation)
    present = {number for each in found for number in each.present}
    places = dict(
        Participation.objects.filter(id__in=present).values_list("id", "organisation__name")
    )
    return tuple(
        Showing(
            each.time,
            _counted(places.get(number, "") for number in each.present),
        )
        for each in found
    )


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(name for name in names if name).items()))


def _person(people: dict[UUID, str], number: UUID | None) -> str | Promise:
    if number is None:
        return _("personne non identifiée")
    return people.get(number, _("compte inconnu"))
