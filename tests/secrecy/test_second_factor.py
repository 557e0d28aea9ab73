"""Second-factor devices: sealed seeds, codes good once, static codes as keyed hashes."""

import secrets
import time
from typing import Any

import pytest

from concertation.accounts.second_factor import STEP_SECONDS, StaticCode, StaticCodes, TotpDevice
from ethics.secrecy.suites import SecrecyError
from tests.cast import person

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


@pytest.fixture
def device() -> TotpDevice:
    made = TotpDevice(user=person("a@b.example", "A"), name="t", confirmed=True)
    made.set_seed(secrets.token_bytes(20))
    made.save()
    return made


def code(device: TotpDevice) -> str:
    return f"{device.generator().token():06d}"


def test_a_code_is_good_once(device: TotpDevice) -> None:
    now = code(device)
    assert device.verify_token(now)
    assert not device.verify_token(now)


def test_a_code_of_an_hour_ago_is_not_good(device: TotpDevice) -> None:
    old = device.generator(time.time() - 120 * STEP_SECONDS).token()
    assert not device.verify_token(f"{old:06d}")


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "١٢٣٤٥٦", "1234567"])
def test_what_is_no_code_is_refused(device: TotpDevice, typed: str) -> None:
    assert not device.verify_token(typed)


def test_wrong_codes_slow_down(device: TotpDevice) -> None:
    device.verify_token("000000")
    allowed, _ = device.verify_is_allowed()
    assert not allowed


def test_the_seed_is_sealed_to_its_person_and_under_the_pepper(
    device: TotpDevice, settings: Any
) -> None:
    seed = device.seed()
    assert seed not in bytes(device.sealed_seed)
    other = person("c@d.example", "C")
    device.user = other
    with pytest.raises(SecrecyError):
        device.seed()
    device.refresh_from_db()
    settings.PEPPERS = {"test": bytes(32)}
    with pytest.raises(SecrecyError):
        device.seed()
    assert not device.verify_token("123456")


def test_a_static_code_is_good_once_and_kept_as_a_hash() -> None:
    codes = StaticCodes.objects.create(user=person("e@f.example", "E"), name="s")
    fresh = codes.renew()
    assert len(set(fresh)) == 10
    kept = b"".join(bytes(each.hash) for each in StaticCode.objects.all())
    assert fresh[0].encode() not in kept
    assert codes.verify_token(fresh[0].upper().replace("-", " "))
    assert not codes.verify_token(fresh[0])
    assert codes.left() == 9
