"""Random stories of an insider lived through; what left unapproved and untold is shown with a number to see it again.

Usage: python benchmarks/insider.py [COUNT] [FIRST] [--shrink]
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness import show  # noqa: E402
from lives import live_through  # noqa: E402

from tests.simulation.insider.run import Lived, place  # noqa: E402


def main(count: int, first: int, *, shrink: bool) -> int:
    """Live through so many stories; exit status 1 if any of them had a fault."""
    left = told = 0
    with place() as where:

        def live(seed: int) -> Lived:
            nonlocal left, told
            lived = where.insider(seed)
            left, told = left + lived.left, told + bool(lived.alarms)
            return lived

        def report(lived: Lived) -> str:
            return (where.smallest(lived.story) if shrink else lived).report()

        faulty = live_through("stories", range(first, first + count), 500, live, report)
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
