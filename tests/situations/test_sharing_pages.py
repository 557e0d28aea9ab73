"""“Puis-je partager ?”, question by question, through the pages: every ending, and bad input."""

import re
from typing import Any

import pytest
from django.core import mail

from audit.models import Entry
from concertation.accounts.models import Participation
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from ethics.roles import SecrecyStatus
from ethics.sharing.models import SharingDecision
from ethics.sharing.progress import Progress
from ethics.sharing.tree import Question
from tests.cast import Circle, Someone, number_of
from tests.ethics.test_sharing_tree import changed
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

TO_THE_RECIPIENTS = {"q1": "no", "q4": "yes", "q5": "no", "q7": "yes"}


class Asked:
    """Somebody before the questions about one draft."""

    def __init__(self, circle: Circle, who: Someone, row: Situation) -> None:
        self.client = signed_in(who)
        self.address = url(circle, "situation-share-questions", row.id)
        self.outcome = url(circle, "situation-share-outcome", row.id)

    def page(self) -> str:
        return get(self.client, self.address)

    def answer(self, question: str, answer: str, **more: Any) -> str:
        """Send one answer; the page that follows it."""
        sent = {"question": question, "answer": answer, **more}
        return text_of(self.client.post(self.address, sent, follow=True))

    def answers(self, **given: str) -> str:
        page = ""
        for question, answer in given.items():
            page = self.answer(question, answer)
        return page

    def decide(self, **more: Any) -> Any:
        sent = {"decide": "1", "version": hidden(self.page(), "version"), **more}
        return self.client.post(self.address, sent)


def agreed() -> dict[str, str]:
    return {"agreed_on": "2026-01-12", "agreed_how": "de vive voix"}


@pytest.fixture
def draft(circle: Circle) -> Situation:
    return story.draft(circle.participant)


@pytest.fixture
def asked(circle: Circle, draft: Situation) -> Asked:
    return Asked(circle, circle.participant, draft)


def decision() -> SharingDecision:
    return SharingDecision.objects.exclude(outcome="").get()


def test_another_answer_on_the_one_screen_opens_the_questions_there(
    circle: Circle, draft: Situation, asked: Asked
) -> None:
    sent = {"danger": "no", "identifiable": "yes", "version": draft.version}
    response = asked.client.post(url(circle, "situation-share", draft.id), sent)
    assert response["Location"] == asked.address
    page = asked.page()
    assert "Le but est-il atteint" in page
    assert "question 5" in page
    assert Situation.objects.get().state == "draft"


def test_danger_on_the_one_screen_shows_the_numbers_before_the_questions(
    circle: Circle, draft: Situation, asked: Asked
) -> None:
    sent = {"danger": "yes", "identifiable": "no", "version": draft.version}
    asked.client.post(url(circle, "situation-share", draft.id), sent)
    page = asked.page()
    assert page.index("tel:112") < page.index("écarter ce danger")


def test_a_shared_secret_names_its_recipients_and_shows_nothing_on_the_board(
    circle: Circle, draft: Situation, asked: Asked
) -> None:
    asked.answers(**TO_THE_RECIPIENTS)
    page = asked.answer("q8", "yes", **agreed())
    manager = str(number_of(circle.manager))
    assert "Police de quartier" in page
    assert "police ou justice" in page
    page = asked.answer("q9", "yes", recipients=[manager])
    assert "question 10" in page
    assert "Police de quartier" not in page
    asked.answer("q10", "yes", recipients=[manager])
    asked.answer("q11", "yes")
    page = asked.answer("q12", "yes")
    assert "Je peux, je n’y suis pas obligé·e." in page
    assert "12 janvier 2026, de vive voix" in page
    assert not SharingDecision.objects.exclude(outcome="").exists()
    response = asked.decide()
    assert response["Location"] == asked.outcome
    assert "Manager" in get(asked.client, asked.outcome)
    assert decision().outcome == "s_partage"
    # Whom, when and how speak of the person: they lie sealed, the outcome alone is clear.
    stored = str(SharingDecision.objects.exclude(outcome="").values().get())
    assert "s_partage" in stored
    assert not any(words in stored for words in (manager, "de vive voix", "2026-01-12"))
    draft.refresh_from_db()
    assert (draft.state, draft.code) == ("draft", None)


