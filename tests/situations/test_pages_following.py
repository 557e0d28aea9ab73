"""The pages of a situation on the board: following, editing, answering."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail

from audit.models import Entry
from concertation.situations import actions
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction, Contribution, Situation
from tests.cast import Circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

FORM: dict[str, Any] = {
    "needs": ["housing", "isolation"],
    "urgency": "soon",
    "headline": "Aimerait rejoindre un jardin partagé",
    "account": "Vit seul·e depuis le printemps",
    "question": "Qui connaît quelqu’un au jardin ?",
    "wish": "Remettre les mains dans la terre",
    "informed": "yes",
    "agreement": "given",
    "network_strong": "La Théière\n\nsa sœur",
    "missing": "un premier passage à deux",
}


def test_following_a_situation_through_the_pages(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    client = signed_in(circle.participant)
    entry = {"kind": "question", "text": "Une pièce plus facile à chauffer ?"}
    sent = client.post(url(circle, "situation-contribute", code), entry)
    assert sent["Location"].endswith("#fil")
    proposal = {
        "text": "Prêter deux chauffages",
        "owner": str(number_of(circle.participant)),
        "due_on": "2030-01-01",
    }
    response = client.post(url(circle, "situation-action-propose", code), proposal)
    assert "Cette date n’est pas possible" in text_of(response)
    assert "Prêter deux chauffages" in text_of(response)
    client.post(url(circle, "situation-action-propose", code), proposal | {"due_on": "2027-01-15"})
    action = AgreedAction.objects.get()
    client.post(url(circle, "situation-action-agree", code, action.id))
    page = get(client, url(circle, "situation", code))
    assert "Noter le retour" in page
    answer = {"state": "not_possible", "text": "", "version": action.version}
    response = client.post(url(circle, "situation-action", code, action.id), answer)
    assert "Dites en quelques mots" in text_of(response)
    answer |= {"state": "done", "text": "Livrés et essayés", "next": "home"}
    sent = client.post(url(circle, "situation-action", code, action.id), answer)
    assert sent["Location"] == url(circle, "home")
    client.post(
        url(circle, "situation-manager", code),
        {"case_manager": str(number_of(circle.manager)), "next_review_on": "2027-02-01"},
    )
    page = get(client, url(circle, "situation", code))
    for words in ("Livrés et essayés", "Une pièce plus facile", "Qui a vu cette situation"):
        assert words in page
    closing = {"outcome": "admission_avoided", "unmet_needs": ["housing"]}
    sent = client.post(url(circle, "situation-close", code), closing)
    assert sent.status_code == 302
    page = get(client, url(circle, "situation", code))
    assert "Admission évitée" in page
    assert "Ajouter au fil" not in page


def test_two_people_who_write_at_once_see_both_texts(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    mine, theirs = signed_in(circle.participant), signed_in(circle.coordinator)
    version = hidden(get(mine, url(circle, "situation-edit", code)), "version")
    theirs.post(
        url(circle, "situation-edit", code),
        FORM | {"version": version, "account": "Le texte de la coordination"},
    )
    response = mine.post(
        url(circle, "situation-edit", code),
        FORM | {"version": version, "account": "Le texte de la première personne"},
    )
    page = text_of(response)
    assert page.count("Le texte de la première personne") == 2
    assert "Le texte de la coordination" in page
    sent = mine.post(
        url(circle, "situation-edit", code),
        FORM | {"version": hidden(page, "version"), "account": "Les deux ensemble"},
    )
    assert sent.status_code == 302
    history = get(mine, url(circle, "situation-history", code))
    for words in ("Les deux ensemble", "Le texte de la coordination", story.ACCOUNT):
        assert words in history
    assert "Le texte de la première personne" not in history


def test_only_those_who_may_edit_or_close_get_the_form(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    client = signed_in(circle.manager)
    page = get(client, url(circle, "situation", code))
    assert url(circle, "situation-edit", code) not in page
    for name in ("situation-edit", "situation-close"):
        assert client.get(url(circle, name, code)).status_code == 404
    assert Entry.objects.filter(verb="situation_closed", outcome="refused").exists()


def test_a_limited_reader_sees_their_action_and_no_narrative(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    mine = story.agree(circle.manager, row, circle.police, text="Passer lundi")
    story.agree(circle.manager, row, circle.manager, text="Appeler le bailleur")
    story.entry(circle.manager, row, text="Lien gardé par téléphone")
    client = signed_in(circle.police)
    page = get(client, url(circle, "situation", code))
    assert "Passer lundi" in page
    # What follows are the guard's own words, the same on every page with a form.
    page = page.split('id="guard"')[0]
    for words in (
        story.HEADLINE, story.WISH, story.ACCOUNT, story.QUESTION, "logement",
        "Appeler le bailleur", "Lien gardé par téléphone", "Qui a vu",
    ):  # fmt: skip
        assert words not in page
    sent = client.post(
        url(circle, "situation-action", code, mine.id),
        {"state": "done", "text": "Passage fait", "version": mine.version},
    )
    assert sent.status_code == 302
    assert Contribution.objects.get(kind="feedback").scope == mine.id
    assert "Passage fait" in get(signed_in(circle.manager), url(circle, "situation", code))
    page = get(client, url(circle, "board"))
    assert code in page
    assert story.HEADLINE not in page


def test_a_limited_reader_without_an_action_finds_nothing(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    client = signed_in(circle.police)
    assert client.get(url(circle, "situation", code)).status_code == 404
    assert client.get(url(circle, "situation-history", code)).status_code == 404
    assert client.get(url(circle, "report"), follow=True).status_code == 404
    assert "Rien encore ici" in get(client, url(circle, "board"))


@pytest.mark.parametrize("name", ["situation", "situation-history", "situation-edit"])
def test_guest_and_dpo_find_no_situation_that_is_not_theirs(circle: Circle, name: str) -> None:
    row = story.bring(circle.participant)
    for someone in (circle.guest, circle.dpo):
        client = signed_in(someone)
        address = url(circle, name, show_code(row.code or ""))
        assert client.get(address).status_code == 404


def test_texts_are_escaped(circle: Circle) -> None:
    bad = "<script>alert(1)</script>"
    row = story.bring(
        circle.participant, headline=bad, account=bad, wish=bad, question=bad, missing=bad
    )
    code = show_code(row.code or "")
    story.agree(circle.manager, row, circle.participant, text=bad)
    story.entry(circle.manager, row, text=bad)
    client = signed_in(circle.participant)
    for name, args in (
        ("board", ()),
        ("situation", (code,)),
        ("situation-history", (code,)),
        ("situation-edit", (code,)),
    ):
        raw = client.get(url(circle, name, *args)).content.decode()
        assert "<script>alert" not in raw
        assert "&lt;script&gt;" in raw


def test_a_swapped_ciphertext_is_told_and_the_rest_is_shown(circle: Circle) -> None:
    one = story.bring(circle.participant, wish="Le souhait de l’une")
    two = story.bring(circle.participant, wish="Le souhait de l’autre")
    Situation.objects.filter(id=one.id).update(wish=Situation.objects.get(id=two.id).wish)
    client = signed_in(circle.manager)
    page = get(client, url(circle, "situation", show_code(one.code or "")))
    assert "Cette donnée ne peut pas être ouverte, le DPO est averti." in page
    assert story.HEADLINE in page
    assert story.QUESTION in page
    assert "Le souhait de" not in page
    assert Entry.objects.filter(verb="unopenable", subjects__number=one.id).exists()
    assert [message.to for message in mail.outbox] == [[circle.dpo.user.email]]
    assert "souhait" not in mail.outbox[0].body
    # Nobody writes over what can't be read.
    client = signed_in(circle.participant)
    response = client.get(url(circle, "situation-edit", show_code(one.code or "")))
    assert response.status_code == 302


def test_titles_and_addresses_hold_no_content(circle: Circle) -> None:
    row = story.bring(circle.participant)
    client = signed_in(circle.participant)
    for address in (
        url(circle, "board"),
        url(circle, "situation", show_code(row.code or "")),
        url(circle, "situation-history", show_code(row.code or "")),
    ):
        title = re.search(r"<title>(.*?)</title>", get(client, address), re.S)
        assert title
        assert story.HEADLINE not in title.group(1)
        assert (row.code or "") not in title.group(1).replace("-", "")


def test_a_draft_that_was_shared_meanwhile_leads_to_its_code(circle: Circle) -> None:
    row = story.bring(circle.participant)
    client = signed_in(circle.participant)
    response = client.get(url(circle, "situation-draft", row.id))
    assert response["Location"] == url(circle, "situation-code", show_code(row.code or ""))


def test_an_answer_that_came_too_late_keeps_its_text_and_can_be_sent_again(
    circle: Circle,
) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    action = story.agree(circle.manager, row, circle.participant)
    actions.move_action(circle.coordinator.actor, action=action.id, state="under_way")
    client = signed_in(circle.participant)
    address = url(circle, "situation-action", code, action.id)
    late = {"state": "done", "text": "Appel fait à deux", "version": str(action.version)}
    page = text_of(client.post(address, late))
    assert "pendant que vous écriviez" in page
    assert "Appel fait à deux" in page
    assert not Contribution.objects.exists()
    form = page[page.index(address) :]
    assert client.post(address, late | {"version": hidden(form, "version")}).status_code == 302
    assert Contribution.objects.get().kind == "feedback"


def test_a_number_that_is_no_action_is_not_found(circle: Circle) -> None:
    row = story.bring(circle.participant)
    client = signed_in(circle.participant)
    code = show_code(row.code or "")
    sent = client.post(url(circle, "situation-action", code, uuid4()), {"state": "done"})
    assert sent.status_code == 404


@pytest.mark.parametrize("name", ["situation-action", "situation-action-agree"])
def test_an_action_is_answered_under_its_own_situation_only(circle: Circle, name: str) -> None:
    about, other = story.bring(circle.participant), story.bring(circle.participant)
    action = story.propose(circle.manager, about, circle.participant)
    if name == "situation-action":
        actions.agree_action(circle.manager.actor, action=action.id)
    client = signed_in(circle.participant)
    data = {"state": "done", "text": "Fait"}
    before = AgreedAction.objects.get().state
    sent = client.post(url(circle, name, show_code(other.code or ""), action.id), data)
    assert sent.status_code == 404
    assert AgreedAction.objects.get().state == before
    entry = Entry.objects.get(outcome="refused")
    assert entry.reason == "unknown_subject"
    sent = client.post(url(circle, name, show_code(about.code or ""), action.id), data)
    assert sent.status_code == 302


def test_resting_and_taking_up_again(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.change_state(circle.coordinator.actor, situation=row.id, state="followed")
    client = signed_in(circle.coordinator)
    code = show_code(row.code or "")
    for state in ("dormant", "followed"):
        client.post(url(circle, "situation-state", code), {"state": state})
        row.refresh_from_db()
        assert row.state == state
    client.post(url(circle, "situation-state", code), {"state": "closed"})
    row.refresh_from_db()
    assert row.state == "followed"


def test_no_two_fields_of_a_sheet_share_an_id(circle: Circle) -> None:
    row = story.bring(circle.participant)
    client = signed_in(circle.participant)
    page = get(client, url(circle, "situation", show_code(row.code or "")))
    found = re.findall(r'\bid="([^"]+)"', page)
    assert len(found) > 10
    assert len(found) == len(set(found))


def test_the_address_of_a_refused_form_leads_back_to_its_page(circle: Circle) -> None:
    row = story.bring(circle.participant)
    client = signed_in(circle.participant)
    sheet = url(circle, "situation", show_code(row.code or ""))
    for below in ("/fil", "/actions"):
        answer = client.get(f"{sheet}{below}")
        assert answer.status_code == 302
        assert answer["Location"] == sheet
