"""The operator's log carries ids only: text that could leak is put in, and looked for."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from concertation import operator_log

CANARY = "Rue des Quatre-Vents 12"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the log writes, through its real configuration."""
    operator_log.configure()
    root = logging.getLogger()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    stream, kept = io.StringIO(), handler.stream
    handler.setStream(stream)
    yield stream
    handler.setStream(kept)


def test_only_keys_on_the_list_are_written(lines: io.StringIO) -> None:
    structlog.get_logger().warning("text_refused", object="1234", text=CANARY, headline=CANARY)
    written = json.loads(lines.getvalue())
    assert written["event"] == "text_refused"
    assert written["object"] == "1234"
    assert CANARY not in lines.getvalue()
    assert set(written) <= operator_log.ALLOWED


@pytest.mark.parametrize("name", ["django.request", "django.security", "axes", "somebody.else"])
def test_a_librarys_message_is_not_written(lines: io.StringIO, name: str) -> None:
    logging.getLogger(name).error("Not Found: /x/%s", CANARY, extra={"request": CANARY})
    assert CANARY not in lines.getvalue()
    assert json.loads(lines.getvalue())["event"] == f"{name.replace('.', '_')}_error"


def test_an_exception_leaves_its_type_and_places_only(lines: io.StringIO) -> None:
    def fail() -> None:
        secret = CANARY
        raise ValueError(secret)

    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("something_failed")
        logging.getLogger("django.request").exception("Internal Server Error: %s", CANARY)
    assert CANARY not in lines.getvalue()
    for line in lines.getvalue().splitlines():
        written = json.loads(line)
        assert written["exception"] == "ValueError"
        assert any(place.startswith("fail:") for place in written["where"])
