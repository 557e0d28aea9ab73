#!/usr/bin/env python3
"""The command line of the board."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "concertation.settings.demo")
    execute_from_command_line(sys.argv)
