"""Run by `peers.py` in the peers' own environment: their reads against a plain table's, as JSON.

The same texts, rows and columns as `sealed.py`, on a SQLite file given as the only argument.
"""

import base64
import json
import sys
from functools import partial
from typing import Any, Final

import django
from django.conf import settings

from tests.benchmarks.measure import side_by_side

ROWS: Final = 1000
SAMPLES: Final = 25
NAMES: Final = ("one", "two", "three", "four", "five")
TEXT: Final = "Rendez-vous manqué deux fois ; le lien avec l'équipe mobile est gardé. " * 3


def read(model: Any) -> int:
    """Every text of every row."""
    return sum(len(getattr(row, name)) for row in model.objects.all() for name in NAMES)


def main(path: str) -> None:
    """Make the tables, fill them, time each peer beside the plain one."""
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": path}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="of this run only",
        SALT_KEY="of this run only",
        FIELD_ENCRYPTION_KEY=base64.urlsafe_b64encode(bytes(32)).decode(),
    )
    django.setup()
    from django.db import connection, models  # noqa: PLC0415 - after Django's settings
    from encrypted_fields.fields import (  # type: ignore[import-not-found]  # noqa: PLC0415
        EncryptedTextField as Fernet,
    )
    from encrypted_model_fields.fields import (  # type: ignore[import-not-found]  # noqa: PLC0415
        EncryptedTextField as EncryptedModel,
    )

    def table(name: str, field: Any) -> Any:
        fields: dict[str, Any] = {each: field() for each in NAMES}
        meta = type("Meta", (), {"app_label": "peers"})
        made: Any = type(name, (models.Model,), {**fields, "Meta": meta, "__module__": __name__})
        with connection.schema_editor() as editor:
            editor.create_model(made)
        made.objects.bulk_create(made(**dict.fromkeys(NAMES, TEXT)) for _ in range(ROWS))
        return made

    plain = table("Plain", models.TextField)
    peers = {
        "django-fernet-encrypted-fields": table("FernetNote", Fernet),
        "django-encrypted-model-fields": table("EncryptedNote", EncryptedModel),
    }
    found = {}
    for name, model in peers.items():
        assert read(model) == read(plain) == ROWS * len(NAMES) * len(TEXT)
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT one FROM "{model._meta.db_table}" LIMIT 1')
            assert TEXT not in cursor.fetchone()[0], name
        theirs, ours = side_by_side(
            partial(read, model), partial(read, plain), samples=SAMPLES, warm_up=3
        )
        found[name] = [theirs, ours]
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
