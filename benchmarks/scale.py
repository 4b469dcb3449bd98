"""How long a warning to very many people takes to leave: links at a carrier's rate, simulated beside plain arithmetic.

Usage: python benchmarks/scale.py [TPS [PARTS [HOUR [DAY]]]]; all of them are assumptions, a contract says what is true

The clock is a number that leaps from one wait to the next. Rates, hours and ceilings are kept by the program's own
bucket, timetable and ceilings; people are cut evenly over equal links, so one link is simulated for all of them.
"""

import asyncio
import selectors
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness import show

from campaigner.delivery.links.rates import Bucket
from campaigner.domain.timetable import UNLIMITED, Ceilings, Timetable, Window

START = datetime(2026, 12, 7, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
HOURS = Timetable(Window(8 * 60, 21 * 60))
PEOPLE = (500_000, 5_000_000, 50_000_000, 100_000_000, 1_400_000_000)
LINKS = (1, 10, 100, 1_000, 10_000)
ANSWER = 0.5
"""Seconds from a block's leaving to its answers; the next block leaves then."""
BLOCK = 100
"""Parts that are under way at most: the window."""
_TOO_FEW, _TOO_MANY = 60, 3 * 13 * 3600
"""Seconds of sending for which a row is worth its room: a minute to three days."""
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass
class Left:
    """What left one link.

    Args:
        minutes: Parts that left, by minute since the start.
        waited: Seconds waited, by what for.
        seconds: Most parts that left within one second of the clock.
        done: Seconds until all were gone.
    """

    minutes: Counter[int] = field(default_factory=Counter)
    waited: Counter[str] = field(default_factory=Counter)
    seconds: int = 0
    done: float = 0.0

    def when(self, share: float) -> timedelta:
        """By when this share of all was gone, to the minute."""
        wanted, gone = share * self.minutes.total(), 0
        for minute in sorted(self.minutes):
            gone += self.minutes[minute]
            if gone >= wanted:
                return timedelta(minutes=minute + 1)
        return timedelta()


class _Leaping(selectors.SelectSelector):
    """Waits for nothing: the clock leaps to where it would have waited until."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now += timeout or 0.0
        return []


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.clock = _Leaping()
        super().__init__(self.clock)

    def time(self) -> float:
        return self.clock.now


def released(parts: int, tps: float, ceilings: Ceilings = UNLIMITED, outage: float = 0) -> Left:
    """Let so many parts leave one link.

    Args:
        parts: How many.
        tps: Parts a second that the carrier takes.
        ceilings: What it takes in an hour and on a day.
        outage: Seconds for which the link is down, a minute after the start.
    """
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(_release(parts, tps, ceilings, outage))


async def _release(parts: int, tps: float, ceilings: Ceilings, outage: float) -> Left:
    loop, bucket, left = asyncio.get_running_loop(), Bucket(tps), Left()
    second = (-1, 0)
    while parts:
        now = START + timedelta(seconds=loop.time())
        opening = HOURS.opening(now)
        assert opening is not None
        room = ceilings.room(_recent(left.minutes, now), now) if ceilings.hour or ceilings.day else None
        if outage and loop.time() >= 60:
            cause, wait = "outage", outage
            outage = 0
        elif opening > now:
            cause, wait = "hours", (opening - now).total_seconds()
        elif room == 0:
            cause, wait = "ceilings", 60.0
        else:
            before = loop.time()
            taken = await bucket.take(min(parts, BLOCK, room or BLOCK))
            left.minutes[int(loop.time() // 60)] += taken
            same = second[0] == int(loop.time())
            second = (int(loop.time()), taken + (second[1] if same else 0))
            left.seconds = max(left.seconds, second[1])
            parts -= taken
            await asyncio.sleep(ANSWER)
            cause, wait = "rate", 0.0
            left.waited[cause] += loop.time() - before
        left.waited[cause] += wait
        await asyncio.sleep(wait)
    left.done = loop.time()
    return left


def _recent(minutes: Counter[int], now: datetime) -> Iterator[tuple[datetime, int]]:
    """What left within the last day, as the ceilings ask for it."""
    last = int((now - START) / MINUTE)
    return (
        (START + minute * MINUTE, minutes[minute])
        for minute in range(max(0, last - 1440), last + 1)
        if minutes[minute]
    )


def counted(parts: int, tps: float) -> timedelta:
    """The arithmetic beside it: parts by rate, and the nights in between."""
    open_for = timedelta(hours=13)
    nights, rest = divmod(timedelta(seconds=parts / tps), open_for)
    return nights * DAY + rest


def main(tps: float = 100, parts: float = 1.0, hour: int = 0, day: int = 0) -> int:
    """Print how long it takes, by people and links."""
    limits = f"{hour or 'no'} ceiling an hour, {day or 'no'} ceiling a day"
    show(
        f"assumed: {tps:g} parts a second on each link, {parts:g} parts a message, {limits}; open {HOURS.window}"
    )
    show(f"{'people':>14} {'links':>7} {'half':>16} {'99 %':>16} {'last':>16} {'arithmetic':>16}  held up by")
    for people in PEOPLE:
        for links in LINKS:
            share = ceil(people * parts / links)
            if _TOO_FEW <= share / tps <= _TOO_MANY:
                left = released(share, tps, Ceilings(hour, day))
                times = [left.when(0.5), left.when(0.99), left.when(1), counted(share, tps)]
                words = " ".join(f"{str(one).split('.')[0]:>16}" for one in times)
                show(f"{people:>14,} {links:>7,} {words}  {left.waited.most_common(1)[0][0]}")
    return 0


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:]]
    sys.exit(main(*given[:2], *map(int, given[2:])))
