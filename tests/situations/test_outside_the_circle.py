"""What people outside the circle of key holders are given, when, and what is refused to them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.enums import Outcome, Purpose
from audit.models import Entry
from concertation.situations import actions, errors, reading
from concertation.situations.actions import open_to_guest
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction, Contribution, Situation, SituationGrant
from ethics import gate
from ethics.secrecy.models import ScopeWrap
from tests.cast import Circle, Someone, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def holds(who: Someone, action: AgreedAction) -> bool:
    """Whether this person was given the action's own key."""
    held = who.actor.keys
    assert held is not None
    return ScopeWrap.objects.filter(key__scope=action.id, recipient=held.keys).exists()


def tick(circle: Circle, situation: Situation, days: int = 7) -> SituationGrant:
    return open_to_guest(
        circle.coordinator.actor,
        situation=situation.id,
        guest=number_of(circle.guest),
        until=timezone.localdate() + timedelta(days=days),
    )


def refused(verb: str, who: Someone) -> bool:
    entries = Entry.objects.filter(verb=verb, outcome=Outcome.REFUSED, actor=who.user.id)
    return entries.exists()


@pytest.mark.parametrize("name", ["police", "guest"])
def test_the_key_of_an_action_is_given_when_the_group_agrees(circle: Circle, name: str) -> None:
    owner = circle.people[name]
    action = story.propose(circle.manager, story.bring(circle.participant), owner)
    assert not holds(owner, action)
    actions.agree_action(circle.manager.actor, action=action.id)
    assert holds(owner, action)
    assert not holds(circle.manager, action)


def test_a_proposal_is_addressed_to_nobody_outside_before_admission(circle: Circle) -> None:
    about = story.bring(circle.participant)
    place = circle.police.participation
    assert place is not None
    place.state = "awaiting"
    place.save()
    with pytest.raises(errors.OwnerNotAdmitted):
        story.propose(circle.manager, about, circle.police)


def test_a_guest_proposes_to_the_circle_but_not_to_a_limited_reader(circle: Circle) -> None:
    about = story.bring(circle.participant)
    tick(circle, about)
    with pytest.raises(errors.OwnerNotForGuests, match="Seul le cercle"):
        story.propose(circle.guest, about, circle.police)
    assert not AgreedAction.objects.exists()
    assert refused("action_proposed", circle.guest)
    assert story.propose(circle.guest, about, circle.manager).state == "proposed"
    offered = {each.number for each in reading.people(circle.guest.actor)}
    assert number_of(circle.police) not in offered
    assert number_of(circle.manager) in offered
    assert number_of(circle.police) in {
        each.number for each in reading.people(circle.manager.actor)
    }


def result_of(circle: Circle, action: AgreedAction) -> str:
    row = AgreedAction.objects.get(id=action.id)
    opened = gate.reveal(
        circle.manager.actor, records=[row], subjects=[row.situation_id], purpose=Purpose.SHEET
    )
    return str(opened.get(row, "result"))


@pytest.mark.parametrize("answers", [True, False])
def test_the_group_s_word_is_no_result_for_an_owner_outside(circle: Circle, answers: bool) -> None:
    about = story.bring(circle.participant)
    action = story.agree(circle.manager, about, circle.police)
    word = "Elle a confié autre chose au groupe"
    coordinator = circle.coordinator.actor
    if answers:
        actions.answer_action(coordinator, action=action.id, state="done", text=word)
    else:
        actions.move_action(coordinator, action=action.id, state="done", result=word)
    assert result_of(circle, action) == ""
    entry = Contribution.objects.get()
    assert (entry.kind, entry.scope) == ("feedback", about.id)
    address = url(circle, "situation", show_code(about.code or ""))
    assert word not in get(signed_in(circle.police), address)
    assert word in get(signed_in(circle.manager), address)


