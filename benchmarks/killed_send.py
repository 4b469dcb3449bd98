"""Twenty thousand messages to a carrier that counts, the sending process killed a hundred times in the middle.

Usage: python benchmarks/killed_send.py [KILLS] [PEOPLE] [RATE] [SEED]
"""

import sys
import tempfile
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness import show  # noqa: E402

from tests.delivery.smpp.peers import SECRETS  # noqa: E402
from tests.simulation.counting import centre  # noqa: E402
from tests.simulation.killed_send import approved, send_and_kill  # noqa: E402
from tests.simulation.kills import look  # noqa: E402


def main(kills: int, people: int, rate: int, seed: int) -> int:
    """Send, kill, look."""
    begun = time.monotonic()

    def tell(number: int) -> None:
        if number % 10 == 0:
            show(
                f"{number} killed, {sum(carrier.taken().values())} at the carrier, {time.monotonic() - begun:.0f} s"
            )

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "office"
        with centre(Path(temporary)) as carrier:
            quantity = approved(folder, people, f"{carrier.settings()}\nrate = {rate}", SECRETS)
            show(f"{quantity} messages")
            send_and_kill(folder, carrier, kills, Random(seed), tell)
            report = look(folder, carrier)
            taken = sum(carrier.taken().values())
    show(
        f"{quantity} messages, {taken} at the carrier, {report.unknown} unknown, {time.monotonic() - begun:.0f} s"
    )
    for fault in report.faults:
        show(f"FAULT {fault}")
    return int(bool(report.faults))


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*numbers, *(100, 24_000, 300, 1)[len(numbers) :]))
