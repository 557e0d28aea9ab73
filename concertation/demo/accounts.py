"""The demo's accounts: fixed addresses, one public password, codes on request."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from audit.enums import Verb
from concertation.accounts.actions.events import record_account
from concertation.accounts.models import StaticCodes, TotpDevice, User
from concertation.accounts.second_factor import DIGITS, STEP_SECONDS, TOLERANCE

# Public on purpose: it opens invented data on a loopback address, and nothing else.
PASSWORD: Final = "un tilleul pour tout le monde"  # noqa: S105
SEED_BYTES: Final = 20


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demo, with what can be tried with it."""

    name: str
    person: str
    tells: str

    @property
    def email(self) -> str:
        """Its address; the domain is reserved for examples (RFC 2606)."""
        return f"{self.name}@demo.example"


ACCOUNTS: Final = (
    DemoAccount("participant", "Noor Exemple", "intervenante : ses actions, ses situations"),
    DemoAccount("gestionnaire", "Maëlle Modèle", "référente de plusieurs situations"),
    DemoAccount("coordination", "Camille Coordination", "réunions, membres, rapport"),
    DemoAccount("police", "Inspecteur Modèle", "lecteur limité : l’action adressée, rien d’autre"),
    DemoAccount("invite", "Solène Invitée", "invitée à une seule situation"),
    DemoAccount("relais", "Rosa Relais", "remplace Noor Exemple un mois : ses actions"),
    DemoAccount("stagiaire", "Sami Stagiaire", "son brouillon attend Maëlle Modèle, qui l’encadre"),
    DemoAccount("representant", "René Représentant", "fait adhérer son organisation"),
    DemoAccount("dpo", "Dominique Protection", "journal des accès, vérification"),
    DemoAccount("technique", "Teun Technique", "administration : concertations, organisations"),
    DemoAccount("nouvelle", "Nina Nouvelle", "attend d’être admise par la coordination"),
)


def account(name: str) -> DemoAccount:
    """One of them by its short name."""
    return next(each for each in ACCOUNTS if each.name == name)


def enrol(person: User) -> None:
    """Give a person the second factor: a TOTP device and ten codes on paper."""
    device = TotpDevice(user=person, name="totp", confirmed=True)
    device.set_seed(secrets.token_bytes(SEED_BYTES))
    device.save()
    StaticCodes.objects.create(user=person, name="codes").renew()
    record_account(Verb.SECOND_FACTOR_SET, person.id, "", method="totp")


def current_code(person: User, wait: Callable[[float], None] = time.sleep) -> str | None:
    """A code that will be accepted now; `None` without a device.

    A code is accepted once, and its neighbour in time is accepted too (RFC 6238, section 5.2): when
    this step's code was used, the next one is given, and when that was used as well we wait.
    """
    device = TotpDevice.objects.filter(user=person, confirmed=True).first()
    if device is None:
        return None
    step = int(time.time()) // STEP_SECONDS
    wanted = max(step, device.last_step + 1)
    if wanted > step + TOLERANCE:
        wait((wanted - TOLERANCE) * STEP_SECONDS - time.time())
    token = device.generator(wanted * STEP_SECONDS).token()
    return f"{token:0{DIGITS}d}"
