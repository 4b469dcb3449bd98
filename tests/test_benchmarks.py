"""Every benchmark still runs: each stage, floor and naive way once, on very few people."""

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PEOPLE = 60


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that all of them read; while it is there, benchmarks/ is on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    before = dict(os.environ)
    folder = tmp_path_factory.mktemp("bench") / "office"
    import_module("road").prepare(folder, PEOPLE)
    import_module("place").put(folder, PEOPLE)
    yield folder
    os.environ.clear()
    os.environ.update(before)
    sys.path.remove(str(BENCHMARKS))


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("name", ["reading", "texts", "keeping", "paper", "startup", "road"])
def test_each_case_handles_rows(tmp_path: Path, name: str) -> None:
    timed = import_module("harness").Timed
    for number, case in enumerate(import_module(name).CASES):
        for work in filter(None, (case.stage, case.floor, case.naive)):
            place = tmp_path / f"{number}-{work.__name__}"
            place.mkdir()
            done = work(place)
            assert (done.rows if isinstance(done, timed) else done) > 0, (case.name, work.__name__)


def test_the_same_number_gives_the_same_people(office: Path, tmp_path: Path) -> None:
    import_module("people").write_people(tmp_path / "again.csv", PEOPLE)
    assert (tmp_path / "again.csv").read_bytes() == (office / "audiences" / "residents.csv").read_bytes()


@pytest.mark.usefixtures("office")
def test_a_peer_that_cannot_run_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    peers = import_module("peers")
    for peer in peers.PEERS:  # none of them is among our own packages
        assert peers.theirs(sys.executable, peer, tmp_path, 1) is None
        assert f"{peer.name} cannot run here: ModuleNotFoundError" in capsys.readouterr().out
