"""Thirty campaigns, each with its days worked out a second time by plain arithmetic.

The days off of 2027 are invented: its notice is not part of this repository.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tests.conftest import without_caps

_DAY = timedelta(days=1)
HOLIDAYS = frozenset(
    date.fromisoformat(f"2027-{day}")
    for day in (
        "01-01", "02-05", "02-08", "02-09", "02-10", "02-11", "04-05", "05-03", "05-04", "06-09", "09-15",
        "10-01", "10-04", "10-05", "10-06", "10-07",
    )
)  # fmt: skip
"""Weekdays without work."""
EXTRA_WORK = frozenset(date.fromisoformat(f"2027-{day}") for day in ("02-20", "05-08", "10-09"))
"""Saturdays that are worked."""
QUIET = frozenset({date(2026, 12, 13), date(2027, 6, 7), date(2027, 6, 8)})
OPENS, CLOSES = time(8), time(21)
TERMS = (date(2027, 3, 1), date(2027, 9, 1))
SPRING_FESTIVAL, MID_AUTUMN = date(2027, 2, 6), date(2027, 9, 15)
KNOWN = (date(2026, 11, 30), date(2028, 1, 1))
"""Working days that the arithmetic asks for lie between these."""


def works(day: date) -> bool:
    """Whether a day is worked, by the invented notice."""
    return day in EXTRA_WORK or (day.weekday() < 5 and day not in HOLIDAYS)


def after(day: date) -> date:
    """The first working day from a day on."""
    return day if works(day) else after(day + _DAY)


def before(day: date, count: int) -> date:
    """So many working days before a day."""
    while count:
        day -= _DAY
        count -= works(day)
    return day


def last_work_of_month(day: date) -> bool:
    """Whether no working day of the month comes after this one."""
    following = after(day + _DAY)
    return works(day) and following.month != day.month


def _between(first: str, last: str) -> Callable[[date], bool]:
    """Whether the month and day of a day lie between two, `10-01` and `11-11`."""
    return lambda day: first <= f"{day:%m-%d}" <= last


def _weekly(first: date, last: date) -> Callable[[date], bool]:
    return lambda day: first <= day <= last and (day - first).days % 7 == 0


def _every(days: int, start: date) -> Callable[[date], bool]:
    return lambda day: day >= start and (day - start).days % days == 0


@dataclass(frozen=True)
class Plan:
    """A campaign.

    Args:
        name: Its name.
        segment: Whom it is for.
        warnings: What it warns of, in turn.
        schedule: As config.toml has it, without the braces.
        at: Hour and minute.
        fires: Whether it fires on a day, moved already where it is moved.
        more: Other lines.
        template: Of its SMS; "" for posters.
        gateway: Way out of its SMS.
    """

    name: str
    segment: str
    warnings: tuple[str, ...]
    schedule: str
    at: str
    fires: Callable[[date], bool]
    more: str = ""
    template: str = "general"
    gateway: str = "carrier"

    def codes(self, first: date, last: date) -> Iterator[str]:
        """Codes of its runs from a day to another."""
        day = first
        while day <= last:
            if self.fires(day):
                yield f"{self.name}-{day:%Y%m%d}-{self.at.replace(':', '')}"
            day += _DAY

    def toml(self) -> str:
        """Its part of config.toml."""
        channel = f'channels.sms = {{ template = "sms/{self.template}" }}\ngateway = "{self.gateway}"'
        if not self.template:
            channel = 'channels.poster = { template = "poster/bold" }'
        names = ", ".join(f'"{warning}"' for warning in self.warnings)
        return (
            f'[campaigns.{self.name}]\ntitle = "{self.name}"\nsegment = "{self.segment}"\nwarnings = [{names}]\n'
            f"rotate = true\nschedule = {{ {self.schedule} }}\n{channel}\n{self.more}\n"
        )


def _cron(minute: int, hour: int, day: str, weekday: str = "*") -> str:
    return f'cron = "{minute} {hour} {day} * {weekday}"'


def _rule(words: str, at: str) -> str:
    return f'rule = "{words}", at = "{at}"'


def _occasion(name: str, during: str, at: str) -> str:
    return f'occasion = "{name}", during = "{during}", at = "{at}"'


_ALL = ("personal-data", "unknown-links", "guided-transfer", "romance")
_YOUNG = ("brushing-rebates", "fake-investment", "fake-loans", "fake-customer-service")
_STUDENTS = ("brushing-rebates", "fake-shopping", "fake-credit-repair", "card-lending")
_OLD = ("elder-fraud", "fake-police", "fake-investment")
_LINE = "line"

PLANS = (
    Plan("elderly-monday", "elderly", _OLD, _cron(0, 9, "*", "mon"), "09:00", lambda d: d.weekday() == 0,
         template="elderly"),
    Plan("students-fortnight", "students", _STUDENTS, 'every = "14 days", start = 2026-12-03T16:00:00', "16:00",
         _every(14, date(2026, 12, 3)), template="students", gateway=_LINE),
    Plan("finance-month-end", "finance", ("fake-leader",), _rule("last working day of the month", "09:30"), "09:30",
         last_work_of_month, template="finance"),
    Plan("finance-first", "finance", ("fake-police", "fake-leader"),
         _rule("first working day of the month", "10:00"), "10:00", lambda d: d == after(d.replace(day=1)),
         template="finance", gateway=_LINE, more='misfire = "skip"'),
    Plan("young-adults-month", "young-adults", _YOUNG, _cron(0, 19, "5"), "19:00", lambda d: d.day == 5,
         template="young-adults"),
    Plan("all-month", "residents", ("brushing-rebates",), _cron(0, 9, "1"), "09:00", lambda d: d.day == 1),
    Plan("village-middle", "willows", _ALL, _cron(0, 10, "15") + ', on_rest_day = "next"', "10:00",
         lambda d: d == after(d.replace(day=15)), gateway=_LINE),
    Plan("teachers-month", "teachers", _ALL, _rule("first monday of the month", "12:00"), "12:00",
         lambda d: d.weekday() == 0 and d.day <= 7),
    Plan("merchants-tenths", "merchants", _YOUNG, _cron(30, 8, "10,25"), "08:30", lambda d: d.day in {10, 25}),
    Plan("cadres-friday", "cadres", _ALL, _cron(0, 8, "*", "fri") + ', on_rest_day = "skip"', "08:00",
         lambda d: d.weekday() == 4 and works(d), more='not_after = "2 days"'),
    Plan("guardians-month", "guardians", ("game-items", "fake-teacher"), _cron(0, 18, "10"), "18:00",
         lambda d: d.day == 10, template="guardians", more='misfire = "move"'),
    Plan("guardians-term", "guardians", ("fake-teacher",), _rule("3 working days before term starts", "08:00"),
         "08:00", lambda d: d in {before(term, 3) for term in TERMS}, template="guardians"),
    Plan("back-to-school", "guardians", ("fake-teacher", "personal-data"),
         _occasion("back-to-school", "every monday", "09:00"), "09:00",
         lambda d: d.weekday() == 0 and _between("08-01", "09-30")(d), template="guardians", gateway=_LINE),
    Plan("before-gaokao", "students", _STUDENTS, _rule("2 days before gaokao", "18:00"), "18:00",
         lambda d: (d.month, d.day) == (6, 5), template="students"),
    Plan("after-gaokao", "students", _STUDENTS, _occasion("gaokao", "weekly", "18:30"), "18:30",
         _weekly(date(2027, 6, 7), date(2027, 8, 31)), template="students"),
    Plan("double-eleven", "young-adults", ("fake-customer-service",),
         _rule("7 days before double-eleven", "10:00"), "10:00", lambda d: (d.month, d.day) == (11, 4),
         template="young-adults"),
    Plan("double-eleven-mondays", "young-adults", _YOUNG, _occasion("double-eleven", "every monday", "20:00"),
         "20:00", lambda d: d.weekday() == 0 and _between("10-01", "11-11")(d), template="young-adults"),
    Plan("returnees", "willows", ("flight-changes",), _rule("2 weeks before spring-festival", "10:00"), "10:00",
         lambda d: d == SPRING_FESTIVAL - 14 * _DAY),
    Plan("back-at-work", "willows", _ALL, _rule("first working day after spring-festival", "09:30"), "09:30",
         lambda d: d == after(SPRING_FESTIVAL + _DAY)),
    Plan("national-month", "willows", _ALL, _occasion("anti-fraud-month", "weekly", "09:00"), "09:00",
         _weekly(date(2027, 6, 15), date(2027, 7, 15)), gateway=_LINE, more='misfire = "move"'),
    Plan("year-end", "finance", ("fake-leader", "guided-transfer"),
         _occasion("year-end-accounts", "every monday", "09:15"), "09:15",
         lambda d: d.weekday() == 0 and d.month == 12, template="finance"),
    Plan("elders-month", "elderly", _OLD, _occasion("elders-month", "start", "15:00"), "15:00",
         lambda d: (d.month, d.day) == (10, 1), template="elderly"),
    Plan("mid-autumn", "elderly", _OLD, _rule("mid-autumn", "09:00"), "09:00", lambda d: d == MID_AUTUMN,
         template="elderly"),
    Plan("merchants-quarter", "merchants", ("fake-loans",), _rule("last working day of the quarter", "15:00"),
         "15:00", lambda d: d.month % 3 == 0 and last_work_of_month(d)),
    Plan("job-seekers", "job-seekers", _YOUNG, 'every = "10 days", start = 2026-12-02T11:00:00', "11:00",
         _every(10, date(2026, 12, 2)), gateway=_LINE),
    Plan("home-parents", "home-parents", _YOUNG, 'every = "3 weeks", start = 2026-12-08T14:00:00', "14:00",
         _every(21, date(2026, 12, 8))),
    Plan("consumer-day", "willows", ("fake-shopping",), "dates = [2027-03-15T10:00:00]", "10:00",
         lambda d: d == date(2027, 3, 15)),
    Plan("late-evening", "young-adults", _YOUNG, _cron(0, 22, "20"), "22:00", lambda d: d.day == 20,
         template="young-adults", more='misfire = "skip"\nnot_after = "3 days"'),
    Plan("lift-posters", "entrances-and-lifts", ("fake-customer-service", "fake-police"), _cron(0, 8, "1"), "08:00",
         lambda d: d.day == 1, template="", gateway=""),
    Plan("bank-posters", "banks", ("fake-leader",), _cron(0, 8, "6"), "08:00", lambda d: d.day == 6,
         template="", gateway=""),
)  # fmt: skip

_RULES = """
[gateways.line]
kind = "simulated"
signature = "幸福镇反诈中心"
suffix = "拒收请回复R"
price = 0.05
per_hour = 9000

