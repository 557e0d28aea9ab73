"""The guard's table of rules as a static file: the very file the server reads, never a copy."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

import ethics.guard

FOLDER: Final = Path(ethics.guard.__file__).parent
RULES: Final = "rules.json"


class RulesFinder(BaseFinder):
    """Finds `guard/rules.json`, and nothing else of that package."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=FOLDER)
        self.storage.prefix = "guard"  # type: ignore[attr-defined]  # read by collectstatic

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file's place on disk."""
        found = str(FOLDER / RULES) if path == f"guard/{RULES}" else ""
        if find_all:
            return [found] if found else []
        return found or None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """The one file, for `collectstatic` and for the server's own list."""
        yield RULES, self.storage
