"""Looking into a PDF file."""

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress


def unpacked(pdf: bytes) -> Iterator[bytes]:
    """The file's own objects, and those it keeps compressed."""
    yield pdf
    for packed in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(packed)
