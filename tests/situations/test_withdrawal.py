"""The person withdraws their agreement: hidden at once, readers told, Q8 asked again."""

from typing import Any

import pytest
from django.core import mail

from audit.models import Entry
from concertation.situations import actions, errors
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from ethics import gate
from ethics.secrecy.check import check_all
from ethics.sharing.models import SharingDecision
from tests.cast import Circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.fixture
def row(circle: Circle) -> Situation:
    """On the board, and read by the manager."""
    row = story.bring(circle.participant)
    get(signed_in(circle.manager), url(circle, "situation", show_code(row.code or "")))
    return row


def sheet(circle: Circle, row: Situation) -> str:
    return url(circle, "situation", show_code(row.code or ""))


def withdraw_page(circle: Circle, row: Situation) -> str:
    return url(circle, "situation-agreement", show_code(row.code or ""))


def test_whoever_hears_it_notes_it_and_it_is_gone_from_every_page(
    circle: Circle, row: Situation
) -> None:
    client = signed_in(circle.manager)
    assert withdraw_page(circle, row) in get(client, sheet(circle, row))
    assert "masquée tout de suite" in get(client, withdraw_page(circle, row))
    assert Situation.objects.filter(hidden=True).count() == 0
    response = client.post(withdraw_page(circle, row), {"how": "de vive voix"})
    assert response["Location"] == url(circle, "board")
    row.refresh_from_db()
    assert row.hidden
    for other in (circle.manager, circle.coordinator):
        reader = signed_in(other)
        assert reader.get(sheet(circle, row)).status_code == 404
        assert story.HEADLINE not in get(reader, url(circle, "board"))
        assert str(row.code) not in get(reader, url(circle, "home")).replace("-", "")
    assert story.HEADLINE in get(signed_in(circle.participant), sheet(circle, row))


def test_readers_are_told_without_content_or_code(
    circle: Circle, row: Situation, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw_agreement(circle.manager.actor, situation=row.id)
    told = {letter.to[0]: letter for letter in mail.outbox}
    # The one who noted it knows; the coordinator had never opened it.
    assert set(told) == {circle.participant.user.email}
    mail.outbox.clear()
    again = story.bring(circle.participant)
    get(signed_in(circle.coordinator), sheet(circle, again))
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw_agreement(circle.participant.actor, situation=again.id)
    assert [letter.to for letter in mail.outbox] == [[circle.coordinator.user.email]]
    for letter in (*told.values(), *mail.outbox):
        assert story.HEADLINE not in letter.body
        for code in (row.code, again.code):
            assert str(code) not in letter.body.replace("-", "")


def test_the_home_page_tells_readers_and_the_one_who_brought_it(
    circle: Circle, row: Situation
) -> None:
    actions.withdraw_agreement(circle.participant.actor, situation=row.id)
    assert "détruisez vos notes" in get(signed_in(circle.manager), url(circle, "home"))
    assert "détruisez vos notes" not in get(signed_in(circle.coordinator), url(circle, "home"))
    page = get(signed_in(circle.participant), url(circle, "home"))
    assert "Reprendre la décision de partage" in page


def test_sent_twice_it_does_nothing_more(circle: Circle, row: Situation) -> None:
    for _ in range(2):
        actions.withdraw_agreement(circle.participant.actor, situation=row.id)
    assert Entry.objects.filter(verb="agreement_withdrawn", outcome="granted").count() == 1
    assert SharingDecision.objects.filter(after_withdrawal=True).count() == 1
    assert check_all().ok


@pytest.mark.parametrize("who", ["police", "guest", "dpo"])
def test_someone_outside_the_circle_hides_nothing(circle: Circle, row: Situation, who: str) -> None:
    client = signed_in(circle.people[who])
    assert client.get(withdraw_page(circle, row)).status_code == 404
    assert client.post(withdraw_page(circle, row)).status_code == 404
    row.refresh_from_db()
    assert not row.hidden


def test_a_closed_situation_is_hidden_too(circle: Circle, row: Situation) -> None:
    actions.close_situation(circle.participant.actor, situation=row.id, outcome="referred")
    actions.withdraw_agreement(circle.manager.actor, situation=row.id)
    row.refresh_from_db()
    assert row.hidden


def test_an_agreement_noted_as_withdrawn_elsewhere_hides_as_well(
    circle: Circle, row: Situation, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(circle.participant)
    address = url(circle, "situation-voice", show_code(row.code or ""))
    version = hidden(get(client, address), "version")
    sent = {"wish": "Qu’on me laisse", "informed": "yes", "agreement": "withdrawn"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, sent | {"version": version})
    row.refresh_from_db()
    assert row.hidden
    assert mail.outbox[0].to == [circle.manager.user.email]


def test_what_the_person_took_back_in_a_draft_never_reaches_the_board(circle: Circle) -> None:
    draft = story.draft(circle.participant, agreement="withdrawn")
    with pytest.raises(errors.AgreementWithdrawn):
        story.share(circle.participant, draft.id)
    draft.refresh_from_db()
    assert draft.state == "draft"


def decide_again(circle: Circle, row: Situation, *recipients: str) -> str:
    """The one who brought it answers from Q8 on; the page after confirming."""
    client = signed_in(circle.participant)
    address = url(circle, "situation-sharing-questions", show_code(row.code or ""))
    assert "question 8" in get(client, address)
    given = [
        {"question": "q8", "answer": "yes", "agreed_on": "2026-01-12", "agreed_how": "par écrit"},
        {"question": "q9", "answer": "yes", "recipients": recipients},
        {"question": "q10", "answer": "yes", "recipients": recipients},
        {"question": "q11", "answer": "yes"},
        {"question": "q12", "answer": "yes"},
    ]
    for sent in given:
        page = text_of(client.post(address, sent, follow=True))
    confirm = {"decide": "1", "version": hidden(page, "version")}
    return text_of(client.post(address, confirm, follow=True))


def test_a_new_agreement_to_all_who_read_shows_it_again(circle: Circle, row: Situation) -> None:
    actions.withdraw_agreement(circle.manager.actor, situation=row.id)
    everybody = (str(number_of(circle.manager)), str(number_of(circle.coordinator)))
    decide_again(circle, row, *everybody)
    row.refresh_from_db()
    assert not row.hidden
    page = get(signed_in(circle.manager), sheet(circle, row))
    assert "Accord donné" in page
    assert "par écrit" in page
    assert Entry.objects.filter(verb="situation_shown_again").count() == 1
    assert check_all().ok


def test_a_new_agreement_to_one_of_them_leaves_it_hidden(circle: Circle, row: Situation) -> None:
    actions.withdraw_agreement(circle.manager.actor, situation=row.id)
    page = decide_again(circle, row, str(number_of(circle.manager)))
    assert "reste masquée" in page
    row.refresh_from_db()
    assert row.hidden
    assert signed_in(circle.manager).get(sheet(circle, row)).status_code == 404


def test_nobody_but_the_one_who_brought_it_decides_again(circle: Circle, row: Situation) -> None:
    actions.withdraw_agreement(circle.manager.actor, situation=row.id)
    address = url(circle, "situation-sharing-questions", show_code(row.code or ""))
    sent = {"question": "q8", "answer": "yes", "agreed_on": "2026-01-12"}
    for other in (circle.manager, circle.coordinator):
        assert signed_in(other).post(address, sent).status_code == 404
    with pytest.raises(gate.Refused):
        actions.withdraw_agreement(circle.manager.actor, situation=row.id)
