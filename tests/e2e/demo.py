"""A demo of its own for the browser tests: built, served on a free port, thrown away."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
STARTS_WITHIN: Final = 120


def free_port() -> int:
    """A port of the loopback address that nobody uses."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


@dataclass
class Demo:
    """The demo under test: its folder, its address, and all it ever said."""

    folder: Path
    port: int = field(default_factory=free_port)
    server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://localhost:{self.port}"

    @property
    def said(self) -> Path:
        """The server's standard output and error, mails to the console included."""
        return self.folder.parent / "server.log"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its commands."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "concertation.settings.demo",
            "DEMO_FOLDER": str(self.folder),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }

    def command(self, *arguments: str) -> str:
        """What a management command prints; a failure fails the test with its words."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def code_of(self, email: str) -> str:
        """The second-factor code of now."""
        found = re.findall(r"\b\d{3} ?\d{3}\b", self.command("demo_code", email))
        assert found, "manage.py demo_code printed no code"
        return str(found[-1]).replace(" ", "")

    def apart(self, folder: Path) -> "Demo":
        """A copy of its own for a test that changes everybody's world; start and stop it there."""
        folder.mkdir(parents=True)
        for path in self.folder.iterdir():
            if path.suffix == ".sqlite3":
                # Through SQLite itself: what lies in its journal belongs to the copy too.
                with (
                    closing(sqlite3.connect(path)) as here,
                    closing(sqlite3.connect(folder / path.name)) as there,
                ):
                    here.backup(there)
            elif path.is_file() and not path.name.endswith(("-wal", "-shm")):
                shutil.copy2(path, folder)
        return Demo(folder)

    def start(self) -> None:
        """Build and serve, and wait until it answers."""
        self.command("demo", "--no-serve")
        with self.said.open("ab") as log:
            self.server = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            if self.server.poll() is not None:
                break
            with suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{self.url}/connexion", timeout=5).close()  # noqa: S310
                return
            time.sleep(0.3)
        raise AssertionError(f"The demo does not answer:\n{self.said.read_text('utf-8')[-3000:]}")

    def crash(self) -> None:
        """End the server as a power cut would: its workers too, in the middle of anything."""
        assert self.server is not None
        # `start` gave it a session of its own: the group holds its processes and no other.
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait(15)

    def stop(self) -> None:
        """End the server that this object started."""
        if self.server is None:
            return
        self.server.terminate()
        try:
            self.server.wait(15)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait(5)
