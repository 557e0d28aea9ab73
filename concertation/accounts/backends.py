"""Sign-in by e-mail address and peppered password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from concertation.accounts.models import User


class PepperedBackend(ModelBackend):
    """Django's backend without its permissions: what a person may do, `ethics.policy` says."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or password is None:
            return None
        try:
            person = User.objects.get_by_natural_key(username.strip())
        except User.DoesNotExist:
            # As slow as a wrong password: the answer's time names no account.
            User().set_password(password)
            return None
        if person.check_password(password) and person.is_active:
            return person
        return None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False
