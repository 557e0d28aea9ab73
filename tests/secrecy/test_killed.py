"""A process killed (SIGKILL) in the middle of an erasure: nothing is half there, all is finished.

The child is a process of its own with its own connections; nothing of it can clean up.
"""

import io
import os
import signal
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from audit import record
from audit.verify import verify_all
from concertation.situations import actions, reading
from concertation.situations.actions import erase
from concertation.situations.codes import show_code
from concertation.situations.models import Erasure
from ethics import gate
from ethics.secrecy.check import check_all
from ethics.secrecy.erasure import store
from ethics.secrecy.erasure.models import Tombstone
from tests.cast import PASSWORD, Circle
from tests.secrecy.test_erasure import full, gone
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"], transaction=True)


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(real: Callable[..., Any]) -> Callable[..., None]:
    """Die once the real step ran, before its transaction ends."""

    def call(*args: Any, **more: Any) -> None:
        real(*args, **more)
        die()

    return call


def daily() -> str:
    out = io.StringIO()
    call_command("daily", stdout=out)
    return out.getvalue()


def reapply() -> str:
    out = io.StringIO()
    call_command("erasure", "reapply", stdout=out)
    return out.getvalue()


# Before the key; in the transaction that destroys it; after it; before and after the rows; before
# and after the certificate's event.
POINTS = [
    pytest.param(store, "destroy", die, id="before-the-key"),
    pytest.param(Tombstone.objects, "get_or_create", die, id="inside-the-key"),
    pytest.param(store, "cut_log", die, id="after-the-key"),
    pytest.param(erase, "_delete_rows", die, id="before-the-rows"),
    pytest.param(erase, "_delete_rows", after(erase._delete_rows), id="inside-the-rows"),
    pytest.param(erase, "append", die, id="before-the-certificate"),
    pytest.param(erase, "append", after(record.append), id="inside-the-certificate"),
]


@pytest.mark.parametrize("resume", [daily, reapply])
@pytest.mark.parametrize(("place", "name", "how"), POINTS)
def test_a_process_killed_in_the_middle_of_an_erasure_is_finished_by_the_next(
    circle: Circle,
    place: Any,
    name: str,
    how: Callable[..., None],
    resume: Callable[[], str],
) -> None:
    situation, kept = full(circle), story.bring(circle.participant)
    actor = circle.coordinator.actor
    connections.close_all()  # a child shares no connection with its parent
    child = os.fork()
    if child == 0:
        try:
            with patch.object(place, name, how):
                actions.erase_situation(actor, situation=situation.id, password=PASSWORD)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert Erasure.objects.get().certified_at is None
    with pytest.raises(gate.Refused):
        reading.situation_sheet(circle.manager.actor, show_code(str(situation.code)))
    with pytest.raises(CommandError, match="1 erasures are unfinished"):
        call_command("erasure", "status", stdout=io.StringIO())
    assert "1 erasures" in resume()
    assert gone(situation)
    assert store.keys([situation.id]) == {}
    assert Erasure.objects.get().certified_at is not None
    call_command("erasure", "status", stdout=io.StringIO())
    sheet = reading.situation_sheet(circle.manager.actor, show_code(str(kept.code)))
    assert sheet.story is not None
    assert sheet.story.wish == story.WISH
    assert check_all().ok
    assert verify_all().ok
