"""Tools written by others, where a machine has them.

`.ci/run` installs them and says OUTSIDE_TOOLS=required: there a missing tool fails.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def missing(sentence: str) -> NoReturn:
    """Skip on somebody's own machine, fail where the tools were installed for it."""
    if os.environ.get("OUTSIDE_TOOLS") == "required":
        pytest.fail(sentence)
    pytest.skip(sentence)


def tool(name: str, package: str) -> Path:
    """Where a program is; without it the test is skipped, or fails where it is required."""
    found = shutil.which(name)
    if found is None:
        missing(f"{name} is not here: apt install {package}")
    return Path(found)
