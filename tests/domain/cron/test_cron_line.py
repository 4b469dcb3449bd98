"""Cron lines: read as they are written, or refused at the very character with what to write instead."""

import re
from datetime import date, time, timedelta

import pytest

from campaigner.domain.cron.line import parse_line
from campaigner.domain.cron.model import EVERY_WEEKDAY, Cron, CronError, weekday_named

YEAR = [date(2026, 12, 1) + timedelta(days=count) for count in range(365)]
SUN, MON, TUE, WED, THU, FRI, SAT = range(7)


def refused(line: str) -> CronError:
    with pytest.raises(CronError) as caught:
        parse_line(line)
    return caught.value


@pytest.mark.parametrize(
    ("weekday", "expected"),
    [
        pytest.param("1-5/2", {MON, WED, FRI}, id="a step within a range"),
        pytest.param("mon-fri/2", {MON, WED, FRI}, id="the same by name"),
        pytest.param("*/2", {SUN, TUE, THU, SAT}, id="steps count from Sunday, as in cron"),
        pytest.param("mon，thu", {MON, THU}, id="Chinese comma"),
        pytest.param("1、4", {MON, THU}, id="Chinese enumeration comma"),
        pytest.param("１，４", {MON, THU}, id="wide digits"),
        pytest.param("1 , 4", {MON, THU}, id="blanks beside a comma"),
        pytest.param("0", {SUN}, id="0 is Sunday"),
        pytest.param("7", {SUN}, id="7 is Sunday"),
        pytest.param("0-7", set(EVERY_WEEKDAY), id="both Sundays"),
        pytest.param("5-7", {FRI, SAT, SUN}, id="up to the second Sunday"),
        pytest.param("sat-sun", {SAT, SUN}, id="weekend"),
        pytest.param("fri-mon", {FRI, SAT, SUN, MON}, id="over the end of the week"),
        pytest.param("7-2", {SUN, MON, TUE}, id="from the second Sunday"),
        pytest.param("sun-tue", {SUN, MON, TUE}, id="from Sunday"),
        pytest.param("mon-sun", set(EVERY_WEEKDAY), id="the whole week"),
        pytest.param("Monday,THU,Thurs", {MON, THU}, id="long names and any case"),
        pytest.param("周一、星期四，礼拜天", {MON, THU, SUN}, id="Chinese names"),
        pytest.param("周一至周五", {MON, TUE, WED, THU, FRI}, id="a range of Chinese names"),
        pytest.param("1－5", {MON, TUE, WED, THU, FRI}, id="wide hyphen"),
        pytest.param("1–5", {MON, TUE, WED, THU, FRI}, id="dash of a word processor"),
        pytest.param("＊", set(EVERY_WEEKDAY), id="wide asterisk"),
    ],
)
def test_weekdays(weekday: str, expected: set[int]) -> None:
    assert parse_line(f"0 9 * * {weekday}") == Cron((time(9),), weekdays=frozenset(expected))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("*/20 8-9 * * *", "8:00 8:20 8:40 9:00 9:20 9:40", id="steps of minutes"),
        pytest.param("0 8-18/5 * * *", "8:00 13:00 18:00", id="steps of hours"),
        pytest.param("0 22-2 * * *", "0:00 1:00 2:00 22:00 23:00", id="hours over midnight"),
        pytest.param("09 08 * * *", "8:09", id="leading zeros"),
        pytest.param("5,5,10 7 * * *", "7:05 7:10", id="a value twice"),
    ],
)
def test_times(line: str, expected: str) -> None:
    assert " ".join(f"{at.hour}:{at.minute:02}" for at in parse_line(line).times) == expected


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("jan-jun/2", {1, 3, 5}), ("*/3", {1, 4, 7, 10}), ("nov-feb", {11, 12, 1, 2}), ("JUNE,sept", {6, 9}),
        ("3月，9月", {3, 9}),
    ],
)  # fmt: skip
def test_months(month: str, expected: set[int]) -> None:
    assert parse_line(f"0 9 1 {month} *").months == expected


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("0 9 * * 1-5/2", 156), ("0 9 last * *", 12), ("0 9 L * *", 12), ("0 9 15,last 2 *", 2), ("0 9 31 * *", 7),
        ("0 9 */2 * *", 186), ("0 9 29 feb *", 0),
    ],
)  # fmt: skip
def test_days_of_a_year(line: str, count: int) -> None:
    assert sum(parse_line(line).fires_on(day) for day in YEAR) == count


