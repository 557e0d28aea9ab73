"""Sessions: a hashed id in the database, and a second cookie without which the keys stay shut.

The member's private keys are sealed under a secret that lives only in the second cookie: a stolen
session table opens nothing. Absolute lifetime 10 hours, idle 30 minutes, five minutes between the
two factors; both cookies change at each step of signing in (design 3, “Sessions”).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import SuspiciousOperation
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ethics.secrecy.keys import HeldKeys, PrivateKeys, session_key
from ethics.secrecy.models import EndedSession, InterruptedText, Session
from ethics.secrecy.sealing import seal
from ethics.secrecy.suites import KEY_BYTES, fingerprint

# Seen is written once a minute at most: precise enough for an idle limit, and cheap.
SEEN_EVERY: Final = timedelta(minutes=1)
_SAME_SITE: Final = "Lax"
# How long a session that ended by time is remembered, for a text that was being typed.
REMEMBERED: Final = timedelta(hours=24)
_ENDED: Final = "ended"


def hash_of(session_id: str) -> str:
    """What the table keeps of a session's id."""
    return hashlib.sha256(b"concertation/session/1" + session_id.encode()).hexdigest()


class SessionStore(SessionBase):
    """Django's session interface over `Session` rows, plus the member's keys."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.secret: bytes | None = None
        self.new_secret: bytes | None = None
        # The id in the cookie, which `load` forgets when it names no session any more.
        self._asked_for = session_key
        self._row: Session | None = None
        # When it was last seen before this request noted it anew.
        self._seen_before: datetime | None = None
        # Whether the id named a session that has come to its end: the person is told so.
        self.has_ended = False

    def load(self) -> dict[str, Any]:
        row = self._live_row()
        if row is None:
            self._session_key = None
            return {}
        return dict(self.decode(row.data)) if row.data else {}

    def _live_row(self) -> Session | None:
        if self._row is not None:
            return self._row
        if not self.session_key:
            return None
        row = Session.objects.filter(id_hash=hash_of(self.session_key)).first()
        now = timezone.now()
        if row is None:
            self.has_ended = True
            return None
        if now >= row.expires_at or now >= row.seen_at + _idle(row):
            _remember([row])
            row.delete()
            self.has_ended = True
            return None
        if now >= row.seen_at + SEEN_EVERY:
            self._seen_before = row.seen_at
            row.seen_at = now
            row.save(update_fields=["seen_at"])
        self._row = row
        return row

    def is_no_activity(self) -> None:
        """Take back that this request was seen: a page that asks by itself keeps nobody signed in
        (a meeting does, for those who are present)."""
        if self._row is not None and self._seen_before is not None:
            self._row.seen_at = self._seen_before
            self._row.save(update_fields=["seen_at"])

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(id_hash=hash_of(session_key)).exists()

    def create(self) -> None:
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
        self._row = None
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        data = self.encode(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        if must_create:
            if self.exists(self.session_key):
                raise CreateError
            self._row = Session.objects.create(
                id_hash=hash_of(self.session_key), data=data, expires_at=_expiry(pre=True)
            )
            return None
        # Never created anew: a session that ended meanwhile (sign-out elsewhere) stays ended.
        Session.objects.filter(id_hash=hash_of(self.session_key)).update(data=data)
        return None

    def delete(self, session_key: str | None = None) -> None:
        name = session_key or self.session_key
        if name:
            Session.objects.filter(id_hash=hash_of(name)).delete()
        if session_key is None or session_key == self.session_key:
            self._row = None

    @classmethod
    def clear_expired(cls) -> None:
        now = timezone.now()
        idle = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
        over = Session.objects.filter(Q(expires_at__lt=now) | Q(seen_at__lt=idle))
        _remember(over)
        over.delete()
        EndedSession.objects.filter(ended_at__lt=now - REMEMBERED).delete()
        InterruptedText.objects.filter(expires_at__lt=now).delete()

    def hold(
        self, private: PrivateKeys, *, person: UUID, keys: UUID, second_factor: bool
    ) -> HeldKeys:
        """Carry a member's keys from here on, under a new id and a new second cookie."""
        self.cycle_key()
        row = self._live_row()
        if row is None or self.session_key is None:
            raise CreateError
        secret = secrets.token_bytes(KEY_BYTES)
        held = HeldKeys(
            session=row.id_hash,
            person=person,
            keys=keys,
            sealed=b"",
            secret=secret,
            second_factor=second_factor,
            opened=private,
        )
        held.sealed = seal(session_key(secret), private.bundle, held.binding())
        row.person, row.keys, row.second_factor = person, keys, second_factor
        row.sealed_keys = held.sealed
        row.cookie_check = _cookie_check(row.id_hash, secret)
        row.made_at = row.seen_at = timezone.now()
        row.expires_at = _expiry(pre=not second_factor)
        row.save()
        self.secret = self.new_secret = secret
        return held

    def ended_session(self) -> EndedSession | None:
        """The session that both cookies of this request belonged to, ended by time within a day."""
        if not self._asked_for or not self.secret:
            return None
        # A second window of the same browser: the cookie names the session that told of the end.
        name = self.get(_ENDED) or hash_of(self._asked_for)
        row = EndedSession.objects.filter(
            id_hash=name, ended_at__gt=timezone.now() - REMEMBERED
        ).first()
        if row is None:
            return None
        if not hmac.compare_digest(bytes(row.cookie_check), _cookie_check(name, self.secret)):
            return None
        self[_ENDED] = name
        return row

    def held_keys(self) -> HeldKeys | None:
        """The keys this session carries, still sealed; none without the second cookie."""
        row = self._live_row()
        if row is None or not self.secret or not row.sealed_keys or not row.person:
            return None
        if row.keys is None:
            return None
        return HeldKeys(
            session=row.id_hash,
            person=row.person,
            keys=row.keys,
            sealed=bytes(row.sealed_keys),
            secret=self.secret,
            second_factor=row.second_factor,
        )


