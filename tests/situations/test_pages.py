"""The pages, walked with a signed-in client."""

import re
from typing import Any

import pytest

from audit.models import Entry
from audit.names import PLATFORM, concertation_ledger
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from tests.cast import Circle, make_circle
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
SHORT_PATH = {"danger": "no", "identifiable": "no", "attested": "on"}


def test_bringing_a_situation_through_the_pages(circle: Circle) -> None:
    client = signed_in(circle.participant)
    page = get(client, url(circle, "situation-bring"))
    number = hidden(page, "form_number")
    sent = client.post(url(circle, "situation-bring"), FORM | {"form_number": number})
    row = Situation.objects.get()
    assert sent["Location"] == url(circle, "situation-share", row.id)
    page = get(client, sent["Location"])
    assert FORM["headline"] in page
    assert "checked" not in page
    answers = SHORT_PATH | {"version": hidden(page, "version")}
    sent = client.post(url(circle, "situation-share", row.id), answers)
    row.refresh_from_db()
    code = show_code(row.code or "")
    assert sent["Location"] == url(circle, "situation-code", code)
    assert code in get(client, sent["Location"])
    sheet = get(signed_in(circle.manager), url(circle, "situation", code))
    for words in ("Remettre les mains dans la terre", "sa sœur", "Accord donné", "bientôt"):
        assert words in sheet
    assert FORM["headline"] in get(client, url(circle, "board"))


def test_a_form_sent_twice_makes_one_situation(circle: Circle) -> None:
    client = signed_in(circle.participant)
    number = hidden(get(client, url(circle, "situation-bring")), "form_number")
    for _ in range(2):
        client.post(url(circle, "situation-bring"), FORM | {"form_number": number})
    row = Situation.objects.get()
    page = get(client, url(circle, "situation-share", row.id))
    answers = SHORT_PATH | {"version": hidden(page, "version")}
    for _ in range(2):
        sent = client.post(url(circle, "situation-share", row.id), answers)
    row.refresh_from_db()
    assert sent["Location"] == url(circle, "situation-code", show_code(row.code or ""))
    assert Situation.objects.count() == 1
    # Back to the first form, and sent again: it leads to the code too.
    again = client.post(url(circle, "situation-bring"), FORM | {"form_number": number})
    assert again["Location"] == sent["Location"]
    assert Situation.objects.count() == 1


def test_other_words_in_a_form_that_was_shared_stand_beside_what_is_saved(circle: Circle) -> None:
    client = signed_in(circle.participant)
    number = hidden(get(client, url(circle, "situation-bring")), "form_number")
    client.post(url(circle, "situation-bring"), FORM | {"form_number": number})
    row = Situation.objects.get()
    page = get(client, url(circle, "situation-share", row.id))
    client.post(
        url(circle, "situation-share", row.id), SHORT_PATH | {"version": hidden(page, "version")}
    )
    row.refresh_from_db()
    edit = url(circle, "situation-edit", show_code(row.code or ""))
    other = FORM | {"wish": "Deux matinées au jardin", "form_number": number}
    # Back to the form, or to the draft that was kept of it: either way nothing typed is lost.
    for form in (url(circle, "situation-bring"), url(circle, "situation-draft", row.id)):
        page = text_of(client.post(form, other))
        assert "est déjà présentée" in page
        assert page.count("Deux matinées au jardin") == 2
        assert page.count(FORM["wish"]) == 1
        assert f'action="{edit}"' in page
    sent = client.post(edit, other | {"version": hidden(page, "version")})
    assert sent.status_code == 302
    assert "Deux matinées au jardin" in get(client, sent["Location"])
    assert Situation.objects.count() == 1


def test_the_question_comes_first_then_closed_lists_then_free_text(circle: Circle) -> None:
    client = signed_in(circle.participant)
    page = text_of(client.post(url(circle, "situation-bring"), {"tried": "Un passage par semaine"}))
    order = ["question", "needs", "urgency", "headline", "account", "tried", "wish"]
    fields = [page.index(f'name="{name}"') for name in order]
    assert fields == sorted(fields)
    # What is missing is listed in the order of the page.
    links = [page.index(f'href="#id_{name}') for name in order[:4]]
    assert links == sorted(links)
    assert links[-1] < fields[0]


