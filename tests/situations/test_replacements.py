"""A replacement sees and answers the replaced person's actions, and no more, until the last day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.enums import Outcome
from audit.models import Entry
from concertation.meetings.actions import plan_meeting
from concertation.meetings.home import home_page
from concertation.meetings.reading import meeting_page
from concertation.situations import actions, reading
from concertation.situations.codes import show_code
from concertation.situations.enums import ActionState
from concertation.situations.models import AgreedAction, Contribution, Situation
from ethics import gate
from ethics.policy import Refusal
from ethics.roles import Role
from tests.cast import Circle, Someone, join
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.fixture
def relay(circle: Circle) -> Someone:
    """Replaces the participant for a month."""
    assert circle.participant.participation
    house = circle.participant.participation.organisation
    someone = join(circle, "relais", house, [Role.PARTICIPANT])
    replaces(someone, circle.participant)
    return someone


def replaces(someone: Someone, other: Someone) -> None:
    row = someone.participation
    assert row
    row.replaces = other.participation
    row.ends_on = timezone.localdate() + timedelta(days=30)
    row.save()


def over(someone: Someone) -> None:
    row = someone.participation
    assert row
    row.starts_on = row.ends_on = timezone.localdate() - timedelta(days=1)
    row.save()


@pytest.fixture
def situation(circle: Circle) -> Situation:
    return story.bring(circle.manager)


@pytest.fixture
def action(circle: Circle, situation: Situation) -> AgreedAction:
    """An agreed action of the participant, in a situation somebody else brought and holds."""
    return story.agree(circle.manager, situation, circle.participant, text="Relancer la régie")


def test_a_replacement_finds_the_actions_where_the_replaced_would(
    circle: Circle, relay: Someone, situation: Situation, action: AgreedAction
) -> None:
    code = show_code(situation.code or "")
    assert [each.number for each in reading.my_actions(relay.actor)] == [action.id]
    assert [each.number for each in home_page(relay.actor).due + home_page(relay.actor).later]
    assert reading.board(relay.actor, reading.Asked(view="mine")).mine == 1
    (row,) = reading.situation_sheet(relay.actor, code).actions
    assert row.mine
    assert row.may_answer
    story.entry(circle.manager, situation)
    since = timezone.localdate() - timedelta(days=1)
    assert [each.code for each in reading.news(relay.actor, since)] == [code]
    # To any other colleague it stays somebody else's.
    assert reading.my_actions(circle.coordinator.actor) == ()
    assert reading.board(circle.coordinator.actor, reading.Asked(view="mine")).mine == 0


def test_the_agenda_marks_them_as_the_replacement_s_own(
    circle: Circle, relay: Someone, situation: Situation
) -> None:
    meeting = plan_meeting(circle.coordinator.actor, starts_at=timezone.now(), place="Le Préau")
    story.overdue(circle.manager, situation, circle.participant)
    for someone, mine in ((relay, True), (circle.participant, True), (circle.manager, False)):
        agenda = meeting_page(someone.actor, meeting.id).agenda
        assert agenda
        assert [each.mine for each in agenda.items] == [mine]


def test_a_replacement_answers_and_the_replaced_person_stays_the_owner(
    circle: Circle, relay: Someone, situation: Situation, action: AgreedAction
) -> None:
    client = signed_in(relay)
    address = url(circle, "situation-action", show_code(situation.code or ""), action.id)
    sent = {"state": "done", "text": "La régie passe lundi", "version": str(action.version)}
    assert client.post(address, sent).status_code == 302
    row = AgreedAction.objects.get(id=action.id)
    assert row.state == ActionState.DONE
    assert row.owner == circle.participant.participation
    assert Contribution.objects.get(action=row).author == relay.participation
    assert reading.owed_feedback(circle.participant.actor) == ()


def test_two_actions_of_two_people_are_each_listed_once(
    circle: Circle, relay: Someone, situation: Situation, action: AgreedAction
) -> None:
    own = story.agree(circle.manager, situation, relay)
    found = [each.number for each in reading.my_actions(relay.actor)]
    assert sorted(found) == sorted([own.id, action.id])
    assert reading.board(relay.actor, reading.Asked(view="mine")).mine == 1
    assert len(reading.board(relay.actor, reading.Asked(view="mine")).rows) == 1
    assert [each.number for each in reading.my_actions(circle.participant.actor)] == [action.id]


def test_a_replacement_answers_for_nothing_else_the_replaced_person_holds(
    circle: Circle, relay: Someone
) -> None:
    about = story.bring(circle.participant)
    with pytest.raises(gate.Refused) as refused:
        actions.close_situation(relay.actor, situation=about.id, outcome="informed")
    assert refused.value.reason == Refusal.ROLE
    draft = story.draft(circle.participant)
    with pytest.raises(gate.Refused):
        reading.own_draft(relay.actor, draft.id)


def test_a_colleague_and_a_stranger_cannot_answer_in_their_place(
    circle: Circle, situation: Situation, action: AgreedAction
) -> None:
    assert circle.participant.participation
    assert circle.manager.participation
    colleague = join(
        circle, "collegue", circle.participant.participation.organisation, [Role.PARTICIPANT]
    )
    other = join(circle, "autre", circle.manager.participation.organisation, [Role.PARTICIPANT])
    for someone in (colleague, other):
        address = url(circle, "situation-action", show_code(situation.code or ""), action.id)
        sent = {"state": "done", "text": "", "version": str(action.version)}
        assert signed_in(someone).post(address, sent).status_code == 404
        refused = Entry.objects.filter(outcome=Outcome.REFUSED, actor=someone.user.id)
        assert [each.reason for each in refused] == [str(Refusal.ROLE)]
    assert AgreedAction.objects.get(id=action.id).state == ActionState.AGREED


def test_an_ended_replacement_sees_and_does_nothing_more(
    circle: Circle, relay: Someone, situation: Situation, action: AgreedAction
) -> None:
    client = signed_in(relay)
    assert get(client, url(circle, "situation", show_code(situation.code or "")))
    over(relay)
    for name, args in (
        ("board", ()),
        ("situation", (show_code(situation.code or ""),)),
        ("members", ()),
    ):
        assert client.get(url(circle, name, *args)).status_code == 404, name
    sent = {"state": "done", "text": "", "version": str(action.version)}
    assert (
        client.post(
            url(circle, "situation-action", show_code(situation.code or ""), action.id), sent
        ).status_code
        == 404
    )
    with pytest.raises(gate.Refused) as refused:
        actions.move_action(relay.actor, action=action.id, state="done")
    assert refused.value.reason == Refusal.PARTICIPATION_ENDED
    with pytest.raises(gate.Refused):
        reading.situation_sheet(relay.actor, show_code(situation.code or ""))
    assert AgreedAction.objects.get(id=action.id).state == ActionState.AGREED


def test_a_row_that_says_a_limited_reader_replaces_someone_opens_nothing(
    circle: Circle, situation: Situation, action: AgreedAction
) -> None:
    """A planted row: no copy of a key and no fact of the policy follows from it."""
    replaces(circle.police, circle.participant)
    assert reading.my_actions(circle.police.actor) == ()
    assert reading.opened_to(circle.police.actor) == ()
    with pytest.raises(gate.Refused):
        reading.situation_sheet(circle.police.actor, show_code(situation.code or ""))
    with pytest.raises(gate.Refused):
        actions.move_action(circle.police.actor, action=action.id, state="done")


def test_replacing_someone_outside_the_circle_is_no_way_to_their_actions(
    circle: Circle, relay: Someone, situation: Situation
) -> None:
    replaces(relay, circle.police)
    story.agree(circle.manager, situation, circle.police)
    assert reading.my_actions(relay.actor) == ()


def test_a_replacement_costs_no_query_more(
    circle: Circle, relay: Someone, situation: Situation, action: AgreedAction
) -> None:
    code = show_code(situation.code or "")

    def queries(someone: Someone) -> int:
        reading.situation_sheet(someone.actor, code)
        with CaptureQueriesContext(connection) as seen:
            reading.board(someone.actor, reading.Asked(view="mine"))
            reading.situation_sheet(someone.actor, code)
            reading.home(someone.actor, since=timezone.localdate())
        return len(seen)

    assert queries(relay) == queries(circle.participant)


def test_a_replacement_is_told_of_the_actions_they_answer_for(
    circle: Circle, relay: Someone, situation: Situation
) -> None:
    story.agree(circle.manager, situation, circle.participant, text="Relancer la régie")
    (row,) = reading.my_notices(relay.actor)
    assert row.action == "Relancer la régie"
    assert reading.notices_waiting(circle.participant.actor) == 1
    over(relay)
    story.agree(circle.manager, situation, circle.participant, text="Et la suite")
    assert relay.participation
    assert relay.participation.notices.count() == 1