ENDINGS = [
    ({"q1": "yes", "q2": "no", "q3": "yes", "q3_imminent": "yes"}, "s_parquet.s_urgence"),
    ({"q1": "yes", "q2": "no", "q3": "yes", "q3_imminent": "no"}, "s_parquet"),
    ({"q1": "yes", "q2": "no", "q3": "no", "q3_imminent": "yes"}, "s_urgence"),
    ({"q1": "no", "q4": "no", "q4_person": "no"}, "s_general"),
    ({"q1": "no", "q4": "yes", "q5": "no", "q7": "no"}, "s_informer"),
    ({**TO_THE_RECIPIENTS, "q8": "no"}, "s_non"),
]


@pytest.mark.parametrize(("given", "ending"), ENDINGS)
def test_every_ending_that_shows_nothing_is_recorded_and_shows_nothing(
    asked: Asked, draft: Situation, given: dict[str, str], ending: str
) -> None:
    asked.answers(**given)
    asked.decide()
    row = decision()
    assert row.outcome == ending
    assert row.function == "travail social"
    assert row.secrecy_status == SecrecyStatus.PROFESSIONAL
    assert (row.charter_version, row.tree_version) == ("v1", 2)
    assert row.review_on is not None
    event = Entry.objects.get(verb="sharing_decided")
    assert ending.encode() in bytes(event.leaf or b"")
    draft.refresh_from_db()
    assert (draft.state, draft.code) == ("draft", None)
    assert "Retrouver le brouillon" in get(asked.client, asked.outcome)


def test_an_emergency_shows_the_numbers_first_and_tells_the_dpo_after(
    circle: Circle, asked: Asked, django_capture_on_commit_callbacks: Any
) -> None:
    page = asked.answers(q1="yes", q2="no", q3="no", q3_imminent="yes")
    assert page.index("tel:112") < page.index("Urgence, agir maintenant")
    assert mail.outbox == []
    with django_capture_on_commit_callbacks(execute=True):
        asked.decide()
    letter = mail.outbox[0]
    assert letter.to == [circle.dpo.user.email]
    assert story.HEADLINE not in letter.body
    page = get(asked.client, asked.outcome)
    assert page.index("tel:112") < page.index("Urgence, agir maintenant")


def test_advice_is_asked_of_somebody_who_learns_only_that(
    circle: Circle, asked: Asked, django_capture_on_commit_callbacks: Any
) -> None:
    asked.answers(**TO_THE_RECIPIENTS)
    page = asked.answer("q8", "unable")
    assert "Demandez un avis" in page
    refused = text_of(asked.decide())
    assert "Cette réponse manque encore" in refused
    stranger = text_of(asked.decide(adviser=str(number_of(circle.police))))
    assert not SharingDecision.objects.exclude(outcome="").exists()
    assert "avis" in stranger
    dpo = str(number_of(circle.dpo))
    with django_capture_on_commit_callbacks(execute=True):
        asked.decide(adviser=dpo, advice="Une question codée que personne ne lit")
    assert decision().adviser == number_of(circle.dpo)
    letter = mail.outbox[0]
    assert letter.to == [circle.dpo.user.email]
    for words in ("Participant", "codée que personne", story.HEADLINE):
        assert words not in letter.body
    page = get(signed_in(circle.dpo), url(circle, "ledger"))
    assert "Participant (Coup-de-Pouce tilleuls) voudrait votre avis" in page
    assert "codée que personne" not in page
    assert "Dpo" in get(asked.client, asked.outcome)


def test_the_long_way_to_a_coded_situation_puts_it_on_the_board(
    circle: Circle, draft: Situation, asked: Asked
) -> None:
    page = asked.answers(q1="no", q4="yes", q5="yes")
    assert url(circle, "situation-draft", draft.id) in page
    asked.answer("q5_attested", "yes")
    response = asked.decide()
    draft.refresh_from_db()
    code = show_code(draft.code or "")
    assert response["Location"] == url(circle, "situation-code", code)
    row = decision()
    assert (row.outcome, row.key_generation) == ("s_code", draft.key_generation)
    assert story.HEADLINE in get(signed_in(circle.manager), url(circle, "board"))
    # Asked for again, by the back button: it leads to the code.
    assert asked.client.get(asked.address)["Location"] == response["Location"]
    assert asked.client.post(asked.address, {"decide": "1"})["Location"] == response["Location"]


