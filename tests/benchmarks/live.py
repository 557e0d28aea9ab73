"""`live_p95_ms`: nineteen people in one meeting, each on their own device, reading and writing.

An hour of six situations is pressed into five minutes, on the loopback address, against gunicorn
and PostgreSQL. The server is a fork of this process, so that it serves the throw-away databases
that were filled here; whoever asks shares the machine's cores with it.
"""

import http.client
import multiprocessing
import re
import statistics
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from typing import Any, Final
from urllib.parse import urlencode

from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.utils import timezone

from concertation.accounts.enums import Domain
from concertation.demo.serve import LOOPBACK, Server
from concertation.meetings import actions, actions_live
from concertation.meetings.models import AgendaItem, Meeting
from concertation.situations.models import Contribution, Situation
from ethics.roles import Role
from tests.benchmarks.measure import Measure, at_most, not_yet
from tests.cast import Circle, Someone, join, make_circle, number_of, organisation
from tests.e2e.demo import free_port
from tests.signin import signed_in
from tests.situations.story import agree, bring

BAR: Final = 300
PEOPLE: Final = 19
SITUATIONS: Final = 6
SECONDS: Final = 300
POLL: Final = 3
TOKEN: Final = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')
ITEM: Final = re.compile(rb'name="item" value="([0-9a-f-]+)"')
HOW: Final = (
    "19 people poll every 3 s, read each change and write once a point; the coordinator moves"
    " through 6 situations and enters a decision and an action for each; an hour in 5 minutes,"
    " gunicorn with 2 workers on PostgreSQL, asking from the same machine. p95 of all answers."
)


@dataclass
class Device:
    """One person's browser: a connection, two cookies, and how long each answer took."""

    port: int
    cookies: str
    path: str
    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stamp: bytes = b""
    page: bytes = b""

    def ask(self, path: str, data: dict[str, str] | None = None) -> bytes:
        """One request, timed; anything but an answer of the board is an error."""
        headers = {"Cookie": self.cookies}
        body = None
        if data is not None:
            token = TOKEN.search(self.page)
            body = urlencode(data | {"csrfmiddlewaretoken": token[1].decode() if token else ""})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        line = http.client.HTTPConnection(LOOPBACK, self.port, timeout=30)
        try:
            line.request("GET" if body is None else "POST", path, body, headers)
            answer = line.getresponse()
            content = answer.read()
        except OSError as error:
            self.errors.append(f"{path}: {type(error).__name__}")
            return b""
        finally:
            line.close()
            self.times.append(time.perf_counter() - start)
        if answer.status != (200 if body is None else 302):
            self.errors.append(f"{path}: {answer.status}")
        return content

    def follow(self) -> bool:
        """Poll; on a change read the page anew. Says whether there was one."""
        stamp = self.ask(f"{self.path}/version")
        if stamp == self.stamp:
            return False
        self.stamp = stamp
        self.page = self.ask(f"{self.path}/suivre")
        return True

    def write(self, number: int) -> None:
        """A word of one's own on the point that is shown."""
        if item := ITEM.search(self.page):
            data = {"item": item[1].decode(), "kind": "feedback", "text": f"Lien gardé {number}"}
            self.ask(f"{self.path}/suivre/fil", data)


