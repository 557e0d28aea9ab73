"""The tree of “Puis-je partager ?”, every path of it, against design 2's table."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from ethics.sharing.outcomes import SHARING, VISIBLE, SharingOutcome, as_code, of_code
from ethics.sharing.progress import Progress
from ethics.sharing.tree import (
    SHORT_PATH,
    TREE,
    Answer,
    Answers,
    Ending,
    Fork,
    Node,
    Question,
    Tree,
    at_most,
    kept,
    walk,
)
from ethics.sharing.words import WORDINGS

O = SharingOutcome  # noqa: E741 - as the design's table
Y, N = Answer.YES, Answer.NO

# Design 2, read line by line; what a path shares stands in the last column.
TABLE: Final = """
q1=yes q2=no q3=yes q3_imminent=yes              -> s_parquet.s_urgence
q1=yes q2=no q3=yes q3_imminent=no               -> s_parquet
q1=yes q2=no q3=no q3_imminent=yes               -> s_urgence
q1=yes q2=no q3=no q3_imminent=no                -> s_avis
q1=yes q2=yes q4=no q4_person=yes q4_attested=yes -> s_code
q1=no q4=no q4_person=no                         -> s_general
q1=no q4=no q4_person=yes q4_attested=yes        -> s_code
q1=no q4=yes q5=yes q5_attested=yes              -> s_code
q1=no q4=yes q5=no q6=no q7=no                   -> s_informer
q1=no q4=yes q5=no q6=no q7=yes q8=no            -> s_non
q1=no q4=yes q5=no q6=no q7=yes q8=unable        -> s_avis
q1=no q4=yes q5=no q6=no q7=yes q8=yes q9=nobody -> s_non
q1=no q4=yes q5=no q6=no q7=yes q8=yes q9=yes q10=nobody -> s_non
q1=no q4=yes q5=no q6=no q7=yes q8=yes q9=yes q10=yes q11=no -> s_non
q1=no q4=yes q5=no q6=no q7=yes q8=yes q9=yes q10=yes q11=yes q12=yes -> s_partage
q1=no q4=yes q5=no q6=no q7=yes q8=yes q9=yes q10=yes q11=yes q12=unresolved -> s_avis
q1=no q4=yes q5=no q6=yes q12=yes                -> s_458ter
q1=no q4=yes q5=no q6=yes q12=unresolved         -> s_avis
q1=no q4=no q4_person=yes q4_attested=no q5=yes q5_attested=no q6=yes q12=yes -> s_458ter
"""


def said(line: str) -> tuple[dict[Question, Answer], str]:
    """One line of the table."""
    path, ending = line.split("->")
    pairs = (word.split("=") for word in path.split())
    return {Question(question): Answer(answer) for question, answer in pairs}, ending.strip()


def paths(
    tree: Tree, *, framework: bool, start: Question | None = None
) -> Iterator[tuple[Answers, Ending]]:
    """Every way through the tree: answers in order, and where they end."""

    def on(answers: dict[Question, Answer]) -> Iterator[tuple[Answers, Ending]]:
        way = walk(answers, framework=framework, tree=tree, start=start)
        if way.asks is None:
            yield way.path, way.ending
            return
        for answer, target in tree.nodes[way.asks].ways.items():
            if target != way.asks:
                yield from on({**answers, way.asks: answer})

    yield from on({})


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_each_line_of_the_table_ends_where_the_design_says(line: str) -> None:
    answers, ending = said(line)
    way = walk(answers, framework=True)
    assert as_code(way.ending) == ending
    assert dict(way.path) == answers


# Counted by hand: from Q7 on 8 endings, from Q6 with a framework 10; Q4 leads to 4 + 4 times that,
# and Q1 to Q4 twice, beside the four of Q3.
@pytest.mark.parametrize(("framework", "number"), [(True, 92), (False, 76)])
def test_every_path_ends_and_the_number_of_them_is_known(framework: bool, number: int) -> None:
    found = list(paths(TREE, framework=framework))
    assert all(ending for _, ending in found)
    assert len(found) == len({tuple(path.items()) for path, _ in found}) == number


def test_every_ending_is_reached_and_every_question_asked() -> None:
    found = list(paths(TREE, framework=True))
    assert {outcome for _, ending in found for outcome in ending} == set(SharingOutcome)
    assert {question for path, _ in found for question in path} == set(Question)
    assert (O.PROSECUTOR, O.EMERGENCY) in {ending for _, ending in found}


def test_no_framework_no_458ter_whatever_was_answered() -> None:
    assert all(O.FRAMEWORK not in ending for _, ending in paths(TREE, framework=False))
    answers, _ = said("q1=no q4=yes q5=no q6=yes q12=yes -> s_458ter")
    way = walk(answers, framework=False)
    assert way.asks == Question.INFORMED
    assert way.path[Question.FRAMEWORK] == N


def test_a_shared_secret_has_every_condition_of_the_design() -> None:
    cumulative = {Question.INFORMED, Question.AGREED, Question.BOUND, Question.MISSION}
    cumulative |= {Question.INTEREST, Question.NECESSARY}
    secret = [path for path, ending in paths(TREE, framework=True) if ending == (O.SHARED_SECRET,)]
    assert secret
    for path in secret:
        assert all(path[question] == Y for question in cumulative)


def test_nobody_becomes_visible_without_an_attestation_or_a_framework() -> None:
    for path, ending in paths(TREE, framework=True):
        if not set(ending) & VISIBLE:
            continue
        attested = Y in (path.get(Question.ATTESTED), path.get(Question.REPHRASED))
        in_framework = path.get(Question.FRAMEWORK) == path.get(Question.NECESSARY) == Y
        assert attested or in_framework


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("q1=no q4=yes q5=no q6=no q7=yes q8=yes", Question.BOUND),
        ("q1=no q4=yes q5=no q6=no q7=yes q8=yes q9=yes", Question.MISSION),
        ("q1=no q4=yes q5=no q6=yes", Question.NECESSARY),
    ],
)
def test_remove_or_reduce_asks_the_same_question_again(before: str, question: Question) -> None:
    answers, _ = said(f"{before} -> ")
    way = walk({**answers, question: N}, framework=True)
    assert way.asks == question
    assert question not in way.path


def test_the_short_path_is_a_path_of_the_tree() -> None:
    way = walk(SHORT_PATH, framework=False)
    assert way.ending == (O.CODE,)
    assert dict(way.path) == dict(SHORT_PATH)


def test_an_answer_that_the_question_does_not_take_is_asked_again() -> None:
    assert walk({Question.DANGER: Answer.UNABLE}, framework=False).asks == Question.DANGER


def test_answers_off_the_way_are_kept_and_count_again_on_the_way_back() -> None:
    answers, _ = said("q1=no q4=yes q5=no q7=yes q8=yes -> ")
    progress = Progress(answers=answers)
    assert progress.asks(framework=False) == Question.BOUND
    aside = progress.with_answer(Question.IDENTIFIABLE, N)
    assert aside.asks(framework=False) == Question.ABOUT_A_PERSON
    back = aside.with_answer(Question.IDENTIFIABLE, Y)
    assert back.asks(framework=False) == Question.BOUND


def test_after_a_withdrawal_the_questions_begin_at_the_agreement() -> None:
    progress = Progress(start=Question.AGREED)
    assert progress.asks(framework=True) == Question.AGREED
    endings = {ending for _, ending in paths(TREE, framework=True, start=Question.AGREED)}
    assert endings == {(O.NO,), (O.ADVICE,), (O.SHARED_SECRET,)}


def changed(question: Question) -> Tree:
    """The next version of the tree, where one question is asked otherwise."""
    node = replace(TREE.nodes[question], since=TREE.version + 1)
    return replace(TREE, version=TREE.version + 1, nodes={**TREE.nodes, question: node})


def test_a_new_version_asks_only_what_changed() -> None:
    answers, _ = said("q1=no q4=yes q5=no q7=yes q8=yes -> ")
    codes = Progress(answers=answers).as_codes()
    tree = changed(Question.WITHOUT)
    again = Progress.of(codes, tree)
    assert set(answers) - set(again.answers) == {Question.WITHOUT}
    assert walk(again.answers, framework=False, tree=tree).asks == Question.WITHOUT
    after = {**again.answers, Question.WITHOUT: N}
    assert walk(after, framework=False, tree=tree).asks == Question.BOUND


def test_a_question_that_is_gone_or_answered_otherwise_is_left_aside() -> None:
    nodes = dict(TREE.nodes)
    del nodes[Question.INTEREST]
    nodes[Question.AGREED] = Node({Y: Question.MISSION, N: (O.NO,)}, since=2)
    tree = replace(TREE, nodes=nodes)
    given = {Question.INTEREST: Y, Question.AGREED: Answer.UNABLE, Question.DANGER: N}
    assert kept(given, 2, tree) == {Question.DANGER: N}


def test_codes_nobody_wrote_are_asked_again_not_believed() -> None:
    again = Progress.of(
        {"tree": 2, "answers": {"q1": "maybe", "q99": "yes", "q4": "no"}, "at": "q0", "start": "x"}
    )
    assert again.answers == {Question.IDENTIFIABLE: N}
    assert (again.at, again.start) == (None, None)


def test_sealed_codes_come_back_as_they_were() -> None:
    progress = Progress(
        answers=dict(SHORT_PATH), at=Question.DANGER, agreed_on="2026-11-02", advice="codé"
    )
    assert Progress.of(progress.as_codes()) == progress


def test_every_way_out_is_worded_but_the_one_the_board_takes() -> None:
    assert set(WORDINGS) == set(TREE.nodes) == set(Question)
    for question, node in TREE.nodes.items():
        assert set(node.ways) - {Answer.NOBODY} == set(WORDINGS[question].answers)
        assert not any(character.isdigit() for character in str(WORDINGS[question].text))


def test_forks_look_back_at_a_question_of_the_tree() -> None:
    forks = [
        target
        for node in TREE.nodes.values()
        for target in node.ways.values()
        if isinstance(target, Fork)
    ]
    assert {fork.on for fork in forks} <= set(TREE.nodes)


def test_what_is_left_is_never_more_than_what_is_said() -> None:
    for path, _ in paths(TREE, framework=True):
        for place, question in enumerate(path):
            assert len(path) - place - 1 <= at_most(question)
    assert at_most(Question.AGREED) == 4
    assert at_most(Question.NECESSARY) == 0


def test_endings_and_codes_go_both_ways() -> None:
    for ending in {ending for _, ending in paths(TREE, framework=True)}:
        assert of_code(as_code(ending)) == ending
    assert of_code("") == ()
    assert VISIBLE < SHARING
