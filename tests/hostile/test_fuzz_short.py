"""Some twenty thousand broken inputs: each is read, or refused as it should be, and soon. Millions: `make fuzz`."""

import importlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT
from tests.hostile.fuzzing.run import fuzz
from tests.hostile.fuzzing.targets import Target, targets

CASES = 20_000
FEWEST = 25
"""Cases of the slowest targets."""
SEED = 2


@pytest.fixture(scope="module")
def known() -> Iterator[dict[str, Target]]:
    with targets() as found:
        yield {target.name: target for target in found}


def test_the_shares_are_whole(known: dict[str, Target]) -> None:
    assert sum(target.share for target in known.values()) == 10_000


@pytest.mark.parametrize(
    "name",
    [
        "phones", "births", "identity cards", "cells", "words", "SMPP", "CMPP", "Kannel callbacks", "Kannel requests",
        "Kannel answers", "cloud reports", "expressions", "TOML", "front matter", "Markdown", "carriers' profiles",
        "lists as CSV", "headers of lists", "lists as XLSX", "XML within XLSX", "status files", "opt-out files",
        "templates", "warnings", "config.toml", "reports",
    ],
)  # fmt: skip
def test_broken_inputs_are_read_or_refused(known: dict[str, Target], name: str) -> None:
    target = known[name]
    found = fuzz(target, max(FEWEST, CASES * target.share // 10_000), SEED)
    assert found.faults == {}


@pytest.mark.parametrize("name", ["phones", "SMPP", "lists as CSV"])
def test_seeds_themselves_are_taken(known: dict[str, Target], name: str) -> None:
    for seed in known[name].seeds:
        known[name].take(seed)


def _fails_at_nine(text: str) -> None:
    if "9" in text:
        raise KeyError(text)


BROKEN = Target("broken", 1, ("13800138000", "9"), _fails_at_nine)


def test_a_fault_is_noticed_with_its_case() -> None:
    ((place, fault),) = fuzz(BROKEN, 500).faults.items()
    assert place.startswith("KeyError at test_fuzz_short.py:")
    assert "9" in str(fault.case)
    assert 0 <= fault.number < 500
    assert 1 < fault.count <= 500


def test_a_run_goes_on_where_it_was() -> None:
    whole = fuzz(BROKEN, 2500)
    in_parts = fuzz(BROKEN, 2500, found=fuzz(BROKEN, 1000))
    assert in_parts.faults == whole.faults
    assert in_parts.cases == whole.cases == 2500


def test_another_seed_makes_other_cases() -> None:
    assert fuzz(BROKEN, 500, 1).faults != fuzz(BROKEN, 500, 2).faults


def _endless(_text: str) -> None:
    while True:
        try:
            while True:
                pass
        except Exception:  # noqa: BLE001 - that is the point
            continue


@pytest.mark.parametrize(
    ("limit", "take"),
    [
        pytest.param("LONGEST", _endless, id="counts for ever"),
        pytest.param("LONGEST_WAIT", lambda _text: time.sleep(60), id="waits for ever"),
    ],
)
def test_a_hang_is_noticed(monkeypatch: pytest.MonkeyPatch, limit: str, take: Callable[[str], None]) -> None:
    monkeypatch.setattr(f"tests.hostile.fuzzing.run.{limit}", 0.2)
    (place,) = fuzz(Target("endless", 1, ("x",), take), 1).faults
    assert place.startswith("HangError")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The long run, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("fuzz")


def test_the_long_run_counts_on(program: ModuleType, tmp_path: Path) -> None:
    assert program.main(20_000, 1, ["identity cards"]) == 0
    note = tmp_path / "bench-results/fuzz/seed-1/identity cards.json"
    before = note.read_bytes()
    assert json.loads(before)["cases"] == 2200
    assert program.main(20_000, 1, ["identity cards"]) == 0
    assert note.read_bytes() == before


def test_the_long_run_keeps_what_failed(program: ModuleType, tmp_path: Path) -> None:
    for target in (
        BROKEN,
        Target("bytes", 1, (b"13900", b"9\xff"), lambda octets: _fails_at_nine(octets.decode())),
    ):
        found = program.run(target, 1500, 3)
        assert program.so_far(target, 3) == found
        for fault in found.faults.values():
            kept = tmp_path / "bench-results/fuzz/failed" / target.name / f"3-{fault.number}"
            made = fault.case.encode("utf-8", "surrogatepass") if isinstance(fault.case, str) else fault.case
            assert kept.read_bytes() == made


def test_a_kept_case_is_played_again(program: ModuleType, tmp_path: Path) -> None:
    kept = tmp_path / "SMPP/1-7"
    kept.parent.mkdir()
    kept.write_bytes(b"\0\0\0\x10")
    assert program.replay(kept) == 0
