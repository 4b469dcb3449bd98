"""Random offices lived through on a simulated clock; what must not happen is told with a number to see it again.

Usage: python benchmarks/offices.py [COUNT] [FIRST] [--shrink] [--rules asked,refused]
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness import show  # noqa: E402
from lives import live_through  # noqa: E402

from tests.simulation.offices.run import RULES, Lived, office, smallest  # noqa: E402


def main(count: int, first: int, rules: frozenset[str], *, shrink: bool) -> int:
    """Live through so many offices; exit status 1 if any of them had a fault."""
    sent, ends = 0, Counter[str]()

    def live(seed: int) -> Lived:
        nonlocal sent
        lived = office(seed, rules)
        sent += lived.sent
        ends.update(lived.ends)
        return lived

    def report(lived: Lived) -> str:
        if not shrink:
            return lived.report()
        return smallest(lived.history, lived.faults[0].rule).report(whole=True)

    faulty = live_through("offices", range(first, first + count), 100, live, report)
    show(f"{sent} SMS out, {ends.total()} runs: {dict(ends.most_common())}")
    show(f"faulty: {faulty}" if faulty else "nothing that must not happen")
    return int(bool(faulty))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=2000)
    parser.add_argument("first", type=int, nargs="?", default=1)
    parser.add_argument(
        "--shrink", action="store_true", help="show the shortest history that breaks the same property"
    )
    parser.add_argument(
        "--rules", default=",".join(RULES), help="properties to look at; all of them if not given"
    )
    given = parser.parse_args()
    sys.exit(main(given.count, given.first, frozenset(given.rules.split(",")), shrink=given.shrink))