FAULTS = [
    pytest.param("0 9 * *", "^", "five fields", id="four fields"),
    pytest.param("", "^", "five fields", id="nothing"),
    pytest.param("0 9 * * mon ^tue", "tue", "five fields", id="six fields"),
    pytest.param("^0 0 9 * * mon", "0", '"0 9 * * mon"', id="seconds"),
    pytest.param("0 9 * * mon ^2026", "2026", '"0 9 * * mon"', id="year"),
    pytest.param("^@daily", "@", '"0 9 * * *"', id="word for a day"),
    pytest.param("^@reboot", "@", '"0 9 * * *"', id="word for a start"),
    pytest.param("0 9 ^? * mon", "?", '"0 9 * * mon"', id="question mark"),
    pytest.param("0 9 * * ^mon#1", "mon", "first monday of the month", id="nth weekday"),
    pytest.param("0 9 * 3 ^1#2", "1", "second monday of march", id="nth weekday by number in a month"),
    pytest.param("0 9 * * ^fri#5", "fri", "last friday of the month", id="fifth weekday"),
    pytest.param("30 14 * * mon,^5L", "5", 'last friday of the month", at = "14:30"', id="last weekday"),
    pytest.param("0 9 ^LW * *", "L", "last working day of the month", id="last weekday of the month"),
    pytest.param("0 9 ^15W * *", "1", 'on_rest_day = "previous"', id="nearest weekday"),
    pytest.param("0 9 ^L-3 * *", "L", '"0 9 25 * *"', id="before the last day"),
    pytest.param("0 9 * * ^L", "L", '"0 9 * * sat"', id="L as a weekday"),
    pytest.param("^H 9 * * *", "H", "nobody chose", id="random"),
    pytest.param("0 ^8~10 * * *", "8", "nobody chose", id="random between"),
    pytest.param("^5/15 9 * * *", "5", "`5-59/15`", id="step without an end"),
    pytest.param("*/^90 9 * * *", "9", "write `0`", id="step too wide"),
    pytest.param("0 9 */^0 * *", "0", "no number from 1", id="step of nothing"),
    pytest.param("0 9 */^x * *", "x", "no number from 1", id="step that is none"),
    pytest.param("0 9 ^*/2/3 * *", "*", "is no day", id="two steps"),
    pytest.param("0 9 ^28-3 * *", "28", "`28-31,1-3`", id="days back to front"),
    pytest.param("^50-10 9 * * *", "50", "`50-59,0-10`", id="minutes back to front"),
    pytest.param("0 9 * * 1,^,4", ",", "comma too many", id="two commas"),
    pytest.param("0 9 * * 1,4,^", "^", "comma too many", id="comma at the end"),
    pytest.param("0 9 * * mon, ^xday", "xday", "is no weekday", id="unknown name"),
    pytest.param("0 9 * ^mon *", "mon", "is no month", id="weekday as month"),
    pytest.param("0 9 * * ^8", "8", "0 or 7 is Sunday", id="no such weekday"),
    pytest.param("^60 9 * * *", "60", "from 0 to 59", id="no such minute"),
    pytest.param("0 ^24 * * *", "24", "from 0 to 23", id="no such hour"),
    pytest.param("0 9 ^0 * *", "0", "from 1 to 31", id="no such day"),
    pytest.param("0 9 1 ^13 *", "13", "from 1 to 12", id="no such month"),
    pytest.param("0 9 * * mon ^- fri", "-", "no blanks", id="blanks around a hyphen"),
    pytest.param("0 9 * * ^1.5", "1.5", "is no weekday", id="no whole number"),
    pytest.param("0 ^-9 * * *", "-9", "is no hour", id="below nothing"),
    pytest.param("0 9 * * ^٣", "٣", "is no weekday", id="digits of another script"),
    pytest.param("0 9 * * 1^\u200b", "\u200b", "cannot be seen", id="no width"),
    pytest.param("0 9 ^31 2 *", "31", '"0 9 last 2 *"', id="31 February"),
    pytest.param("0 9 ^31 4,jun *", "31", "no such day", id="31 of short months"),
    pytest.param(
        "0 9 1-7 * ^mon", "mon", "first monday of the month", id="day and weekday: the first Monday"
    ),
    pytest.param("0 9 13 * ^fri", "fri", '"0 9 13 * *" and "0 9 * * fri"', id="day and weekday"),
    pytest.param("0 9 1-31 * ^mon", "mon", "two campaigns", id="all days, and a weekday"),
]


@pytest.mark.parametrize(("marked", "begins", "word"), FAULTS)
def test_faults_stand_at_their_character(marked: str, begins: str, word: str) -> None:
    at = max(marked.find("^"), 0)
    line = marked.replace("^", "", 1)
    error = refused(line)
    assert error.at == at, error
    assert line[at:].startswith(begins.replace("^", ""))
    assert word in str(error)
    assert re.search("[\u4e00-\u9fff]", error.message_zh)


LINES = re.compile(r'"([\d*](?:[^ "]* ){4}[^ "]+)"')


@pytest.mark.parametrize("marked", [case.values[0] for case in FAULTS])
def test_lines_that_are_advised_can_be_read(marked: str) -> None:
    error = refused(str(marked).replace("^", "", 1))
    for text in (str(error), error.message_zh):
        for advised in LINES.findall(text):
            assert parse_line(advised)


def test_names_of_weekdays() -> None:
    assert [weekday_named(text) for text in ("0", "7", "周日", "fri", "5")] == [
        "sunday", "sunday", "sunday", "friday", "friday",
    ]  # fmt: skip
