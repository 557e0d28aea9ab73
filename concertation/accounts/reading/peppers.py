"""Which records still need which pepper: when none does, an old one may go."""

from collections import Counter
from dataclasses import dataclass

from django.utils import timezone

from concertation.accounts.models import StaticCode, TotpDevice, User
from ethics.secrecy import pepper
from ethics.secrecy.models import InterruptedText, MemberKeys, PepperCheck
from ethics.secrecy.passwords import PepperedArgon2Hasher


@dataclass(frozen=True, slots=True)
class PepperUse:
    """One pepper, and how many records of each kind were made with it."""

    name: str
    current: bool
    passwords: int
    keys: int
    seeds: int
    codes: int
    texts: int

    @property
    def total(self) -> int:
        """All records that can't be used without it."""
        return self.passwords + self.keys + self.seeds + self.codes + self.texts


def pepper_use() -> tuple[PepperUse, ...]:
    """Every pepper that a record or a check value names, the one in use first.

    Retired keys are left out: nothing opens them any more. So are people who were never let in.
    """
    hashes = User.objects.values_list("password", flat=True).iterator()
    parts = [each.split("$") for each in hashes]
    passwords = Counter(each[1] for each in parts if each[0] == PepperedArgon2Hasher.algorithm)
    live = MemberKeys.objects.filter(retired_at=None)
    keys = Counter(live.values_list("pepper", flat=True))
    sealed = TotpDevice.objects.filter(confirmed=True).values_list("sealed_seed", flat=True)
    seeds = Counter(pepper.name_in(bytes(each)) for each in sealed.iterator())
    codes = Counter(StaticCode.objects.values_list("pepper", flat=True))
    waiting = InterruptedText.objects.filter(expires_at__gt=timezone.now())
    texts = Counter(waiting.values_list("pepper", flat=True))
    names = {*PepperCheck.objects.values_list("pepper", flat=True), pepper.current()}
    names |= {*passwords, *keys, *seeds, *codes, *texts}
    rows = [
        PepperUse(
            name=name,
            current=name == pepper.current(),
            passwords=passwords[name],
            keys=keys[name],
            seeds=seeds[name],
            codes=codes[name],
            texts=texts[name],
        )
        for name in names
    ]
    return tuple(sorted(rows, key=lambda each: (not each.current, each.name)))
