"""What the guard finds stands in no log, no event, no history, no address and no representation."""

import pytest

from audit.models import Entry
from concertation.situations.forms import BringForm
from concertation.situations.models import Situation
from ethics import gate
from tests.cast import Circle
from tests.guarding.sent import case
from tests.guarding.test_forms import NISS, SOFT, keys_in, refused
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_the_words_found_stand_in_no_log_no_event_no_message_and_no_address(
    circle: Circle, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    client = signed_in(circle.participant)
    address, data = case(circle, BringForm)
    data |= {"account": f"Un mot pour {SOFT}.", "wish": f"Le {NISS}"}
    page = refused(client, address, data).content.decode()
    answers = {"guard_kept": keys_in(page, "guard_kept"), "guard_false": [f"niss:{NISS}"]}
    refused(client, address, data | answers)
    sent = client.post(address, data | answers | {"wish": "Avoir chaud"})
    assert sent.status_code == 302
    said = caplog.text + "".join(capsys.readouterr()) + sent["Location"]
    leaves = b"".join(bytes(row.leaf or b"") for row in Entry.objects.all())
    columns = repr(list(Entry.objects.values()))
    rows = repr(list(Situation.objects.values())) + repr(list(Situation.history.values()))
    for words in ("Zzcanari", NISS, NISS.replace(".", "").replace("-", "")):
        assert words not in said
        assert words.encode() not in leaves
        assert words not in columns
        assert words not in rows


def test_no_representation_tells_the_words(circle: Circle) -> None:
    (passage, *_) = gate.look("account", f"Le {NISS}", frozenset())
    actor = circle.participant.actor
    actor = gate.Actor(actor.person, answers=gate.Answers(frozenset({passage.key})))
    for told in (repr(passage), repr(actor), repr(gate.IdentifierFound([passage]))):
        assert NISS not in told


def test_a_passage_is_the_same_however_it_is_spaced() -> None:
    def key(words: str) -> str:
        return gate.Passage("text", "name", False, words, "name").key

    assert key("Mme  Zz\u200bcanari") == key("Mme\nZzcanari") == "name:Mme Zzcanari"
    assert key("Mme Zzcanari") != key("Mme Zzpinson")
