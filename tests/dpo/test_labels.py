"""Every code of the ledger has a word: none can reach the DPO's page bare."""

import re
from itertools import chain
from pathlib import Path

from audit.enums import Outcome, Purpose, Verb
from audit.verify import BadKind
from concertation.dpo import labels
from ethics.policy import FieldGroup, Refusal, When
from ethics.roles import Role

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_verb_stands_in_exactly_one_group() -> None:
    verbs = list(chain.from_iterable(words for _, words in labels.VERBS))
    assert sorted(verbs) == sorted(Verb)
    assert set(labels.VERB_WORDS) == {str(verb) for verb in Verb}


def test_every_other_code_has_its_word() -> None:
    assert set(labels.PURPOSES) == set(Purpose)
    assert set(labels.OUTCOMES) == set(Outcome)
    assert set(labels.GROUPS) == {str(group) for group in FieldGroup}
    assert set(labels.BAD_KINDS) == set(BadKind)
    assert set(labels.ROLES) == {str(role) for role in Role}
    assert set(labels.CONDITIONS) == {str(when) for when in When}
    assert set(Refusal) <= set(labels.REASONS)


def test_no_two_verbs_read_the_same() -> None:
    words = [str(word) for word in labels.VERB_WORDS.values()]
    assert len(set(words)) == len(words)


def test_every_reason_that_can_stand_in_the_ledger_has_its_word() -> None:
    raised = re.compile(r'(?:SecrecyError|Erased|ErasureKeyMissing|KeysMissing)\("([a-z_]+)"\)')
    given = re.compile(r'"((?:wrong|too)_[a-z]+)"')
    found = set()
    for folder in ("ethics", "concertation/accounts/actions"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(raised.findall(text)) | set(given.findall(text))
    # About seeds, the pepper and passwords: these never reach a situation's event.
    found -= {"seed_does_not_open", "unknown_pepper"}
    assert {"does_not_open", "wrong_password"} <= found
    assert found <= set(labels.REASONS)
