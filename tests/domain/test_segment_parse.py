import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigner.domain.expression import MAX_DEPTH, MAX_LENGTH
from campaigner.domain.people import COLUMNS, Kind
from campaigner.domain.problem import Level, Problem
from campaigner.domain.segment import Filter, parse_filter


def refused(text: str, kind: Kind = Kind.PEOPLE) -> Problem:
    problem = parse_filter(text, kind, "config.toml", 7)
    assert isinstance(problem, Problem), problem
    assert (problem.source, problem.line, problem.level) == ("config.toml", 7, Level.BLOCK)
    assert problem.message_zh
    return problem


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        pytest.param("", Kind.PEOPLE, set(), id="empty-is-everybody"),
        pytest.param(" \n\u3000", Kind.PLACES, set(), id="blank-is-everybody"),
        pytest.param("age >= 60", Kind.PEOPLE, {"age"}, id="comparison"),
        pytest.param("60 <= age", Kind.PEOPLE, {"age"}, id="comparison-the-other-way-round"),
        pytest.param("18 <= age <= 40", Kind.PUPILS, {"age"}, id="chain"),
        pytest.param("village == '柳树村'", Kind.PEOPLE, {"village"}, id="single-quotes"),
        pytest.param('kind in ("entrance", "lift")', Kind.PLACES, {"kind"}, id="membership"),
        pytest.param('kind in ["entrance"]', Kind.PLACES, {"kind"}, id="membership-in-brackets"),
        pytest.param('kind in ("lift")', Kind.PLACES, {"kind"}, id="membership-in-a-list-of-one"),
        pytest.param("age not in (60, 61)", Kind.PEOPLE, {"age"}, id="numbers-left-out"),
        pytest.param('kind == "hall" and screen', Kind.PLACES, {"kind", "screen"}, id="bare-flag"),
        pytest.param("not opted_out", Kind.PEOPLE, {"opted_out"}, id="negated-flag"),
        pytest.param('contains(tags, "志愿者")', Kind.PEOPLE, {"tags"}, id="contains"),
        pytest.param('startswith(unit, "幸福")', Kind.PEOPLE, {"unit"}, id="startswith"),
        pytest.param("age >= 60\n  and\n opted_out", Kind.PEOPLE, {"age", "opted_out"}, id="several-lines"),
        pytest.param("　age　>=　60", Kind.PEOPLE, {"age"}, id="full-width-blanks"),
        pytest.param('village == "a # b"', Kind.PEOPLE, {"village"}, id="hash-inside-a-text"),
        pytest.param('village == "a = “b” AND"', Kind.PEOPLE, {"village"}, id="slips-inside-a-text-are-none"),
        pytest.param('name == "幸福小学"', Kind.PLACES, {"name"}, id="places-may-be-picked-by-name"),
        pytest.param(
            'grade == "一年级" and class_name != "2班" and school == "x"',
            Kind.PUPILS,
            {"grade", "class_name", "school"},
            id="pupils-columns",
        ),
    ],
)
def test_reads(text: str, kind: Kind, names: set[str]) -> None:
    result = parse_filter(text, kind, "config.toml")
    assert isinstance(result, Filter), result
    assert result.names == names
    assert result.text == text.strip()


