"""The charter when things go wrong: two hands at once, a clock too early, two hats, two houses."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from concertation.accounts import actions
from concertation.accounts.enums import Domain
from concertation.accounts.errors import (
    AccountError,
    AlreadySubscribed,
    CharterMissing,
    NotSubscribed,
    SubscriptionMissing,
)
from concertation.accounts.models import Organisation, Representation
from ethics import gate
from ethics.charter.models import CharterVersion, Power, Signature, Subscription
from ethics.roles import Role
from tests.cast import (
    PASSWORD,
    Circle,
    Someone,
    admitted,
    chain_place,
    make_circle,
    number_of,
    organisation,
    person,
    place,
    sign_charter,
)
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def house_of(someone: Someone) -> Organisation:
    assert someone.participation is not None
    return someone.participation.organisation


def representative_of(house: Organisation) -> Someone:
    return Someone(Representation.objects.get(organisation=house).person, None)


def subscribe(who: Someone, house: Organisation) -> Subscription:
    return actions.subscribe(
        who.actor,
        organisation=house.id,
        power=Power.MANAGEMENT,
        starts_on=timezone.localdate(),
        language="fr",
        password=PASSWORD,
    )


def end(who: Someone, house: Organisation) -> None:
    actions.end_subscription(who.actor, organisation=house.id, password=PASSWORD)


def live(house: Organisation) -> int:
    return Subscription.objects.filter(organisation=house.id, ends_on=None).count()


# --- Two representatives at once ----------------------------------------------------------------


def at_once(*calls: Callable[[], object]) -> list[AccountError | None]:
    """Run these at the same moment, each in a connection of its own; what each was told."""
    start = threading.Barrier(len(calls))
    said: list[AccountError | None] = [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        start.wait()
        try:
            call()
        except AccountError as error:
            said[number] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(number, call)) for number, call in enumerate(calls)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return said


def two_representatives() -> tuple[Organisation, Someone, Someone]:
    circle = make_circle()
    house = house_of(circle.participant)
    second = person("seconde@tilleuls.example", "Seconde")
    Representation.objects.create(person=second, organisation=house)
    first = Someone(
        Representation.objects.exclude(person=second).get(organisation=house).person, None
    )
    other = Someone(second, None)
    # Keys opened beforehand: what runs at once is the work, not the stretching of a password.
    assert first.actor.keys
    assert other.actor.keys
    return house, first, other


@pytest.mark.django_db(transaction=True, databases=["default", "erasure"])
def test_one_ends_while_the_other_signs_and_what_stands_is_one_of_the_two_orders() -> None:
    house, first, second = two_representatives()
    ended, signed = at_once(lambda: end(first, house), lambda: subscribe(second, house))
    assert ended is None
    # Signed after the end: it stands. Signed before: it was in force already, and it ended.
    if signed is None:
        assert live(house) == 1
    else:
        assert isinstance(signed, AlreadySubscribed)
        assert live(house) == 0


@pytest.mark.django_db(transaction=True, databases=["default", "erasure"])
def test_of_two_who_sign_at_once_and_two_who_end_at_once_one_comes_second() -> None:
    house, first, second = two_representatives()
    answers = at_once(lambda: end(first, house), lambda: end(second, house))
    assert [type(each) for each in answers if each] == [NotSubscribed]
    answers = at_once(lambda: subscribe(first, house), lambda: subscribe(second, house))
    assert [type(each) for each in answers if each] == [AlreadySubscribed]
    assert live(house) == 1


# --- The clock ----------------------------------------------------------------------------------


def test_before_the_only_version_s_day_nobody_subscribes_or_signs(circle: Circle) -> None:
    house = house_of(circle.participant)
    other = representative_of(house)
    Signature.objects.filter(participation=number_of(circle.participant)).delete()
    Subscription.objects.filter(organisation=house.id).delete()
    tomorrow = timezone.localdate() + timedelta(days=1)
    CharterVersion.objects.update(effective_on=tomorrow)
    with pytest.raises(CharterMissing):
        subscribe(other, house)
    client = signed_in(circle.participant)
    address = reverse("charter", args=[number_of(circle.participant)])
    assert "Aucune charte n’est en vigueur" in client.get(address).content.decode()
    form = {"agree": "on", "password": PASSWORD, "language": "fr"}
    assert client.post(address, form).status_code == 200
    assert client.get("/tilleuls/tableau").status_code == 302
    assert not Subscription.objects.filter(organisation=house.id).exists()
    assert not Signature.objects.filter(participation=number_of(circle.participant)).exists()
    # Its day comes, and nothing else is in the way.
    CharterVersion.objects.update(effective_on=timezone.localdate())
    subscribe(other, house)
    client.post(address, form)
    assert client.get("/tilleuls/tableau").status_code == 200


def test_a_clock_set_back_behind_the_signature_opens_nothing(circle: Circle) -> None:
    """Signed under a version whose day, by this clock, has not come: it doesn't count yet."""
    client = signed_in(circle.participant)
    assert client.get("/tilleuls/tableau").status_code == 200
    CharterVersion.objects.update(effective_on=timezone.localdate() + timedelta(days=1))
    assert client.get("/tilleuls/tableau").status_code == 302


