"""One's own view of the board in a file: all its pages, recorded, and no formula in it."""

import io
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook

from audit.leaf import parse_leaf
from audit.models import Entry
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from tests.cast import Circle, Someone
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

FORMULA = "=HYPERLINK(1)"


def rows_of(circle: Circle, who: Someone, query: str = "") -> tuple[bytes, list[tuple[Any, ...]]]:
    """The file someone takes away, and its rows without the titles."""
    answer = signed_in(who).post(url(circle, "board-export") + query)
    assert answer.status_code == 200, answer.content[:200]
    assert "no-store" in answer["Cache-Control"]
    return answer.content, list(load_workbook(io.BytesIO(answer.content)).active.values)[1:]


def code_of(row: Situation) -> str:
    row.refresh_from_db()
    return show_code(row.code or "")


def test_the_view_is_taken_away_whole_and_recorded_as_an_export(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concertation.situations.reading.listing.PAGE_SIZE", 1)
    kept = [story.bring(circle.participant, headline=f"Zztitre {number}") for number in range(3)]
    _file, rows = rows_of(circle, circle.manager)
    assert {row[0] for row in rows} == {code_of(each) for each in kept}
    assert {row[1] for row in rows} == {"Zztitre 0", "Zztitre 1", "Zztitre 2"}
    entry = Entry.objects.get(verb="export")
    assert entry.actor == circle.manager.user.id
    assert {each.number for each in parse_leaf(bytes(entry.leaf or b"")).event.subjects} == {
        each.id for each in kept
    }


def test_it_follows_the_filters_of_the_address(circle: Circle) -> None:
    story.bring(circle.participant)
    _file, rows = rows_of(circle, circle.manager, "?view=mine")
    assert rows == []
    _file, rows = rows_of(circle, circle.participant, "?view=mine")
    assert len(rows) == 1


def test_no_cell_is_a_formula(circle: Circle) -> None:
    story.bring(circle.participant, headline=FORMULA)
    file, rows = rows_of(circle, circle.manager)
    assert rows[0][1] == FORMULA
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("who", ["police", "guest", "dpo"])
def test_nobody_outside_the_circle_takes_anything_away(circle: Circle, who: str) -> None:
    story.bring(circle.participant)
    client = signed_in(getattr(circle, who))
    assert client.post(url(circle, "board-export")).status_code == 404
    refused = Entry.objects.get(verb="export")
    assert str(refused.outcome) == "refused"


def test_a_link_never_takes_anything_away(circle: Circle) -> None:
    story.bring(circle.participant)
    client = signed_in(circle.manager)
    assert "Emporter cette vue" in get(client, url(circle, "board"))
    assert client.get(url(circle, "board-export"))["Location"] == url(circle, "board")
    assert not Entry.objects.filter(verb="export").exists()
