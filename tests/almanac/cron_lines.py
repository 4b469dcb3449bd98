"""Random cron lines, and the moments that a second implementation, cronsim, gives for them over ten years.

What is left out of the comparison, since we refuse it or read it otherwise on purpose (docs/schedules.md):
- a day of the month together with a weekday: refused, programs differ;
- `a/n` without an end: refused, programs differ;
- steps that leave only one value, and days that never come: refused;
- ranges that run over the end of the week, the year or the day: read here, refused by cronsim.
`last` is written `L` for cronsim.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from campaigner.almanac.cron import cron_days
from campaigner.almanac.schedules import firings
from campaigner.domain.campaign import Schedule
from campaigner.domain.cron.line import parse_line

FIRST, LAST = date(2024, 1, 1), date(2033, 12, 31)
TEN_YEARS = [FIRST + timedelta(days=count) for count in range((LAST - FIRST).days + 1)]
SHANGHAI = ZoneInfo("Asia/Shanghai")
_RANGES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}
_NAMES = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "weekday": ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"),
}


def _written(chance: random.Random, field: str, number: int) -> str:
    names = _NAMES.get(field)
    if names and number < 7 + 6 * (field == "month") and chance.random() < 0.4:
        name = names[number - _RANGES[field][0]]
        return chance.choice([name, name.upper(), name.capitalize()])
    return f"{number:02}" if chance.random() < 0.1 else str(number)


def _member(chance: random.Random, field: str) -> str:
    low, high = _RANGES[field]
    shape = chance.random()
    if shape < 0.45:
        if field == "day" and chance.random() < 0.1:
            return "last"
        return _written(chance, field, chance.randint(low, high))
    if shape < 0.6:
        top = 6 if field == "weekday" else high
        return f"*/{chance.randint(1, top - low)}"
    first = chance.randint(low, high - 1)
    last = chance.randint(first + 1, high)
    written = f"{_written(chance, field, first)}-{_written(chance, field, last)}"
    return written if shape < 0.8 else f"{written}/{chance.randint(1, last - first)}"


def _field(chance: random.Random, field: str, star: float) -> str:
    if chance.random() < star:
        return "*"
    return ",".join(_member(chance, field) for _ in range(chance.choice([1, 1, 1, 2, 3])))


def random_lines(seed: int, count: int) -> Iterator[str]:
    """So many lines that both read alike if both read them right."""
    chance = random.Random(seed)
    while count:
        day, weekday = _field(chance, "day", 0.3), _field(chance, "weekday", 0.3)
        if day != "*" and weekday != "*":
            day, weekday = chance.choice([(day, "*"), ("*", weekday)])
        month = _field(chance, "month", 0.5)
        line = f"{_field(chance, 'minute', 0.1)} {_field(chance, 'hour', 0.1)} {day} {month} {weekday}"
        if _backwards(line) or _never(line):
            continue
        yield line
        count -= 1


def _backwards(line: str) -> bool:
    """`sun` is 0 to cronsim wherever it stands, so that what ends in it is back to front."""
    return "-sun" in line.lower()


def _never(line: str) -> bool:
    try:
        CronSim(_foreign(line), datetime(2024, 1, 1))  # noqa: DTZ001 - it counts without zone
    except Exception:  # noqa: BLE001 - any of its faults
        return True
    return False


def _foreign(line: str) -> str:
    return line.replace("last", "L")


def _between(line: str, first: datetime, last: datetime) -> list[datetime]:
    """Moments of the other implementation from first to last, both included, without zone."""
    found = []
    for moment in CronSim(line, first - timedelta(minutes=1)):
        if moment > last:
            break
        found.append(moment)
    return found


def compared(line: str, chance: random.Random) -> int:
    """Compares one line over ten years; returns how many days it fires on.

    All its days of ten years, all its times of day, and both together, through the clock that fires, in a random
    week or up to some fifty moments.
    """
    cron, theirs = parse_line(line), CronSim(_foreign(line), datetime.combine(FIRST, time()))
    days = [day for day in TEN_YEARS if day.month in theirs.months and theirs.match_day(day)]
    assert list(cron_days(cron, FIRST, LAST)) == days, line
    times = [time(hour, minute) for hour in sorted(theirs.hours) for minute in sorted(theirs.minutes)]
    assert list(cron.times) == times, line
    if days:
        first = datetime.combine(chance.choice(days), time())
        last = first + min(timedelta(days=7), timedelta(days=1) * (1 + 50 // len(times)))
        mine = [
            moment.replace(tzinfo=None)
            for moment, _place in firings(
                Schedule(cron=line), first.replace(tzinfo=SHANGHAI), last.replace(tzinfo=SHANGHAI), SHANGHAI
            )
        ]
        assert mine == _between(_foreign(line), first, last - timedelta(minutes=1)), line
    return len(days)