# --- Two hats -----------------------------------------------------------------------------------


def test_a_representative_who_also_takes_part_binds_the_house_and_themself_apart(
    circle: Circle,
) -> None:
    house = house_of(circle.participant)
    Representation.objects.create(person=circle.participant.user, organisation=house)
    client = signed_in(circle.participant)
    # Representing opens no situation more, and taking part no other house.
    assert client.get("/tilleuls/tableau").status_code == 200
    elsewhere = house_of(circle.manager)
    assert client.get(reverse("subscription", args=[elsewhere.id])).status_code == 404
    # They end the house's subscription: their own seat closes with their colleagues'.
    client.post(reverse("subscription-end", args=[house.id]), {"password": PASSWORD})
    assert client.get("/tilleuls/tableau").status_code == 302
    # They subscribe it again: the signature they gave before still stands, nothing was lost.
    form = {
        "power": Power.MANAGEMENT,
        "starts_on": timezone.localdate(),
        "agree": "on",
        "password": PASSWORD,
        "language": "fr",
    }
    signatures = Signature.objects.filter(person=circle.participant.user.id).count()
    client.post(reverse("subscription", args=[house.id]), form)
    assert client.get("/tilleuls/tableau").status_code == 200
    assert Signature.objects.filter(person=circle.participant.user.id).count() == signatures


def test_representing_alone_opens_nothing_of_the_board(circle: Circle) -> None:
    other = representative_of(house_of(circle.participant))
    assert signed_in(other).get("/tilleuls/tableau").status_code == 404


def second_hat(circle: Circle) -> tuple[Someone, Organisation]:
    """The manager, with a seat for a second organisation as well."""
    house = organisation("Deuxième maison inventée", Domain.HEALTH, 5)
    row = place(circle.manager.user, circle.concertation, house, [Role.PARTICIPANT])
    seat = Someone(circle.manager.user, row)
    sign_charter(seat)
    gate.admit(circle.coordinator.actor, seat.user.id, chain_place(row), gate.digits(seat.actor))
    admitted(row)
    return seat, house


def wearing(someone: Someone, seat: Someone) -> Client:
    client = signed_in(someone)
    client.post(reverse("account-hat"), {"participation": str(number_of(seat))})
    return client


def test_of_two_organisations_the_one_that_ends_closes_only_its_own_seat(circle: Circle) -> None:
    seat, house = second_hat(circle)
    one, two = wearing(circle.manager, circle.manager), wearing(circle.manager, seat)
    assert one.get("/tilleuls/tableau").status_code == 200
    assert two.get("/tilleuls/tableau").status_code == 200
    end(representative_of(house), house)
    assert two.get("/tilleuls/tableau").status_code == 302
    assert one.get("/tilleuls/tableau").status_code == 200
    # Nor does the signature for one seat stand for the other.
    assert seat.participation is not None
    with pytest.raises(SubscriptionMissing):
        actions.sign_charter(
            Someone(circle.manager.user, None).actor,
            place=seat.participation,
            language="fr",
            password=PASSWORD,
        )
    # The other way round, from the seat that is closed one changes hats and goes on.
    two.post(reverse("account-hat"), {"participation": str(number_of(circle.manager))})
    assert two.get("/tilleuls/tableau").status_code == 200
