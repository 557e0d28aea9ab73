"""After closing: reopened with the same code, or moved to another concertation with a new one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from concertation.accounts.models import Participation
from concertation.situations import actions, reading
from concertation.situations.codes import show_code
from concertation.situations.errors_following import KeptTooLong, NoSuchPlace
from concertation.situations.models import Situation
from ethics import gate
from ethics.roles import Role
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
from tests.situations.pages import get, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def closed(circle: Circle) -> Situation:
    row = story.bring(circle.participant)
    return actions.close_situation(
        circle.coordinator.actor, situation=row.id, outcome="referred", unmet_needs=["housing"]
    )


def elsewhere(circle: Circle) -> tuple[Circle, Someone]:
    """A second concertation, with the same participant in it."""
    other = make_circle("marronniers", "Les Marronniers")
    was = circle.participant
    org = other.participant.participation
    assert org is not None
    seat = place(was.user, other.concertation, org.organisation, [Role.PARTICIPANT])
    there = Someone(was.user, seat)
    sign_charter(there)
    gate.admit(other.coordinator.actor, was.user.id, chain_place(seat), gate.digits(there.actor))
    admitted(seat)
    return other, there


def test_a_reopened_situation_keeps_its_code_and_counts_as_open_again(circle: Circle) -> None:
    row = closed(circle)
    code = show_code(row.code or "")
    client = signed_in(circle.participant)
    assert "Rouvrir" in get(client, url(circle, "situation", code))
    client.post(url(circle, "situation-reopen", code))
    row.refresh_from_db()
    assert (row.state, row.closed_on, show_code(row.code or "")) == ("followed", None, code)
    counts = story.counts(circle)
    assert (counts["outcomes"], counts["unmet_needs"]) == ({"referred": 0}, {"housing": 0})
    page = get(client, url(circle, "situation", code))
    assert "Orientée, et le relais est pris" not in page
    assert "Ajouter au fil" in page
    # The result it had stays in the history of its fields.
    assert "relais est pris" in get(client, url(circle, "situation-history", code))
    actions.close_situation(circle.coordinator.actor, situation=row.id, outcome="informed")
    assert story.counts(circle)["outcomes"] == {"referred": 0, "informed": 1}


def test_only_who_could_close_it_reopens_it(circle: Circle) -> None:
    row = closed(circle)
    code = show_code(row.code or "")
    client = signed_in(circle.manager)
    assert "Rouvrir" not in get(client, url(circle, "situation", code))
    assert client.post(url(circle, "situation-reopen", code)).status_code == 404
    with pytest.raises(gate.Refused):
        actions.reopen_situation(circle.manager.actor, situation=row.id)


def test_what_the_rules_would_close_again_tonight_stays_closed(circle: Circle) -> None:
    row = closed(circle)
    Situation.objects.filter(id=row.id).update(
        signalled_on=timezone.localdate() - timedelta(days=660)
    )
    with pytest.raises(KeptTooLong):
        actions.reopen_situation(circle.coordinator.actor, situation=row.id)


def test_closing_and_reopening_sent_twice_lead_to_the_sheet(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    client = signed_in(circle.participant)
    for _ in range(2):
        sent = client.post(url(circle, "situation-close", code), {"outcome": "informed"})
        assert sent["Location"] == url(circle, "situation", code)
    # “Back” after closing: the form is gone, the sheet is there.
    assert client.get(url(circle, "situation-close", code)).status_code == 302
    assert story.counts(circle)["outcomes"] == {"informed": 1}
    for _ in range(2):
        sent = client.post(url(circle, "situation-reopen", code))
        assert sent["Location"] == url(circle, "situation", code)
    assert story.counts(circle)["outcomes"] == {"informed": 0}


def test_a_moved_situation_is_a_draft_there_and_closed_here(circle: Circle) -> None:
    row = story.bring(circle.participant)
    story.entry(circle.manager, row, "Ce que ce cercle sait")
    other, there = elsewhere(circle)
    code = show_code(row.code or "")
    client = signed_in(circle.participant)
    assert "Les Marronniers" in get(client, url(circle, "situation-move", code))
    sent = client.post(
        url(circle, "situation-move", code),
        {"place": str(number_of(there)), "outcome": "moved_away"},
    )
    draft = Situation.objects.get(state="draft")
    assert sent["Location"] == url(other, "situation-draft", draft.id)
    row.refresh_from_db()
    assert (row.state, draft.concertation_id) == ("closed", other.concertation.id)
    kept = reading.own_draft(there.actor, draft.id).presentation
    assert (kept.headline, kept.wish) == (story.HEADLINE, story.WISH)
    # Said and agreed to for another circle: asked anew.
    assert (kept.informed, kept.agreement) == ("", "")
    moved = story.share(there, draft.id)
    assert moved.code != row.code
    assert moved.contributions.count() == 0
    with pytest.raises(gate.Refused):
        reading.situation_sheet(circle.manager.actor, moved.code or "")
    # Sent again, from the page that “back” shows.
    again = client.post(
        url(circle, "situation-move", code),
        {"place": str(number_of(there)), "outcome": "moved_away"},
    )
    assert again["Location"] == url(circle, "situation", code)
    assert Situation.objects.count() == 2


def test_a_situation_moves_only_to_a_place_of_one_s_own(circle: Circle) -> None:
    row = story.bring(circle.participant)
    other = make_circle("marronniers", "Les Marronniers")
    foreign = number_of(other.participant)
    with pytest.raises(NoSuchPlace):
        actions.move_situation(
            circle.participant.actor, situation=row.id, place=foreign, outcome="moved_away"
        )
    code = show_code(row.code or "")
    client = signed_in(circle.participant)
    assert "aucune autre concertation" in get(client, url(circle, "situation-move", code))
    sent = client.post(
        url(circle, "situation-move", code), {"place": str(foreign), "outcome": "moved_away"}
    )
    assert sent.status_code == 200
    assert "Les Marronniers" not in text_of(sent)
    assert signed_in(circle.manager).get(url(circle, "situation-move", code)).status_code == 404
    row.refresh_from_db()
    assert row.state == "signalled"
    Participation.objects.filter(id=foreign).update(person=circle.participant.user)
    # A row alone isn't a place: the chain doesn't know this person there.
    assert reading.places_elsewhere(circle.participant.actor) == ()
