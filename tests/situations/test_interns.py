"""An intern brings and proposes; the supervisor confirms, and nobody else can in their place."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.utils import timezone

from audit.enums import Outcome, Purpose, Verb
from audit.models import Entry
from concertation.meetings.home import home_page
from concertation.situations import actions, errors, reading
from concertation.situations.codes import show_code
from concertation.situations.enums import SituationState
from concertation.situations.models import DraftNote, Situation
from ethics import gate
from ethics.roles import Role
from ethics.secrecy.check import check_all
from ethics.secrecy.models import ScopeWrap
from ethics.sharing.models import SharingDecision
from tests.cast import Circle, Someone, join
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

NOTE = "La deuxième phrase fait reconnaître le bâtiment"


@pytest.fixture
def intern(circle: Circle) -> Someone:
    """Supervised by the participant."""
    return story.intern(circle, circle.participant)


@pytest.fixture
def handed(intern: Someone) -> Situation:
    """A draft that the supervisor has."""
    return actions.submit_draft(intern.actor, draft=story.draft(intern).id)


def holders(scope: UUID, generation: int) -> set[UUID | None]:
    rows = ScopeWrap.objects.filter(key__scope=scope, key__generation=generation)
    return set(rows.values_list("recipient", flat=True))


def keys_of(*people: Someone) -> set[UUID | None]:
    held = [each.actor.keys for each in people]
    return {each.keys for each in held if each}


def row_of(situation: Situation) -> Situation:
    return Situation.objects.get(id=situation.id)


# --- The way of a draft ------------------------------------------------------------------------


def test_the_whole_way_through_the_pages(
    circle: Circle, intern: Someone, django_capture_on_commit_callbacks: Any
) -> None:
    client, boss = signed_in(intern), signed_in(circle.participant)
    draft = story.draft(intern)
    page = get(client, url(circle, "situation-drafts"))
    assert "Soumettre" in page
    assert "Puis-je partager" not in page
    page = get(client, url(circle, "situation-submit", draft.id))
    assert "Soumettre à Participant" in page
    assert story.ACCOUNT in page
    with django_capture_on_commit_callbacks(execute=True):
        sent = client.post(
            url(circle, "situation-submit", draft.id), {"version": hidden(page, "version")}
        )
    assert sent["Location"] == url(circle, "situation-drafts")
    assert mail.outbox[-1].to == [circle.participant.user.email]
    assert story.HEADLINE not in str(mail.outbox[-1].body)

    home = get(boss, url(circle, "home"))
    assert "Stage vous a soumis un brouillon" in home
    assert story.HEADLINE not in home
    page = get(boss, url(circle, "situation-confirm", draft.id))
    assert story.ACCOUNT in page
    assert story.QUESTION in page
    assert story.WISH in page
    share = get(boss, url(circle, "situation-share", draft.id))
    answers = {"danger": "no", "identifiable": "no", "attested": "on"}
    sent = boss.post(
        url(circle, "situation-share", draft.id),
        answers | {"version": hidden(share, "version")},
    )
    row = row_of(draft)
    code = show_code(row.code or "")
    assert sent["Location"] == url(circle, "situation-code", code)
    assert row.state == SituationState.SIGNALLED
    assert (row.brought_by, row.supervisor) == (
        intern.participation,
        circle.participant.participation,
    )
    assert "Confirmée par" in get(signed_in(circle.manager), url(circle, "situation", code))
    assert "vous a soumis" not in get(boss, url(circle, "home"))
    decision = SharingDecision.objects.get()
    assert decision.author == circle.participant.user.id


def test_a_draft_comes_back_with_a_word_and_goes_again(
    circle: Circle,
    intern: Someone,
    handed: Situation,
    django_capture_on_commit_callbacks: Any,
) -> None:
    boss, client = signed_in(circle.participant), signed_in(intern)
    address = url(circle, "situation-confirm", handed.id)
    assert "Cette réponse manque encore" in text_of(boss.post(address, {"text": ""}))
    assert not DraftNote.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert boss.post(address, {"text": NOTE})["Location"] == url(circle, "home")
    assert mail.outbox[-1].to == [intern.user.email]
    assert NOTE not in str(mail.outbox[-1].body)
    # Given back, it is as unknown to the supervisor as any draft of another person.
    for name in ("situation-confirm", "situation-share", "situation-draft"):
        assert boss.get(url(circle, name, handed.id)).status_code == 404
    home = get(client, url(circle, "home"))
    assert "vous a rendu un brouillon" in home
    assert NOTE not in home
    assert NOTE in get(client, url(circle, "situation-draft", handed.id))
    assert NOTE in get(client, url(circle, "situation-submit", handed.id))
    story_again = story.presentation(account="Le chauffage s’arrête depuis l’automne")
    actions.save_draft(intern.actor, presentation=story_again, draft=handed.id)
    assert "vous a rendu un brouillon" not in get(client, url(circle, "home"))
    actions.submit_draft(intern.actor, draft=handed.id)
    opened = reading.draft_to_confirm(circle.participant.actor, handed.id)
    assert opened.draft.presentation.account.startswith("Le chauffage")
    verbs = story.verbs()
    assert verbs.count(Verb.DRAFT_SUBMITTED) == 2
    assert verbs.count(Verb.DRAFT_SENT_BACK) == 1
    assert check_all().ok


def test_what_was_typed_before_and_after_stays_the_intern_s_alone(
    circle: Circle, intern: Someone
) -> None:
    draft = story.draft(intern)
    first = draft.key_generation
    handed = actions.submit_draft(intern.actor, draft=draft.id)
    both = handed.key_generation
    assert holders(draft.id, first) == keys_of(intern)
    assert holders(draft.id, both) == keys_of(intern, circle.participant)
    again = actions.save_draft(
        intern.actor, presentation=story.presentation(tried="Autre essai"), draft=draft.id
    )
    assert holders(draft.id, again.key_generation) == keys_of(intern)
    assert row_of(draft).supervisor is None
    with pytest.raises(gate.Refused):
        reading.draft_to_confirm(circle.participant.actor, draft.id)
    # Written on once more, no key more is made.
    last = actions.save_draft(
        intern.actor, presentation=story.presentation(tried="Encore"), draft=draft.id
    )
    assert last.key_generation == again.key_generation


def test_writing_over_a_draft_takes_it_back_and_a_late_confirmation_finds_nothing(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    page = get(signed_in(intern), url(circle, "situation-draft", handed.id))
    assert "Participant a ce brouillon à confirmer" in page
    boss = signed_in(circle.participant)
    share = get(boss, url(circle, "situation-share", handed.id))
    actions.save_draft(intern.actor, presentation=story.presentation(), draft=handed.id)
    assert Entry.objects.filter(verb=Verb.DRAFT_TAKEN_BACK).count() == 1
    answers = {"danger": "no", "identifiable": "no", "attested": "on"}
    sent = boss.post(
        url(circle, "situation-share", handed.id),
        answers | {"version": hidden(share, "version")},
    )
    assert sent.status_code == 404
    assert row_of(handed).state == SituationState.DRAFT


def test_handing_over_twice_or_what_changed_meanwhile_is_said(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    with pytest.raises(errors.AlreadySubmitted):
        actions.submit_draft(intern.actor, draft=handed.id)
    draft = story.draft(intern)
    with pytest.raises(errors.StaleVersion):
        actions.submit_draft(intern.actor, draft=draft.id, expected_version=draft.version + 1)
    thin = story.draft(intern, question="")
    with pytest.raises(errors.Incomplete):
        actions.submit_draft(intern.actor, draft=thin.id)


@pytest.mark.parametrize("how", ["ended", "past", "limited", "nobody"])
def test_without_a_supervisor_a_draft_waits_and_the_page_says_whom_to_ask(
    circle: Circle, intern: Someone, how: str
) -> None:
    draft = story.draft(intern)
    row, place = circle.participant.participation, intern.participation
    assert row
    assert place
    if how == "ended":
        row.state = "ended"
    elif how == "past":
        row.starts_on = row.ends_on = timezone.localdate() - timedelta(days=1)
    elif how == "limited":
        row.roles = [str(Role.LIMITED_READER)]
    else:
        place.supervised_by = None
        place.save()
    row.save()
    page = get(signed_in(intern), url(circle, "situation-submit", draft.id))
    assert "demandez à la coordination" in page
    with pytest.raises(errors.NoSupervisor):
        actions.submit_draft(intern.actor, draft=draft.id)


def test_a_supervisor_whom_the_chain_does_not_know_gets_no_key(
    circle: Circle, intern: Someone
) -> None:
    """A planted row that names someone without the key: nothing is sealed to them."""
    assert intern.participation
    assert circle.guest.participation
    circle.guest.participation.roles = [str(Role.PARTICIPANT)]
    circle.guest.participation.save()
    intern.participation.supervised_by = circle.guest.participation
    intern.participation.save()
    draft = story.draft(intern)
    with pytest.raises(errors.NoSupervisor):
        actions.submit_draft(intern.actor, draft=draft.id)
    assert holders(draft.id, 1) == keys_of(intern)
    assert not ScopeWrap.objects.filter(key__scope=draft.id, key__generation=2).exists()


def test_the_long_sequence_is_the_supervisor_s_and_edits_no_text(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    boss = signed_in(circle.participant)
    share = get(boss, url(circle, "situation-share", handed.id))
    answers = {"danger": "no", "identifiable": "yes", "version": hidden(share, "version")}
    sent = boss.post(url(circle, "situation-share", handed.id), answers)
    questions = url(circle, "situation-share-questions", handed.id)
    assert sent["Location"] == questions
    boss.post(questions, {"question": "q5", "answer": "yes"})
    page = get(boss, questions)
    assert "le rendre à votre stagiaire" in page
    assert "Relire et reformuler" not in page
    assert signed_in(intern).get(questions).status_code == 404
    boss.post(questions, {"question": "q5_attested", "answer": "yes"})
    page = get(boss, questions)
    version = hidden(page, "version")
    sent = boss.post(questions, {"decide": "1", "version": version})
    assert sent.status_code == 302
    assert row_of(handed).state == SituationState.SIGNALLED


def test_answers_about_an_earlier_text_are_asked_again(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    actions.begin_long_sequence(
        circle.participant.actor, handed.id, danger=False, identifiable=True
    )
    boss = signed_in(circle.participant)
    questions = url(circle, "situation-share-questions", handed.id)
    boss.post(questions, {"question": "q5", "answer": "yes"})
    boss.post(questions, {"question": "q5_attested", "answer": "yes"})
    summary = get(boss, questions)
    decide = {"decide": "1", "version": hidden(summary, "version")}
    actions.save_draft(intern.actor, presentation=story.presentation(), draft=handed.id)
    actions.submit_draft(intern.actor, draft=handed.id)
    boss.post(questions, decide)
    assert row_of(handed).state == SituationState.DRAFT
    page = reading.sharing_page(circle.participant.actor, row_of(handed), purpose=Purpose.BRINGING)
    assert page.progress.answers == {}
    assert check_all().ok


# --- Who may not ---------------------------------------------------------------------------------


def post(someone: Someone, circle: Circle, name: str, number: UUID, data: dict[str, Any]) -> int:
    return signed_in(someone).post(url(circle, name, number), data).status_code


def test_an_intern_cannot_confirm_their_own_draft_by_any_address(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    answers = {"danger": "no", "identifiable": "no", "attested": "on", "version": handed.version}
    assert post(intern, circle, "situation-share", handed.id, answers) == 404
    question = {"question": "q1", "answer": "no"}
    assert post(intern, circle, "situation-share-questions", handed.id, question) == 404
    decide = {"decide": "1", "version": "1"}
    assert post(intern, circle, "situation-share-questions", handed.id, decide) == 404
    assert post(intern, circle, "situation-confirm", handed.id, {"text": "Oui"}) == 404
    for call in (
        lambda: story.share(intern, handed.id),
        lambda: actions.begin_long_sequence(
            intern.actor, handed.id, danger=False, identifiable=True
        ),
        lambda: actions.send_back_draft(intern.actor, draft=handed.id, text="Oui"),
    ):
        with pytest.raises(gate.Refused):
            call()
    assert row_of(handed).state == SituationState.DRAFT
    refused = Entry.objects.filter(outcome=Outcome.REFUSED, actor=intern.user.id)
    assert refused.count() == 7
    assert not SharingDecision.objects.exists()


@pytest.mark.parametrize("name", ["manager", "coordinator", "police", "guest", "colleague"])
def test_nobody_but_the_supervisor_confirms_or_reads_it(
    circle: Circle, intern: Someone, handed: Situation, name: str
) -> None:
    assert circle.participant.participation
    house = circle.participant.participation.organisation
    if name == "colleague":
        join(circle, name, house, [Role.PARTICIPANT])
    someone = circle.people[name]
    client = signed_in(someone)
    for route in ("situation-confirm", "situation-share", "situation-draft", "situation-submit"):
        assert client.get(url(circle, route, handed.id)).status_code == 404, route
    answers = {"danger": "no", "identifiable": "no", "attested": "on", "version": handed.version}
    assert post(someone, circle, "situation-share", handed.id, answers) == 404
    assert post(someone, circle, "situation-confirm", handed.id, {"text": "Non"}) == 404
    assert home_page(someone.actor).reminders.to_confirm == ()
    assert row_of(handed).state == SituationState.DRAFT


def test_a_planted_supervisor_finds_no_key(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    """Someone with the database writes themself into the row: the text doesn't open."""
    handed.supervisor = circle.manager.participation
    handed.save()
    with pytest.raises(errors.NotReadable):
        reading.draft_to_confirm(circle.manager.actor, handed.id)
    with pytest.raises(errors.NotReadable):
        story.share(circle.manager, handed.id)
    assert row_of(handed).state == SituationState.DRAFT


def test_a_supervisor_who_left_confirms_nothing(
    circle: Circle, intern: Someone, handed: Situation
) -> None:
    place = circle.participant.participation
    assert place
    place.starts_on = place.ends_on = timezone.localdate() - timedelta(days=1)
    place.save()
    with pytest.raises(gate.Refused):
        story.share(circle.participant, handed.id)
    # It is not lost: the intern takes it back, and another supervisor is named.
    assert intern.participation
    house = place.organisation
    other = join(circle, "releve", house, [Role.PARTICIPANT])
    intern.participation.supervised_by = other.participation
    intern.participation.save()
    actions.save_draft(intern.actor, presentation=story.presentation(), draft=handed.id)
    actions.submit_draft(intern.actor, draft=handed.id)
    assert story.share(other, handed.id).state == SituationState.SIGNALLED


def test_only_interns_hand_drafts_over(circle: Circle) -> None:
    draft = story.draft(circle.manager)
    assert post(circle.manager, circle, "situation-submit", draft.id, {"version": 1}) == 404
    with pytest.raises(gate.Refused):
        actions.submit_draft(circle.manager.actor, draft=draft.id)
    assert row_of(draft).supervisor is None
