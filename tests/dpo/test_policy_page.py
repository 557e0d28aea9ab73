"""“Qui peut voir quoi” shows the table that decides, to every member."""

import html
import re

import pytest
from django.urls import reverse

from audit.models import Entry
from concertation.dpo import labels
from concertation.dpo.rights import policy_page
from ethics.policy import Act, FieldGroup, When, cell
from ethics.policy_reasons import WHY_NOT, WHY_WHEN, why
from ethics.roles import Role
from tests.cast import Circle
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def matrix(page: str, heading: str) -> dict[str, list[str]]:
    """The lines of one table: its label, then what a screen reader says of each cell."""
    table = re.search(rf'aria-labelledby="{heading}">\s*<table.*?</table>', page, re.DOTALL)
    assert table is not None
    found = {}
    for line in re.findall(r"<tr>(.*?)</tr>", table[0], re.DOTALL)[1:]:
        words = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL)
        said = [re.sub(r"<[^>]+>", "", word).strip() for word in words]
        found[said[0]] = said[1:]
    return found


def said(role: Role, when: When | None) -> str:
    if when is None:
        return "idem" if role == Role.CASE_MANAGER else "–non"
    return str(labels.CONDITIONS[when])


@pytest.mark.parametrize("who", ["dpo", "police", "guest", "coordinator"])
def test_every_member_sees_every_cell_of_the_table_that_decides(circle: Circle, who: str) -> None:
    client = signed_in(circle.people[who])
    response = client.get(reverse("policy", args=[circle.concertation.slug]))
    page = html.unescape(response.content.decode())
    assert matrix(page, "t-reading") == {
        str(group.label): [said(role, cell(Act.READ, group).get(role)) for role in Role]
        for group in FieldGroup
    }
    assert matrix(page, "t-acts") == {
        str(act.label): [said(role, cell(act).get(role)) for role in Role]
        for act in Act
        if act != Act.READ
    }


def test_looking_at_the_table_is_no_event(circle: Circle) -> None:
    client = signed_in(circle.participant)
    before = Entry.objects.count()
    client.get(reverse("policy", args=[circle.concertation.slug]))
    assert Entry.objects.count() == before


def test_someone_of_another_concertation_does_not_find_it(circle: Circle) -> None:
    assert signed_in(circle.dpo).get(reverse("policy", args=["ailleurs"])).status_code == 404


def test_each_condition_has_its_own_word_and_a_legend() -> None:
    words = [str(word) for word in labels.CONDITIONS.values()]
    assert len(set(words)) == len(When)
    legend = [str(word) for word, _ in policy_page().conditions]
    assert legend == [*(word for word in words if word != "oui"), "idem"]


def part_of(page: str, role: Role) -> str:
    """What the page says about one role."""
    found = re.search(rf'<section[^>]* id="role-{role}".*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("role", Role)
def test_each_role_finds_all_its_rules_in_words_with_their_reasons(
    circle: Circle, role: Role
) -> None:
    response = signed_in(circle.guest).get(reverse("policy", args=[circle.concertation.slug]))
    page = html.unescape(response.content.decode())
    part = part_of(page, role)
    assert f'href="#role-{role}"' in page
    assert str(WHY_NOT[role]) in part
    rows = [(cell(Act.READ, group), why(Act.READ, group)) for group in FieldGroup]
    rows += [(cell(act), why(act)) for act in Act if act != Act.READ]
    for where, reason in rows:
        when = where.get(role)
        # Whoever holds a situation keeps a participant's rights: nothing is said to be refused.
        assert (str(reason) in part) == (when is not None or role != Role.CASE_MANAGER)
        if when not in {None, When.ALWAYS}:
            assert str(WHY_WHEN[role, when]) in part


@pytest.mark.parametrize(
    ("who", "role"), [("police", Role.LIMITED_READER), ("dpo", Role.DPO), ("guest", Role.GUEST)]
)
def test_one_s_own_role_comes_first_and_stands_open(circle: Circle, who: str, role: Role) -> None:
    client = signed_in(circle.people[who])
    page = client.get(reverse("policy", args=[circle.concertation.slug])).content.decode()
    assert re.findall(r'id="role-(\w+)"', page)[0] == role
    own = part_of(page, role)
    assert "vous</span>" in own
    assert "open" in re.findall(r'<details class="fold" (\w*)', own)
    others = [part_of(page, each) for each in Role if each != role]
    assert not any(re.search(r"<details[^>]* open", each) for each in others)


def test_the_police_read_why_they_do_not_read_the_narrative(circle: Circle) -> None:
    response = signed_in(circle.police).get(reverse("policy", args=[circle.concertation.slug]))
    part = part_of(html.unescape(response.content.decode()), Role.LIMITED_READER)
    reads_not = part.split("Ne lit pas")[1].split("</details>")[0]
    assert "Récit et question au groupe" in reads_not
    assert "dénoncer les infractions" in reads_not
