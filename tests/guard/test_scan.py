"""The identifier guard in single sentences; the corpus measures it (`make bench ONLY=guard`)."""

import pytest

from ethics.guard import scan
from ethics.guard.table import TABLE
from ethics.guard.words import ADVICE


def found(text: str, known: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Kind and written text of what the guard finds."""
    return [(each.kind.value, text[each.start : each.end]) for each in scan(text, known=known)]


@pytest.mark.parametrize(
    ("text", "kind", "written"),
    [
        ("RN 85.07.30-033.28", "niss", "85.07.30-033.28"),
        ("170730-033 84", "niss", "170730-033 84"),
        ("bis : 98.47.28-997.65", "niss", "98.47.28-997.65"),
        ("8 5 0 7 3 0 - 0 3 3 2 8", "niss", "8 5 0 7 3 0 - 0 3 3 2 8"),
        ("compte BE32 1234 5678 9002", "iban", "BE32 1234 5678 9002"),
        ("jean (at) exemple point be", "email", "jean (at) exemple point be"),
        ("gsm 0470/12 34 56", "phone", "0470/12 34 56"),
        ("geb. 12-3-84", "birth_date", "12-3-84"),
        ("rue Haute, n° 12 bte 3", "address", "rue Haute, n° 12 bte 3"),
        ("12, rue Haute", "address", "12, rue Haute"),
        ("Hoogstraat 12/3", "address", "Hoogstraat 12/3"),
        ("voiture 1-ABC-234", "plate", "1-ABC-234"),
        # What comes before must not swallow the beginning.
        ("dossier 12 85.07.30-033.28", "niss", "85.07.30-033.28"),
        ("3 0470 12 34 56", "phone", "0470 12 34 56"),
        # A date with an hour is no telephone number.
        ("vu le 01/02/2023 14h30", "date", "01/02/2023"),
    ],
)
def test_an_identifier_is_found_as_written(text: str, kind: str, written: str) -> None:
    assert found(text) == [(kind, written)]


@pytest.mark.parametrize(
    "text",
    [
        "RN 85.07.30-033.29",
        "compte BE33 1234 5678 9002",
        "le bus 71, avenue Louise",
        "rue Haute depuis 2 mois",
        "loi du 30 juillet 2018",
        "article 458 du Code pénal",
        "200 mg par jour",
        "une dame de 34 ans",
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_the_concertations_own_names_are_no_persons() -> None:
    assert found("Vu avec Karim Benali hier") == [("name", "Karim Benali")]
    assert found("Vu avec Karim Benali hier", known=("Karim Benali",)) == []


def test_every_rule_says_what_to_write_instead() -> None:
    assert {rule.advice for rule in TABLE.rules} == set(ADVICE)
