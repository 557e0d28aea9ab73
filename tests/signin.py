"""Signing in the real way in tests: password, then a code of a confirmed device."""

import time
from typing import Any, Final

from django.test import Client
from django.urls import reverse

from concertation.accounts.models import TotpDevice, User
from concertation.accounts.second_factor import STEP_SECONDS
from tests.cast import PASSWORD, Someone

SEED: Final = b"a seed for our tests"


def device_of(user: User) -> TotpDevice:
    """The person's confirmed device, made with the tests' seed when there is none."""
    device: TotpDevice | None = TotpDevice.objects.filter(user=user, confirmed=True).first()
    if device is None:
        device = TotpDevice(user=user, name="totp", confirmed=True)
        device.set_seed(SEED)
        device.save()
    return device


def code_for(user: User, *, steps: int = 0) -> str:
    """The code that the person's application shows now, or some steps of 30 seconds away."""
    generator = device_of(user).generator(time.time() + steps * STEP_SECONDS)
    return f"{generator.token():06d}"


def give_password(client: Client, user: User, password: str = PASSWORD, **more: Any) -> Any:
    """The first step; gives the response."""
    data = {"email": user.email, "password": password, **more}
    return client.post(reverse("sign-in"), data)


def give_code(client: Client, code: str) -> Any:
    """The second step; gives the response."""
    return client.post(reverse("second-factor"), {"code": code})


def signed_in(someone: Someone, **client_kwargs: Any) -> Client:
    """A client that went through both steps.

    A code is accepted once, and a test may sign the same person in twice within thirty seconds:
    the step last used is forgotten first.
    """
    client = Client(**client_kwargs)
    response = give_password(client, someone.user)
    assert response.status_code == 302, response.status_code
    device = device_of(someone.user)
    device.last_step = -1
    device.throttle_reset(commit=False)
    device.save()
    response = give_code(client, code_for(someone.user))
    assert response.status_code == 302, response.status_code
    return client
