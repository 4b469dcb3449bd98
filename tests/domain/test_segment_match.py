import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.people import COLUMNS, Block, Kind
from campaigner.domain.predicate import Leaf, leaves, verdict
from campaigner.domain.segment import Clause, Filter, parse_filter

DAY = 20261201


def parsed(text: str, kind: Kind = Kind.PEOPLE) -> Filter:
    result = parse_filter(text, kind, "config.toml")
    assert isinstance(result, Filter), result
    return result


def row(**cells: Any) -> dict[str, Any]:
    return {column.name: column.empty for column in COLUMNS[Kind.PEOPLE]} | cells


def place(**cells: Any) -> dict[str, Any]:
    return {column.name: column.empty for column in COLUMNS[Kind.PLACES]} | cells


def block(rows: list[dict[str, Any]], kind: Kind = Kind.PEOPLE) -> Block:
    columns = {column.name: [each[column.name] for each in rows] for column in COLUMNS[kind]}
    return Block("audience.csv", range(2, len(rows) + 2), columns)


@pytest.mark.parametrize(
    ("text", "cells", "taken"),
    [
        pytest.param("", {}, True, id="empty-takes-everybody"),
        pytest.param("age >= 60", {"birth": 19661201}, True, id="sixtieth-birthday-today"),
        pytest.param("age >= 60", {"birth": 19661202}, False, id="sixtieth-birthday-tomorrow"),
        pytest.param("age >= 60", {"age": 60}, True, id="age-as-stated"),
        pytest.param("age >= 60", {"birth": 20000101, "age": 80}, False, id="birth-beats-the-stated-age"),
        pytest.param("60 <= age", {"age": 60}, True, id="constant-first"),
        pytest.param("60 < age", {"age": 60}, False, id="constant-first-strict"),
        pytest.param("18 <= age <= 40", {"age": 40}, True, id="chain-upper-end"),
        pytest.param("18 <= age <= 40", {"age": 41}, False, id="chain-above"),
        pytest.param("40 > age >= 18", {"age": 40}, False, id="chain-downwards"),
        pytest.param("not 18 <= age <= 40", {"age": 41}, True, id="chain-negated"),
        pytest.param("age not in (60, 61)", {"age": 62}, True, id="number-not-listed"),
        pytest.param("age < 14", {}, False, id="unknown-age-is-not-young"),
        pytest.param("not age < 14", {}, False, id="nor-is-it-not-young"),
        pytest.param("age != 14", {}, False, id="unknown-age-is-not-different"),
        pytest.param("age not in (14, 15)", {}, False, id="unknown-age-is-not-left-out"),
        pytest.param("not age in (14, 15)", {}, False, id="unknown-age-in-a-negated-list"),
        pytest.param("age >= 0", {}, False, id="unknown-age-is-not-zero"),
        pytest.param("not (age >= 60 or opted_out)", {}, False, id="unknown-age-in-a-negated-or"),
        pytest.param("age < 14 or age >= 14", {}, False, id="unknown-age-on-both-sides"),
        pytest.param("age < 14 or village == 'x'", {"village": "x"}, True, id="village-decides-instead"),
        pytest.param(
            "not (age < 14 and village == 'x')", {"village": "y"}, True, id="village-decides-under-not"
        ),
        pytest.param("not (age < 14 and village == 'x')", {"village": "x"}, False, id="age-would-decide"),
        pytest.param("not not age >= 60", {"age": 70}, True, id="double-negation"),
        pytest.param("age < 14", {"birth": 20300101}, False, id="birth-to-come-is-unknown"),
        pytest.param("unit == ''", {}, True, id="no-unit"),
        pytest.param("village != 'x'", {}, True, id="empty-text-differs"),
        pytest.param("village not in ('x', 'y')", {"village": "y"}, False, id="village-listed"),
        pytest.param("village in ('x')", {"village": "x"}, True, id="list-of-one"),
        pytest.param("contains(tags, '党员')", {"tags": "志愿者;党员"}, True, id="tag-among-others"),
        pytest.param(
            "contains(tags, '党员')", {"tags": "非党员；志愿者"}, False, id="part-of-a-tag-is-no-tag"
        ),
        pytest.param(
            "contains(tags, '党员')", {"tags": "志愿者、党员，租户"}, True, id="tags-with-chinese-commas"
        ),
        pytest.param("contains(unit, '小学')", {"unit": "幸福小学校"}, True, id="part-of-a-unit"),
        pytest.param("startswith(unit, '幸福')", {"unit": "新幸福"}, False, id="not-at-the-start"),
        pytest.param("startswith(unit, '幸福')", {"unit": "幸福超市"}, True, id="at-the-start"),
        pytest.param("opted_out", {"opted_out": True}, True, id="flag"),
        pytest.param("not opted_out and age > 3", {"age": 4}, True, id="flag-negated"),
        pytest.param("age > 70 and opted_out or village == 'x'", {"village": "x"}, True, id="and-before-or"),
        pytest.param("age > 70 and (opted_out or village == 'x')", {"village": "x"}, False, id="parentheses"),
    ],
)
def test_takes(text: str, cells: dict[str, Any], taken: bool) -> None:
    chosen, person = parsed(text), row(**cells)
    assert chosen.matches(person, DAY) is taken
    assert chosen.mask(block([person, person]), DAY) == [taken, taken]


def test_places() -> None:
    halls = parsed('kind == "hall" and screen and count >= 2', Kind.PLACES)
    rows = [
        place(kind="hall", screen=True, count=2),
        place(kind="hall", screen=True),
        place(kind="hall", count=2),
        place(kind="bank", screen=True, count=2),
    ]
    assert halls.mask(block(rows, Kind.PLACES), DAY) == [True, False, False, False]