def test_answers_are_kept_on_the_server_and_nothing_stands_in_the_address(
    circle: Circle, draft: Situation, asked: Asked
) -> None:
    asked.answers(q1="no", q4="yes", q5="no")
    later = Asked(circle, circle.participant, draft)
    assert "question 7" in later.page()
    assert "?" not in later.address
    stored = SharingDecision.objects.get()
    assert b"q4" not in bytes(stored.answers.blob)
    for other in (circle.manager, circle.coordinator):
        assert signed_in(other).get(asked.address).status_code == 404


def test_going_back_loses_nothing(asked: Asked) -> None:
    asked.answers(q1="no", q4="yes", q5="no", q7="yes")
    page = text_of(asked.client.post(asked.address, {"look": "q5"}, follow=True))
    assert "question 5" in page
    assert re.search(r'value="no"[^>]* checked', page)
    page = asked.answer("q5", "no")
    assert "question 8" in page
    asked.answer("q4", "no")
    page = asked.answer("q4", "yes")
    assert "question 8" in page


def test_a_tree_that_changes_in_the_middle_keeps_the_answers_and_asks_what_changed(
    circle: Circle, draft: Situation, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked.answers(**TO_THE_RECIPIENTS)
    assert "question 9" in asked.answer("q8", "yes", **agreed())
    tree = changed(Question.WITHOUT)
    monkeypatch.setattr("ethics.sharing.progress.TREE", tree)
    monkeypatch.setattr(Progress.of.__func__, "__defaults__", (tree,))  # type: ignore[attr-defined]
    later = Asked(circle, circle.participant, draft)
    assert "question 5" in later.page()
    # Only that one: the answers on both sides of it stand.
    assert "question 9" in later.answer("q5", "no")
    page = text_of(later.client.post(later.address, {"look": "q7"}, follow=True))
    assert re.search(r'value="yes"[^>]* checked', page)


def test_a_question_that_is_not_asked_takes_no_answer(asked: Asked) -> None:
    asked.answers(q1="no", q4="yes")
    page = asked.answer("q12", "yes")
    assert "Cette question ne se pose plus" in page
    assert "question 5" in page
    page = asked.answer("q6", "yes")
    assert "Cette question ne se pose plus" in page
    page = text_of(asked.client.post(asked.address, {"look": "q11"}, follow=True))
    assert "Cette question ne se pose plus" in page


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"question": "q99", "answer": "yes"},
        {"question": "q1", "answer": "peut-être"},
        {"question": "q1"},
        {"question": "q1", "answer": "nobody"},
    ],
)
def test_forged_answers_are_refused_and_nothing_is_kept(asked: Asked, sent: dict[str, str]) -> None:
    response = asked.client.post(asked.address, sent)
    assert response.status_code == 200
    assert not SharingDecision.objects.exists()


def test_a_forged_recipient_is_not_believed(circle: Circle, asked: Asked) -> None:
    asked.answers(**TO_THE_RECIPIENTS)
    asked.answer("q8", "yes", **agreed())
    police, manager = str(number_of(circle.police)), str(number_of(circle.manager))
    page = asked.answer("q9", "yes", recipients=[police, manager])
    assert "À retirer du choix" in page
    assert "question 9" in page
    page = asked.answer("q9", "yes", recipients=["00000000-0000-4000-8000-000000000001"])
    assert "question 9" in page
    page = asked.answer("q9", "yes")
    assert "Choisissez au moins une personne" in page
    page = asked.answer("q9", "no", recipients=[police, manager])
    assert "question 9" in page
    # Someone who was never chosen can't come in at Q10.
    asked.answer("q9", "yes", recipients=[manager])
    page = asked.answer("q10", "yes", recipients=[str(number_of(circle.coordinator))])
    assert "question 10" in page
    page = asked.answer("q10", "no")
    assert "Ne pas partager" in page


def test_nobody_who_is_bound_means_not_sharing(circle: Circle, asked: Asked) -> None:
    asked.answers(**TO_THE_RECIPIENTS)
    asked.answer("q8", "yes", **agreed())
    page = asked.answer("q9", "no", recipients=[str(number_of(circle.police))])
    assert "Ne pas partager, accompagner la personne" in page
    assert "Plus personne" in page


