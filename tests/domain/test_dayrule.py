import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.calendar import Edge
from campaigner.domain.dayrule import (
    MOST,
    WORDS,
    Every,
    FromAnchor,
    InPeriod,
    Kind,
    Period,
    Rule,
    RuleError,
    Weekly,
    needs_work,
    parse_during,
    parse_rule,
)

OCCASIONS = ("spring-festival", "double-eleven", "gaokao")
EMPTY: frozenset[int] = frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first monday of the month", InPeriod(1, Kind.MONDAY, Period.MONTH)),
        ("First Monday", InPeriod(1, Kind.MONDAY, Period.MONTH)),
        ("1st monday of month", InPeriod(1, Kind.MONDAY, Period.MONTH)),
        ("last working day of the month", InPeriod(-1, Kind.WORKING, Period.MONTH)),
        ("10th working day of the month", InPeriod(10, Kind.WORKING, Period.MONTH)),
        ("first working day of the week", InPeriod(1, Kind.WORKING, Period.WEEK)),
        ("last day of the quarter", InPeriod(-1, Kind.DAY, Period.QUARTER)),
        ("last working day of the year", InPeriod(-1, Kind.WORKING, Period.YEAR)),
        ("last working day of december", InPeriod(-1, Kind.WORKING, Period.MONTH, frozenset({12}))),
        (
            "first monday of march, june and september",
            InPeriod(1, Kind.MONDAY, Period.MONTH, frozenset({3, 6, 9})),
        ),
        ("28th day of february", InPeriod(28, Kind.DAY, Period.MONTH, frozenset({2}))),
        ("3 working days before term starts", FromAnchor(-3, Kind.WORKING, "", Edge.STARTS)),
        ("1 day after the term ends", FromAnchor(1, Kind.DAY, "", Edge.ENDS)),
        ("2 weeks before term starts", FromAnchor(-14, Kind.DAY, "", Edge.STARTS)),
        ("7 days before double-eleven", FromAnchor(-7, Kind.DAY, "double-eleven", None)),
        ("7 days before double-eleven starts", FromAnchor(-7, Kind.DAY, "double-eleven", Edge.STARTS)),
        ("first working day after spring-festival", FromAnchor(1, Kind.WORKING, "spring-festival", None)),
        ("last friday before gaokao", FromAnchor(-1, Kind.FRIDAY, "gaokao", None)),
        ("gaokao", FromAnchor(0, Kind.DAY, "gaokao", None)),
        ("term starts", FromAnchor(0, Kind.DAY, "", Edge.STARTS)),
        ("every working day", Every(Kind.WORKING)),
        ("every monday", Every(Kind.MONDAY)),
    ],
)
def test_rules(text: str, expected: Rule) -> None:
    assert parse_rule(text, OCCASIONS) == expected


@pytest.mark.parametrize(
    ("text", "word", "word_zh"),
    [
        pytest.param("frist monday of the month", "did you mean `first`?", "`first`", id="misspelt"),
        pytest.param(
            "7 days before double-elven", "`double-eleven`?", "double-eleven", id="misspelt occasion"
        ),
        pytest.param("7 days before spring", "`spring-festival`?", "spring-festival", id="half of a name"),
        pytest.param("每月第一个周一", "write it like", "每月第一个周一", id="Chinese"),
        pytest.param("", "is not a rule", "看不懂", id="empty"),
        pytest.param("monday first", "is not a rule", "可以写成", id="in the wrong order"),
        pytest.param("fifth monday of the month", "unknown word or occasion `fifth`", "fifth", id="fifth"),
        pytest.param(
            "5th monday of the month", "not every month has a 5th monday", "last", id="not in every month"
        ),
        pytest.param("31st day of the month", "the highest is 28", "last", id="31st"),
        pytest.param(
            "16th working day of the month", "the highest is 15", "last", id="too many working days"
        ),
        pytest.param("second working day of the week", "the highest is 1", "last", id="a week of holidays"),
        pytest.param("0th day of the month", "begins at the first", "第1个", id="0th"),
        pytest.param("first monday of the working week", "give week, month", "week", id="no period"),
        pytest.param("first monday of march week", "names of months", "英文月份", id="no month"),
        pytest.param("3 days before term", "`term starts` or `term ends`", "开学", id="which end"),
        pytest.param("0 days before term starts", "from 1 to 200", "1到200", id="no days"),
        pytest.param("61 working days after term ends", "from 1 to 60", "1到60", id="too many days"),
        pytest.param("first monday before gaokao", "`last ... before`", "last", id="no end to count from"),
        pytest.param(
            "3 days after monday", "neither `term` nor an occasion", "double-eleven", id="no anchor"
        ),
    ],
)
def test_a_faulty_rule_says_why_in_both_languages(text: str, word: str, word_zh: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule(text, OCCASIONS)
    assert word in str(caught.value)
    assert word_zh in caught.value.message_zh


@given(
    st.text() | st.lists(st.sampled_from([*sorted(WORDS), *OCCASIONS, "3", "10th"]), max_size=8).map(" ".join)
)
def test_any_text_is_a_rule_or_a_fault(text: str) -> None:
    try:
        rule = parse_rule(text, OCCASIONS)
    except RuleError:
        return
    if isinstance(rule, FromAnchor):
        assert abs(rule.nth) <= max(MOST.values())
        assert rule.occasion in ("", *OCCASIONS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start", None),
        ("Weekly", Weekly()),
        ("every monday", Every(Kind.MONDAY)),
        ("every  working day", Every(Kind.WORKING)),
    ],
)
def test_during(text: str, expected: Every | Weekly | None) -> None:
    assert parse_during(text) == expected


@pytest.mark.parametrize(
    ("text", "word"), [("every monay", "`every monday`"), ("???", "known are"), ("weekley", "did you mean")]
)
def test_a_faulty_repetition_says_what_is_known(text: str, word: str) -> None:
    with pytest.raises(RuleError, match=word):
        parse_during(text)


def test_rules_of_working_days_need_no_moving() -> None:
    assert needs_work(parse_rule("last working day of the month", ()))
    assert not needs_work(parse_rule("first monday of the month", ()))
    assert not needs_work(parse_rule("3 days before gaokao", OCCASIONS))