@pytest.mark.parametrize(
    ("text", "code", "column", "value"),
    [
        pytest.param("agee >= 60", "unknown-name", 1, "agee", id="misspelt-column"),
        pytest.param('age > 3 and 村社区 == "x"', "unknown-name", 13, "村社区", id="chinese-header"),
        pytest.param('village == "柳树村" and zzz', "unknown-name", 22, "zzz", id="place-counts-characters"),
        pytest.param('contans(tags, "x")', "unknown-name", 1, "contans", id="misspelt-function"),
        pytest.param('name == "王小明"', "single-person", 1, "name", id="name"),
        pytest.param("phone == 13800138000", "single-person", 1, "phone", id="phone"),
        pytest.param("birth > 20000101", "single-person", 1, "birth", id="birth"),
        pytest.param('contains(address, "路")', "single-person", 10, "address", id="address"),
        pytest.param('age == "60"', "type", 8, '"60"', id="number-against-text"),
        pytest.param("age == 60.0", "type", 8, "60.0", id="number-against-a-fraction"),
        pytest.param("age == True", "type", 8, "True", id="number-against-true"),
        pytest.param("age >= -1", "type", 8, "-1", id="no-negative-numbers"),
        pytest.param("village > 3", "type", 1, "village > 3", id="text-against-number"),
        pytest.param('village >= "柳"', "type", 1, 'village >= "柳"', id="texts-have-no-order"),
        pytest.param("village in (1, 2)", "type", 13, "1", id="wrong-type-in-a-list"),
        pytest.param("village", "type", 1, "village", id="text-is-no-condition"),
        pytest.param("opted_out == True", "type", 14, "True", id="flag-compared"),
        pytest.param('contains(age, "3")', "type", 1, 'contains(age, "3")', id="contains-in-a-number"),
        pytest.param("contains(tags, unit)", "type", 16, "unit", id="contains-a-column"),
        pytest.param('contains(tags, "a;b")', "syntax", 16, '"a;b"', id="two-tags-at-once"),
        pytest.param('contains(unit, "")', "syntax", 16, '""', id="empty-part"),
        pytest.param("contains(tags)", "syntax", 1, "contains(tags)", id="too-few-arguments"),
        pytest.param(
            'startswith(unit, part="a")', "syntax", 1, 'startswith(unit, part="a")', id="keyword-argument"
        ),
        pytest.param("tags.x('a')", "syntax", 1, "tags.x('a')", id="method"),
        pytest.param("village in ()", "syntax", 12, "()", id="empty-list"),
        pytest.param('"柳" in village', "syntax", 1, '"柳" in village', id="membership-the-other-way-round"),
        pytest.param('village is "x"', "syntax", 1, 'village is "x"', id="is"),
        pytest.param("age < 60 < 70", "syntax", 1, "age < 60 < 70", id="chain-with-the-column-outside"),
        pytest.param("1 < age < 5 < 6", "syntax", 1, "1 < age < 5 < 6", id="chain-of-four"),
        pytest.param("village == unit", "syntax", 1, "village == unit", id="two-columns"),
        pytest.param("1 < 2", "syntax", 1, "1 < 2", id="no-column"),
        pytest.param('"不"', "syntax", 1, '"不"', id="a-text-alone"),
        pytest.param("age + 1 > 3", "syntax", 1, "age + 1 > 3", id="arithmetic"),
        pytest.param('f"{age}"', "syntax", 1, 'f"{age}"', id="f-string"),
        pytest.param("[a for a in b]", "syntax", 1, "[a for a in b]", id="comprehension"),
        pytest.param("__import__('os')", "unknown-name", 1, "__import__", id="import"),
        pytest.param("().__class__", "syntax", 1, "().__class__", id="attribute"),
        pytest.param("village == “柳树村”", "syntax", 12, "“", id="curly-quotes"),
        pytest.param("age ≥ 60", "syntax", 5, "≥", id="mathematical-sign"),
        pytest.param("age >= ６０", "syntax", 8, "６", id="full-width-digits"),
        pytest.param('village = "x"', "syntax", 9, "=", id="one-equal-sign"),
        pytest.param("age > 3 && opted_out", "syntax", 9, "&", id="ampersands"),
        pytest.param("age > 3 AND opted_out", "syntax", 9, "A", id="capitals"),
        pytest.param("age <> 3", "syntax", 5, "<", id="old-inequality"),
        pytest.param("age >= 60 and", "syntax", 13, "d", id="ends-too-early"),
        pytest.param("age >= 60and opted_out", "syntax", 9, "0", id="number-and-word-in-one"),
        pytest.param('age >= 60 # and unit == "x"', "syntax", 11, "#", id="comment"),
        pytest.param("age >= 60 # old\nand opted_out", "syntax", 11, "#", id="comment-before-a-second-line"),
        pytest.param('village in ("a" "b")', "syntax", 17, '"', id="comma-forgotten"),
        pytest.param(r'village == "\n"', "syntax", 12 + 1, "\\", id="backslash"),
        pytest.param("\0", "syntax", 1, "\0", id="null"),
        pytest.param("\ud800", "syntax", 1, "?", id="half-a-character"),
        pytest.param("age > 1 " + " " * MAX_LENGTH, "too-long", MAX_LENGTH + 1, "", id="too-long"),
    ],
)
def test_refuses(text: str, code: str, column: int, value: str) -> None:
    problem = refused(text)
    assert (problem.code, problem.column, problem.value) == (f"filter-{code}", column, value)


