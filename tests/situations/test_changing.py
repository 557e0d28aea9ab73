"""Agreed actions on their way: put off with a reason, given to somebody else, taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from concertation.situations import actions, errors, reading
from concertation.situations.codes import show_code
from concertation.situations.errors_following import SameDay
from concertation.situations.models import AgreedAction, Contribution
from ethics import gate
from ethics.secrecy.models import ScopeWrap
from tests.cast import Circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def in_days(number: int) -> str:
    return (timezone.localdate() + timedelta(days=number)).isoformat()


def test_a_postponed_action_tells_why_and_keeps_its_former_day(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.overdue(circle.manager, row, circle.participant)
    was = action.due_on
    client = signed_in(circle.participant)
    code = show_code(row.code or "")
    address = url(circle, "situation-action-change", code, action.id)
    page = get(client, address)
    assert address in get(client, url(circle, "situation", code))
    data = {"what": "postpone", "due_on": in_days(12), "version": hidden(page, "version")}
    # Without a reason, with a day that is over or ten years ahead: a sentence, and the typed text
    # stays.
    assert "Cette réponse manque encore" in text_of(client.post(address, data | {"text": ""}))
    for day in (in_days(-1), in_days(3650)):
        refused = text_of(client.post(address, data | {"due_on": day, "text": "Pas joignable"}))
        assert "Cette date n’est pas possible" in refused
        assert "Pas joignable" in refused
    sent = client.post(address, data | {"text": "Le service est fermé"})
    assert sent["Location"].endswith("#actions")
    action.refresh_from_db()
    assert action.due_on > was
    assert Contribution.objects.get(action=action).kind == "feedback"
    assert reading.owed_feedback(circle.participant.actor) == ()
    found = reading.action_page(circle.coordinator.actor, code, action.id)
    assert any(step.said.startswith("Reportée du") for step in found.steps)
    assert found.steps[-1].said.startswith("Proposée à")
    # The same form again, from the page that “back” shows: nothing is overwritten.
    again = client.post(address, data | {"due_on": in_days(20), "text": "Deuxième onglet"})
    assert "pendant que vous écriviez" in text_of(again)
    assert "Deuxième onglet" in text_of(again)
    action.refresh_from_db()
    assert action.due_on.isoformat() == in_days(12)


def test_only_who_may_move_an_action_puts_it_off_and_only_while_it_runs(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.coordinator, row, circle.participant)
    later = timezone.localdate() + timedelta(days=20)
    with pytest.raises(gate.Refused):
        actions.postpone_action(
            circle.manager.actor, action=action.id, due_on=later, text="Plus tard"
        )
    with pytest.raises(SameDay):
        actions.postpone_action(
            circle.participant.actor, action=action.id, due_on=action.due_on, text="Plus tard"
        )
    actions.answer_action(circle.participant.actor, action=action.id, state="done", text="Fait")
    with pytest.raises(errors.TransitionRefused):
        actions.postpone_action(
            circle.participant.actor, action=action.id, due_on=later, text="Plus tard"
        )


def test_an_action_given_to_somebody_else_is_shut_to_its_former_owner(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.police, text="Passer lundi")
    code = show_code(row.code or "")
    assert "Passer lundi" in get(signed_in(circle.police), url(circle, "situation", code))
    client = signed_in(circle.manager)
    address = url(circle, "situation-action-change", code, action.id)
    data = {
        "what": "hand_over",
        "owner": str(number_of(circle.participant)),
        "note": "L’équipe mobile passe déjà",
        "version": hidden(get(client, address), "version"),
    }
    assert client.post(address, data).status_code == 302
    action.refresh_from_db()
    assert action.owner_id == number_of(circle.participant)
    assert signed_in(circle.police).get(url(circle, "situation", code)).status_code == 404
    # The copies of its keys that were theirs by name are gone.
    assert not ScopeWrap.objects.filter(key__scope=action.scope, kind="member").exists()
    page = get(signed_in(circle.participant), url(circle, "situation", code))
    for words in ("Passer lundi", "L’équipe mobile passe déjà"):
        assert words in page
    assert "Confiée à" in get(client, address)


def test_an_action_given_to_a_limited_reader_opens_to_them_alone(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant, text="Passer mardi")
    actions.hand_over_action(
        circle.coordinator.actor, action=action.id, owner=number_of(circle.police)
    )
    sheet = reading.situation_sheet(circle.police.actor, row.code or "")
    assert [each.text for each in sheet.actions] == ["Passer mardi"]
    assert sheet.story is None
    actions.answer_action(circle.police.actor, action=action.id, state="done", text="Passage fait")
    with pytest.raises(errors.TransitionRefused):
        actions.hand_over_action(
            circle.coordinator.actor, action=action.id, owner=number_of(circle.manager)
        )


def test_the_action_of_someone_who_left_is_given_to_somebody_else(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant, text="Appeler")
    place = circle.participant.participation
    assert place is not None
    place.state = "ended"
    place.save()
    sheet = reading.situation_sheet(circle.manager.actor, row.code or "")
    assert sheet.actions[0].may_change
    with pytest.raises(errors.NoSuchOwner):
        story.propose(circle.manager, row, circle.participant)
    actions.hand_over_action(
        circle.manager.actor, action=action.id, owner=number_of(circle.manager)
    )
    mine = reading.my_actions(circle.manager.actor)
    assert [each.text for each in mine] == ["Appeler"]


def test_someone_outside_the_board_acts_through_a_relay(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    client = signed_in(circle.manager)
    proposal = {
        "text": "Revoir le traitement",
        "acts": "le médecin traitant",
        "owner": str(number_of(circle.participant)),
        "due_on": in_days(5),
    }
    assert client.post(url(circle, "situation-action-propose", code), proposal).status_code == 302
    action = AgreedAction.objects.get()
    actions.agree_action(circle.coordinator.actor, action=action.id)
    page = get(client, url(circle, "situation", code))
    assert "le médecin traitant" in page
    assert "par le relais de Coup-de-Pouce" in page
    # The relay owes the feedback.
    assert len(reading.owed_feedback(circle.participant.actor)) == 1


def test_an_action_from_before_relays_still_opens(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant, text="Appeler")
    AgreedAction.objects.filter(id=action.id).update(acts=None)
    sheet = reading.situation_sheet(circle.manager.actor, row.code or "")
    assert (sheet.actions[0].text, sheet.actions[0].acts) == ("Appeler", "")
    actions.answer_action(circle.participant.actor, action=action.id, state="done", text="Fait")


def test_an_action_is_taken_back_from_its_page(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.manager, row, circle.participant)
    code = show_code(row.code or "")
    client = signed_in(circle.coordinator)
    address = url(circle, "situation-action-change", code, action.id)
    assert client.post(address, {"what": "withdraw"}).status_code == 302
    action.refresh_from_db()
    assert action.state == "withdrawn"
    # Sent twice: there is nothing left to change, the sheet says what became of it.
    again = client.post(address, {"what": "withdraw"})
    assert again["Location"] == url(circle, "situation", code) + "#actions"
