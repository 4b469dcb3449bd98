"""How tests deal with time: what work costs is counted, what comes is waited for, and no clock on the wall is a judge.

Work is compared with the same work on a smaller input, done just before, in processor time. What grows with the size
costs `SCALE` times as much, what grows with its square `SCALE` squared; halfway between the two, counted in powers, is
the bound. Other work on the machine makes both dearer.
"""

import asyncio
import re
import time
from collections.abc import Callable

PATIENCE = 300.0
"""Seconds after which something that was waited for has not happened at all. It says nothing about how quick it was."""
SCALE = 4
_FEWEST = 0.02
"""Seconds of processor time below which a measurement says nothing, and the work is cheap enough for every purpose."""
_TRIES = 3
_REFERENCE = re.compile("(?:诈骗|转账|链接)[^，。]{0,8}?不")


def processor_time(work: Callable[[], object]) -> float:
    """Seconds of processor time that work costs, of all threads of this process."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def reference_work() -> int:
    """A little searching and counting, the same each time: the measure of what a machine does just now."""
    counts: dict[str, int] = {}
    text = "凡是要您转账的都是诈骗，不要点击链接。" * 50
    for _ in range(200):
        for found in _REFERENCE.finditer(text):
            counts[found[0]] = counts.get(found[0], 0) + 1
        for character in text:
            counts[character] = counts.get(character, 0) + 1
    return sum(counts.values())


def references(work: Callable[[], object]) -> float:
    """How many times the processor time of `reference_work` some work costs, measured before and after it."""
    before = processor_time(reference_work)
    took = processor_time(work)
    return took / max(before, processor_time(reference_work))


def assert_grows_with_its_size(work: Callable[[int], object], size: int) -> None:
    """Fail where work grows much more than its input does; noise only adds, so one good try of some is enough.

    Args:
        work: Does the work for an input of a size.
        size: The smaller of the two sizes that are compared, in the units that `work` takes.
    """
    found: list[float] = []
    work(max(1, size // SCALE))  # what is made once, such as tables and compiled expressions, does not count
    while len(found) < _TRIES and not any(each < SCALE**1.5 for each in found):
        small = processor_time(lambda: work(size))
        found.append(processor_time(lambda: work(size * SCALE)) / max(small, _FEWEST))
    assert min(found) < SCALE**1.5, f"{SCALE} times the input costs {min(found):.1f} times as much"


def wait_until(condition: Callable[[], object], every: float = 0.05) -> None:
    """Wait until something holds that other threads or processes bring about; asked again each `every` seconds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"in {PATIENCE:.0f} s it has not happened"
        time.sleep(every)


async def until(condition: Callable[[], object], every: float = 0.02) -> None:
    """Wait until something holds that happens beside; asked again each `every` seconds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what it looks at is not ours
            await asyncio.sleep(every)