def test_an_owner_s_own_word_and_the_circle_s_stay_results(circle: Circle) -> None:
    about = story.bring(circle.participant)
    theirs = story.agree(circle.manager, about, circle.police)
    actions.answer_action(circle.police.actor, action=theirs.id, state="done", text="Passage fait")
    assert result_of(circle, theirs) == "Passage fait"
    inside = story.agree(circle.manager, about, circle.participant)
    actions.answer_action(
        circle.coordinator.actor, action=inside.id, state="done", text="Appel fait"
    )
    assert result_of(circle, inside) == "Appel fait"


def test_a_guest_s_word_on_someone_else_s_action_is_sealed_for_the_circle(circle: Circle) -> None:
    about = story.bring(circle.participant)
    action = story.agree(circle.manager, about, circle.police)
    tick(circle, about)
    entry = actions.give_feedback(
        circle.guest.actor, situation=about.id, action=action.id, text="Vu en passant"
    )
    assert entry.scope == about.id


def test_who_enters_a_decision_without_right_is_recorded(circle: Circle) -> None:
    about = story.bring(circle.participant)
    with pytest.raises(errors.KindRefused):
        actions.contribute(circle.manager.actor, situation=about.id, kind="decision", text="Non")
    assert refused("contribution_added", circle.manager)
    assert not Contribution.objects.exists()


def test_feedback_outside_one_s_own_action_is_recorded(circle: Circle) -> None:
    about = story.bring(circle.participant)
    story.agree(circle.manager, about, circle.police)
    with pytest.raises(errors.NoSuchAction):
        actions.give_feedback(circle.police.actor, situation=about.id, text="Où donc ?")
    assert refused("feedback_given", circle.police)


def test_ticking_again_renews(circle: Circle) -> None:
    about = story.bring(circle.participant)
    today = timezone.localdate()
    assert tick(circle, about, days=7).until == today + timedelta(days=7)
    assert tick(circle, about, days=60).until == today + timedelta(days=60)
    assert SituationGrant.objects.count() == 1
    wrap = ScopeWrap.objects.get(key__scope=about.id, key__generation=2, kind="member")
    assert wrap.until == today + timedelta(days=60)
    # A grant that ended, and its key, are taken up again by a new tick.
    SituationGrant.objects.update(until=today - timedelta(days=1))
    ScopeWrap.objects.filter(id=wrap.id).update(until=today - timedelta(days=1))
    assert reading.opened_to(circle.guest.actor) == ()
    tick(circle, about)
    assert [row.headline for row in reading.opened_to(circle.guest.actor)] == [story.HEADLINE]


def test_the_board_of_nobody_is_refused_and_recorded(circle: Circle) -> None:
    assert signed_in(circle.dpo).get(url(circle, "board")).status_code == 404
    assert refused("list", circle.dpo)
    assert "Rien ne vous est ouvert" in get(signed_in(circle.guest), url(circle, "board"))
    assert "Rien encore ici" in get(signed_in(circle.police), url(circle, "board"))


def test_only_those_who_may_say_who_holds_it_get_the_form(circle: Circle) -> None:
    about = story.bring(circle.participant)
    code = show_code(about.code or "")
    target = url(circle, "situation-manager", code)
    offered = f'action="{target}"'
    client = signed_in(circle.manager)
    assert offered not in get(client, url(circle, "situation", code))
    # Not even when it is sent without being offered, with or without mistakes.
    for number in (1, 2):
        data = {"case_manager": str(number_of(circle.manager)) if number == 1 else "personne"}
        assert client.post(target, data).status_code == 404
        entries = Entry.objects.filter(verb="case_manager_set", outcome=Outcome.REFUSED)
        assert entries.count() == number
    assert Situation.objects.get(id=about.id).case_manager_id is None
    for someone in (circle.participant, circle.coordinator):
        client = signed_in(someone)
        assert offered in get(client, url(circle, "situation", code))
        page = text_of(client.post(target, {"case_manager": "personne"}))
        assert offered in page
        assert 'class="errors"' in page or "field__error" in page
