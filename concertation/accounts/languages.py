"""The languages of the interface, each by its own name: "Nederlands" is found by who reads it."""

from django.conf import settings
from django.utils.translation import get_language_info


def own_names() -> list[tuple[str, str]]:
    """Code and name of each language, for choices."""
    return [
        (code, str(get_language_info(code)["name_local"]).capitalize())
        for code, _ in settings.LANGUAGES
    ]
