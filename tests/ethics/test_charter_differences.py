"""What a version changes: every word of both texts stands in it, under its mark."""

import re

from hypothesis import given
from hypothesis import strategies as st

from ethics.charter.differences import Change, Paragraph, Piece, differences

WORDS = st.lists(st.sampled_from(["secret", "charte", "accord", "qui", "\n\n", "lit", "- un"]))


def words(paragraphs: list[Paragraph], *changes: Change) -> list[str]:
    pieces = [piece for each in paragraphs for piece in each.pieces if piece.change in changes]
    return [word for piece in pieces for word in piece.text.split()]


def test_a_changed_word_is_taken_out_and_put_in() -> None:
    found = differences("Le secret est partagé.\n", "Le secret est gardé.\n")
    assert found == [
        Paragraph(
            (
                Piece(Change.SAME, "Le secret est "),
                Piece(Change.REMOVED, "partagé."),
                Piece(Change.ADDED, "gardé."),
            )
        )
    ]


def test_a_new_paragraph_is_added_and_the_others_stay() -> None:
    found = differences("Un.\n\nTrois.\n", "Un.\n\nDeux.\n\nTrois.\n")
    assert [each.changed for each in found] == [False, True, False]
    assert found[1].pieces == (Piece(Change.ADDED, "Deux."),)


def test_an_item_of_a_list_is_a_paragraph_of_its_own() -> None:
    found = differences("- un\n- deux\n", "- un\n- trois\n")
    assert [each.changed for each in found] == [False, True]


@given(WORDS, WORDS)
def test_no_word_of_either_text_is_lost(before: list[str], after: list[str]) -> None:
    one, other = " ".join(before), " ".join(after)
    found = differences(one, other)
    assert sorted(words(found, Change.SAME, Change.REMOVED)) == sorted(re.findall(r"\S+", one))
    assert sorted(words(found, Change.SAME, Change.ADDED)) == sorted(re.findall(r"\S+", other))
