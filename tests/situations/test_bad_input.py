"""What people paste, mistype or send twice, in the forms of actions and entries."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from concertation.situations import texts
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction, Contribution, Situation
from tests.cast import Circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

# What is typed, and what is kept and shown of it.
STRANGE = [
    ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
    ("\u202eévil tnemevuom", "évil tnemevuom"),
    ("Une \U0001f33b au balcon", "Une \U0001f33b au balcon"),
    ('=cmd|"/c calc"!A1', "=cmd|&quot;/c calc&quot;!A1"),
    ("Porter\x07 les\x1b clés", "Porter les clés"),
    ("{{ 7|add:7 }} {% now 'Y' %}", "{{ 7|add:7 }} {% now &#x27;Y&#x27; %}"),
]
TYPED = "Passer mercredi après-midi, "


def due(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def propose(circle: Circle, row: Situation, **change: Any) -> Any:
    """A proposal sent by its form."""
    code = show_code(str(row.code))
    data = {"text": TYPED, "owner": str(number_of(circle.participant)), "due_on": due(9)} | change
    return signed_in(circle.manager).post(url(circle, "situation-action-propose", code), data)


@pytest.mark.parametrize(("typed", "shown"), STRANGE)
def test_strange_texts_are_kept_and_do_nothing(circle: Circle, typed: str, shown: str) -> None:
    row = story.bring(circle.participant)
    code = show_code(str(row.code))
    assert propose(circle, row, text=typed, acts=typed).status_code == 302
    client = signed_in(circle.participant)
    entry = {"kind": "information", "text": typed}
    client.post(url(circle, "situation-contribute", code), entry)
    page = client.get(url(circle, "situation", code)).content.decode()
    # The action, who acts, the entry.
    assert page.count(shown) >= 3
    for live in ("<img src=x", "\u202e", "\x07", "\x1b"):
        assert live not in page


@pytest.mark.parametrize("name", ["text", "acts"])
def test_an_overlong_text_comes_back_whole_with_a_sentence(circle: Circle, name: str) -> None:
    row = story.bring(circle.participant)
    long = "mot " * texts.MEDIUM
    page = text_of(propose(circle, row, **{name: long}))
    assert "Ce texte est trop long" in page
    assert long.strip() in page
    assert not AgreedAction.objects.exists()


@pytest.mark.parametrize("day", [due(-1), due(3660), "2026-02-31", "1500-01-01", "x", ""])
def test_a_day_that_cannot_be_is_refused_and_loses_nothing(circle: Circle, day: str) -> None:
    row = story.bring(circle.participant)
    response = propose(circle, row, due_on=day)
    assert response.status_code == 200
    assert TYPED.strip() in text_of(response)
    assert "field__error" in response.content.decode()
    assert not AgreedAction.objects.exists()


@pytest.mark.parametrize("day", [due(3660), "x", ""])
def test_the_same_where_an_action_is_put_off(circle: Circle, day: str) -> None:
    row = story.agree(circle.manager, story.bring(circle.participant), circle.participant)
    code = show_code(str(row.situation.code))
    address = url(circle, "situation-action-change", code, row.id)
    data = {"what": "postpone", "due_on": day, "text": TYPED, "version": row.version}
    page = text_of(signed_in(circle.participant).post(address, data))
    assert TYPED.strip() in page
    before = row.due_on
    row.refresh_from_db()
    assert row.due_on == before
    assert isinstance(before, date)


def test_nothing_is_proposed_to_somebody_who_left(circle: Circle) -> None:
    row = story.bring(circle.participant)
    place = circle.participant.participation
    assert place is not None
    place.state = "ended"
    place.save()
    page = text_of(propose(circle, row))
    assert TYPED.strip() in page
    assert not AgreedAction.objects.exists()


def test_an_empty_word_changes_nothing(circle: Circle) -> None:
    row = story.agree(circle.manager, story.bring(circle.participant), circle.participant)
    code = show_code(str(row.situation.code))
    address = url(circle, "situation-action", code, row.id)
    client = signed_in(circle.participant)
    for blank in ("", "   ", "\u200b\u202e"):
        data = {"state": row.state, "text": blank, "version": row.version}
        assert client.post(address, data).status_code == 200
    assert not Contribution.objects.exists()
    assert TYPED not in get(client, url(circle, "situation", code))


def test_a_proposal_and_an_entry_sent_twice_are_made_once(circle: Circle) -> None:
    row = story.bring(circle.participant)
    code = show_code(str(row.code))
    client = signed_in(circle.manager)
    page = get(client, url(circle, "situation", code))
    numbers = re.findall(r'name="number" value="([0-9a-f-]{36})"', page)
    assert len(set(numbers)) == 2
    action = {"text": TYPED, "owner": str(number_of(circle.participant)), "due_on": due(9)}
    entry = {"kind": "information", "text": TYPED}
    for _ in range(2):
        for name, data in (("action-propose", action), ("contribute", entry)):
            sent = client.post(
                url(circle, f"situation-{name}", code), data | {"number": numbers[0]}
            )
            assert sent.status_code == 302
    assert (AgreedAction.objects.count(), Contribution.objects.count()) == (1, 1)
    # Another form says the same again: that is meant.
    client.post(url(circle, "situation-contribute", code), entry | {"number": numbers[1]})
    assert Contribution.objects.count() == 2


def test_a_form_sent_again_with_other_words_loses_none_of_them(circle: Circle) -> None:
    """“Back”, then corrected: what was sent first stands in the group's sight already."""
    row = story.bring(circle.participant)
    code = show_code(str(row.code))
    client = signed_in(circle.manager)
    number = hidden(get(client, url(circle, "situation", code)), "number")
    action = {"owner": str(number_of(circle.participant)), "due_on": due(9), "number": number}
    entry = {"kind": "information", "number": number}
    for text in ("Passer le mardi", "Passer le jeudi"):
        client.post(url(circle, "situation-action-propose", code), action | {"text": text})
        client.post(url(circle, "situation-contribute", code), entry | {"text": f"{text}, noté"})
    page = get(client, url(circle, "situation", code))
    for words in ("Passer le mardi", "Passer le jeudi"):
        assert words in page
        assert f"{words}, noté" in page
    assert (AgreedAction.objects.count(), Contribution.objects.count()) == (2, 2)
