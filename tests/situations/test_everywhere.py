"""One's actions in all concertations, each read by the place one has there."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from audit.names import concertation_ledger
from concertation.accounts.enums import ParticipationState
from concertation.situations.codes import show_code
from ethics import gate
from ethics.roles import Role
from ethics.secrecy.chain import forget
from ethics.secrecy.models import ChainStatement
from tests.cast import (
    Circle,
    Someone,
    admitted,
    chain_place,
    make_circle,
    number_of,
    place,
    sign_charter,
)
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
ADDRESS = "/mes-actions"


@pytest.fixture
def marolles() -> Circle:
    return make_circle("marolles", "Les Marolles")


def second_place(
    circle: Circle, there: Circle, *, signed: bool = True, role: Role = Role.PARTICIPANT
) -> Someone:
    """The participant's place in another concertation: admitted, or without a signature."""
    here = circle.participant.participation
    assert here is not None
    row = place(circle.participant.user, there.concertation, here.organisation, [role])
    someone = Someone(circle.participant.user, row)
    if signed:
        sign_charter(someone)
        digits = gate.digits(someone.actor)
        gate.admit(there.coordinator.actor, someone.user.id, chain_place(row), digits)
        admitted(row)
    return someone


def readings(circle: Circle) -> int:
    """How often actions were read as one's own, in this concertation's ledger."""
    name = concertation_ledger(circle.concertation.id)
    return Entry.objects.filter(ledger__name=name, purpose="my_action").count()


def test_actions_of_both_concertations_stand_on_one_page(circle: Circle, marolles: Circle) -> None:
    there = second_place(circle, marolles)
    late = story.bring(marolles.participant)
    story.overdue(marolles.manager, late, there)
    story.agree(marolles.manager, late, there, days=4, text="Écrire à la mutuelle")
    soon = story.bring(circle.participant)
    story.agree(circle.manager, soon, circle.participant, days=2, text="Porter les clés")
    before = readings(circle), readings(marolles)
    page = get(signed_in(circle.participant), ADDRESS)
    for row, where in ((late, "marolles"), (soon, "tilleuls")):
        assert f"/{where}/situations/{show_code(row.code or '')}#actions" in page
    # What is overdue comes first: its concertation, and in it the action.
    places = [page.index(f">{name}</h2>") for name in ("Les Marolles", "Les Tilleuls")]
    texts = [page.index(text) for text in ("Vérifier le tarif", "Écrire à la", "Porter les clés")]
    assert places == sorted(places)
    assert texts == sorted(texts)
    assert "3 actions vous attendent" in page
    assert (readings(circle), readings(marolles)) == (before[0] + 1, before[1] + 1)


def test_one_concertation_has_its_home_page(circle: Circle) -> None:
    response = signed_in(circle.participant).get(ADDRESS)
    assert (response.status_code, response.headers["Location"]) == (302, url(circle, "home"))
    assert ADDRESS not in get(signed_in(circle.participant), url(circle, "home"))


def test_home_and_menu_lead_there_with_two(circle: Circle, marolles: Circle) -> None:
    second_place(circle, marolles)
    client = signed_in(circle.participant)
    assert get(client, url(circle, "home")).count(f'href="{ADDRESS}"') == 2
    assert get(client, url(circle, "board")).count(f'href="{ADDRESS}"') == 1


def test_a_place_as_dpo_makes_no_second_concertation(circle: Circle, marolles: Circle) -> None:
    second_place(circle, marolles, role=Role.DPO)
    assert signed_in(circle.participant).get(ADDRESS).status_code == 302


def test_where_the_charter_is_missing_the_page_says_so_and_shows_the_rest(
    circle: Circle, marolles: Circle
) -> None:
    there = second_place(circle, marolles, signed=False)
    row = story.bring(circle.participant)
    story.agree(circle.manager, row, circle.participant, text="Porter les clés")
    before = readings(marolles)
    page = get(signed_in(circle.participant), ADDRESS)
    assert "Porter les clés" in page
    assert f"/acces/{number_of(there)}" in page
    assert readings(marolles) == before


def test_a_place_that_is_over_is_not_named(circle: Circle, marolles: Circle) -> None:
    there = second_place(circle, marolles)
    third = second_place(circle, make_circle("brigittines", "Les Brigittines"))
    assert there.participation is not None
    assert third.participation is not None
    there.participation.starts_on = timezone.localdate() - timedelta(days=9)
    there.participation.ends_on = timezone.localdate() - timedelta(days=1)
    there.participation.save()
    page = get(signed_in(circle.participant), ADDRESS)
    assert "Les Brigittines</h2>" in page
    assert "Les Marolles</h2>" not in page
    third.participation.state = ParticipationState.ENDED
    third.participation.save()
    assert signed_in(circle.participant).get(ADDRESS).status_code == 302


def test_a_broken_chain_shuts_its_own_concertation_alone(circle: Circle, marolles: Circle) -> None:
    there = second_place(circle, marolles)
    story.agree(marolles.manager, story.bring(marolles.participant), there, text="Écrire un mot")
    row = story.bring(circle.participant)
    story.agree(circle.manager, row, circle.participant, text="Porter les clés")
    client = signed_in(circle.participant)
    chain = ChainStatement.objects.filter(concertation=marolles.concertation.id)
    chain.filter(number=2).update(signature=b"\x03" + bytes(64))
    forget(marolles.concertation.id)
    page = get(client, ADDRESS)
    assert "Porter les clés" in page
    assert "Écrire un mot" not in page
    assert "Cette concertation ne s’ouvre pas pour le moment" in page
    name = concertation_ledger(marolles.concertation.id)
    assert Entry.objects.filter(ledger__name=name, verb="alarm").exists()


def test_three_actions_cost_no_more_questions_than_one(circle: Circle, marolles: Circle) -> None:
    there = second_place(circle, marolles)
    client = signed_in(circle.participant)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            get(client, ADDRESS)
        return len(queries)

    def one_more() -> None:
        story.agree(marolles.manager, story.bring(marolles.participant), there)
        story.agree(circle.manager, story.bring(circle.participant), circle.participant)

    one_more()
    asked()
    once = asked()
    one_more()
    one_more()
    assert asked() == once
