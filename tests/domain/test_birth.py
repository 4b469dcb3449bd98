from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.birth import (
    AgeFault,
    BirthFault,
    as_number,
    masked_birth,
    parse_age,
    parse_birth,
    same_birth,
)

TODAY = date(2026, 11, 24)

DATES = {
    "iso": ("1956-03-01", 19560301),
    "slashes": ("1956/3/1", 19560301),
    "dots": ("1956.3.1", 19560301),
    "chinese": ("1956年3月1日", 19560301),
    "chinese-spaced": ("1956 年 3 月 1 日", 19560301),
    "chinese-hao": ("1956年3月1号", 19560301),
    "born": ("1956年3月1日出生", 19560301),
    "packed": ("19560301", 19560301),
    "packed-float": ("19560301.0", 19560301),
    "with-time": ("1956-03-01 00:00:00", 19560301),
    "iso-time": ("1956-03-01T08:30", 19560301),
    "full-width": ("１９５６－０３－０１", 19560301),
    "month-dots": ("1956.3", 19560331),
    "month-iso": ("1956-02", 19560229),
    "month-chinese": ("1956年3月", 19560331),
    "month-born": ("1956年3月生", 19560331),
    "month-packed": ("195603", 19560331),
    "month-october": ("1956.10", 19561031),
    "month-january": ("1956.01", 19560131),
    "year": ("1956", 19561231),
    "year-chinese": ("1956年", 19561231),
    "year-float": ("1956.0", 19561231),
    "serial": ("20515", 19560301),
    "serial-with-time": ("20515.5", 19560301),
    "today": ("2026-11-24", 20261124),
    "this-year": ("2026", 20261231),
    "oldest": ("1905-11-25", 19051125),
    "empty": ("", 0),
    "blank": (" \u3000", 0),
}

FAULTS = {
    "words": ("不详", BirthFault.UNREADABLE),
    "lunar": ("农历1956年3月", BirthFault.UNREADABLE),
    "seven-digits": ("1956031", BirthFault.UNREADABLE),
    "two-digit-year": ("56年3月", BirthFault.TWO_DIGIT_YEAR),
    "two-digit-year-day": ("56-3-1", BirthFault.TWO_DIGIT_YEAR),
    "two-digit-year-alone": ("56年", BirthFault.TWO_DIGIT_YEAR),
    "two-digit-packed": ("560301", BirthFault.TWO_DIGIT_YEAR),
    "year-last": ("01/03/1956", BirthFault.YEAR_LAST),
    "january-or-october": ("1956.1", BirthFault.MONTH_AMBIGUOUS),
    "no-such-day": ("1957-02-29", BirthFault.IMPOSSIBLE),
    "no-such-month": ("1956-13-01", BirthFault.IMPOSSIBLE),
    "no-such-month-packed": ("195613", BirthFault.IMPOSSIBLE),
    "year-nought": ("0000", BirthFault.IMPOSSIBLE),
    "tomorrow": ("2026-11-25", BirthFault.FUTURE),
    "next-month": ("2026-12", BirthFault.FUTURE),
    "next-year": ("2027", BirthFault.FUTURE),
    "over-120": ("1905-11-24", BirthFault.TOO_OLD),
    "over-120-year": ("1904", BirthFault.TOO_OLD),
}

AGES = {
    "digits": ("67", 67),
    "sui": ("67岁", 67),
    "full-years": ("67周岁", 67),
    "full-width": ("６７", 67),
    "float": ("67.0", 67),
    "nought": ("0", 0),
    "minus-nought": ("-0", 0),
    "chinese": ("六十七岁", 67),
    "ten": ("十", 10),
    "fourteen": ("十四", 14),
    "twenty": ("二十", 20),
    "seven": ("七岁", 7),
    "chinese-nought": ("零岁", 0),
    "hundred": ("一百", 100),
    "hundred-three": ("一百零三岁", 103),
    "hundred-ten": ("一百一十", 110),
    "empty": ("", -1),
}

AGE_FAULTS = {
    "nominal": ("虚岁67", AgeFault.NOMINAL),
    "nominal-after": ("67（虚）", AgeFault.NOMINAL),
    "negative": ("-3", AgeFault.NEGATIVE),
    "over": ("121", AgeFault.TOO_OLD),
    "year": ("1956", AgeFault.TOO_OLD),
    "chinese-over": ("一百二十一", AgeFault.TOO_OLD),
    "words": ("老年", AgeFault.UNREADABLE),
    "range": ("60-70", AgeFault.UNREADABLE),
    "two-digits-chinese": ("六七", AgeFault.UNREADABLE),
    "tens-left-out": ("一百三", AgeFault.UNREADABLE),
    "only-sui": ("岁", AgeFault.UNREADABLE),
    "half": ("6.5", AgeFault.UNREADABLE),
}


@pytest.mark.parametrize(("text", "birth"), DATES.values(), ids=DATES)
def test_a_part_of_a_date_counts_from_its_last_day(text, birth):
    assert parse_birth(text, TODAY) == birth


@pytest.mark.parametrize(("text", "fault"), FAULTS.values(), ids=FAULTS)
def test_birth_faults(text, fault):
    assert parse_birth(text, TODAY) is fault


@given(st.dates(date(1910, 1, 1), TODAY), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"]))
def test_every_day_is_read(day, form):
    assert parse_birth(day.strftime(form), TODAY) == as_number(day)


@given(st.text() | st.text(alphabet="0123456789-/.年月日 :T"))
def test_any_text_is_a_date_or_a_fault(text):
    value = parse_birth(text, TODAY)
    assert isinstance(value, BirthFault) or value == 0 or 1905_00_00 < value <= 2026_12_31


@pytest.mark.parametrize(("text", "age"), AGES.values(), ids=AGES)
def test_ages(text, age):
    assert parse_age(text) == age


@pytest.mark.parametrize(("text", "fault"), AGE_FAULTS.values(), ids=AGE_FAULTS)
def test_age_faults(text, fault):
    assert parse_age(text) is fault


@given(st.text() | st.text(alphabet="零一二三四五六七八九十百岁周虚0123456789-."))
def test_any_text_is_an_age_or_a_fault(text):
    value = parse_age(text)
    assert isinstance(value, AgeFault) or -1 <= value <= 120


@pytest.mark.parametrize(
    ("known", "stated", "same"),
    [
        (19560301, 19560301, True),
        (19560301, 19560331, True),
        (19560301, 19561231, True),
        (19560301, 19560302, False),
        (19560301, 19560430, False),
        (19560301, 19571231, False),
    ],
    ids=["equal", "month", "year", "other-day", "other-month", "other-year"],
)
def test_same_birth(known, stated, same):
    assert same_birth(known, stated) is same


def test_a_masked_birth_keeps_the_year_and_no_words():
    assert masked_birth("1956-13-45") == "1956-**-**"
    assert masked_birth("王小明") == "***"