def test_empty_block() -> None:
    assert parsed("age > 3").mask(block([]), DAY) == []
    assert parsed("").mask(block([]), DAY) == []


def test_why_names_each_question_in_reading_order() -> None:
    chosen = parsed(
        'not (18 <= age <= 40) and (village == "柳树村" or contains(tags, "志愿者")) and not opted_out'
    )
    assert chosen.why(row(birth=19500101, village="石桥村"), DAY) == [
        Clause("18 <= age <= 40", "76", held=False),
        Clause('village == "柳树村"', "石桥村", held=False),
        Clause('contains(tags, "志愿者")', "", held=False),
        Clause("opted_out", "no", held=False),
    ]


def test_why_says_when_an_age_is_unknown() -> None:
    assert parsed("age < 14 or opted_out").why(row(opted_out=True), DAY) == [
        Clause("age < 14", "", held=None),
        Clause("opted_out", "yes", held=True),
    ]


def test_why_of_everybody_is_nothing() -> None:
    assert parsed("").why(row(), DAY) == []


VILLAGES = ["", "柳树村", "石桥村", "x'\"{k0}"]
TAGS = ["", "志愿者", "志愿者;租户", "非志愿者", "租户、志愿者"]
BIRTHS = st.sampled_from([0, 0, 19500615, 19861201, 19861202, 20080229, 20121201, 20300101])
ROWS = st.fixed_dictionaries(
    {
        "birth": BIRTHS,
        "age": st.sampled_from([-1, 0, 13, 14, 40, 60, 61]),
        "village": st.sampled_from(VILLAGES),
        "tags": st.sampled_from(TAGS),
        "opted_out": st.booleans(),
    }
).map(lambda cells: row() | dict(cells))
NUMBERS = st.sampled_from(["0", "13", "14", "40", "60", "76"])
SIGNS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
PLACES = st.sampled_from(['""', '"柳树村"', "'石桥村'"])


def lists(of: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(of, min_size=1, max_size=3).map(lambda each: "(" + ", ".join(each) + ",)")


QUESTIONS = st.one_of(
    st.tuples(st.just("age"), SIGNS, NUMBERS),
    st.tuples(NUMBERS, SIGNS, st.just("age")),
    st.tuples(NUMBERS, SIGNS, st.just("age"), SIGNS, NUMBERS),
    st.tuples(st.just("age"), st.sampled_from(["in", "not in"]), lists(NUMBERS)),
    st.tuples(st.just("village"), st.sampled_from(["==", "!="]), PLACES),
    st.tuples(st.just("village"), st.sampled_from(["in", "not in"]), lists(PLACES)),
    st.just(('contains(tags, "志愿者")',)),
    st.just(('startswith(village, "柳")',)),
    st.just(("opted_out",)),
).map(" ".join)
FILTERS = st.recursive(
    QUESTIONS,
    lambda inner: st.one_of(
        inner.map(lambda part: f"not ({part})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " and ".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " or ".join(parts) + ")"),
    ),
    max_leaves=8,
)


@given(FILTERS, st.lists(ROWS, max_size=12))
def test_blocks_and_rows_agree(text: str, rows: list[dict[str, Any]]) -> None:
    chosen = parsed(text)
    mask = chosen.mask(block(rows), DAY)
    assert mask == [chosen.matches(each, DAY) for each in rows]
    assert all(type(taken) is bool for taken in mask)


@given(FILTERS, ROWS)
def test_the_answers_of_why_give_the_verdict(text: str, person: dict[str, Any]) -> None:
    chosen = parsed(text)
    clauses = chosen.why(person, DAY)
    assert chosen._tree is not None
    questions = list(leaves(chosen._tree))
    assert [clause.text for clause in clauses] == [question.text for question in questions]
    answers = {id(question): clause.held for question, clause in zip(questions, clauses, strict=True)}

    def answer(question: Leaf) -> bool | None:
        return answers[id(question)]

    assert (verdict(chosen._tree, answer) is True) is chosen.matches(person, DAY)


@given(FILTERS, ROWS)
def test_nobody_is_taken_and_refused_by_the_opposite_alike(text: str, person: dict[str, Any]) -> None:
    taken, opposite = parsed(text).matches(person, DAY), parsed(f"not ({text})").matches(person, DAY)
    assert not (taken and opposite)
    if person["birth"] or person["age"] >= 0:
        known = person["birth"] <= DAY
        assert not known or taken is not opposite


@pytest.mark.parametrize(
    "text", ["", 'age >= 60 and village == "柳树村"', "not (age < 14)", 'contains(tags, "党员")']
)
def test_a_filter_travels_to_another_process(text: str) -> None:
    made = parsed(text)
    arrived = pickle.loads(pickle.dumps(made))
    assert arrived == made
    rows = [row(age=70, village="柳树村"), row(age=8, village="柳树村"), row(age=70)]
    assert arrived.mask(block(rows), DAY) == made.mask(block(rows), DAY)
    assert [arrived.matches(each, DAY) for each in rows] == made.mask(block(rows), DAY)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ('grade == "1"', True),
        ('grade == "1年级"', True),
        ('class_name in ("12", "13")', True),
        ('class_name == "2"', False),
        ('startswith(class_name, "1")', True),
        ('contains(class_name, "2")', True),
    ],
)
def test_a_bare_number_is_a_grade_or_class_as_lists_have_it(text: str, taken: bool) -> None:
    pupil = {column.name: column.empty for column in COLUMNS[Kind.PUPILS]} | {
        "grade": "1年级",
        "class_name": "12班",
    }
    assert parsed(text, Kind.PUPILS).matches(pupil, DAY) is taken
    assert parsed(text, Kind.PUPILS).mask(block([pupil], Kind.PUPILS), DAY) == [taken]
