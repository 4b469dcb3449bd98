"""Measures a stage against a floor, and the naive way, interleaved in one run: read the ratio, not the seconds."""

import json
import multiprocessing
import resource
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

RESULTS = Path("bench-results")


@dataclass(frozen=True, slots=True)
class Measure:
    """Medians over the rounds of one comparison.

    Args:
        name: What was measured.
        rows: How many rows a round handled.
        seconds: Median of the stage.
        floor_seconds: Median of the floor: the leanest code that does the same reading and writing.
        ratio: Median of floor / stage, round by round; 1.0 means as fast as the floor.
        peak_mib: Highest memory of a process that ran the stage.
        base_mib: Memory of the interpreter with its imports, before the stage began.
        naive_rate: Rows per second of the naive way; 0 where none was measured.
        over_naive: Median of the stage's rate / the naive way's, round by round; 0 where none was measured.
    """

    name: str
    rows: int
    seconds: float
    floor_seconds: float
    ratio: float
    peak_mib: float
    base_mib: float = 0
    naive_rate: float = 0
    over_naive: float = 0

    @property
    def rate(self) -> float:
        """Rows per second of the stage."""
        return self.rows / self.seconds


@dataclass(frozen=True, slots=True)
class Timed:
    """What a work says that timed itself, because a part of it is not to count.

    Args:
        rows: How many rows it handled.
        seconds: How long that took.
    """

    rows: int
    seconds: float


Work = Callable[[Path], "int | Timed"]


class Once(NamedTuple):
    """One call in a process of its own: rows, seconds, peak MiB, and MiB before it began."""

    rows: int
    seconds: float
    peak_mib: float
    base_mib: float

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table.

    Args:
        name: What is measured.
        stage: campaigner's own way.
        floor: The leanest code that does the same reading and writing.
        naive: What one would write without a thought; it may do fewer rows, its rate is what counts.
        most: More people than this would only take longer; 0 for no bound.
    """

    name: str
    stage: Work
    floor: Work
    naive: Work | None = None
    most: int = 0


def _memory() -> float:
    """Highest MiB so far; Linux counts in `ru_maxrss` what the process that started this one once had."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _child(work: Work, folder: Path, pipe: Any) -> None:
    before = _memory()
    begun = time.perf_counter()
    done = work(folder)
    took = time.perf_counter() - begun
    rows, took = (done.rows, done.seconds) if isinstance(done, Timed) else (done, took)
    pipe.send((rows, took, _memory(), before))


def once(work: Work, folder: Path) -> Once:
    """One call in a process of its own, start-up and imports at the head of a module not counted."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(work, folder, theirs))
    process.start()
    theirs.close()
    result = Once(*ours.recv())
    process.join()
    return result


def compare(
    name: str, stage: Work, floor: Work, folder: Path, rounds: int, naive: Work | None = None
) -> Measure:
    """Run stage, floor and naive way in turn, each in a fresh process."""
    stages, floors, naives = [], [], []
    for number in range(rounds):
        place = folder / f"{name.replace(' ', '-')}-{number}"
        place.mkdir(parents=True)
        stages.append(once(stage, place))
        floors.append(once(floor, place))
        if naive:
            naives.append(once(naive, place))
        shutil.rmtree(place)
        show(
            f"  {name}: round {number + 1} of {rounds}: {stages[-1].seconds:.2f} s, floor {floors[-1].seconds:.2f} s"
        )
    return Measure(
        name,
        stages[0].rows,
        statistics.median(one.seconds for one in stages),
        statistics.median(one.seconds for one in floors),
        statistics.median(ours.rate / lean.rate for ours, lean in zip(stages, floors, strict=True)),
        max(one.peak_mib for one in stages),
        max(one.base_mib for one in stages),
        statistics.median(one.rate for one in naives) if naives else 0,
        statistics.median(o.rate / n.rate for o, n in zip(stages, naives, strict=True)) if naives else 0,
    )


def report(measures: list[Measure], file: str) -> None:
    """Print the table and write it as JSON."""
    show(
        f"\n{'what':<28}{'rows':>10}{'s':>8}{'rows/s':>11}{'floor s':>9}{'x floor':>9}"
        f"{'x naive':>9}{'MiB':>7}{'above':>7}"
    )
    for m in measures:
        show(
            f"{m.name:<28}{m.rows:>10,}{m.seconds:>8.2f}{m.rate:>11,.0f}{m.floor_seconds:>9.2f}"
            f"{m.ratio:>9.2f}{m.over_naive:>9.1f}{m.peak_mib:>7.0f}{m.peak_mib - m.base_mib:>7.0f}"
        )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / file).write_text(
        json.dumps([asdict(m) | {"rate": m.rate} for m in measures], indent=2) + "\n", "utf-8"
    )


def show(line: str) -> None:
    """Say something."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