@pytest.mark.parametrize(
    ("text", "kind", "suggestion"),
    [
        pytest.param("agee > 1", Kind.PEOPLE, "`age`", id="letter-too-many"),
        pytest.param("Village == 'x'", Kind.PEOPLE, "`village`", id="capital"),
        pytest.param("年龄 > 1", Kind.PEOPLE, "`age`", id="label"),
        pytest.param("电子 ", Kind.PLACES, "`screen`", id="part-of-a-label"),
        pytest.param("age > 1", Kind.PLACES, "kind", id="column-of-another-kind-lists-what-there-is"),
        pytest.param("startwith(unit, 'x')", Kind.PEOPLE, "`startswith`", id="function"),
    ],
)
def test_suggests(text: str, kind: Kind, suggestion: str) -> None:
    assert suggestion in refused(text, kind).message


@pytest.mark.parametrize("kind", [Kind.PEOPLE, Kind.PUPILS])
def test_no_column_that_tells_persons_apart(kind: Kind) -> None:
    for column in COLUMNS[kind]:
        if column.personal or column.name == "roll":
            assert refused(f"{column.name} == 1", kind).code == "filter-single-person"


def test_depth_has_a_limit_before_the_stack_does() -> None:
    assert isinstance(parse_filter("not " * MAX_DEPTH + "opted_out", Kind.PEOPLE, "x"), Filter)
    assert refused("not " * (MAX_DEPTH + 1) + "opted_out").code == "filter-too-deep"


def test_many_parts_side_by_side_are_no_depth() -> None:
    text = " or ".join(f"age=={number}" for number in range(150))
    assert isinstance(parse_filter(text, Kind.PEOPLE, "x"), Filter)


def test_shown_value_is_short() -> None:
    assert len(refused(f"village.{'x' * 500}").value) < 50


WORDS = "age|village|opted_out|and|or|not|in|==|<|60|lambda|contains|f''|b''|0x|\u3000|\ufeff|\0|\n"
PIECES = st.one_of(st.sampled_from(WORDS.split("|")), st.sampled_from("()\"',#\\.:*=“"))
TEXTS = st.one_of(
    st.text(), st.lists(PIECES, max_size=12).map(" ".join), st.lists(PIECES, max_size=12).map("".join)
)


@given(TEXTS, st.sampled_from(Kind))
@example("(" * 1000, Kind.PEOPLE)
@example("a" + ".a" * 900, Kind.PEOPLE)
@example("-" * (MAX_LENGTH - 1) + "1", Kind.PEOPLE)
@example("9" * 1900, Kind.PEOPLE)
@example("age>" + "9" * 1900, Kind.PEOPLE)
@example("not " * 490 + "screen", Kind.PLACES)
@example("age<" * 490 + "3", Kind.PEOPLE)
def test_never_raises_and_knows_the_place(text: str, kind: Kind) -> None:
    limit = sys.getrecursionlimit()
    result = parse_filter(text, kind, "config.toml", 1)
    assert sys.getrecursionlimit() == limit
    if isinstance(result, Problem):
        assert isinstance(result.column, int)
        assert 1 <= result.column <= len(text) + 1
        result.value.encode()
