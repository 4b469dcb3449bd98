"""Schedules as an office writes them, and in words again."""

import re
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.almanac.season import season
from campaigner.domain.calendar import Rest
from campaigner.domain.campaign import Schedule
from campaigner.domain.cron.line import parse_line
from campaigner.domain.cron.model import Cron, CronError
from campaigner.domain.cron.text import Written, parse_text
from campaigner.domain.dayrule import parse_during, parse_rule
from campaigner.domain.schedule_words import cron_words, schedule_words

MON, TUE, WED, THU, FRI = range(1, 6)
NINE = (time(9),)


def weekly(*days: int) -> Written:
    return Written(Cron(NINE, weekdays=frozenset(days)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("每周一 9:00", weekly(MON)),
        ("每周一9点", weekly(MON)),
        ("周一 上午９：００", weekly(MON)),
        ("9:00 mon", weekly(MON)),
        ("every monday 9:00", weekly(MON)),
        ("周一、周四 9:00", weekly(MON, THU)),
        ("每周一、四 9:00", weekly(MON, THU)),
        ("每星期一三五 9:00", weekly(MON, WED, FRI)),
        ("每周一至周五 9:00", weekly(MON, TUE, WED, THU, FRI)),
        ("周五到周一 9:00", weekly(FRI, 6, 0, MON)),
        ("mon-fri 9:00", weekly(MON, TUE, WED, THU, FRI)),
        ("每周日和每周一 9:00", weekly(0, MON)),
        ("每天 8:30", Written(Cron((time(8, 30),)))),
        ("每日 8点半、下午3点", Written(Cron((time(8, 30), time(15))))),
        ("每天晚上8点", Written(Cron((time(20),)))),
        ("每天中午12点", Written(Cron((time(12),)))),
        ("每月1日 9:00", Written(Cron(NINE, frozenset({1})))),
        ("每月1、15号 9:00", Written(Cron(NINE, frozenset({1, 15})))),
        ("每个月10日、20日、30日 9:00", Written(Cron(NINE, frozenset({10, 20, 30})))),
        ("每月最后一天 9:00", Written(Cron(NINE, frozenset(), last=True))),
        ("每月15日和每月最后一天 9:00", Written(Cron(NINE, frozenset({15}), last=True))),
        ("每年3月15日 9:00", Written(Cron(NINE, frozenset({15}), months=frozenset({3})))),
        ("工作日 9:00", Written(Cron(NINE), working=True)),
        ("每个工作日 9时", Written(Cron(NINE), working=True)),
        ("0 9 * * 周一", weekly(MON)),
        ("0 9 * * mon", weekly(MON)),
    ],
)
def test_texts(text: str, expected: Written) -> None:
    assert parse_text(text) == expected


@pytest.mark.parametrize(
    ("marked", "word"),
    [
        pytest.param("周一^", "没有写几点", id="no time"),
        pytest.param("^9:00", "没有写哪些天", id="no days"),
        pytest.param("每周一 ^3点", '"03:00" 或 "15:00"', id="before noon or after"),
        pytest.param("每天 晚上8点、^9点", '"09:00" 或 "21:00"', id="the second time of an evening"),
        pytest.param("每周一三^点", "看不懂“点”", id="three o'clock, or Wednesday"),
        pytest.param("^每周末 9:00", "看不懂", id="weekend"),
        pytest.param("^隔周一 9:00", "看不懂", id="every other week"),
        pytest.param("每周一 ^25:00", "没有“25:00”", id="no such hour"),
        pytest.param("每周一 ^9:60", "没有“9:60”", id="no such minute"),
        pytest.param("每天^晚上12点", "没有“晚上12点”", id="noon or midnight"),
        pytest.param("每月^32日 9:00", "没有32日", id="no such day"),
        pytest.param("每年^13月1日 9:00", "没有13月", id="no such month"),
        pytest.param("^每年2月30日 9:00", "没有这样的日子", id="30 February"),
        pytest.param("周一 ^每月1日 9:00", "分成两个计划", id="two kinds of days"),
        pytest.param("每年3月15日、^每年6月1日 9:00", "dates", id="two days of the year"),
        pytest.param("每月1日^至7日 9:00", "看不懂", id="a range of days"),
        pytest.param("每周一 9:00 ^除外", "看不懂", id="but not"),
        pytest.param("每周一 9:0^", "", id="half a minute"),
    ],
)
def test_what_is_not_certain_is_refused_at_its_character(marked: str, word: str) -> None:
    at, text = marked.index("^"), marked.replace("^", "")
    with pytest.raises(CronError, match=r"\S") as caught:
        parse_text(text)
    assert word in caught.value.message_zh
    if word:
        assert caught.value.at == at
    for advised in re.findall('"([^"]+)"', caught.value.message_zh):
        if not re.fullmatch(r"[\d:]+", advised):
            assert parse_text(advised)