[segments.willows]
title = "柳树村居民"
audience = "residents"
filter = 'village == "柳树村"'

[windows]
sms = "08:00-21:00"
quiet_days = [{quiet}]

[caps]
per_phone = "2 per 7 days"
per_household = "5 per 7 days"
gap = "20 hours"
same_text = "10 days"

[calendar]
holidays = [{holidays}]
workdays = [{workdays}]
known_until = 2027-12-31

[terms.spring]
first = {spring}
last = 2027-07-09

[terms.autumn]
first = {autumn}
last = 2028-01-14

"""


def settings(shipped: str) -> str:
    """config.toml of the simulated office, from the one that is shipped."""
    head = without_caps(shipped[: shipped.index("[campaigns.")]).replace('"csv", "xlsx"', '"csv"')
    head = head.replace("[gateways.carrier]", "[gateways.carrier]\nper_day = 16000")
    rules = _RULES.format(
        quiet=_dates(QUIET), holidays=_dates(HOLIDAYS), workdays=_dates(EXTRA_WORK),
        spring=TERMS[0], autumn=TERMS[1],
    )  # fmt: skip
    return head + rules + "\n".join(plan.toml() for plan in PLANS)


def _dates(days: frozenset[date]) -> str:
    return ", ".join(map(str, sorted(days)))


def expected(first: datetime, last: datetime) -> dict[str, Plan]:
    """Code of each run that must exist -> its campaign."""
    return {code: plan for plan in PLANS for code in plan.codes(first.date(), last.date())}
