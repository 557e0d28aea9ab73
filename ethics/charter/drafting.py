"""Writing the next version: saved as often as one likes, published once, and then never changed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from audit.enums import Purpose, Verb
from audit.event import DetailValue, Event
from audit.names import PLATFORM
from audit.record import append, ensure_ledger
from ethics.charter.actions import LANGUAGES, put_in_force
from ethics.charter.models import CharterDraft, CharterVersion
from ethics.gate.actor import Actor

# A version needs both; English is an aid to reading.
NEEDED: Final = ("fr", "nl")
# Nobody signs in a week of holidays: the version before stays good for a month, unless said.
GRACE: Final = timedelta(days=30)


class TextMissing(Exception):
    """A version needs its text in French and in Dutch; `language` names the missing one."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language = language


class NothingChanged(Exception):
    """The draft says what the last version says, word for word."""


class StaleDraft(Exception):
    """Someone else saved the draft meanwhile; theirs stands, and both are shown."""


class NoDraft(Exception):
    """There is no draft to publish."""


class DatesOutOfOrder(Exception):
    """A version comes into force today or later, after the last one; its grace ends after that."""


def newest() -> CharterVersion | None:
    """The last version published, in force or not yet."""
    return CharterVersion.objects.order_by("-number").first()


def draft() -> CharterDraft | None:
    """The draft of the next version, if anybody began one."""
    return CharterDraft.objects.first()


def starting_texts() -> dict[str, str]:
    """What a new draft starts from: the last version's texts."""
    last = newest()
    return {each: str(getattr(last, f"text_{each}", "") or "") for each in LANGUAGES}


def save_draft(actor: Actor, texts: Mapping[str, str], *, revision: int) -> CharterDraft:
    """Save the draft; `revision` is the one it was read at, 0 when there was none.

    Raises `StaleDraft`: nobody's words are overwritten silently.
    """
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        row = CharterDraft.objects.select_for_update().first()
        if (row.revision if row else 0) != revision:
            raise StaleDraft
        if row is None:
            last = newest()
            row = CharterDraft(number=last.number + 1 if last else 1, revision=0)
        for language in LANGUAGES:
            setattr(row, f"text_{language}", tidy(texts.get(language, "")))
        row.revision += 1
        row.written_by, row.written_at = actor.person, timezone.now()
        row.save()
        _tell(actor, version=row.number, number=row.revision)
    return row


def tidy(text: str) -> str:
    """One kind of line end, no blanks at line ends, one newline last: the hash is over these."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    whole = "\n".join(lines).strip("\n")
    return f"{whole}\n" if whole else ""


def discard_draft(actor: Actor, *, revision: int) -> None:
    """Throw the draft away as it was seen. Raises `StaleDraft`."""
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        deleted, _rows = CharterDraft.objects.filter(revision=revision).delete()
        if deleted:
            _tell(actor, number=revision, value="discarded")
        elif draft() is not None:
            raise StaleDraft


def _tell(actor: Actor, **details: DetailValue) -> None:
    """Who wrote what everybody is to sign, and who threw it away; never its words."""
    event = Event(
        verb=Verb.CHARTER_DRAFTED,
        actor=actor.person,
        purpose=Purpose.ADMINISTRATION,
        request_id=actor.request_id,
        details=details,
    )
    append(PLATFORM, event)


def publish_draft(
    actor: Actor, *, revision: int, effective_on: date, grace_until: date | None
) -> CharterVersion:
    """Publish the draft that was seen; the draft goes, the version stays for ever.

    Raises `NoDraft`, `StaleDraft`, `TextMissing`, `NothingChanged` or `DatesOutOfOrder`.
    """
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        row = CharterDraft.objects.select_for_update().first()
        if row is None:
            raise NoDraft
        if row.revision != revision:
            raise StaleDraft
        texts = {each: str(getattr(row, f"text_{each}")) for each in LANGUAGES}
        if missing := [each for each in NEEDED if not texts[each]]:
            raise TextMissing(missing[0])
        last = newest()
        if last and texts == {each: str(getattr(last, f"text_{each}")) for each in LANGUAGES}:
            raise NothingChanged
        _check_dates(last, effective_on, grace_until)
        version = put_in_force(
            last.number + 1 if last else 1,
            texts,
            effective_on=effective_on,
            grace_until=grace_until,
            actor=actor,
        )
        row.delete()
    return version


def _check_dates(last: CharterVersion | None, effective_on: date, grace_until: date | None) -> None:
    early = effective_on < timezone.localdate() or (last and effective_on <= last.effective_on)
    if early or (grace_until is not None and grace_until < effective_on):
        raise DatesOutOfOrder