@pytest.mark.parametrize(
    ("line", "english", "chinese"),
    [
        ("0 9 * * 1-5/2", "every Monday, Wednesday and Friday at 9:00", "每周一、三、五 9:00"),
        ("0 9 * * mon-fri", "every Monday to Friday at 9:00", "每周一至周五 9:00"),
        ("30 8 * * sun,sat", "every Saturday and Sunday at 8:30", "每周六、日 8:30"),
        ("0 9,15 * * *", "every day at 9:00 and 15:00", "每天 9:00、15:00"),
        ("0 9 * 6,9 *", "every day in June and September at 9:00", "每年6、9月的每天 9:00"),
        ("0 9 * 6 mon", "every Monday in June at 9:00", "每年6月的每周一 9:00"),
        ("0 9 1,15 * *", "on day 1 and 15 of each month at 9:00", "每月1、15日 9:00"),
        ("0 9 15,last * *", "on day 15 and the last day of each month at 9:00", "每月15日、最后一天 9:00"),
        ("0 9 15 3 *", "on day 15 of March at 9:00", "每年3月15日 9:00"),
        (
            "0 9 31 * *", "on day 31 of each month at 9:00 (months without a day 31 are left out)",
            "每月31日 9:00（没有31日的月份不发）",
        ),
        ("0 * * * *", "every day at 24 times of day, 0:00 to 23:00", "每天 一天24次（0:00至23:00）"),
    ],
)  # fmt: skip
def test_lines_in_words(line: str, english: str, chinese: str) -> None:
    assert cron_words(parse_line(line)) == (english, chinese)


