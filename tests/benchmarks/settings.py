"""The tests' settings, with the plain twins of the sealed tables and the pages that show them."""

from concertation.settings.test import *  # noqa: F403
from concertation.settings.test import INSTALLED_APPS as BOARD

INSTALLED_APPS = [*BOARD, "tests.benchmarks"]
ROOT_URLCONF = "tests.benchmarks.urls"
