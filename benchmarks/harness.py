"""Measures a stage against a floor, interleaved in one run: read the ratio, not the seconds."""

import json
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
    """

    name: str
    rows: int
    seconds: float
    floor_seconds: float
    ratio: float
    peak_mib: float

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


def _child(work: Work, folder: Path, pipe: Any) -> None:
    begun = time.perf_counter()
    done = work(folder)
    took = time.perf_counter() - begun
    rows, took = (done.rows, done.seconds) if isinstance(done, Timed) else (done, took)
    pipe.send((rows, took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def once(work: Work, folder: Path) -> tuple[int, float, float]:
    """(rows, seconds, peak MiB) of one call in a process of its own, start-up and imports not counted."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(work, folder, theirs))
    process.start()
    theirs.close()
    result: tuple[int, float, float] = ours.recv()
    process.join()
    return result


def compare(name: str, stage: Work, floor: Work, folder: Path, rounds: int) -> Measure:
    """Run stage and floor in turn, each in a fresh process."""
    pairs = []
    for number in range(rounds):
        place = folder / f"{name.replace(' ', '-')}-{number}"
        place.mkdir(parents=True)
        pairs.append((once(stage, place), once(floor, place)))
        show(
            f"  {name}: round {number + 1} of {rounds}: {pairs[-1][0][1]:.2f} s, floor {pairs[-1][1][1]:.2f} s"
        )
    return Measure(
        name,
        pairs[0][0][0],
        statistics.median(stage[1] for stage, _floor in pairs),
        statistics.median(floor[1] for _stage, floor in pairs),
        statistics.median(floor[1] / stage[1] for stage, floor in pairs),
        max(stage[2] for stage, _floor in pairs),
    )


def report(measures: list[Measure], file: str) -> None:
    """Print the table and write it as JSON."""
    show(f"\n{'what':<28}{'rows':>10}{'s':>8}{'rows/s':>11}{'floor s':>9}{'x floor':>9}{'MiB':>7}")
    for m in measures:
        show(
            f"{m.name:<28}{m.rows:>10,}{m.seconds:>8.2f}{m.rate:>11,.0f}{m.floor_seconds:>9.2f}"
            f"{m.ratio:>9.2f}{m.peak_mib:>7.0f}"
        )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / file).write_text(json.dumps([asdict(m) for m in measures], indent=2) + "\n", "utf-8")


def show(line: str) -> None:
    """Say something."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
