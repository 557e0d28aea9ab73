"""A room's facts are fetched together: the same as one by one, in as many questions for all."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from concertation.accounts.models import Participation, User
from concertation.situations import actions as situations
from ethics import gate
from ethics.charter.models import Signature, Subscription
from ethics.gate.facts import Standing, provider, standing_facts, standings_of
from ethics.policy_facts import PersonFacts
from ethics.roles import SecrecyStatus
from ethics.secrecy import chain
from tests.accounts.test_replacements import replacing
from tests.cast import Circle, make_circle, number_of
from tests.meetings.hour import come, held_now
from tests.situations.story import agree, bring, intern, propose
from tests.situations.test_guests import tick

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.fixture
def circle() -> Circle:
    """What sets people apart: a replacement, an intern, a guest's grant, a conflict of interest,
    actions of somebody of the circle, of the police and proposed to them."""
    circle = make_circle()
    one, other = bring(circle.participant), bring(circle.manager)
    circle.people["relais"] = replacing(circle, circle.manager)
    circle.people["stagiaire"] = intern(circle, circle.participant)
    agree(circle.manager, one, circle.police)
    agree(circle.manager, one, circle.manager)
    agree(circle.participant, other, circle.participant)
    propose(circle.participant, other, circle.police)
    tick(circle, one, circle.guest)
    situations.withdraw(circle.coordinator.actor, situation=other.id, reason="neighbour")
    return circle


def seats(circle: Circle) -> list[gate.Actor]:
    """Everybody with a place; and, with the DPO's number, somebody it isn't."""
    people = [each for name, each in circle.people.items() if each.participation and name != "dpo"]
    liar = gate.Actor(circle.guest.user.id, number_of(circle.dpo), circle.concertation.id)
    return [liar, *(each.actor for each in people)]


def compare(circle: Circle) -> dict[UUID, Standing]:
    """Everybody's facts together, which are the same as each one's alone."""
    people = seats(circle)
    state = chain.state(circle.concertation.id)
    numbers = [each.id for each in circle.concertation.situations.all()]
    together = standings_of(people, state)
    about = provider().subjects(people, numbers)
    for each in people:
        assert each.participation
        nobody = Standing(PersonFacts(second_factor=each.keys is not None))
        assert together.get(each.participation, nobody) == standing_facts(each, state)
        alone = provider().subjects([each], numbers)
        assert alone == {each.participation: about[each.participation]}
    return dict(together)


def test_together_is_as_one_by_one(circle: Circle) -> None:
    found = compare(circle)
    # The comparison compared something: people differ, and the stranger has no facts.
    assert len(set(found.values())) > 4
    assert number_of(circle.dpo) not in found
    people = seats(circle)
    about = provider().subjects(people, [each.id for each in circle.concertation.situations.all()])
    kinds = {facts for of_one in about.values() for facts in of_one.values()}
    assert len(kinds) > 5


def test_together_is_as_one_by_one_when_something_is_missing(circle: Circle) -> None:
    today = timezone.localdate()
    manager, participant = circle.manager, circle.participant
    Signature.objects.filter(participation=number_of(manager)).delete()
    assert not compare(circle)[number_of(manager)].person.signed
    house = participant.actor.organisation
    assert house
    ended = Subscription.objects.filter(organisation=house)
    assert ended.update(ends_on=today)
    assert not compare(circle)[number_of(participant)].person.subscribed
    place = Participation.objects.filter(id=number_of(circle.police))
    place.update(starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))
    assert not compare(circle)[number_of(circle.police)].person.current
    User.objects.filter(id=circle.guest.user.id).update(is_active=False)
    assert number_of(circle.guest) not in compare(circle)


def test_an_unbound_replacement_answers_for_nothing_together_either(circle: Circle) -> None:
    relief = circle.people["relais"]
    one = circle.concertation.situations.get(brought_by=number_of(circle.participant))

    def addressed() -> frozenset[UUID]:
        # Beside the one they replace, whose own row the database gives anyway.
        people = [circle.manager.actor, relief.actor]
        return provider().subjects(people, [one.id])[number_of(relief)][one.id].addressed_to

    assert addressed()
    rows = Participation.objects.filter(id=number_of(relief))
    rows.update(secrecy_status=SecrecyStatus.OTHER)
    assert not addressed()


def test_a_full_room_asks_no_more_of_the_database_than_one_person(circle: Circle) -> None:
    row = held_now(circle)
    numbers = [each.id for each in circle.concertation.situations.all()]

    def asked() -> int:
        actor = circle.coordinator.actor
        with CaptureQueriesContext(connection) as queries:
            gate.room(actor, row.id, numbers)
        return len(queries)

    alone = asked()
    come(circle, row.id, "participant", "manager", "police", "relais", "stagiaire")
    assert asked() == alone
