"""A guest of one meeting: what they sign, what they see, and when it ends."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from concertation.accounts import actions as accounts
from concertation.accounts.enums import Place
from concertation.accounts.errors import (
    AlreadySubscribed,
    AlreadyThere,
    NoGuestThere,
    RolesClash,
    SubscriptionMissing,
)
from concertation.accounts.models import Participation, Representation
from concertation.accounts.reading import awaiting, directory
from concertation.meetings import actions_agenda, actions_live, errors, reading
from concertation.meetings.models import Meeting
from concertation.situations.actions import open_to_guest
from concertation.situations.codes import show_code
from ethics import gate
from ethics.charter.models import Power, Signature, Subscription
from ethics.charter.reading import agreement, subscribed_organisations
from ethics.charter.statements import holds
from ethics.roles import SecrecyStatus
from tests.cast import PASSWORD, Circle, number_of
from tests.meetings.hour import come, held_now, plan, publish
from tests.meetings.visiting import (
    guest_of,
    invited,
    let_in,
    signed,
    stranger,
    subscribed_for,
)
from tests.signin import signed_in
from tests.situations.story import HEADLINE, bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def page(circle: Circle, meeting: Meeting) -> str:
    return reverse("meeting", args=[circle.concertation.slug, meeting.id])


def test_the_place_the_signature_and_the_subscription_say_which_meeting(circle: Circle) -> None:
    meeting = plan(circle)
    guest = guest_of(circle, meeting)
    day = timezone.localtime(meeting.starts_at).date()
    row = guest.participation
    assert row is not None
    assert (row.for_meeting, row.ends_on) == (meeting.id, day)
    signature = Signature.objects.get(participation=row.id)
    subscription = Subscription.objects.get(organisation=row.organisation_id)
    for each in (signature, subscription):
        assert holds(each)
        said = json.loads(bytes(each.statement))
        assert (said["scope"], said["meeting"]) == ("meeting", str(meeting.id))
        assert said["until"] == day.isoformat()
    # A signature for good says nothing of a meeting.
    other = Signature.objects.get(participation=number_of(circle.participant))
    assert "scope" not in json.loads(bytes(other.statement))


def test_the_charter_page_says_that_it_is_for_this_meeting_only(circle: Circle) -> None:
    meeting = plan(circle)
    guest = guest_of(circle, meeting)
    html = signed_in(guest).get(reverse("charter", args=[number_of(guest)])).content.decode()
    assert "Seulement pour" in html


def test_a_guest_of_a_meeting_finds_that_meeting_and_nothing_else(circle: Circle) -> None:
    situation = bring(circle.participant)
    code = show_code(situation.code or "")
    meeting, other = plan(circle), plan(circle, days=30)
    actions_agenda.add_point(
        circle.coordinator.actor, meeting=meeting.id, title="Le froid qui vient", minutes=5
    )
    publish(circle, meeting.id)
    guest = guest_of(circle, meeting)
    client = signed_in(guest)
    slug = circle.concertation.slug
    assert client.get(f"/{slug}")["Location"] == page(circle, meeting)
    html = client.get(page(circle, meeting)).content.decode()
    assert "Le froid qui vient" in html
    assert "Un point réservé à ses lecteurs" in html
    assert code not in html
    assert HEADLINE not in html
    for address in (
        page(circle, other),
        f"/{slug}/reunions",
        f"/{slug}/membres",
        f"/{slug}/rapport/2026",
        reverse("situation", args=[slug, code]),
        reverse("meeting-follow", args=[slug, meeting.id]),
        reverse("meeting-minutes", args=[slug, meeting.id]),
        reverse("meeting-without-account", args=[slug, meeting.id]),
        reverse("meeting-invite", args=[slug, meeting.id]),
    ):
        assert client.get(address).status_code == 404, address
    refused = Entry.objects.filter(actor=guest.user.id, outcome=Outcome.REFUSED)
    assert refused.count() == 9
    seen = Entry.objects.filter(actor=guest.user.id, verb=Verb.READ, outcome=Outcome.GRANTED)
    assert seen.filter(subjects__number=meeting.id).exists()


def test_before_it_is_published_a_guest_knows_no_point(circle: Circle) -> None:
    bring(circle.participant)
    meeting = plan(circle)
    html = signed_in(guest_of(circle, meeting)).get(page(circle, meeting)).content.decode()
    assert "pas encore publié" in html
    assert "réservé" not in html


def test_a_situation_opened_to_a_guest_shows_its_code_on_their_agenda(circle: Circle) -> None:
    mine, other = bring(circle.participant), bring(circle.participant)
    meeting = plan(circle)
    publish(circle, meeting.id)
    guest = guest_of(circle, meeting)
    day = timezone.localtime(meeting.starts_at).date()
    open_to_guest(circle.coordinator.actor, situation=mine.id, guest=number_of(guest), until=day)
    client = signed_in(guest)
    html = client.get(page(circle, meeting)).content.decode()
    assert show_code(mine.code or "") in html
    assert show_code(other.code or "") not in html
    slug = circle.concertation.slug
    sheet = reverse("situation", args=[slug, show_code(mine.code or "")])
    assert client.get(sheet).status_code == 200


def test_a_guest_of_no_meeting_finds_none(circle: Circle) -> None:
    meeting = plan(circle)
    assert signed_in(circle.guest).get(page(circle, meeting)).status_code == 404


def test_closing_the_meeting_ends_the_place_with_the_next_request(circle: Circle) -> None:
    meeting = held_now(circle)
    guest = guest_of(circle, meeting)
    client = signed_in(guest)
    assert client.get(page(circle, meeting)).status_code == 200
    come(circle, meeting.id, "manager")
    version = Meeting.objects.get(id=meeting.id).version
    actions_live.close_meeting(
        circle.coordinator.actor, meeting=meeting.id, version=version, minutes=60
    )
    assert client.get(page(circle, meeting)).status_code == 404
    assert client.get(f"/{circle.concertation.slug}").status_code == 404


def test_the_day_after_the_place_is_over_even_if_nobody_closed(circle: Circle) -> None:
    meeting = held_now(circle)
    guest = guest_of(circle, meeting)
    client = signed_in(guest)
    yesterday = timezone.localdate() - timedelta(days=1)
    Participation.objects.filter(id=number_of(guest)).update(starts_on=yesterday, ends_on=yesterday)
    assert client.get(page(circle, meeting)).status_code == 404


@pytest.mark.parametrize("change", ["moved", "dropped"])
def test_a_meeting_moved_or_dropped_ends_the_place_and_moved_one_is_invited_anew(
    circle: Circle, change: str
) -> None:
    meeting = plan(circle)
    guest = guest_of(circle, meeting)
    assert guest.participation is not None
    client = signed_in(guest)
    day = meeting.starts_at + timedelta(days=7)
    if change == "moved":
        Meeting.objects.filter(id=meeting.id).update(starts_at=day)
    else:
        Meeting.objects.filter(id=meeting.id).update(cancelled_at=timezone.now())
    assert client.get(page(circle, meeting)).status_code == 404
    house = guest.participation.organisation
    if change == "dropped":
        with pytest.raises(errors.MeetingOver):
            invited(circle, meeting, house, again=guest)
        return
    again = invited(circle, meeting, house, again=guest)
    assert again.participation is not None
    assert again.participation.ends_on == timezone.localtime(day).date()
    assert not agreement(number_of(again), house.id, meeting.id).signed
    assert Entry.objects.filter(verb=Verb.REMOVED, subjects__number=number_of(guest)).exists()


def test_a_subscription_for_one_meeting_counts_for_its_guests_only(circle: Circle) -> None:
    meeting, later = plan(circle), plan(circle, days=30)
    house, rep = stranger()
    guest = invited(circle, meeting, house)
    second = invited(circle, later, house, name="plus-tard")
    subscribed_for(rep, house, meeting.id)
    signed(guest)
    with pytest.raises(SubscriptionMissing):
        signed(second)
    assert house.id not in subscribed_organisations([house.id])
    assert agreement(number_of(guest), house.id, meeting.id).subscribed
    assert not agreement(number_of(second), house.id, later.id).subscribed
    assert not agreement(number_of(second), house.id).subscribed
    with pytest.raises(AlreadySubscribed):
        subscribed_for(rep, house, meeting.id)
    # For good afterwards: both meetings and everybody.
    subscribed_for(rep, house, None)
    signed(second)
    assert house.id in subscribed_organisations([house.id])


def test_a_house_subscribes_only_for_a_meeting_its_people_are_invited_to(circle: Circle) -> None:
    house, rep = stranger()
    meeting = plan(circle)
    with pytest.raises(NoGuestThere):
        subscribed_for(rep, house, meeting.id)
    assert not Subscription.objects.filter(organisation=house.id).exists()


def test_the_representative_chooses_on_the_same_page_as_ever(circle: Circle) -> None:
    meeting = plan(circle)
    house, rep = stranger()
    guest = invited(circle, meeting, house)
    client = signed_in(rep)
    address = reverse("subscription", args=[house.id])
    assert "Seulement pour nos invité·es à la réunion du" in client.get(address).content.decode()
    form = {
        "power": Power.MANAGEMENT,
        "starts_on": timezone.localdate(),
        "agree": "on",
        "password": PASSWORD,
        "language": "fr",
    }
    # Nothing is chosen beforehand.
    assert client.post(address, form).status_code == 200
    assert not Subscription.objects.filter(organisation=house.id).exists()
    assert client.post(address, {**form, "scope": str(circle.concertation.id)}).status_code == 200
    client.post(address, {**form, "scope": str(meeting.id)})
    row = Subscription.objects.get(organisation=house.id)
    day = timezone.localtime(meeting.starts_at).date()
    assert (row.meeting, row.ends_on) == (meeting.id, day + timedelta(days=1))
    html = client.get(address).content.decode()
    assert "pour elle seule" in html
    assert "L’adhésion est en vigueur" not in html
    signed(guest)
    # Ending it ends the guest's access within the same request.
    let_in(circle, guest)
    inside = signed_in(guest)
    assert inside.get(page(circle, meeting)).status_code == 200
    client.post(reverse("subscription-end", args=[house.id]), {"password": PASSWORD})
    assert inside.get(page(circle, meeting)).status_code == 302


def test_a_house_without_guests_is_not_asked_for_which_meeting(circle: Circle) -> None:
    house, rep = stranger()
    html = signed_in(rep).get(reverse("subscription", args=[house.id])).content.decode()
    assert 'name="scope"' not in html


def test_a_self_employed_guest_binds_practice_and_person_for_the_meeting_in_one_form(
    circle: Circle,
) -> None:
    meeting = plan(circle)
    house, _rep = stranger()
    guest = invited(circle, meeting, house)
    Representation.objects.create(person=guest.user, organisation=house)
    form = {"agree": "on", "password": PASSWORD, "language": "fr"}
    signed_in(guest).post(reverse("charter", args=[number_of(guest)]), form)
    subscription = Subscription.objects.get(organisation=house.id)
    signature = Signature.objects.get(participation=number_of(guest))
    assert (subscription.meeting, subscription.power) == (meeting.id, Power.SELF)
    assert json.loads(bytes(signature.statement))["meeting"] == str(meeting.id)


def test_the_coordinator_sees_who_waits_and_admits_whose_house_subscribed_for_the_meeting(
    circle: Circle,
) -> None:
    meeting = plan(circle)
    house, rep = stranger()
    guest = invited(circle, meeting, house)

    def waits() -> bool:
        cards = awaiting(circle.coordinator.actor)
        return number_of(guest) in {card.participation for card in cards}

    assert not waits()
    subscribed_for(rep, house, meeting.id)
    signed(guest)
    assert waits()
    accounts.admit(
        circle.coordinator.actor,
        participation=number_of(guest),
        password=PASSWORD,
        digits=gate.digits(guest.actor),
    )
    assert signed_in(guest).get(page(circle, meeting)).status_code == 200
    html = signed_in(circle.coordinator).get(page(circle, meeting)).content.decode()
    assert "Maison médicale inventée" in html


def test_a_past_guest_leaves_the_directory(circle: Circle) -> None:
    guest = guest_of(circle, plan(circle))

    def listed() -> bool:
        houses = directory(circle.coordinator.actor).houses
        return number_of(guest) in {each.participation for house in houses for each in house.people}

    assert listed()
    yesterday = timezone.localdate() - timedelta(days=1)
    Participation.objects.filter(id=number_of(guest)).update(starts_on=yesterday, ends_on=yesterday)
    assert not listed()


def test_a_guest_stands_in_the_attendance_of_their_meeting_only(circle: Circle) -> None:
    meeting = plan(circle)
    other = plan(circle)  # the same day
    guest = guest_of(circle, meeting)
    actor = circle.coordinator.actor
    day = timezone.localtime(meeting.starts_at).date()

    def there(number: Meeting) -> bool:
        found = reading.attendees(actor, number.id, day)
        return number_of(guest) in {each.participation for each in found}

    assert there(meeting)
    assert not there(other)


def test_a_guest_comes_back_with_a_place_and_a_signature_of_their_own(circle: Circle) -> None:
    first = plan(circle)
    guest = guest_of(circle, first)
    assert guest.participation is not None
    house = guest.participation.organisation
    second = plan(circle, days=30)
    again = invited(circle, second, house, again=guest)
    assert number_of(again) != number_of(guest)
    assert not agreement(number_of(again), house.id, second.id).signed
    with pytest.raises(AlreadyThere):
        invited(circle, second, house, again=guest)


def test_what_was_signed_for_a_meeting_never_becomes_more(circle: Circle) -> None:
    guest = guest_of(circle, plan(circle))
    with pytest.raises(RolesClash, match="une seule réunion"):
        accounts.change_role(
            circle.coordinator.actor,
            participation=number_of(guest),
            place=Place.PARTICIPANT,
            status=SecrecyStatus.PROFESSIONAL,
            ends_on=None,
            password=PASSWORD,
        )


def test_nobody_is_invited_to_a_meeting_that_is_over_or_elsewhere(circle: Circle) -> None:
    house, _rep = stranger()
    past = plan(circle, days=-2)
    with pytest.raises(errors.MeetingOver):
        invited(circle, past, house)
    meeting = plan(circle)
    client = signed_in(circle.participant)
    address = reverse("meeting-invite", args=[circle.concertation.slug, meeting.id])
    assert client.get(address).status_code == 404
    assert client.post(address, {}).status_code == 404
    assert not Participation.objects.exclude(for_meeting=None).exists()


def test_who_is_not_bound_by_secrecy_is_no_guest_and_the_form_keeps_what_was_typed(
    circle: Circle,
) -> None:
    house, _rep = stranger()
    meeting = plan(circle)
    client = signed_in(circle.coordinator)
    address = reverse("meeting-invite", args=[circle.concertation.slug, meeting.id])
    form = {
        "email": "agent@police.example",
        "name": "Agent Inventé",
        "language": "fr",
        "organisation": str(house.id),
        "function": "inspecteur",
        "secrecy_status": SecrecyStatus.POLICE_JUSTICE,
    }
    answer = client.post(address, form)
    assert answer.status_code == 200
    assert "agent@police.example" in answer.content.decode()
    assert "lectrice limitée" in answer.content.decode()
    answer = client.post(address, {**form, "secrecy_status": SecrecyStatus.PROFESSIONAL})
    assert answer["Location"] == page(circle, meeting)
    row = Participation.objects.get(person__email="agent@police.example")
    assert row.for_meeting == meeting.id


def test_a_guest_of_a_situation_keeps_the_directory(circle: Circle) -> None:
    """Only guests of a meeting are kept from it: the cell of the table is what it was."""
    assert signed_in(circle.guest).get(f"/{circle.concertation.slug}/membres").status_code == 200
