"""A text that doesn't open stands as its sentence on the page, whichever field it is."""

from typing import Any

import pytest

from concertation.situations import actions
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction, Contribution, Situation
from ethics.secrecy.fields import Sealed
from tests.cast import Circle
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

SENTENCE = "ne peut pas être ouverte"


def flipped(sealed: Sealed) -> Sealed:
    """The same ciphertext with its last byte changed."""
    blob = bytearray(sealed.blob)
    blob[-1] ^= 1
    return Sealed(bytes(blob))


@pytest.mark.parametrize("model", [Situation, AgreedAction, Contribution])
def test_every_sealed_field_may_fail_and_the_page_says_so(circle: Circle, model: Any) -> None:
    about = story.bring(circle.participant)
    action = story.agree(circle.manager, about, circle.participant)
    actions.answer_action(circle.participant.actor, action=action.id, state="done", text="Fait")
    actions.close_situation(
        circle.coordinator.actor,
        situation=about.id,
        outcome="admission_avoided",
        comment="Le chauffage tient",
    )
    client = signed_in(circle.manager)
    address = url(circle, "situation", show_code(about.code or ""))
    assert SENTENCE not in text_of(client.get(address))
    row = model.objects.get()
    for field in model.sealed_fields():
        kept = getattr(row, field.name)
        model.objects.update(**{field.name: flipped(kept)})
        response = client.get(address)
        assert response.status_code == 200, field.name
        assert SENTENCE in text_of(response), field.name
        model.objects.update(**{field.name: kept})