def _expiry(*, pre: bool) -> datetime:
    seconds = settings.PRE_SESSION_SECONDS if pre else settings.SESSION_COOKIE_AGE
    return timezone.now() + timedelta(seconds=seconds)


def _idle(row: Session) -> timedelta:
    return timedelta(seconds=settings.SESSION_IDLE_SECONDS)


def _cookie_check(id_hash: str, secret: bytes) -> bytes:
    return fingerprint("concertation/second-cookie/1", id_hash, secret)


def _remember(over: Iterable[Session]) -> None:
    """Keep who a session that ended by time belonged to; only one that both factors opened."""
    EndedSession.objects.bulk_create(
        (
            EndedSession(
                id_hash=row.id_hash,
                person=row.person,
                keys=row.keys,
                cookie_check=row.cookie_check,
                ended_at=min(row.expires_at, row.seen_at + _idle(row)),
            )
            for row in over
            if row.second_factor and row.person and row.keys and row.cookie_check
        ),
        ignore_conflicts=True,
    )


def end_sessions(person: UUID, *, but: str | None = None) -> int:
    """End every session of a person at once (reset, removal), except one; says how many.

    Those that had ended by themselves are forgotten with them.
    """
    EndedSession.objects.filter(person=person).delete()
    rows = Session.objects.filter(person=person)
    if but:
        rows = rows.exclude(id_hash=but)
    return rows.delete()[0]


class KeySessionMiddleware(SessionMiddleware):
    """Reads both cookies; sends the second one when it changed, takes it away when it ended."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        store: Any = request.session
        try:
            value = base64.urlsafe_b64decode(request.COOKIES.get(settings.KEY_COOKIE_NAME, ""))
        except (binascii.Error, ValueError):
            value = b""
        store.secret = value if len(value) == KEY_BYTES else None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        store: Any = request.session
        try:
            super().process_response(request, response)
        except SuspiciousOperation:
            # The session ended while this request ran; the answer stands, the cookies go.
            response.delete_cookie(settings.SESSION_COOKIE_NAME)
        if store.new_secret:
            response.set_cookie(
                settings.KEY_COOKIE_NAME,
                base64.urlsafe_b64encode(store.new_secret).decode(),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite=_SAME_SITE,
            )
        elif settings.KEY_COOKIE_NAME in request.COOKIES and store.is_empty():
            response.delete_cookie(settings.KEY_COOKIE_NAME, samesite=_SAME_SITE)
        return response
