"""The auditor: knows the algorithm, tries every table that would publish the same."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethics.suppression import THRESHOLD, Published, additive, overlapping, single

NAMES = "abcd"
TABLES = st.lists(st.integers(0, 12), min_size=1, max_size=4)


def worlds(shown: Published, most: int) -> list[tuple[int, ...]]:
    """Every table of numbers up to `most` that the algorithm would publish in the same way."""
    choices = [
        range(most + 1) if number is None else range(number, number + 1)
        for number in shown.cells.values()
    ]
    found = []
    for numbers in product(*choices):
        if shown.total is not None and sum(numbers) != shown.total:
            continue
        if additive(dict(zip(shown.cells, numbers, strict=True))) == shown:
            found.append(numbers)
    return found


@settings(max_examples=150, deadline=None)
@given(TABLES)
def test_no_hidden_cell_can_be_computed_even_by_who_knows_the_algorithm(numbers: list[int]) -> None:
    table = dict(zip(NAMES, numbers, strict=False))
    shown = additive(table)
    possible = worlds(shown, max(sum(numbers), THRESHOLD))
    assert tuple(numbers) in possible
    for at, name in enumerate(table):
        if shown.cells[name] is None:
            assert len({world[at] for world in possible}) > 1, (table, shown)
    if shown.total is None:
        assert len({sum(world) for world in possible}) > 1


@settings(deadline=None)
@given(TABLES)
def test_every_small_cell_is_hidden_and_what_is_shown_is_true(numbers: list[int]) -> None:
    table = dict(zip(NAMES, numbers, strict=False))
    for shown in (additive(table), overlapping(table)):
        for name, number in table.items():
            if 0 < number < THRESHOLD:
                assert shown.cells[name] is None
            else:
                assert shown.cells[name] in {None, number}
    assert additive(table).total in {None, sum(numbers)}


@settings(deadline=None)
@given(TABLES)
def test_a_table_without_small_numbers_is_shown_whole(numbers: list[int]) -> None:
    table = {n: v for n, v in zip(NAMES, numbers, strict=False) if v == 0 or v >= THRESHOLD}
    assert additive(table) == Published(table, sum(table.values()))


@settings(deadline=None)
@given(TABLES)
def test_a_lifted_table_is_shown_whole(numbers: list[int]) -> None:
    table = dict(zip(NAMES, numbers, strict=False))
    shown = additive(table, lifted=True)
    assert (shown.cells, shown.total) == (table, sum(numbers))
    assert not shown.hides


def test_the_auditor_catches_primary_suppression_alone() -> None:
    """The attack itself can fail: with the small cell hidden alone, subtraction gives it back."""
    naive = Published({"a": None, "b": 10}, 13)
    assert naive.total is not None
    assert naive.total - 10 == 3
    assert additive({"a": 3, "b": 10}).cells == {"a": None, "b": None}


def test_equal_companions_are_hidden_together() -> None:
    """Hiding the first of two fives would tell, by their order, which hidden cell is the five."""
    assert additive({"b": 5, "d": 5, "a": 1}).cells == {"b": None, "d": None, "a": None}


def test_a_small_total_is_hidden_with_its_table() -> None:
    shown = additive({"a": 3, "b": 0})
    assert (shown.total, shown.cells) == (None, {"a": None, "b": None})


def test_zero_alone_tells_of_nobody() -> None:
    assert additive({"a": 0, "b": 0}) == Published({"a": 0, "b": 0}, 0)
    assert single(0) == 0
    assert single(4) is None
    assert single(5) == 5


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        additive({"a": -1})
    with pytest.raises(ValueError, match="negative"):
        overlapping({"a": -1})