AT = datetime(2026, 9, 3, 16)  # noqa: DTZ001 - on the office's clock
DAYS = [f"2026-09-{day:02} 16:00" for day in range(3, 9)]
FORMS = [
    (Schedule(every=timedelta(14), start=AT), "every 2 weeks from 2026-09-03 16:00", "2026-09-03 16:00起每2周一次"),
    (
        Schedule(every=timedelta(hours=1), start=AT), "every hour from 2026-09-03 16:00",
        "2026-09-03 16:00起每1小时一次",
    ),
    (Schedule(dates=(AT,)), "on 2026-09-03 16:00", "2026-09-03 16:00"),
    (
        Schedule(dates=tuple(AT + timedelta(days=count) for count in range(7))),
        f"on {', '.join(DAYS)} and 1 more", f"{'、'.join(DAYS)}等7个时间",
    ),
    (
        Schedule(cron="0 9 * * mon", start=AT, on_rest_day=Rest.NEXT),
        "every Monday at 9:00, on a day of rest the next working day, from 2026-09-03 16:00",
        "每周一 9:00，遇休息日顺延到下一个工作日，2026-09-03 16:00起",
    ),
    (
        Schedule(cron="0 9 * * mon", end=AT, on_rest_day=Rest.SKIP),
        "every Monday at 9:00, not on days of rest, until 2026-09-03 16:00",
        "每周一 9:00，遇休息日不发，至2026-09-03 16:00",
    ),
    (Schedule(), "not understood", "未能读懂"),
]  # fmt: skip
RULES = [
    ("first monday", "on the first Monday of each month", "每月第1个周一"),
    ("last working day of december", "on the last working day of December", "每年12月最后一个工作日"),
    ("10th working day of the month", "on the 10th working day of each month", "每月第10个工作日"),
    ("last day of february and june", "on the last day of February and June", "每年2、6月最后一天"),
    ("21st day of the quarter", "on the 21st day of each quarter", "每季度第21天"),
    ("3 working days before term starts", "3 working days before the start of term", "开学之前第3个工作日"),
    ("7 days before double-eleven", "7 days before double-eleven", "“双十一”之前7天"),
    (
        "first working day after spring-festival", "on the first working day after spring-festival",
        "“春节前”之后第一个工作日",
    ),
    (
        "last friday before gaokao ends", "on the last Friday before the end of gaokao",
        "“高考、录取与暑期”最后一天之前最后一个周五",
    ),
    ("term ends", "on the end of term", "学期结束当天"),
    ("mid-autumn", "on mid-autumn", "“中秋节”当天"),
    ("every working day", "every working day", "每个工作日"),
    ("every sunday", "every Sunday", "每周日"),
]  # fmt: skip
WITHIN = [
    ("start", "on the first day of double-eleven", "“双十一”第一天"),
    ("weekly", "weekly from the first day of double-eleven", "“双十一”第一天起每7天一次"),
    ("every monday", "every Monday of double-eleven", "“双十一”期间每周一"),
    ("every day", "every day of double-eleven", "“双十一”期间每天"),
]


def in_words(schedule: Schedule) -> tuple[str, str]:
    return schedule_words(schedule, season(), lambda moment: moment)


@pytest.mark.parametrize(("schedule", "english", "chinese"), FORMS)
def test_schedules_in_words(schedule: Schedule, english: str, chinese: str) -> None:
    assert in_words(schedule) == (english, chinese)


@pytest.mark.parametrize(("rule", "english", "chinese"), RULES)
def test_rules_in_words(rule: str, english: str, chinese: str) -> None:
    schedule = Schedule(rule=parse_rule(rule, season()), at=time(9))
    assert in_words(schedule) == (f"{english} at 9:00", f"{chinese} 9:00")


@pytest.mark.parametrize(("during", "english", "chinese"), WITHIN)
def test_occasions_in_words(during: str, english: str, chinese: str) -> None:
    schedule = Schedule(occasion="double-eleven", during=parse_during(during), at=time(9))
    assert in_words(schedule) == (f"{english} at 9:00", f"{chinese} 9:00")


AGAIN = [
    "每周一、三、五 9:00", "每周一至周五 9:00", "每天 9:00、15:00", "每月1、15日 9:00", "每年3月15日 9:00",
    "每月15日、最后一天 9:00",
]  # fmt: skip


@pytest.mark.parametrize("text", AGAIN)
def test_the_words_of_a_schedule_are_such_a_schedule_again(text: str) -> None:
    cron = parse_text(text).cron
    assert parse_text(cron_words(cron)[1]).cron == cron


SIGNS = st.sampled_from(
    [
        *"0123456789*,-/#LW?:@~ 、，：年月日号点半时",
        "mon",
        "每周",
        "一",
        "三",
        "每天",
        "每月",
        "下午",
        "last",
        "\u200b",
        "İ",
    ]
)


@settings(max_examples=2000, deadline=None)
@given(st.lists(SIGNS, max_size=16).map("".join) | st.text(max_size=20))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    written = read(text)
    if isinstance(written, CronError):
        assert 0 <= written.at <= len(text)
        assert written.message_zh
        return
    assert written.cron.times
    assert written.cron.comes
    assert all(cron_words(written.cron))


def read(text: str) -> Written | CronError:
    try:
        return parse_text(text)
    except CronError as error:
        return error
