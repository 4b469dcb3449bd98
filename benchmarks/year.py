"""A year of an office on a virtual clock: 30 campaigns, restarts and power cuts at random moments, then an audit.

Usage: python benchmarks/year.py [RESIDENTS] [SEED]
"""

import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness import show  # noqa: E402

from campaigner.answers.account import verify  # noqa: E402
from campaigner.starter.folder import write_folder  # noqa: E402
from tests.opened import store_of  # noqa: E402
from tests.simulation.audit import ZONE, audit  # noqa: E402
from tests.simulation.campaigns import expected, settings  # noqa: E402
from tests.simulation.world import Counts, World  # noqa: E402

FIRST = datetime(2026, 12, 1, tzinfo=ZONE)
LAST = datetime(2027, 11, 30, tzinfo=ZONE)
_SETTLING = timedelta(days=12)
"""Days after the year in which the last of its runs end."""


def people_in(folder: Path) -> int:
    """How many people stand in the lists: residents, pupils, and one or two guardians of each."""
    rows = {
        name: (folder / "audiences" / f"{name}.csv").read_text("utf-8-sig").splitlines()
        for name in ("residents", "pupils")
    }
    guardians = sum(bool(row.split(",")[7]) + bool(row.split(",")[9]) for row in rows["pupils"][1:])
    return len(rows["residents"]) + len(rows["pupils"]) - 2 + guardians


def main(residents: int, seed: int) -> int:
    """Live the year, look at what it left."""
    begun = time.monotonic()

    def tell(day: datetime, counts: Counts) -> None:
        if day.day == 1:
            show(
                f"{day:%Y-%m-%d}  {counts.beats} turns, {counts.cuts} cuts, {time.monotonic() - begun:.0f} s"
            )

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "office"
        write_folder(folder, residents, seed)
        show(f"{people_in(folder):,} people: residents, pupils, their guardians")
        config = folder / "config.toml"
        config.write_text(settings(config.read_text("utf-8")), "utf-8")
        world = World(folder, seed)
        world.live(FIRST, LAST + _SETTLING, tell)
        lived = time.monotonic() - begun
        report = audit(folder, expected(FIRST, LAST), world)
        store = store_of(folder)
        chain = verify(store)
        store.close()
    show(
        f"\n{world.counts}\n{report}\nlog: {chain}\nlived in {lived:.0f} s, {time.monotonic() - begun:.0f} s in all"
    )
    for fault in report.faults:
        show(f"FAULT {fault}")
    return int(bool(report.faults or chain.broken))


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*numbers, *(15_000, 1)[len(numbers) :]))
