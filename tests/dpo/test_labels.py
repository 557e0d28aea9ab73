"""Every code of the ledger has a word: none can reach the DPO's page bare."""

from itertools import chain

from audit.enums import Outcome, Purpose, Verb
from audit.verify import BadKind
from concertation.dpo import labels
from ethics.policy import FieldGroup, Refusal, When
from ethics.roles import Role


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
