"""Killed at any point of generate or export and started again: nothing lost, nothing twice, no half file seen."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigner.answers.account import log_entries, verify
from campaigner.domain.lifecycle import RunState
from campaigner.exports.layout import MANIFEST
from campaigner.exports.parcel import damaged, file_sha256
from campaigner.store.engine import Store
from campaigner.store.sqlite import Sqlite
from tests.conftest import ROOT
from tests.offices.road import APPROVER, Road

PARENTS = "parents-letter-20261210-0800"

POINTS = [
    ("generate", "campaigner.store.messages:clear", "after", 1),
    ("generate", "campaigner.store.messages:append", "before", 1),
    ("generate", "campaigner.store.messages:append", "after", 1),
    ("generate", "campaigner.store.messages:append", "after", 2),
    ("generate", "campaigner.store.messages:seal", "after", 1),
    ("generate", "campaigner.store.log:append", "before", 1),
    ("generate", "campaigner.store.log:append", "after", 1),
    ("export", "campaigner.store.batches:cut", "after", 1),
    ("export", "campaigner.exports.parcel:Parcel.write", "before", 1),
    ("export", "campaigner.exports.parcel:Parcel.write", "after", 3),
    ("export", "campaigner.exports.parcel:Parcel.seal", "before", 1),
    ("export", "campaigner.exports.parcel:Parcel.seal", "after", 1),
    ("export", "campaigner.store.batches:out", "after", 1),
    ("export", "campaigner.store.log:append", "after", 1),
]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, housed: Callable[[Path], Path]) -> dict[str, bytes]:
    """What a run that nobody disturbs leaves, the store's own receipt codes aside."""
    from campaigner.starter.folder import write_folder

    folder = tmp_path_factory.mktemp("calm") / "office"
    write_folder(folder, 200, 7)
    road = Road(housed(folder))
    road.until_approved(PARENTS)
    return sms_files(road.export(PARENTS).folder)


def sms_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "sms").iterdir())}


def same(found: dict[str, bytes], expected: dict[str, bytes], store: Store) -> bool:
    """Whether files are equal to the byte; on PostgreSQL but for numbers of messages, of which it gives none twice."""
    if isinstance(store.kind, Sqlite):
        return found == expected
    assert found.keys() == expected.keys()
    return all(
        unnumbered(found[name]) == unnumbered(expected[name]) for name in found if name.endswith(".csv")
    )


def unnumbered(rows: bytes) -> list[bytes]:
    return [row.rpartition(b",")[0] for row in rows.splitlines()]


def dying(folder: Path, *words: str) -> int:
    command = [sys.executable, "-m", "tests.journeys.dying", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, env=None).returncode


@pytest.mark.parametrize(("stage", "target", "when", "nth"), POINTS)
def test_killed_and_started_again(
    office: Path, undisturbed: dict[str, bytes], stage: str, target: str, when: str, nth: int
) -> None:
    road = Road(office)
    road.keep()
    if stage == "export":
        road.generate(PARENTS)
        road.approve(PARENTS)
    road.store.close()
    code = dying(
        office, target, when, str(nth), "--", "-C", str(office), "--now", "2026-11-24T10:00", stage, PARENTS
    )
    assert code == -signal.SIGKILL
    seen = list((office / "out").glob("[!.]*")) if (office / "out").exists() else []
    assert all((folder / MANIFEST).exists() for folder in seen)
    road = Road(office)
    if stage == "generate":
        if road.run(PARENTS).state is not RunState.GENERATED:
            road.generate(PARENTS)
        road.approve(PARENTS, APPROVER)
    done = road.export(PARENTS)
    assert same(sms_files(done.folder), undisturbed, road.store)
    assert damaged(done.folder, file_sha256(done.folder / MANIFEST)) == []
    assert [path.name for path in (office / "out").iterdir()] == [PARENTS]
    assert verify(road.store).broken == ""
    kinds = [entry.kind for entry in log_entries(road.store, PARENTS)]
    assert kinds == ["generated", "approved", "exported"]


def test_killed_at_random_moments(office: Path, undisturbed: dict[str, bytes]) -> None:
    """No chosen points: whatever the clock hits."""
    road = Road(office)
    road.keep()
    road.store.close()
    dice = random.Random(20261201)
    base = [sys.executable, "-m", "campaigner", "-C", str(office), "--now", "2026-11-24T10:00"]
    kills = 0
    for words in (("generate", PARENTS), ("approve", PARENTS, "--by", APPROVER), ("export", PARENTS)):
        for _attempt in range(4):
            process = subprocess.Popen([*base, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(dice.uniform(0.5, 2.5))
            if process.poll() is not None:
                break
            process.kill()
            process.wait()
            kills += 1
        state = Road(office).run(PARENTS).state.value
        if state not in {"generated", "approved", "exported"} or (words[0], state) in {
            ("approve", "generated"),
            ("export", "approved"),
        }:
            subprocess.run([*base, *words], check=True, capture_output=True)
    road = Road(office)
    assert same(sms_files(road.export(PARENTS).folder), undisturbed, road.store)
    assert verify(road.store).broken == ""
    assert [entry.kind for entry in log_entries(road.store, PARENTS)] == ["generated", "approved", "exported"]