def live_p95_ms() -> Measure:
    """The whole: a circle of nineteen, a meeting opened, five minutes of it."""
    circle = make_circle()
    house = organisation("Le Préau", Domain.CONTACT, 5)
    for number in range(PEOPLE - 3):
        join(circle, f"personne{number}", house, [Role.PARTICIPANT])
    people = [
        each for name, each in circle.people.items() if name not in {"police", "guest", "dpo"}
    ]
    meeting, points = _opened(circle, people)
    path = f"/{circle.concertation.slug}/reunions/{meeting.id}"
    port = free_port()
    devices = [Device(port, _cookies(each), path) for each in people]
    connections.close_all()
    server = multiprocessing.get_context("fork").Process(target=_serve, args=(port,))
    server.start()
    try:
        _wait(devices[0])
        _run(devices, points, str(number_of(circle.manager)))
    finally:
        server.terminate()
        server.join(10)
    wrong = [each for device in devices for each in device.errors]
    if wrong:
        return not_yet(BAR, "ms", f"{len(wrong)} requests failed, the first {wrong[0]}.")
    try:
        call_command("ledger", "verify", stdout=StringIO())
    except CommandError as error:
        return not_yet(BAR, "ms", f"The ledger does not verify after: {error}")
    times = sorted(each for device in devices for each in device.times)
    written = Contribution.objects.filter(meeting=meeting.id).count()
    p95 = statistics.quantiles(times, n=20)[-1] * 1000
    return at_most(p95, BAR, "ms", len(times), f"{HOW} {written} entries written.")


def _opened(circle: Circle, people: list[Someone]) -> tuple[Meeting, list[AgendaItem]]:
    for _ in range(SITUATIONS):
        about = bring(circle.participant)
        for _ in range(3):
            agree(circle.manager, Situation.objects.get(id=about.id), circle.manager, days=5)
    actor = circle.coordinator.actor
    row = actions.plan_meeting(actor, starts_at=timezone.now(), place="par vidéo")
    row = actions_live.open_meeting(actor, meeting=row.id, reminded=True)
    for each in people:
        actions_live.note_presence(
            circle.coordinator.actor,
            meeting=row.id,
            participation=number_of(each),
            presence="remote",
        )
    return row, list(row.items.all())


def _cookies(who: Someone) -> str:
    return "; ".join(f"{name}={each.value}" for name, each in signed_in(who).cookies.items())


class _Fork(Server):
    """The demo's server with a worker for each core. The tests' settings are no safe start for
    anybody else, so it is not asked whether they are."""

    def load(self) -> Any:
        return get_wsgi_application()


def _serve(port: int) -> None:
    server = _Fork(port)
    server.cfg.set("workers", 2)
    server.run()


def _wait(device: Device) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        device.errors.clear()
        device.ask(f"{device.path}/version")
        if not device.errors:
            device.times.clear()
            return
        time.sleep(0.5)


def _run(devices: list[Device], points: list[AgendaItem], owner: str) -> None:
    end = time.monotonic() + SECONDS
    threads = [
        threading.Thread(target=_participate, args=(each, number, end))
        for number, each in enumerate(devices[1:])
    ]
    threads.append(threading.Thread(target=_coordinate, args=(devices[0], points, owner, end)))
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def _participate(device: Device, number: int, end: float) -> None:
    """Poll, read what changed, and write a word some time after each new point."""
    step = SECONDS / (SITUATIONS + 1)
    # Nobody types at the very same moment as everybody else.
    due = time.monotonic() + step * (1 + number / PEOPLE)
    time.sleep(POLL * number / PEOPLE)
    while time.monotonic() < end:
        device.follow()
        if time.monotonic() >= due:
            device.write(number)
            due += step
        time.sleep(POLL)


def _coordinate(device: Device, points: list[AgendaItem], owner: str, end: float) -> None:
    """Through the points, with a decision and an action for each situation."""
    leaving = ""
    due_on = (timezone.localdate() + timedelta(days=20)).isoformat()
    for point in points:
        screen = f"{device.path}/seance"
        device.page = device.ask(screen)
        device.ask(f"{screen}/point", {"item": str(point.id), "leaving": leaving})
        leaving = str(point.id)
        device.page = device.ask(screen)
        if point.situation_id:
            about: dict[str, Any] = {"item": leaving}
            device.ask(f"{screen}/fil", about | {"kind": "decision", "text": "Passer lundi"})
            device.page = device.ask(screen)
            action = {"text": "Passer lundi", "owner": owner, "due_on": due_on}
            device.ask(f"{screen}/actions", about | action)
            device.page = device.ask(screen)
        until = min(end, time.monotonic() + SECONDS / len(points))
        while time.monotonic() < until:
            device.follow()
            time.sleep(POLL)
