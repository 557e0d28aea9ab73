"""What a PDF says to whoever copies it or hears it read: its text, as its own tables map it.

Not a reader for any file: enough of ISO 32000-1 for those the board makes (9.10.3, ToUnicode).
"""

import re
import zlib
from contextlib import suppress
from typing import Final

_OBJECT: Final = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN: Final = re.compile(
    rb"/([^\s/\[\]<>()]+) [\d.]+ Tf|(\[.*?\]|<[0-9a-fA-F]+>) ?T[jJ]", re.DOTALL
)


def text_of_pdf(pdf: bytes) -> str:
    """All text, in the order it is drawn; blanks are as good as each other."""
    objects = _objects(pdf)
    fonts = _fonts(objects)
    said: list[str] = []
    for body in objects.values():
        drawn = _unpacked(body)
        if b"BT" not in drawn or b"Tf" not in drawn:
            continue
        table: dict[int, str] = {}
        for font, shown in _SHOWN.findall(drawn):
            if font:
                table = fonts.get(font.decode(), {})
            else:
                said.append(_decoded(shown, table))
    return re.sub(r"\s+", " ", " ".join(said))


def structure(pdf: bytes) -> bytes:
    """Every object of the file, unpacked: where its tags, title and language stand."""
    return pdf + b"".join(_unpacked(body) for body in _objects(pdf).values())


def _objects(pdf: bytes) -> dict[int, bytes]:
    """The objects of the file by number, those in compressed containers too (7.5.7)."""
    found = {int(number): body for number, body in _OBJECT.findall(pdf)}
    for body in list(found.values()):
        if b"/ObjStm" not in body:
            continue
        inner = _unpacked(body)
        first = int(re.findall(rb"/First (\d+)", body)[0])
        heads = [int(each) for each in inner[:first].split()]
        places = dict(zip(heads[::2], heads[1::2], strict=True))
        ends = [*list(places.values())[1:], len(inner) - first]
        for (number, start), end in zip(places.items(), ends, strict=True):
            found[number] = inner[first + start : first + end]
    return found


def _unpacked(body: bytes) -> bytes:
    packed = _STREAM.search(body)
    if packed is None:
        return body
    with suppress(zlib.error):
        return zlib.decompress(packed[1])
    return packed[1]


def _fonts(objects: dict[int, bytes]) -> dict[str, dict[int, str]]:
    """For each font's name on the pages: which glyph stands for which text."""
    tables = {}
    for body in objects.values():
        for number in re.findall(rb"/Font (\d+) 0 R", body):
            for name, font in re.findall(rb"/([^\s/<>]+) (\d+) 0 R", objects[int(number)]):
                pointed = re.findall(rb"/ToUnicode (\d+) 0 R", objects[int(font)])
                if pointed:
                    tables[name.decode()] = _table(_unpacked(objects[int(pointed[0])]))
    return tables


def _table(cmap: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9a-fA-F]+)> *<([0-9a-fA-F]+)>\s", cmap.split(b"beginbfchar", 1)[-1])
    return {
        int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs
    }


def _decoded(shown: bytes, table: dict[int, str]) -> str:
    glyphs = "".join(each.decode() for each in re.findall(rb"<([0-9a-fA-F]+)>", shown))
    return "".join(table.get(int(glyphs[i : i + 4], 16), "") for i in range(0, len(glyphs), 4))
