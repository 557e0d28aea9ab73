"""A conflict of interest shuts one situation to one person, everywhere and for good."""

from uuid import uuid4

import pytest
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry, EntrySubject
from concertation.situations import actions, errors, reading
from concertation.situations.models import ConflictOfInterest, Situation
from ethics import gate
from ethics.policy import Refusal
from ethics.secrecy.check import check_all
from tests.cast import Circle, join, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, text_of, url
from tests.situations.test_audience import (
    agenda_codes,
    code_of,
    on_the_board,
    plan,
    reads,
    restrict,
)

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_whoever_withdraws_sees_it_nowhere_any_more(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    story.agree(circle.coordinator, situation, circle.manager)
    meeting = plan(circle)
    actions.withdraw(circle.manager.actor, situation=situation.id, reason="relative")
    assert not reads(circle.manager, situation)
    assert on_the_board(circle.manager) == []
    assert agenda_codes(circle.manager, meeting) == []
    home = reading.home(circle.manager.actor, since=timezone.localdate())
    assert (home.actions, home.owed, home.news) == ((), (), ())
    for act in (story.entry, lambda who, about: story.propose(who, about, who)):
        with pytest.raises(gate.Refused) as refusal:
            act(circle.manager, situation)
        assert refusal.value.reason == Refusal.CONFLICT
    for who in (circle.coordinator, circle.participant):
        assert reads(who, situation)
    assert Situation.objects.get().restricted
    assert check_all().ok


def test_the_year_still_counts_for_who_withdrew_and_names_nothing(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    before = story.counts(circle)
    actions.withdraw(circle.manager.actor, situation=situation.id, reason="unsaid")
    assert story.counts(circle) == before


def test_the_reason_is_sealed_for_the_others_and_stands_in_no_event(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    actions.withdraw(circle.manager.actor, situation=situation.id, reason="own_interest")
    page = reading.audience(circle.coordinator.actor, code_of(situation))
    assert [each.reason for each in page.withdrawn] == ["intérêt personnel ou litige"]
    entry = Entry.objects.get(verb=Verb.CONFLICT_DECLARED)
    assert entry.leaf is not None
    assert b"own_interest" not in bytes(entry.leaf)
    assert EntrySubject.objects.filter(entry=entry, number=number_of(circle.manager)).exists()


def test_the_coordinator_withdraws_somebody_and_nobody_else_does(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    whose = number_of(circle.manager)
    with pytest.raises(gate.Refused):
        actions.withdraw(
            circle.participant.actor,
            situation=situation.id,
            reason="neighbour",
            participation=whose,
        )
    actions.withdraw(
        circle.coordinator.actor, situation=situation.id, reason="neighbour", participation=whose
    )
    assert not reads(circle.manager, situation)
    with pytest.raises(errors.NotOneOfThem):
        actions.withdraw(
            circle.coordinator.actor,
            situation=situation.id,
            reason="neighbour",
            participation=whose,
        )
    assert ConflictOfInterest.objects.count() == 1


def test_a_holder_who_withdraws_holds_it_no_more(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    actions.set_case_manager(
        circle.participant.actor, situation=situation.id, case_manager=number_of(circle.manager)
    )
    actions.withdraw(circle.manager.actor, situation=situation.id, reason="other_mission")
    assert Situation.objects.get().case_manager is None
    assert story.verbs().count(Verb.CASE_MANAGER_SET) == 2


def test_it_is_not_opened_to_the_circle_while_someone_in_it_withdrew(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    actions.withdraw(circle.manager.actor, situation=situation.id, reason="relative")
    with pytest.raises(errors.ConflictStands):
        actions.change_audience(circle.coordinator.actor, situation=situation.id, readers=None)
    with pytest.raises(errors.NoSuchReader):
        restrict(circle.coordinator, situation, circle.coordinator, circle.manager)
    gate.remove(circle.coordinator.actor, circle.manager.user.id, number_of(circle.manager))
    actions.change_audience(circle.coordinator.actor, situation=situation.id, readers=None)


def test_the_last_but_one_reader_names_somebody_before_withdrawing(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    restrict(circle.coordinator, situation, circle.coordinator)
    with pytest.raises(errors.LastReaders):
        actions.withdraw(circle.coordinator.actor, situation=situation.id, reason="relative")
    assert reads(circle.coordinator, situation)
    restrict(circle.coordinator, situation, circle.coordinator, circle.manager)
    actions.withdraw(circle.coordinator.actor, situation=situation.id, reason="relative")
    assert not reads(circle.coordinator, situation)


def test_a_conflict_holds_for_the_person_in_another_place_too(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    actions.withdraw(circle.manager.actor, situation=situation.id, reason="relative")
    place = circle.manager.participation
    other = circle.participant.participation
    assert place is not None
    assert other is not None
    # The row of their conflict now names a former place; they act in another.
    place.pk, place.organisation = uuid4(), other.organisation
    place.save(force_insert=True)
    actor = circle.manager.actor
    facts = gate.facts.provider().subjects(
        [gate.Actor(actor.person, place.pk, actor.concertation, place.organisation_id)],
        [situation.id],
    )
    assert facts[place.pk][situation.id].conflict


def test_a_newcomer_is_not_a_reader_by_themselves(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    actions.withdraw(circle.manager.actor, situation=situation.id, reason="relative")
    house = circle.manager.participation
    assert house is not None
    newcomer = join(circle, "nouvelle", house.organisation, circle.manager.participation.roles)  # type: ignore[union-attr]
    assert not reads(newcomer, situation)


def test_withdrawing_by_its_page_asks_twice_and_leads_to_the_board(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    client = signed_in(circle.manager)
    address = url(circle, "situation-withdraw", code_of(situation))
    page = get(client, address)
    assert "Se retirer de cette situation" in page
    assert "Qui se retire" not in page
    refused = client.post(address, {"reason": "relative"})
    assert "Cette réponse manque encore" in text_of(refused)
    answer = client.post(address, {"reason": "relative", "understood": "on"})
    assert answer["Location"] == url(circle, "board")
    assert client.get(address).status_code == 404


def test_the_coordinator_withdraws_somebody_by_the_page(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    client = signed_in(circle.coordinator)
    address = url(circle, "situation-withdraw", code_of(situation))
    answer = client.post(
        address,
        {
            "reason": "relative",
            "understood": "on",
            "participation": str(number_of(circle.manager)),
        },
    )
    assert answer["Location"] == url(circle, "situation-readers", code_of(situation))
    assert "lien familial ou privé" in get(client, answer["Location"])
