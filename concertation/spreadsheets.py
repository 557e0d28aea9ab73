"""Reading and writing `.xlsx` files, in memory only.

What comes in is not trusted: sizes are checked before anything is unpacked, nothing outside the
file is followed, formulas are read as the value they last had. What goes out holds texts, numbers
and dates, never a formula (CWE-1236).
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from unicodedata import category

from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

MIME: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES: Final = 5 * 1024 * 1024
# A follow-up table of 5,000 rows unpacks to some 10 MB; a bomb to gigabytes.
MOST_UNPACKED: Final = 60 * 1024 * 1024
MOST_PARTS: Final = 300
MOST_ROWS: Final = 5000
MOST_COLUMNS: Final = 60
# What a cell may hold (the format's own limit is 32,767 characters).
MOST_CHARACTERS: Final = 32_767


class SpreadsheetError(ValueError):
    """The file can't be used; the message says what to do, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Table:
    """The first sheet that holds rows: its titles, and its rows as texts, blank ones left out."""

    header: list[str]
    rows: list[list[str]]


def read_table(data: bytes) -> Table:
    """The table of an `.xlsx` file. Raises `SpreadsheetError`."""
    _check_package(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise SpreadsheetError(_unreadable()) from error
    try:
        for sheet in book.worksheets:
            if found := _rows(sheet):
                return Table(found[0], found[1:])
    except SpreadsheetError:
        raise
    except Exception as error:
        raise SpreadsheetError(_unreadable()) from error
    finally:
        book.close()
    raise SpreadsheetError(
        _(
            "Ce fichier n’a pas de lignes. Le tableau doit avoir une ligne de titres, puis des"
            " lignes."
        )
    )


def _check_package(data: bytes) -> None:
    if len(data) > MOST_BYTES:
        raise SpreadsheetError(_too_big())
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except zipfile.BadZipFile as error:
        raise SpreadsheetError(
            _(
                "Ce n’est pas un fichier .xlsx lisible. Dans votre tableur, choisissez"
                " «\u00a0Enregistrer sous\u00a0» puis le format .xlsx, sans mot de passe."
            )
        ) from error
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        raise SpreadsheetError(_too_big())
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise SpreadsheetError(_unreadable())


def _rows(sheet: Any) -> list[list[str]]:
    """The rows that hold something, all of the width of the titles' row."""
    rows: list[list[str]] = []
    # The size that the file claims may be wrong: what is read counts.
    for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
        texts = [_text(value) for value in row]
        if any(texts):
            rows.append(texts)
        if len(rows) > MOST_ROWS + 1:
            raise SpreadsheetError(
                _(
                    "Ce tableau a plus de %(rows)d lignes. Répartissez-le en plusieurs fichiers et"
                    " importez-les l’un après l’autre."
                )
                % {"rows": MOST_ROWS}
            )
    if len(rows) < 2:
        return []
    width = max(number for row in rows for number, text in enumerate(row, 1) if text)
    return [(row + [""] * width)[:width] for row in rows]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _unreadable() -> str:
    return _(
        "Ce fichier .xlsx est abîmé\u00a0: ouvrez-le dans votre tableur et enregistrez-le à"
        " nouveau."
    )


def _too_big() -> str:
    return _(
        "Ce fichier est trop grand\u00a0: 5 Mo au plus. Retirez les images et les feuilles qui ne"
        " servent pas, ou répartissez les lignes en plusieurs fichiers."
    )


def workbook(
    title: str, header: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int] = ()
) -> bytes:
    """An `.xlsx` file of one sheet, titles in bold and kept in view."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_cell(sheet, text, bold=True) for text in header])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """A cell that no program takes for a formula, whatever it begins with."""
    cell = WriteOnlyCell(sheet)
    if isinstance(value, (int, date)) and not isinstance(value, bool):
        cell.value = value
    else:
        text = "" if value is None else str(value)
        # Characters that the format can't hold would make the whole file unreadable.
        kept = "".join(c for c in text if c in "\n\t" or category(c) not in {"Cc", "Cs", "Cn"})
        cell.value = kept[:MOST_CHARACTERS] or None
        if kept:
            cell.data_type = "s"
    cell.font = Font(bold=bold)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def download(data: bytes, name: str) -> HttpResponse:
    """An `.xlsx` file to keep; never cached."""
    response = HttpResponse(data, content_type=MIME)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
