"""What an intern brought, once it was confirmed: who answers for it, and what an intern may add."""

from typing import Any
from uuid import UUID

import pytest
from django.core import mail

from audit.enums import Verb
from audit.models import Entry
from concertation.meetings.home import home_page
from concertation.situations import actions, errors, reading
from concertation.situations.codes import show_code
from concertation.situations.enums import ActionState, SituationState
from concertation.situations.models import AgreedAction, DraftNote, Situation
from ethics import gate
from ethics.secrecy.check import check_all
from ethics.secrecy.models import ScopeWrap
from ethics.sharing.models import SharingDecision
from tests.accounts.test_restoring import lose
from tests.cast import Circle, Someone, admitted, chain_place, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

NOTE = "La deuxième phrase fait reconnaître le bâtiment"


@pytest.fixture
def handed(circle: Circle) -> Situation:
    """A draft that the supervisor has."""
    return story.handed(circle)


@pytest.fixture
def intern(circle: Circle, handed: Situation) -> Someone:
    """Whose it is; supervised by the participant."""
    return circle.people["stage"]


def holders(scope: UUID, generation: int) -> set[UUID | None]:
    rows = ScopeWrap.objects.filter(key__scope=scope, key__generation=generation)
    return set(rows.values_list("recipient", flat=True))


def keys_of(*people: Someone) -> set[UUID | None]:
    held = [each.actor.keys for each in people]
    return {each.keys for each in held if each}


def row_of(situation: Situation) -> Situation:
    return Situation.objects.get(id=situation.id)


@pytest.fixture
def situation(circle: Circle, intern: Someone, handed: Situation) -> Situation:
    """Confirmed, and on the board."""
    return story.share(circle.participant, handed.id)


def test_an_intern_proposes_and_a_member_agrees(
    circle: Circle, intern: Someone, situation: Situation
) -> None:
    row = story.propose(intern, situation, intern)
    code = show_code(situation.code or "")
    client = signed_in(intern)
    page = get(client, url(circle, "situation", code))
    agree = url(circle, "situation-action-agree", code, row.id)
    assert agree not in page
    assert client.post(agree).status_code == 404
    assert AgreedAction.objects.get(id=row.id).state == ActionState.PROPOSED
    actions.agree_action(circle.participant.actor, action=row.id)
    actions.move_action(intern.actor, action=row.id, state="done", result="Fait")
    assert AgreedAction.objects.get(id=row.id).state == ActionState.DONE


def test_an_intern_adds_to_the_thread_and_commits_the_group_to_nothing(
    circle: Circle, intern: Someone, situation: Situation
) -> None:
    code = show_code(situation.code or "")
    story.entry(intern, situation)
    actions.give_feedback(intern.actor, situation=situation.id, text="Lien gardé")
    client = signed_in(intern)
    page = get(client, url(circle, "situation", code))
    assert url(circle, "situation-manager", code) not in page
    for name in ("situation-edit", "situation-close", "situation-voice"):
        assert url(circle, name, code) not in page, name
        assert client.get(url(circle, name, code)).status_code == 404, name
    for name, data in (
        ("situation-close", {"outcome": "informed"}),
        ("situation-manager", {"case_manager": str(number_of(intern))}),
        ("situation-state", {"state": "followed"}),
        ("situation-readers", {"readers": [str(number_of(intern))]}),
        ("situation-sharing-questions", {"question": "q1", "answer": "no"}),
    ):
        assert client.post(url(circle, name, code), data).status_code == 404, name
    assert row_of(situation).state == SituationState.SIGNALLED


def test_an_intern_is_nobody_s_case_manager(
    circle: Circle, intern: Someone, situation: Situation
) -> None:
    with pytest.raises(errors.NoSuchManager):
        actions.set_case_manager(
            circle.participant.actor, situation=situation.id, case_manager=number_of(intern)
        )
    sheet = reading.situation_sheet(circle.participant.actor, show_code(situation.code or ""))
    assert {each.number: each.may_hold for each in sheet.people}[number_of(intern)] is False


def test_the_supervisor_answers_for_what_they_confirmed(
    circle: Circle, intern: Someone, situation: Situation
) -> None:
    boss = circle.participant.actor
    assert reading.board(boss, reading.Asked(view="mine")).mine == 1
    assert reading.board(intern.actor, reading.Asked(view="mine")).mine == 1
    assert reading.board(circle.manager.actor, reading.Asked(view="mine")).mine == 0
    actions.set_case_manager(
        boss, situation=situation.id, case_manager=number_of(circle.participant)
    )
    closed = actions.close_situation(boss, situation=situation.id, outcome="informed")
    assert closed.state == SituationState.CLOSED


