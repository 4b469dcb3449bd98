"""Random stories of an insider lived through; what left unapproved and untold is shown with a number to see it again.

Usage: python benchmarks/insider.py [COUNT] [FIRST] [--shrink]
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness import show  # noqa: E402

from tests.simulation.insider.run import place  # noqa: E402

_SHOWN = 5
"""Faulty stories of each rule that are shown whole."""


def main(count: int, first: int, *, shrink: bool) -> int:
    """Live through so many stories; exit status 1 if any of them had a fault."""
    begun = time.process_time()
    broken: Counter[str] = Counter()
    faulty: list[int] = []
    left = told = 0
    with place() as where:
        for seed in range(first, first + count):
            lived = where.insider(seed)
            left, told = left + lived.left, told + bool(lived.alarms)
            if lived.faults:
                faulty.append(seed)
                rule = lived.faults[0].rule
                broken[rule] += 1
                if broken[rule] <= _SHOWN:
                    show((where.smallest(lived.story) if shrink else lived).report())
            if (seed - first) % 500 == 499:
                seconds = time.process_time() - begun
                show(f"{seed - first + 1} stories, {len(faulty)} with a fault, {seconds:.0f} s")
    seconds = (time.process_time() - begun) / count
    show(f"{count} stories from {first} on, {seconds:.2f} s each; with a fault: {len(faulty)} {dict(broken)}")
    show(f"{left} messages, files and folders left; {told} stories in which what left unapproved was told of")
    show(f"faulty: {faulty}" if faulty else "nothing left that was neither approved nor told of")
    return int(bool(faulty))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=3000)
    parser.add_argument("first", type=int, nargs="?", default=1)
    parser.add_argument(
        "--shrink", action="store_true", help="show the shortest story that breaks the same rule"
    )
    given = parser.parse_args()
    sys.exit(main(given.count, given.first, shrink=given.shrink))
