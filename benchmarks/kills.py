"""Two daemons on one office, one of them killed again and again at some moment of its work; then a look at all.

Usage: python benchmarks/kills.py [KILLS] [PEOPLE] [SEED]
"""

import sys
import tempfile
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness import show  # noqa: E402

from tests.simulation.counting import centre  # noqa: E402
from tests.simulation.kills import SPEED, START, look, write_office  # noqa: E402
from tests.simulation.pack import Pack  # noqa: E402


def main(kills: int, people: int, seed: int) -> int:
    """Kill, settle, look."""
    chance = Random(seed)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "office"
        with centre(Path(temporary)) as carrier:
            write_office(folder, people, carrier)
            with Pack(folder, START, SPEED).running() as pack:
                for number in range(1, kills + 1):
                    pack.kill_one(chance)
                    if number % 10 == 0:
                        show(
                            f"{number} killed, {pack.now:%Y-%m-%d %H:%M} there, {time.monotonic() - begun:.0f} s here"
                        )
                pack.settle(600)
            report = look(folder, carrier)
    show(f"{report}\n{time.monotonic() - begun:.0f} s")
    for fault in report.faults:
        show(f"FAULT {fault}")
    return int(bool(report.faults))


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*numbers, *(200, 1_000, 1)[len(numbers) :]))
