"""`manage.py daily`: the one command to schedule, once a day. Later steps join the list."""

from collections.abc import Callable
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit.checkpoint import sign_all
from audit.record import record_waiting_refusals
from concertation.accounts.actions.recovery import remind_to_check
from concertation.accounts.state_mail import send_due
from concertation.dpo.review_actions import prepare_last_month
from concertation.meetings.actions_notes import forget_old_notes
from concertation.meetings.reading_without_account import forget_old
from concertation.meetings.reminding import remind_of_feedback as remind_before_meetings
from concertation.situations import noticing, reminding
from concertation.situations.actions import end_expired, erase, retention
from ethics import gate
from ethics.secrecy.erasure import copies, store
from ethics.secrecy.models import Session
from ethics.secrecy.session import SessionStore

log = structlog.get_logger()

# A step does its work and says in one line what it did.
Step = Callable[[], str]


def clear_sessions() -> str:
    """Delete the sessions that came to their end; nobody is waiting for them."""
    before = Session.objects.count()
    SessionStore.clear_expired()
    return f"{before - Session.objects.count()} ended sessions cleared"


def record_refusals() -> str:
    """Record the counts of refusals that no later refusal carried into the ledger."""
    return f"{record_waiting_refusals()} counts of refusals recorded"


def remind_to_inform() -> str:
    """Write to those who have a person to inform before sharing anything."""
    return f"{reminding.remind_to_inform()} people reminded to inform the person"


def prepare_review() -> str:
    """Build last month's review of accesses, once the month is over."""
    return f"{prepare_last_month()} reviews of last month prepared"


def remind_of_dates() -> str:
    """Tell people of their actions and reviews that come due."""
    return f"{reminding.remind_of_dates()} notices of dates made"


def remind_of_feedback() -> str:
    """Tell people what the next meeting waits for from them."""
    return f"{remind_before_meetings()} notices of feedback made"


def send_digests() -> str:
    """One e-mail to everybody who has something waiting, as they chose."""
    return f"{noticing.send_digests()} digests sent"


def sign_checkpoints() -> str:
    """Sign the state of every ledger; the platform's comes last and takes in all others."""
    return f"{len(sign_all())} ledgers have a signed state"


def forget_tables() -> str:
    """Destroy uploaded tables and old references whose time is over."""
    return f"{gate.forget_old_tables()} uploaded tables destroyed"


def send_checkpoints() -> str:
    """Sign and send the states that grew to those who keep them outside."""
    return f"{send_due()} signed states sent to those who keep them"


def remind_recovery_keys() -> str:
    """Ask coordinators to try the printed recovery key, once it was not tried for a year."""
    return f"{remind_to_check()} concertations reminded of their recovery key"


def end_access() -> str:
    """Take away what was given for a time that is over: grants, and copies of keys."""
    return f"{end_expired()} accesses for a time ended"


def forget_people_without_account() -> str:
    """Erase what is known of people who took part without an account, five years after."""
    return f"{forget_old()} people present without account forgotten"


def check_erasure_store() -> str:
    """Finish erasures that stopped on their way, cut the store's log, and alarm where a key is gone
    without a tombstone."""
    finished = len(erase.resume())
    cut = store.cut_log()
    missing = erase.without_key()
    for container in missing:
        gate.missing_key_alarm(container.id, container.concertation)
    if missing:
        raise CommandError(f"{len(missing)} keys are gone without a tombstone")
    return f"{finished} erasures finished, log {'cut' if cut else 'in use'}"


def copy_erasure_store() -> str:
    """Copy the erasure store to its own folder, and delete the copies past their week."""
    folder = copies.own_folder()
    if folder is None:
        return "no ERASURE_BACKUP_FOLDER is set, nothing copied"
    copies.make_copy(folder)
    return f"copied, {len(copies.expire(folder))} old copies deleted"


def forget_notes() -> str:
    """Erase what intervisions and thematic concertations of two years ago noted."""
    if settings.DEMO:
        return "the demo keeps everything"
    return f"{forget_old_notes()} meetings' notes erased"


def apply_retention() -> str:
    """Ask for reviews, close, and erase what falls due; never in the demo."""
    if settings.DEMO:
        return "the demo keeps everything"
    today = timezone.localdate()
    rows = retention.due_on(today)
    retention.apply(rows, today)
    return f"{len(rows)} situations fell due"


# In this order: what a step records is covered by the states signed last.
STEPS: Final[list[Step]] = [
    clear_sessions,
    record_refusals,
    end_access,
    forget_people_without_account,
    apply_retention,
    forget_notes,
    forget_tables,
    check_erasure_store,
    copy_erasure_store,
    remind_recovery_keys,
    remind_to_inform,
    prepare_review,
    send_checkpoints,
    remind_of_dates,
    remind_of_feedback,
    send_digests,
    sign_checkpoints,
]


class Command(BaseCommand):
    help = "Do what is due every day: sessions, retention, erasures, signed states of the ledgers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="do nothing: list what retention would do today, by number",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            rows = retention.due_on(timezone.localdate())
            for row in rows:
                self.stdout.write(f"{row.due}: {row.situation}")
            self.stdout.write(f"{len(rows)} situations fall due; nothing was done.")
            return
        failed = [step.__name__ for step in STEPS if not self._done(step)]
        if failed:
            raise CommandError(f"{len(failed)} of {len(STEPS)} steps failed: {', '.join(failed)}.")

    def _done(self, step: Step) -> bool:
        """Run one step; whatever goes wrong in it must not keep the others from being done."""
        try:
            said = step()
        except Exception as error:
            # The kind of error only: its text could carry what the database held.
            log.exception("daily_step_failed", command=step.__name__)
            self.stderr.write(f"{step.__name__}: failed ({type(error).__name__}).")
            return False
        self.stdout.write(f"{step.__name__}: {said}.")
        return True
