"""Killed at a carrier's acknowledgement, again and again, for each live way out; then a look at what the store has.

Usage: python benchmarks/acknowledged.py [KILLS] [KIND...]
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness import show  # noqa: E402

from tests.delivery.test_gammu import TABLES  # noqa: E402
from tests.simulation.acknowledged import kill_at_acknowledgements  # noqa: E402
from tests.simulation.carriers import Carrier, Ismg, Kannel, Modem, Smsc  # noqa: E402

KINDS: dict[str, Callable[[Path], Carrier]] = {
    "smpp": lambda _folder: Smsc(),
    "cmpp": lambda _folder: Ismg(),
    "kannel": lambda _folder: Kannel(),
    "gammu": lambda folder: Modem(folder, TABLES.read_text("utf-8")),
}


async def one(kind: str, kills: int) -> int:
    """Kill one kind so many times; how much was lost."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        outcome = await kill_at_acknowledgements(folder, KINDS[kind](folder), kills)
    show(
        f"{kind}: {kills} killed, {outcome.replies} replies and {outcome.receipts} receipts acknowledged, "
        f"{len(outcome.lost)} lost, {time.monotonic() - begun:.0f} s"
    )
    for lost in outcome.lost:
        show(f"LOST {lost}")
    return len(outcome.lost)


async def main(kills: int, kinds: list[str]) -> int:
    """All kinds, one after the other."""
    return int(bool(sum([await one(kind, kills) for kind in kinds])))


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(asyncio.run(main(int(words[0]) if words else 100, words[1:] or list(KINDS))))