def test_a_withdrawn_agreement_waits_for_the_supervisor_s_decision(
    circle: Circle,
    intern: Someone,
    situation: Situation,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw_agreement(circle.manager.actor, situation=situation.id)
    code = show_code(situation.code or "")
    for someone in (circle.participant, intern):
        assert reading.situation_sheet(someone.actor, code).sharing.hidden
        assert home_page(someone.actor).reminders.withdrawn == (code,)
    with pytest.raises(gate.Refused):
        reading.situation_sheet(circle.manager.actor, code)
    opened = SharingDecision.objects.get(after_withdrawal=True)
    assert opened.participation == number_of(circle.participant)
    assert circle.participant.user.email in {each for m in mail.outbox for each in m.to}
    questions = url(circle, "situation-sharing-questions", code)
    assert get(signed_in(circle.participant), questions)
    assert signed_in(intern).get(questions).status_code == 404


def test_a_confirmed_situation_is_restricted_by_whoever_may(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    """Keys and notes of the draft stay with the two: the new audience doesn't need them."""
    actions.send_back_draft(circle.participant.actor, draft=handed.id, text=NOTE)
    actions.save_draft(intern.actor, presentation=story.presentation(), draft=handed.id)
    actions.submit_draft(intern.actor, draft=handed.id)
    row = story.share(circle.participant, handed.id)
    actions.change_audience(
        circle.coordinator.actor,
        situation=row.id,
        readers=[number_of(circle.coordinator), number_of(circle.manager)],
    )
    code = show_code(row.code or "")
    for someone in (circle.coordinator, circle.manager, circle.participant, intern):
        sheet = reading.situation_sheet(someone.actor, code)
        assert sheet.story
        assert sheet.story.headline == story.HEADLINE
    mine = keys_of(circle.coordinator, circle.manager)
    of_the_draft = set(
        Situation.history.filter(state="draft", id=row.id).values_list("key_generation", flat=True)
    )
    for generation in of_the_draft:
        assert not holders(row.id, generation) & mine
    assert check_all().ok


def test_a_decision_not_to_share_made_before_does_not_stand_in_the_way_of_restricting(
    circle: Circle,
) -> None:
    draft = story.draft(circle.participant)
    boss = signed_in(circle.participant)
    share = get(boss, url(circle, "situation-share", draft.id))
    version = hidden(share, "version")
    answers = {"danger": "no", "identifiable": "yes", "version": version}
    boss.post(url(circle, "situation-share", draft.id), answers)
    questions = url(circle, "situation-share-questions", draft.id)
    boss.post(questions, {"question": "q5", "answer": "no"})
    boss.post(questions, {"question": "q7", "answer": "no"})
    page = get(boss, questions)
    boss.post(questions, {"decide": "1", "version": hidden(page, "version")})
    assert SharingDecision.objects.exclude(outcome="").count() == 1
    row = story.share(circle.participant, draft.id)
    actions.change_audience(
        circle.coordinator.actor,
        situation=row.id,
        readers=[number_of(circle.coordinator), number_of(circle.manager)],
    )
    sheet = reading.situation_sheet(circle.manager.actor, show_code(row.code or ""))
    assert sheet.story
    assert check_all().ok


def test_a_draft_thrown_away_is_gone_for_the_supervisor_too(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    actions.discard_draft(intern.actor, draft=handed.id)
    assert not Situation.objects.filter(id=handed.id).exists()
    assert not DraftNote.objects.exists()
    with pytest.raises(gate.Refused):
        reading.draft_to_confirm(circle.participant.actor, handed.id)


def with_new_keys(circle: Circle, someone: Someone) -> Someone:
    """Who forgot their password: new keys, heard and admitted again."""
    place = someone.participation
    assert place
    again = lose(someone)
    gate.remove(circle.coordinator.actor, someone.user.id, place.id)
    gate.admit(
        circle.coordinator.actor, someone.user.id, chain_place(place), gate.digits(again.actor)
    )
    admitted(place)
    return again


def test_an_intern_with_new_keys_throws_the_draft_away_and_nobody_is_alarmed(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    again = with_new_keys(circle, intern)
    (row,) = reading.drafts(again.actor)
    assert row.lost
    with pytest.raises(errors.SealedToFormerKeys):
        reading.own_draft(again.actor, handed.id)
    assert not Entry.objects.filter(verb=Verb.UNOPENABLE).exists()
    actions.discard_draft(again.actor, draft=handed.id)


def test_a_supervisor_with_new_keys_is_told_and_the_intern_hands_it_over_again(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    again = with_new_keys(circle, circle.participant)
    with pytest.raises(errors.SealedToFormerKeys):
        reading.draft_to_confirm(again.actor, handed.id)
    assert not Entry.objects.filter(verb=Verb.UNOPENABLE).exists()
    actions.save_draft(intern.actor, presentation=story.presentation(), draft=handed.id)
    actions.submit_draft(intern.actor, draft=handed.id)
    assert story.share(again, handed.id).state == SituationState.SIGNALLED
