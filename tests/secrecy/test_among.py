"""A list of numbers as one value of a query, on both engines."""

from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from ethics.secrecy.erasure import store
from ethics.secrecy.erasure.models import ErasureKey
from tests.cast import Circle
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def test_exactly_those_in_the_list_are_found() -> None:
    wanted, others = [uuid4(), uuid4()], [uuid4()]
    for number in (*wanted, *others):
        store.make_key(number)
    found = ErasureKey.objects.filter(container__among=wanted)
    assert set(found.values_list("container", flat=True)) == set(wanted)
    assert not ErasureKey.objects.filter(container__among=[]).exists()
    assert set(store.keys(iter(wanted))) == set(wanted)


def test_a_list_longer_than_the_parameters_of_a_query_fits() -> None:
    number = uuid4()
    store.make_key(number)
    assert set(store.keys([*map(UUID, map("{:032x}".format, range(70_000))), number])) == {number}


def test_it_is_one_parameter_and_an_index_answers(circle: Circle) -> None:
    row = story.bring(circle.participant)
    with CaptureQueriesContext(connections["erasure"]) as caught:
        assert set(store.keys([row.id])) == {row.id}
    (query,) = caught.captured_queries
    if connections["erasure"].vendor == "sqlite":
        with connections["erasure"].cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            plan = " ".join(str(each[3]) for each in cursor.fetchall())
        assert "SEARCH" in plan
        assert "USING INDEX" in plan
