"""No opened text stays behind: not in a log, an error page, a message, a cookie, a cache."""

import base64
import io
import json
import logging  # noqa: TID251 - the libraries’ own loggers are what is tried
import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.core.signals import got_request_exception
from django.test import Client
from django.urls import reverse

from concertation import operator_log
from concertation.situations import actions
from concertation.situations.codes import show_code
from ethics.secrecy import sealing, unsealing
from ethics.secrecy.models import Session
from tests.cast import Circle
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import url
from tests.situations.test_pages_following import FORM
from tests.test_routes import circle_addresses

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

BIRD = "zzcanarizz perché au balcon"


def decoded(text: str) -> list[str]:
    """Every base64 run of a cookie or row, read from each of the four places it can begin.

    A signed cookie's length is random and a run need not be whole quads: cutting to whole
    quads finds the text wherever it stands, and never stumbles over the padding.
    """
    runs = re.findall(r"[\w-]+", text.translate(str.maketrans("+/", "-_")), re.ASCII)
    shifted = [run[start:] for run in runs for start in range(4)]
    return [base64.urlsafe_b64decode(run[: len(run) // 4 * 4]).decode("latin1") for run in shifted]


def test_a_text_hidden_in_base64_is_seen() -> None:
    for before in ("", "a", "ab", "abc", "x:", "é."):
        for wanted in (base64.b64encode, base64.urlsafe_b64encode):
            hidden = before + wanted(b"?>" + BIRD.encode()).decode().rstrip("=")
            assert any("zzcanarizz" in each for each in decoded(hidden)), hidden


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the operator's log writes, through its real configuration."""
    operator_log.configure()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    stream, kept = io.StringIO(), handler.stream
    handler.setStream(stream)
    yield stream
    handler.setStream(kept)


@pytest.fixture
def raised() -> Iterator[list[BaseException]]:
    """The exceptions that reached Django, so that a test knows its crash happened."""
    found: list[BaseException] = []

    def keep(**_: Any) -> None:
        import sys  # noqa: PLC0415 - where the signal finds the exception

        error = sys.exc_info()[1]
        assert error is not None
        found.append(error)

    got_request_exception.connect(keep)
    yield found
    got_request_exception.disconnect(keep)


def crash_with(text: Any) -> Any:
    """The worst crash: its message is the text itself."""
    raise RuntimeError(str(text))


def assert_silent(answer: Any, lines: io.StringIO, raised: list[BaseException]) -> None:
    assert any(BIRD in str(each) for each in raised), "the crash held the text"
    assert answer.status_code == 500
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert BIRD not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    told = lines.getvalue()
    assert BIRD not in told
    assert "RuntimeError" in told, "the operator learns that it crashed, and where"
    assert all(set(json.loads(line)) <= operator_log.ALLOWED for line in told.splitlines())
    assert all(BIRD not in each.body for each in mail.outbox)


def test_a_crash_in_the_gate_while_text_is_open_tells_it_nowhere(
    circle: Circle, lines: io.StringIO, raised: list[BaseException]
) -> None:
    situation = story.bring(circle.participant, account=BIRD)
    client = signed_in(circle.manager)
    client.raise_request_exception = False
    real = unsealing.decode

    def opened(data: bytes) -> Any:
        text = real(data)
        return crash_with(text) if text == BIRD else text

    assert settings.DEBUG is False
    with patch.object(unsealing, "decode", opened):
        answer = client.get(url(circle, "situation", show_code(str(situation.code))))
    assert_silent(answer, lines, raised)


def test_a_crash_while_text_is_sealed_tells_it_nowhere_and_saves_nothing(
    circle: Circle, lines: io.StringIO, raised: list[BaseException]
) -> None:
    client = signed_in(circle.participant)
    client.raise_request_exception = False
    real = sealing.seal_field

    def sealed(key: Any, record: Any, field: Any, value: Any) -> Any:
        return crash_with(value) if value == BIRD else real(key, record, field, value)

    with patch.object(sealing, "seal_field", sealed):
        answer = client.post(url(circle, "situation-bring"), FORM | {"account": BIRD})
    assert_silent(answer, lines, raised)
    assert not circle.concertation.situations.exists()


def test_every_answer_of_the_circle_forbids_to_keep_it(circle: Circle) -> None:
    """Found or not, refused or asked again: no shared or private cache keeps it."""
    client, nobody = signed_in(circle.coordinator), Client()
    seen = set()
    for address in circle_addresses():
        for each in (client, nobody):
            for answer in (each.get(address), each.post(address)):
                seen.add(answer.status_code)
                assert answer.headers["Cache-Control"] == "no-store, private", address
                assert "ETag" not in answer.headers, address
    assert {200, 302, 404} <= seen


def test_messages_cookies_and_caches_hold_no_text(circle: Circle) -> None:
    client = signed_in(circle.participant)
    client.post(url(circle, "situation-bring"), FORM | {"account": BIRD, "headline": BIRD})
    situation = circle.concertation.situations.get()
    actions.bring_situation(
        circle.participant.actor,
        draft=situation.id,
        danger=False,
        identifiable=False,
        attested=True,
    )
    situation.refresh_from_db()
    code = show_code(str(situation.code))
    kind = {"kind": "information", "text": BIRD}
    answer = client.post(url(circle, "situation-contribute", code), kind)
    assert answer.status_code == 302
    # Two cookies of the session, the form's and the language's; none of them grew a text.
    known = {
        settings.SESSION_COOKIE_NAME,
        settings.KEY_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
    }
    assert set(client.cookies) <= known
    row = Session.objects.get(person=circle.participant.user.id)
    stored = [row.data, *(each.value for each in client.cookies.values())]
    stored += [plain for each in stored for plain in decoded(each)]
    assert all("zzcanarizz" not in each for each in stored)
    # The message of the last page is there, and without the text.
    assert "message" in row.data or "_messages" in client.session
    assert "zzcanarizz" not in json.dumps(client.session.get("_messages", ""))
    # Nothing is kept between requests: what is put into the cache is gone.
    caches["default"].set("canary", BIRD)
    assert caches["default"].get("canary") is None


def test_signing_out_clears_what_the_browser_kept(circle: Circle) -> None:
    client = signed_in(circle.participant)
    answer = client.post(reverse("sign-out"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
