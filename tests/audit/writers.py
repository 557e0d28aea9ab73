"""Writers in processes of their own, as a server's workers are: forked, so that many start fast."""

import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path

from django.db import connections


class Writers:
    """Processes that append, acknowledge each append in one file, and die when they are told."""

    def __init__(self, folder: Path) -> None:
        self.told = folder / "acknowledged"
        self.failed = folder / "failed"
        self.told.touch()
        self.living: dict[int, Callable[[Acknowledge], object]] = {}

    def start(self, work: Callable[["Acknowledge"], object]) -> int:
        """Fork a process that does this work; it ends without the test's own clearing up."""
        connections.close_all()  # a child shares no connection with its parent
        child = os.fork()
        if child == 0:
            code = 1
            try:
                work(Acknowledge(self.told))
                code = 0
            except BaseException:  # noqa: BLE001 - told by `failures`, in the parent
                with self.failed.open("a", encoding="utf-8") as told:
                    told.write(traceback.format_exc())
            finally:
                os._exit(code)
        self.living[child] = work
        return child

    def kill(self, child: int) -> Callable[["Acknowledge"], object]:
        """End it as a power cut would; return its work, to be taken up by another."""
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"it had ended by itself: {self.failures()}"
        return self.living.pop(child)

    def wait(self) -> None:
        """Until all have done their work."""
        for child in list(self.living):
            _, status = os.waitpid(child, 0)
            del self.living[child]
            assert status == 0, self.failures()

    def kill_all(self) -> None:
        """Whatever happens, no process outlives its test."""
        for child in list(self.living):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            del self.living[child]

    def failures(self) -> str:
        return self.failed.read_text("utf-8") if self.failed.exists() else ""

    def acknowledged(self) -> list[str]:
        """Whole lines: a writer that was killed while it told has not told."""
        return [line[:-1] for line in self.told.read_text().splitlines(True) if line[-1:] == "\n"]


class Acknowledge:
    """Says that something was committed; one write to the file, so that lines stay whole."""

    def __init__(self, file: Path) -> None:
        self.file = os.open(file, os.O_WRONLY | os.O_APPEND)

    def __call__(self, line: str) -> None:
        os.write(self.file, line.encode() + b"\n")
