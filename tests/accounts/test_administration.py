"""Administration: what administrators create, and that nobody else does."""

import re
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from audit.enums import Outcome, Verb
from audit.models import Entry, Ledger
from audit.names import concertation_ledger
from concertation.accounts.models import Concertation, Organisation, Representation, User
from concertation.accounts.slugs import RESERVED
from tests.cast import PASSWORD, Circle, Someone, person
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

CIRCLE = {
    "name": "Marolles",
    "slug": "marolles",
    "languages": ["fr", "nl"],
    "cadence": "monthly",
    "planned_minutes": "60",
}
HOUSE = {"name": "Le Pivot", "domain": "social", "enterprise_number": "0123.456.749"}


@pytest.fixture
def admin(circle: Circle) -> Client:
    user = person("technique@demo.example", "Technique")
    user.is_administrator = True
    user.save()
    return signed_in(Someone(user, None))


def test_only_administrators_enter_and_refusals_are_recorded(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    pages = [
        reverse("administration"),
        reverse("administration-concertation"),
        reverse("administration-organisation"),
        reverse("administration-coordinator", args=[circle.concertation.id]),
        reverse("administration-representative", args=[circle.concertation.id]),
    ]
    for page in pages:
        assert client.get(page).status_code == 404
        assert client.post(page, CIRCLE | HOUSE).status_code in {404, 405}
    assert not Concertation.objects.filter(slug="marolles").exists()
    refused = Entry.objects.filter(outcome=Outcome.REFUSED, actor=circle.coordinator.user.id)
    assert refused.count() == 9


def test_an_administrator_reads_no_member_page(admin: Client, circle: Circle) -> None:
    assert admin.get("/").headers["Location"] == reverse("administration")
    assert admin.get(reverse("administration")).status_code == 200
    assert admin.get(reverse("members", args=["tilleuls"])).status_code == 404


def test_a_concertation_is_created_with_its_ledger_and_an_event(admin: Client) -> None:
    answer = admin.post(reverse("administration-concertation"), CIRCLE)
    row = Concertation.objects.get(slug="marolles")
    assert answer.headers["Location"] == reverse("administration-coordinator", args=[row.id])
    assert Ledger.objects.filter(name=concertation_ledger(row.id)).exists()
    assert Entry.objects.filter(verb=Verb.CONCERTATION_CREATED).count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"slug": "administration"}, "choisissez-en un autre"),
        ({"slug": "tilleuls"}, "choisissez-en un autre"),
        ({"name": "Les Tilleuls"}, "Ce nom existe déjà"),
        ({"planned_minutes": "90"}, "60"),
        ({"languages": []}, "obligatoire"),
    ],
)
def test_a_bad_concertation_is_refused_and_kept_in_the_form(
    admin: Client, change: dict[str, object], sentence: str
) -> None:
    answer = admin.post(reverse("administration-concertation"), CIRCLE | change)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert Concertation.objects.count() == 1


def test_a_wrong_enterprise_number_gets_a_clear_sentence(admin: Client) -> None:
    before = Organisation.objects.count()
    answer = admin.post(
        reverse("administration-organisation"), HOUSE | {"enterprise_number": "0123.456.748"}
    )
    assert "n’est pas valable" in answer.content.decode()
    assert "Le Pivot" in answer.content.decode()
    assert Organisation.objects.count() == before


def test_naming_the_same_representative_twice_sends_a_new_link(admin: Client) -> None:
    admin.post(reverse("administration-organisation"), HOUSE)
    row = Organisation.objects.get(name="Le Pivot")
    page = reverse("administration-representative", args=[row.id])
    data = {"email": "rep@pivot.example", "name": "Rep", "language": "nl"}
    for _ in range(2):
        assert admin.post(page, data).headers["Location"] == reverse("administration")
    assert Representation.objects.filter(organisation=row).count() == 1
    assert len(mail.outbox) == 2
    assert mail.outbox[0].body != mail.outbox[1].body


def test_a_founded_concertation_takes_no_first_coordinator(admin: Client, circle: Circle) -> None:
    assert circle.participant.participation
    answer = admin.post(
        reverse("administration-coordinator", args=[circle.concertation.id]),
        {
            "organisation": circle.participant.participation.organisation_id,
            "email": "intrus@demo.example",
            "name": "Intrus",
            "language": "fr",
            "function": "coordination",
        },
    )
    assert "a déjà ses clés" in answer.content.decode()
    assert not mail.outbox


def test_the_page_takes_as_many_queries_for_one_as_for_three(admin: Client) -> None:
    counts = []
    for names in (("a",), ("b", "c")):
        for name in names:
            admin.post(reverse("administration-organisation"), HOUSE | {"name": f"Maison {name}"})
            admin.post(
                reverse("administration-concertation"),
                CIRCLE | {"name": f"Quartier {name}", "slug": f"quartier-{name}"},
            )
        admin.get(reverse("administration"))
        with CaptureQueriesContext(connection) as queries:
            admin.get(reverse("administration"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_every_first_word_of_our_addresses_is_reserved() -> None:
    words = {
        str(each.pattern).split("/")[0]
        for part in get_resolver().url_patterns
        for each in getattr(part, "url_patterns", [part])
        if "<slug:slug>" not in str(part.pattern) + str(each.pattern)
    }
    assert words - {""} <= RESERVED


def test_the_first_administrator_is_made_from_the_command_line() -> None:
    out = StringIO()
    arguments = ("first_administrator", "Boss@demo.example", "La Boss")
    call_command(*arguments, site="https://board.example/", stdout=out)
    found = re.search(r"https://board\.example(/invitation/\S+)", out.getvalue())
    assert found
    data = {"name": "La Boss", "password": PASSWORD, "again": PASSWORD}
    assert Client().post(found.group(1), data).headers["Location"] == reverse("sign-in")
    boss = User.objects.get(email="boss@demo.example")
    assert boss.is_administrator
    assert signed_in(Someone(boss, None)).get(reverse("administration")).status_code == 200
    with pytest.raises(CommandError, match="not an e-mail address"):
        call_command("first_administrator", "boss", "La Boss", site="https://board.example")
