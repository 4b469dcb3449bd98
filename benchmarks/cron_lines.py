"""Compare our reading of cron lines with a second implementation's, over ten years.

Usage: python benchmarks/cron_lines.py [LINES] [SEED]
"""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.almanac.cron_lines import compared, random_lines


def main(count: int = 100_000, seed: int = 1) -> int:
    """Stops at the first line that both do not read alike."""
    began, chance = time.process_time(), random.Random(seed)
    days = idle = 0
    for line in random_lines(seed, count):
        found = compared(line, chance)
        days += found
        idle += not found
    spent = time.process_time() - began
    print(
        f"{count} lines, {days} days of ten years, all alike; {idle} fire in none of them; {spent:.0f} s of work"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
