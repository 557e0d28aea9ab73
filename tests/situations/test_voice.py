"""The person's voice: first on the sheet, informed and agreed with date and manner."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from concertation.situations.presentation import Presentation
from concertation.situations.reading import words
from tests.cast import Circle
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def sheet_of(circle: Circle, row: Situation) -> str:
    return get(signed_in(circle.manager), url(circle, "situation", show_code(row.code or "")))


def test_the_persons_wish_stands_before_everything_the_group_says(circle: Circle) -> None:
    row = story.bring(circle.participant)
    story.agree(circle.coordinator, row, circle.manager)
    page = sheet_of(circle, row).split("<main", 1)[1]
    first = page.index(story.WISH)
    for later in (story.QUESTION, story.ACCOUNT, "Actions convenues"):
        assert first < page.index(later)


def test_informed_and_agreed_are_kept_with_their_day_and_manner(circle: Circle) -> None:
    row = story.bring(circle.participant, informed="not_yet", agreement="not_asked")
    client = signed_in(circle.participant)
    voice = url(circle, "situation-voice", show_code(row.code or ""))
    today = timezone.localdate()
    told, agreed = today - timedelta(days=9), today - timedelta(days=2)
    form = {
        "wish": story.WISH,
        "informed": "yes",
        "informed_on": told.isoformat(),
        "informed_how": "avec la notice, en arabe",
        "agreement": "partial",
        "agreement_on": agreed.isoformat(),
        "agreement_how": "par écrit",
        "version": hidden(get(client, voice), "version"),
    }
    assert client.post(voice, form).status_code == 302
    page = sheet_of(circle, row)
    on = date_format(told, "DATE_FORMAT")
    assert f"La personne est informée, {on}, avec la notice, en arabe" in page
    assert f"Accord partiel, {date_format(agreed, 'DATE_FORMAT')}, par écrit" in page
    # Opened again, the form holds them, and saving it changes nothing of them.
    page = get(client, voice)
    assert f'value="{told.isoformat()}"' in page
    assert "avec la notice, en arabe" in page
    edit = url(circle, "situation-edit", show_code(row.code or ""))
    assert "avec la notice, en arabe" in get(client, edit)


@pytest.mark.parametrize("name", ["informed_on", "agreement_on"])
def test_a_day_to_come_is_refused_and_what_was_typed_is_kept(circle: Circle, name: str) -> None:
    row = story.bring(circle.participant, informed="not_yet")
    client = signed_in(circle.participant)
    voice = url(circle, "situation-voice", show_code(row.code or ""))
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    form = {"wish": "Un souhait tapé", "informed": "yes", "agreement": "given", name: tomorrow}
    response = client.post(voice, form | {"version": hidden(get(client, voice), "version")})
    assert response.status_code == 200
    assert "Cette date est encore à venir." in text_of(response)
    assert "Un souhait tapé" in text_of(response)
    assert "Un souhait tapé" not in sheet_of(circle, row)


def test_it_is_sealed_and_stands_nowhere_in_clear(circle: Circle) -> None:
    how = "au guichet avec sa sœur"
    row = story.bring(circle.participant, informed="yes", informed_how=how)
    stored = Situation.objects.filter(id=row.id).values().get()
    assert how.encode() not in b"".join(bytes(v) for v in stored.values() if isinstance(v, bytes))
    assert how not in str(stored)
    assert how in sheet_of(circle, row)


def test_what_was_sealed_before_days_were_asked_reads_as_before() -> None:
    old = {"informed": {"answer": "impossible", "why": "à l’hôpital"}}
    again = Presentation.of(old)
    assert (again.informed_on, again.informed_how) == (None, "")
    assert again.sealed_values()["informed"] == old["informed"]
    said = "Informer la personne est impossible pour l’instant\u00a0: à l’hôpital"
    assert words.informed(old["informed"]) == said
    assert words.informed({}) == words.agreement(None) == ""
