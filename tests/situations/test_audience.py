"""Who reads a situation: restricting it to named persons, opening it again."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry, EntrySubject
from concertation.meetings import actions as meetings
from concertation.meetings import reading as meeting_reading
from concertation.situations import actions, errors, reading
from concertation.situations.actions.guests import open_to_guest
from concertation.situations.codes import show_code
from concertation.situations.models import Situation, SituationGrant
from ethics import gate
from ethics.policy import Refusal
from ethics.secrecy.check import check_all
from tests.cast import Circle, Someone, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def restrict(who: Someone, situation: Situation, *readers: Someone) -> Situation:
    return actions.change_audience(
        who.actor, situation=situation.id, readers=[number_of(each) for each in readers]
    )


def code_of(situation: Situation) -> str:
    return show_code(str(situation.code))


def reads(who: Someone, situation: Situation) -> bool:
    try:
        return reading.situation_sheet(who.actor, code_of(situation)).story is not None
    except gate.Refused:
        return False


def on_the_board(who: Someone) -> list[str]:
    return [row.code for row in reading.board(who.actor).rows]


def plan(circle: Circle) -> UUID:
    return meetings.plan_meeting(
        circle.coordinator.actor,
        starts_at=timezone.now() + timedelta(days=7),
        place="Maison de quartier",
        planned_minutes=60,
    ).id


def agenda_codes(who: Someone, meeting: UUID) -> list[str]:
    agenda = meeting_reading.meeting_page(who.actor, meeting).agenda
    assert agenda is not None
    return [item.code for item in agenda.items]


def test_a_restricted_situation_is_seen_by_the_named_and_nobody_else(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    meeting = plan(circle)
    assert agenda_codes(circle.manager, meeting) == [code_of(situation)]
    restrict(circle.coordinator, situation, circle.coordinator)
    assert reads(circle.coordinator, situation)
    assert reads(circle.participant, situation)  # who brought it stays
    assert not reads(circle.manager, situation)
    assert on_the_board(circle.manager) == []
    assert on_the_board(circle.participant) == [code_of(situation)]
    assert agenda_codes(circle.manager, meeting) == []
    assert agenda_codes(circle.coordinator, meeting) == [code_of(situation)]
    refusal = Entry.objects.filter(outcome=Outcome.REFUSED).latest("id")
    assert refusal.reason == Refusal.NOT_IN_AUDIENCE
    assert check_all().ok


def test_restricting_is_recorded_with_the_readers_and_each_text_sealed_anew(
    circle: Circle,
) -> None:
    situation = story.bring(circle.participant)
    story.entry(circle.manager, situation)
    restrict(circle.participant, situation, circle.coordinator)
    assert story.verbs().count(Verb.RESEALED) == 2  # the entry and the sharing decision
    entry = Entry.objects.get(verb=Verb.SITUATION_RESTRICTED)
    named = EntrySubject.objects.filter(entry=entry, kind="participation")
    assert set(named.values_list("number", flat=True)) == {
        number_of(circle.coordinator),
        number_of(circle.participant),
    }


def test_its_history_shows_no_change_of_text(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    restrict(circle.coordinator, situation, circle.coordinator, circle.manager)
    shown = reading.field_history(circle.manager.actor, code_of(situation))
    assert shown.fields
    assert all(len(each.versions) == 1 for each in shown.fields)
    assert not Entry.objects.filter(verb=Verb.UNOPENABLE).exists()


@pytest.mark.parametrize("name", ["manager", "police", "guest", "dpo"])
def test_only_who_brought_or_holds_it_or_coordinates_restricts(circle: Circle, name: str) -> None:
    situation = story.bring(circle.participant)
    with pytest.raises(gate.Refused):
        restrict(circle.people[name], situation, circle.coordinator, circle.manager)
    assert not Situation.objects.get().restricted


def test_one_reader_is_too_few_and_a_stranger_is_none(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    with pytest.raises(errors.TooFewReaders):
        restrict(circle.participant, situation)
    for stranger in (number_of(circle.police), number_of(circle.guest), uuid4()):
        with pytest.raises(errors.NoSuchReader):
            actions.change_audience(
                circle.participant.actor,
                situation=situation.id,
                readers=[number_of(circle.coordinator), stranger],
            )
    assert not Situation.objects.get().restricted
    assert not SituationGrant.objects.exists()


def test_a_row_that_says_participant_is_named_only_when_the_chain_says_so(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    place = circle.police.participation
    assert place is not None
    place.roles, place.secrecy_status = ["participant"], "professional"
    place.save()
    with pytest.raises(errors.NoSuchReader):
        restrict(circle.coordinator, situation, circle.coordinator, circle.police)


def test_a_draft_gets_no_readers_past_the_sharing_decision(circle: Circle) -> None:
    draft = story.draft(circle.participant)
    with pytest.raises(gate.Refused) as refusal:
        restrict(circle.participant, draft, circle.coordinator, circle.manager)
    assert refusal.value.reason == Refusal.STATE


def test_who_is_taken_out_reads_no_more_and_who_comes_in_does(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    restrict(circle.coordinator, situation, circle.coordinator, circle.manager)
    restrict(circle.participant, situation, circle.manager)
    assert not reads(circle.coordinator, situation)
    assert reads(circle.manager, situation)
    story.entry(circle.manager, situation, "Après")
    sheet = reading.situation_sheet(circle.participant.actor, code_of(situation))
    assert [entry.text for entry in sheet.entries] == ["Après"]
    with pytest.raises(gate.Refused):
        restrict(circle.coordinator, situation, circle.coordinator, circle.manager)


def test_opened_again_the_whole_circle_reads_it(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    restrict(circle.coordinator, situation, circle.coordinator)
    actions.change_audience(circle.coordinator.actor, situation=situation.id, readers=None)
    assert reads(circle.manager, situation)
    assert not SituationGrant.objects.exists()
    assert check_all().ok


def test_a_guest_stays_until_their_day_when_named_and_after_opening_again(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    until = timezone.localdate() + timedelta(days=7)
    open_to_guest(
        circle.coordinator.actor,
        situation=situation.id,
        guest=number_of(circle.guest),
        until=until,
    )
    restrict(circle.coordinator, situation, circle.coordinator, circle.guest)
    assert reads(circle.guest, situation)
    actions.change_audience(circle.coordinator.actor, situation=situation.id, readers=None)
    assert reads(circle.guest, situation)
    assert SituationGrant.objects.get().until == until
    restrict(circle.coordinator, situation, circle.coordinator)
    assert not reads(circle.guest, situation)


def test_its_actions_and_its_holder_are_found_among_its_readers(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    waiting = story.propose(circle.manager, situation, circle.police)
    restrict(circle.coordinator, situation, circle.coordinator)
    for owner in (circle.police, circle.manager):
        with pytest.raises(errors.OwnerNotInAudience):
            story.propose(circle.coordinator, situation, owner)
    with pytest.raises(errors.OwnerNotInAudience):
        actions.agree_action(circle.coordinator.actor, action=waiting.id)
    with pytest.raises(errors.NoSuchManager):
        actions.set_case_manager(
            circle.coordinator.actor,
            situation=situation.id,
            case_manager=number_of(circle.manager),
        )
    sheet = reading.situation_sheet(circle.coordinator.actor, code_of(situation))
    assert {each.number for each in sheet.people} == {
        number_of(circle.coordinator),
        number_of(circle.participant),
    }
    story.agree(circle.coordinator, situation, circle.participant)


def test_an_action_of_a_limited_reader_is_not_shown_while_it_is_restricted(
    circle: Circle,
) -> None:
    situation = story.bring(circle.participant)
    story.agree(circle.manager, situation, circle.police)
    assert reading.my_actions(circle.police.actor)
    restrict(circle.coordinator, situation, circle.coordinator)
    assert not reading.my_actions(circle.police.actor)
    actions.change_audience(circle.coordinator.actor, situation=situation.id, readers=None)
    assert [each.text for each in reading.my_actions(circle.police.actor)] == [
        "Joindre le service technique"
    ]


# --- Pages ------------------------------------------------------------------------------------


def test_pages_of_readers_and_withdrawing(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    code = code_of(situation)
    client = signed_in(circle.coordinator)
    sheet = get(client, url(circle, "situation", code))
    assert "Lecteurs" in sheet
    assert "Me retirer de cette situation" in sheet
    address = url(circle, "situation-readers", code)
    assert "Tout le cercle tenu au secret" in get(client, address)
    alone = client.post(address, {"audience": "named", "readers": []})
    # Who brought it stays, so one more is needed.
    assert "Nommez au moins deux personnes" in text_of(alone)
    answer = client.post(
        address, {"audience": "named", "readers": [str(number_of(circle.coordinator))]}
    )
    assert answer["Location"] == address
    assert "restreinte" in get(client, url(circle, "situation", code))
    assert "restreinte" in get(client, url(circle, "board"))


def test_the_page_of_a_restricted_situation_answers_like_an_unknown_one(circle: Circle) -> None:
    situation = story.bring(circle.participant)
    restrict(circle.coordinator, situation, circle.coordinator)
    client = signed_in(circle.manager)

    def page(name: str, code: str) -> tuple[int, str]:
        answer = client.get(url(circle, name, code))
        lines = text_of(answer).splitlines()
        return answer.status_code, "\n".join(
            line for line in lines if "csrf" not in line and 'name="next"' not in line
        )

    for name in ("situation", "situation-readers", "situation-withdraw", "situation-history"):
        restricted, unknown = page(name, code_of(situation)), page(name, "K7QF-3MMH")
        assert restricted[0] == 404
        assert restricted == unknown
