"""The square on the month's report is read by a reader that others wrote: zbar, from the page."""

import subprocess
from pathlib import Path

import pytest
from django.test import Client

from audit.checkpoint import open_checkpoint
from audit.models import Checkpoint, ReviewMonth
from audit.names import concertation_ledger
from concertation.dpo import review_actions
from tests.cast import Circle
from tests.dpo.reviewing import this_month
from tests.dpo.test_review_report import file, finish, sign
from tests.outside_tools import tool

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def printed(pdf: bytes, folder: Path) -> list[Path]:
    """The pages as a printer would put them on paper, in black and white."""
    (folder / "report.pdf").write_bytes(pdf)
    draw = tool("pdftoppm", "poppler-utils")
    subprocess.run(
        [draw, "-r", "150", "-gray", str(folder / "report.pdf"), str(folder / "page")], check=True
    )
    return sorted(folder.glob("page*.pgm"))


def squares(pages: list[Path]) -> list[str]:
    """The texts of the squares on the pages; zbar ends by 4 where it finds none."""
    options = ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"]
    read, found = tool("zbarimg", "zbar-tools"), []
    for page in pages:
        done = subprocess.run([read, *options, str(page)], capture_output=True, check=False)
        assert done.returncode in {0, 4}, done.stderr
        if done.returncode == 0:
            # It ends what it prints with a line break of its own.
            found.append(done.stdout.decode().removesuffix("\n"))
    return found


def test_the_square_on_the_report_is_the_logs_signed_state_and_verifies(
    circle: Circle, dpo: Client, tmp_path: Path
) -> None:
    review_actions.prepare(circle.dpo.actor, this_month())
    finish()
    assert ReviewMonth.objects.exists()
    sign(dpo, circle)
    ledger = concertation_ledger(circle.concertation.id)
    note = Checkpoint.objects.filter(ledger__name=ledger).latest("size").note
    (said,) = squares(printed(file(dpo, circle, "pdf").content, tmp_path))
    assert said == note
    assert open_checkpoint(said, ledger).size > 0
