"""Progress of long work: a line that moves on a terminal, plain lines elsewhere."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


@contextlib.contextmanager
def progress(stream: TextIO, title: str, total: int) -> Iterator[Callable[[str], None]]:
    """Give the function to call after each step; its word stands beside the bar."""
    console = Console(file=stream)
    if not console.is_terminal:
        stream.write(f"{title}…\n")
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(title, total=total)

        def step(word: str) -> None:
            shown.update(task, advance=1, description=f"{title} : {word}")

        yield step
