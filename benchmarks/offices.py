"""Random offices lived through on a simulated clock; what must not happen is told with a number to see it again.

Usage: python benchmarks/offices.py [COUNT] [FIRST] [--shrink] [--rules asked,refused]
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness import show  # noqa: E402

from tests.simulation.offices.run import RULES, office, smallest  # noqa: E402

_SHOWN = 5
"""Faulty offices of each property of which the whole history is shown."""


def main(count: int, first: int, rules: frozenset[str], *, shrink: bool) -> int:
    """Live through so many offices; exit status 1 if any of them had a fault."""
    begun = time.process_time()
    broken: Counter[str] = Counter()
    faulty: list[int] = []
    sent, ends = 0, Counter[str]()
    for seed in range(first, first + count):
        lived = office(seed, rules)
        sent, ends = sent + lived.sent, ends + Counter(lived.ends)
        if lived.faults:
            faulty.append(seed)
            rule = lived.faults[0].rule
            broken[rule] += 1
            if broken[rule] <= _SHOWN:
                show(lived.report() if not shrink else smallest(lived.history, rule).report(whole=True))
        if (seed - first) % 100 == 99:
            show(
                f"{seed - first + 1} offices, {len(faulty)} with a fault, {time.process_time() - begun:.0f} s"
            )
    seconds = (time.process_time() - begun) / count
    show(f"{count} offices from {first} on, {seconds:.2f} s each; with a fault: {len(faulty)} {dict(broken)}")
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
