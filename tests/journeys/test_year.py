"""Some weeks of the simulated year, with many more mishaps than a year has; the whole of it: benchmarks/year.py."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from campaigner.answers.account import verify
from campaigner.starter.folder import write_folder
from tests.opened import store_of
from tests.simulation.audit import ZONE, audit
from tests.simulation.campaigns import expected, settings
from tests.simulation.world import Mishaps, World

KEPT = timedelta(days=3)
RETENTION = "".join(f'{word} = "{KEPT.days} days"\n' for word in ("texts", "deliveries", "exports"))
OFTEN = Mishaps(cut=0.08, stop=0.06, off=0.01, back=0.01, down=0.02)


@pytest.mark.parametrize("first", ["2026-12-05", "2027-05-28"])
def test_every_run_exactly_once_whatever_happens(tmp_path: Path, store_url: str, first: str) -> None:
    folder = tmp_path / "office"
    write_folder(folder, 150, 11, store_url)
    config = folder / "config.toml"
    config.write_text(f"{settings(config.read_text('utf-8'))}\n[retention]\n{RETENTION}", "utf-8")
    begun = datetime.fromisoformat(first).replace(tzinfo=ZONE)
    last = begun + timedelta(days=11)
    world = World(folder, 11, OFTEN)
    world.live(begun, last + timedelta(days=11))
    assert world.counts.cuts > 3
    assert world.counts.stops > 3
    report = audit(folder, expected(begun, last), world, KEPT)
    assert report.faults == []
    assert report.runs > 8
    assert report.contacts > 100
    store = store_of(folder)
    assert verify(store).broken == ""
    store.close()
