"""The operator's log carries ids only: text that could leak is put in, and looked for."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.urls import reverse

from audit.enums import Outcome
from audit.models import Entry
from concertation import operator_log
from tests.cast import Circle
from tests.signin import signed_in

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


@pytest.mark.django_db(databases=["default", "erasure"])
def test_a_refused_request_has_one_number_in_the_log_and_the_ledger(
    lines: io.StringIO, circle: Circle
) -> None:
    client = signed_in(circle.participant)
    client.get(reverse("administration"), headers={"x-request-id": "invented"})
    entry = Entry.objects.get(actor=circle.participant.user.id, outcome=Outcome.REFUSED)
    assert entry.request_id
    written = [json.loads(line) for line in lines.getvalue().splitlines()]
    finished = [each for each in written if each.get("status") == 404]
    assert entry.request_id in {each.get("request_id") for each in finished}
    assert "invented" not in lines.getvalue()
