"""The charter's blocks: every word is kept, and nothing becomes HTML."""

from ethics.charter.rendering import Block, BlockKind, blocks

TEXT = """# Charte

## Objet
La concertation
réunit des professionnels.
- un point
  qui continue
- <b>un autre</b>

### Détail
Fin."""


def test_headings_paragraphs_and_items_are_told_apart() -> None:
    assert blocks(TEXT) == [
        Block(BlockKind.TITLE, "Charte"),
        Block(BlockKind.HEADING2, "Objet"),
        Block(BlockKind.PARAGRAPH, "La concertation réunit des professionnels."),
        Block(BlockKind.ITEMS, items=("un point qui continue", "<b>un autre</b>")),
        Block(BlockKind.HEADING3, "Détail"),
        Block(BlockKind.PARAGRAPH, "Fin."),
    ]


def test_no_word_of_a_text_is_lost() -> None:
    shown = " ".join(
        word for block in blocks(TEXT) for word in (block.text, *block.items) if word
    ).split()
    assert shown == [word for word in TEXT.split() if word not in {"#", "##", "###", "-"}]


def test_an_empty_text_has_no_blocks_and_windows_line_ends_change_nothing() -> None:
    assert blocks("\n \n") == []
    assert blocks(TEXT.replace("\n", "\r\n")) == blocks(TEXT)


def test_a_line_that_only_looks_like_a_heading_stays_a_paragraph() -> None:
    assert blocks("#pas un titre\n####### non plus") == [
        Block(BlockKind.PARAGRAPH, "#pas un titre ####### non plus")
    ]