def test_nothing_typed_is_lost_on_an_error(circle: Circle) -> None:
    client = signed_in(circle.participant)
    typed = FORM | {"urgency": "", "headline": "x" * 81}
    response = client.post(url(circle, "situation-bring"), typed)
    page = text_of(response)
    assert "x" * 81 in page
    assert "80 caractères au plus" in page
    assert FORM["wish"] in page
    assert not Situation.objects.exists()


def test_a_draft_is_kept_as_far_as_it_got_and_taken_up_again(circle: Circle) -> None:
    client = signed_in(circle.participant)
    client.post(url(circle, "situation-bring"), {"wish": "Un début", "draft": "1"})
    row = Situation.objects.get()
    assert "Brouillon sans titre" in get(client, url(circle, "situation-drafts"))
    page = get(client, url(circle, "situation-draft", row.id))
    assert "Un début" in page
    sent = client.post(
        url(circle, "situation-draft", row.id), FORM | {"version": hidden(page, "version")}
    )
    assert sent["Location"] == url(circle, "situation-share", row.id)
    stale = client.post(url(circle, "situation-draft", row.id), FORM | {"version": "1"})
    assert "pendant que vous écriviez" in text_of(stale)


def test_someone_elses_draft_is_not_found(circle: Circle) -> None:
    row = story.draft(circle.participant)
    client = signed_in(circle.coordinator)
    for name in ("situation-draft", "situation-share", "situation-discard"):
        assert client.get(url(circle, name, row.id)).status_code == 404
        assert client.post(url(circle, name, row.id), FORM).status_code == 404
    assert story.HEADLINE not in get(client, url(circle, "situation-drafts"))
    assert Situation.objects.get().state == "draft"


def test_discarding_a_draft_is_asked_once_more(circle: Circle) -> None:
    row = story.draft(circle.participant)
    client = signed_in(circle.participant)
    assert "pour de bon" in get(client, url(circle, "situation-discard", row.id))
    assert Situation.objects.exists()
    client.post(url(circle, "situation-discard", row.id))
    assert not Situation.objects.exists()


def test_nothing_is_preticked_and_nothing_answered_shares_nothing(circle: Circle) -> None:
    row = story.draft(circle.participant)
    client = signed_in(circle.participant)
    response = client.post(url(circle, "situation-share", row.id), {"version": row.version})
    assert "Cette réponse manque encore" in text_of(response)
    response = client.post(
        url(circle, "situation-share", row.id),
        {"danger": "no", "identifiable": "no", "version": row.version},
    )
    assert "Sans cette attestation" in text_of(response)
    assert Situation.objects.get().state == "draft"


def test_an_unknown_code_and_a_foreign_one_get_the_same_answer(circle: Circle) -> None:
    other = make_circle("pavillon", "Le Pavillon")
    theirs = story.bring(other.participant)
    client = signed_in(circle.participant)
    bodies = []
    for code in ("K7QF-3MMH", show_code(theirs.code or ""), "K7QF-3MMJ"):
        response = client.get(url(circle, "situation", code))
        assert response.status_code == 404
        body = response.content.decode().replace(code, "")
        bodies.append(re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", body))
    assert bodies[0] == bodies[1] == bodies[2]
    refused = Entry.objects.filter(outcome="refused", reason="unknown_subject")
    assert refused.filter(ledger__name=PLATFORM).count() == 2
    foreign = refused.get(ledger__name=concertation_ledger(other.concertation.id))
    assert foreign.subjects.get().number == theirs.id
    assert not refused.filter(ledger__name=concertation_ledger(circle.concertation.id)).exists()


def test_other_spellings_of_a_code_lead_to_the_one_with_a_hyphen(circle: Circle) -> None:
    row = story.bring(circle.participant)
    client = signed_in(circle.participant)
    code = row.code or ""
    response = client.get(url(circle, "situation", code.lower()))
    assert response["Location"] == url(circle, "situation", show_code(code))
    response = client.post(url(circle, "board-search"), {"searched": f" {code.lower()} "})
    assert response["Location"] == url(circle, "situation", show_code(code))
    response = client.post(url(circle, "board-search"), {"searched": "K7QF-3MMJ"})
    assert "Aucune situation ne contient ces mots" in text_of(response)
