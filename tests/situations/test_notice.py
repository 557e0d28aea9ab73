"""The notice for the person: from the concertation's own data, on the page and on paper."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from concertation.paper import NoPaperError
from concertation.situations.codes import show_code
from concertation.situations.reading.notice import WRITTEN
from ethics.policy import FieldGroup
from ethics.rights import retention
from tests.cast import Circle
from tests.pdf_text import structure, text_of_pdf
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, url
from tests.situations.test_sharing_pages import Asked

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def paper(circle: Circle, client: Client, language: str = "fr") -> bytes:
    """The PDF."""
    answer = client.get(url(circle, "person-notice-pdf") + f"?langue={language}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert f"notice-tilleuls-{language}.pdf" in answer["Content-Disposition"]
    return answer.content


def plain(page: str) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_notice_is_made_of_the_concertations_own_data(circle: Circle) -> None:
    client = signed_in(circle.participant)
    page = get(client, url(circle, "person-notice"))
    for words in ("Vous décidez", "La Théière tilleuls", circle.dpo.user.email):
        assert words in page
    before, after = page.split("seulement ce qu’on leur demande de faire")
    assert "Police de quartier" in after
    assert "Police de quartier" not in before
    page = get(client, url(circle, "person-notice") + "?langue=nl")
    assert "U beslist" in page
    assert "Vous décidez" in get(client, url(circle, "person-notice") + "?langue=xx")


def test_organisations_stand_by_their_domain_and_the_convening_one_is_named(
    circle: Circle,
) -> None:
    page = get(signed_in(circle.participant), url(circle, "person-notice"))
    who = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page.split("Qui peut lire")[1])
    place = circle.participant.participation
    assert place is not None
    label = str(place.organisation.get_domain_display())
    assert place.organisation.name in dict(who)[label]
    coordinator = circle.coordinator.participation
    assert coordinator is not None
    convened = plain(page).split("Ces réunions sont organisées par :")[1]
    assert convened.strip().startswith(coordinator.organisation.name)


def test_every_group_of_fields_is_told_in_the_person_s_words(circle: Circle) -> None:
    assert set(WRITTEN) == set(FieldGroup)
    page = get(signed_in(circle.participant), url(circle, "person-notice"))
    with override("fr"):
        assert all(str(line) in page for line in WRITTEN.values())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "fr",
            ("5 mois sans nouvelles", "2 mois, le suivi", "4 mois après la fin", "7 mois, sauf"),
        ),
        ("nl", ("5 maanden zonder", "2 maanden", "4 maanden na", "7 maanden, tenzij")),
        ("en", ("5 months without", "2 months", "4 months after", "7 months at the latest")),
    ],
)
def test_its_months_are_those_the_software_applies(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, language: str, said: tuple[str, ...]
) -> None:
    for name, months in {
        "QUIET_MONTHS": 5,
        "ANSWER_MONTHS": 2,
        "CLOSED_MONTHS": 4,
        "LONGEST_MONTHS": 7,
    }.items():
        assert getattr(retention, name) != months
        monkeypatch.setattr(retention, name, months)
    client = signed_in(circle.participant)
    page = plain(get(client, url(circle, "person-notice") + f"?langue={language}"))
    printed = text_of_pdf(paper(circle, client, language))
    for words in said:
        assert words in page
        assert words in printed


def test_one_month_is_no_plural(circle: Circle) -> None:
    client = signed_in(circle.participant)
    page = plain(get(client, url(circle, "person-notice") + "?langue=nl"))
    assert f"{retention.ANSWER_MONTHS} maand " in page


@pytest.mark.parametrize(
    ("language", "title"),
    [("fr", "Vous décidez"), ("nl", "U beslist"), ("en", "You decide")],
)
def test_on_paper_it_is_tagged_and_its_text_can_be_copied(
    circle: Circle, language: str, title: str
) -> None:
    pdf = paper(circle, signed_in(circle.participant), language)
    whole = structure(pdf)
    for mark in (b"/StructTreeRoot", b"/H2", b"pdfuaid", f"/Lang ({language})".encode()):
        assert mark in whole, mark
    assert int(re.findall(rb"/Type /Pages/Kids [^/]*/Count (\d+)", whole)[0]) <= 2
    text = text_of_pdf(pdf)
    for words in (title, "La Théière tilleuls", circle.dpo.user.email, "Police de quartier"):
        assert words in text
    assert f"{retention.CLOSED_MONTHS} " in text


def test_no_code_stands_in_it_but_a_line_to_write_one(circle: Circle) -> None:
    row = story.bring(circle.participant)
    client = signed_in(circle.participant)
    code = show_code(row.code or "")
    page = get(client, url(circle, "person-notice"))
    text = text_of_pdf(paper(circle, client))
    assert code not in page
    assert code not in text
    assert "Votre code, si vous voulez le garder" in text
    assert 'class="notice__blank"' in page


@pytest.mark.parametrize("who", ["coordinator", "police", "guest", "dpo"])
def test_every_member_may_hand_it_over_and_a_stranger_finds_nothing(
    circle: Circle, who: str
) -> None:
    client = signed_in(circle.people[who])
    assert paper(circle, client).startswith(b"%PDF-")
    address = url(circle, "person-notice-pdf").replace("tilleuls", "ailleurs")
    assert client.get(address).status_code == 404


def test_a_server_without_the_libraries_sends_back_to_the_page_to_print(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise NoPaperError

    monkeypatch.setattr("concertation.situations.views.frameworks.pdf_response", missing)
    address = url(circle, "person-notice-pdf") + "?langue=nl"
    answer = signed_in(circle.participant).get(address, follow=True)
    assert answer.redirect_chain[-1][0].endswith("/notice?langue=nl")
    assert "Imprimez la page" in answer.content.decode()


def test_it_is_a_step_away_wherever_the_person_is_to_be_informed(circle: Circle) -> None:
    row = story.bring(circle.participant, informed="not_yet")
    client = signed_in(circle.participant)
    notice = f'href="{url(circle, "person-notice")}"'
    code = show_code(row.code or "")
    for page in ("situation-bring", "home"):
        assert notice in _main(get(client, url(circle, page)))
    for page in ("situation", "situation-voice"):
        assert notice in _main(get(client, url(circle, page, code)))
    draft = story.draft(circle.participant)
    asked = Asked(circle, circle.participant, draft)
    asked.answers(q1="no", q4="yes", q5="no", q7="no")
    asked.decide()
    answer: Any = client.get(url(circle, "situation-share-outcome", draft.id))
    assert notice in _main(answer.content.decode())


def _main(page: str) -> str:
    """Without the menu, where it always stands."""
    return page.split("<main", 1)[1]