def test_an_agreement_has_a_date_that_has_come(asked: Asked) -> None:
    asked.answers(**TO_THE_RECIPIENTS)
    assert "Cette date n’est pas possible" in asked.answer("q8", "yes", agreed_on="2999-01-01")
    assert "Cette date n’est pas possible" in asked.answer("q8", "yes")
    assert "question 9" in asked.answer("q8", "yes", **agreed())


def test_a_second_window_sees_its_summary_refused_when_answers_changed(asked: Asked) -> None:
    asked.answers(q1="no", q4="yes", q5="no", q7="no")
    old = hidden(asked.page(), "version")
    asked.answer("q5", "yes")
    asked.answer("q5_attested", "yes")
    response = asked.client.post(asked.address, {"decide": "1", "version": old}, follow=True)
    assert "Vos réponses ont changé" in text_of(response)
    assert not SharingDecision.objects.exclude(outcome="").exists()
    assert Situation.objects.get().state == "draft"


def test_a_decision_sent_twice_is_taken_once(asked: Asked) -> None:
    asked.answers(q1="no", q4="yes", q5="no", q7="no")
    sent = {"decide": "1", "version": hidden(asked.page(), "version")}
    answers = [asked.client.post(asked.address, sent)["Location"] for _ in range(2)]
    assert answers == [asked.outcome, asked.outcome]
    assert SharingDecision.objects.count() == 1
    # A new attempt begins anew, and the first decision stays.
    asked.answer("q1", "no")
    assert SharingDecision.objects.count() == 2


def test_one_answer_sent_twice_is_written_once(asked: Asked) -> None:
    asked.answer("q1", "no")
    asked.answer("q1", "no")
    assert SharingDecision.objects.get().version == 1
    assert Entry.objects.filter(verb="sharing_answered").count() == 1


def test_someone_elses_draft_is_not_found(circle: Circle, asked: Asked) -> None:
    client = signed_in(circle.manager)
    for address in (asked.address, asked.outcome):
        assert client.get(address).status_code == 404
    for sent in ({"question": "q1", "answer": "no"}, {"look": "q1"}, {"decide": "1"}):
        assert client.post(asked.address, sent).status_code == 404
    assert not SharingDecision.objects.exists()


def test_an_incomplete_draft_is_decided_on_but_not_shown(circle: Circle) -> None:
    row = story.draft(circle.participant, question="")
    asked = Asked(circle, circle.participant, row)
    asked.answers(q1="no", q4="no", q4_person="yes", q4_attested="yes")
    page = text_of(asked.decide())
    assert "complétez le brouillon" in page
    row.refresh_from_db()
    assert row.state == "draft"


def test_what_the_board_knows_of_a_recipient_counts_on_the_day(
    circle: Circle, asked: Asked
) -> None:
    asked.answers(**TO_THE_RECIPIENTS)
    asked.answer("q8", "yes", **agreed())
    manager = number_of(circle.manager)
    Participation.objects.filter(id=manager).update(secrecy_status=SecrecyStatus.DISCRETION)
    page = asked.answer("q9", "yes", recipients=[str(manager)])
    assert "À retirer du choix" in page


def test_a_later_sharing_is_decided_from_the_sheet_and_noted_there(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    asked = Asked(circle, circle.manager, row)
    asked.address = url(circle, "situation-sharing-questions", code)
    asked.outcome = url(circle, "situation-sharing-outcome", code)
    sheet = url(circle, "situation", code)
    assert asked.address in get(asked.client, sheet)
    asked.answers(**TO_THE_RECIPIENTS)
    asked.answer("q8", "yes", **agreed())
    participant = str(number_of(circle.participant))
    asked.answer("q9", "yes", recipients=[participant])
    asked.answer("q10", "yes", recipients=[participant])
    asked.answers(q11="yes", q12="yes")
    assert asked.decide()["Location"] == asked.outcome
    page = get(signed_in(circle.coordinator), sheet)
    assert "Secret partagé, avec des personnes nommées" in page
    # The police reads no sheet and decides on none.
    assert signed_in(circle.police).get(asked.address).status_code == 404
    assert signed_in(circle.guest).post(asked.address, {"look": "q1"}).status_code == 404
