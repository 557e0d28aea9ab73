"""The sheet beyond its texts: neighbours, who stands around the person, what changed and when."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from concertation.situations import actions, reading
from concertation.situations.codes import show_code
from concertation.situations.presentation import Tie
from concertation.situations.reading.differences import differences
from tests.cast import Circle
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_the_sheets_before_and_after_are_a_step_away(circle: Circle) -> None:
    rows = [story.bring(circle.participant) for _ in range(3)]
    shut = story.bring(circle.participant)
    actions.withdraw(circle.manager.actor, situation=shut.id, reason="unsaid")
    rows.sort(key=lambda row: (row.signalled_on, row.id))
    codes = [show_code(row.code or "") for row in rows]
    found = [reading.situation_sheet(circle.manager.actor, code) for code in codes]
    assert [(each.before, each.after) for each in found] == [
        ("", codes[1]), (codes[0], codes[2]), (codes[1], ""),
    ]  # fmt: skip
    page = get(signed_in(circle.manager), url(circle, "situation", codes[1]))
    assert re.search(rf'rel="next"\s+href="[^"]*{codes[2]}"', page)


def test_the_neighbours_cost_one_query_however_many_there_are(circle: Circle) -> None:
    counts = []
    row = story.bring(circle.participant)
    reading.situation_sheet(circle.manager.actor, row.code or "")
    for more in (0, 2):
        for _ in range(more):
            story.bring(circle.participant)
        with CaptureQueriesContext(connection) as found:
            reading.situation_sheet(circle.manager.actor, row.code or "")
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_who_stands_around_the_person_is_a_list_and_as_many_points(circle: Circle) -> None:
    row = story.bring(
        circle.participant,
        network=(Tie("La Théière", "strong"), Tie("bailleur", "worn")),
        missing="un passage hebdomadaire\n\nun médecin",
    )
    page = get(signed_in(circle.manager), url(circle, "situation", show_code(row.code or "")))
    picture = page.split('<svg class="network"')[1].split("</svg>")[0]
    assert re.findall(r"spot--(\w+)", picture) == ["self", "strong", "worn", "missing", "missing"]
    assert re.findall(r">(\d)</text>", picture) == ["1", "2", "3", "4"]
    for words in ("La Théière", "bailleur", "un passage hebdomadaire", "un médecin"):
        assert words in page
        assert words not in picture


def test_the_history_shows_what_was_added_and_taken_out(circle: Circle) -> None:
    row = story.bring(circle.participant, account="La chaudière est en panne depuis lundi")
    actions.edit_situation(
        circle.participant.actor,
        situation=row.id,
        presentation=story.presentation(account="La chaudière est réparée depuis lundi"),
        expected_version=row.version,
    )
    action = story.agree(circle.manager, row, circle.participant, text="Relancer le bailleur")
    actions.hand_over_action(
        circle.manager.actor,
        action=action.id,
        owner=circle.manager.participation.id,  # type: ignore[union-attr]
    )
    code = show_code(row.code or "")
    page = get(signed_in(circle.manager), url(circle, "situation-history", code))
    assert "<del>en panne </del><ins>réparée </ins>depuis lundi" in page
    assert "Relancer le bailleur" in page
    assert "Confiée à La Théière tilleuls, travail social" in page


@given(st.text(), st.text())
def test_the_parts_give_both_texts_back(before: str, after: str) -> None:
    parts = differences(before, after)
    assert "".join(each.text for each in parts if each.change != "del").split() == after.split()
    if before and after:
        old = "".join(each.text for each in parts if each.change != "ins").split()
        assert old == before.split()
