"""The charter's text as blocks that a template can show: no HTML is ever made from it here.

The texts use a small part of Markdown: `#` (the title), `##` and `###` (headings), `- ` (items)
and paragraphs. Everything else stays the text it is, so a template that escapes is safe.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block of the charter is."""

    TITLE = "title"
    HEADING2 = "heading2"
    HEADING3 = "heading3"
    PARAGRAPH = "paragraph"
    ITEMS = "items"


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its words are in `text`, or line by line in `items` for a list."""

    kind: BlockKind
    text: str = ""
    items: tuple[str, ...] = ()


_HEADINGS = (
    ("### ", BlockKind.HEADING3),
    ("## ", BlockKind.HEADING2),
    ("# ", BlockKind.TITLE),
)
_ITEM = "- "


def blocks(text: str) -> list[Block]:
    """Cut a charter text into blocks, in order; nothing of its words is lost or changed."""
    return list(_blocks(text.splitlines()))


def _blocks(lines: list[str]) -> Iterator[Block]:
    paragraph: list[str] = []
    items: list[str] = []
    for line in [*(each.strip() for each in lines), ""]:
        heading = _heading(line)
        if paragraph and (not line or heading or line.startswith(_ITEM)):
            yield Block(BlockKind.PARAGRAPH, " ".join(paragraph))
            paragraph = []
        if items and (not line or heading):
            yield Block(BlockKind.ITEMS, items=tuple(items))
            items = []
        if heading:
            yield heading
        elif line.startswith(_ITEM):
            items.append(line.removeprefix(_ITEM).strip())
        elif line and items:
            # A long item goes on in the next line of the file.
            items[-1] = f"{items[-1]} {line}"
        elif line:
            paragraph.append(line)


def _heading(line: str) -> Block | None:
    for mark, kind in _HEADINGS:
        if line.startswith(mark):
            return Block(kind, line.removeprefix(mark).strip())
    return None
