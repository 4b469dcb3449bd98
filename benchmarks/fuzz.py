"""Feed everything that takes what strangers wrote with millions of broken inputs: no traceback, no hang.

Usage: python benchmarks/fuzz.py [--cases N] [--seed N] [--target NAME]... [--replay FILE]

A run that was stopped goes on where it was; delete bench-results/fuzz to begin again. A case that fails is kept in a
file of its own, to be replayed. Several runs with other targets may share the work.
"""

import argparse
import faulthandler
import json
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness import RESULTS, show  # noqa: E402

from tests.hostile.fuzzing.run import BLOCK, Fault, Found, fuzz  # noqa: E402
from tests.hostile.fuzzing.targets import Target, targets  # noqa: E402

SHARES = 10_000
PLACE = RESULTS / "fuzz"
SLICE = 5
"""Seconds between two notes of how far it is."""
HOPELESS = 900
"""Seconds after which a block hangs where no signal of Python's reaches."""
MEMORY = 8 << 30
"""Bytes of address space: what asks for more fails as a case, before it takes the machine."""


def so_far(target: Target, seed: int) -> Found:
    """What came of a target before; nothing yet is fine."""
    note = PLACE / f"seed-{seed}" / f"{target.name}.json"
    if not note.is_file():
        return Found()
    kept = json.loads(note.read_text("utf-8"))
    found = Found(**{**kept, "faults": {}})
    for place, fault in kept["faults"].items():
        made = fault["case"] if texts(target) else bytes.fromhex(fault["case"])
        found.faults[place] = Fault(**{**fault, "case": made})
    return found


def remember(target: Target, seed: int, found: Found) -> None:
    """Note how far a target is, in a file of its own, so that several runs may share the work."""
    note = PLACE / f"seed-{seed}" / f"{target.name}.json"
    note.parent.mkdir(parents=True, exist_ok=True)
    draft = note.with_suffix(".partial")
    draft.write_text(json.dumps(asdict(found), default=bytes.hex), "utf-8")
    draft.replace(note)


def main(cases: int, seed: int, only: list[str]) -> int:
    """Fuzz every target with its share of the cases; 1 if any of them failed."""
    total, seconds, faults = 0, 0.0, 0
    show(f"{'target':<22}{'cases':>12}{'seconds':>10}{'cases/s':>10}{'refused':>12}{'faults':>8}")
    with targets() as known:
        for target in known:
            if only and target.name not in only:
                continue
            found = run(target, max(1, cases * target.share // SHARES), seed)
            total, seconds, faults = total + found.cases, seconds + found.seconds, faults + len(found.faults)
            rate = found.cases / max(found.seconds, 1e-9)
            show(
                f"{target.name:<22}{found.cases:>12,}{found.seconds:>10.1f}{rate:>10,.0f}"
                f"{found.refused:>12,}{len(found.faults):>8}"
            )
    show(f"{total:,} cases in {seconds:,.0f} s of processor time, {faults} faults.")
    return int(faults > 0)


def run(target: Target, cases: int, seed: int) -> Found:
    """One target, from where it was left."""
    found = so_far(target, seed)
    noted, begun = time.monotonic(), found.cases
    while found.cases < cases:
        faulthandler.dump_traceback_later(HOPELESS, exit=True)
        fuzz(target, min(cases, found.cases + BLOCK), seed, found)
        if time.monotonic() - noted > SLICE or found.cases == cases:
            keep(target, seed, found)
            remember(target, seed, found)
            noted = time.monotonic()
            if sys.stdout.isatty() and found.cases > begun:
                sys.stdout.write(f"  {target.name}: {found.cases:,} of {cases:,}\r")
                sys.stdout.flush()
    faulthandler.cancel_dump_traceback_later()
    return found


def texts(target: Target) -> bool:
    """Whether it takes texts; else it takes bytes."""
    return isinstance(target.seeds[0], str)


def keep(target: Target, seed: int, found: Found) -> None:
    """The shortest case of each fault as a file."""
    for place, fault in found.faults.items():
        file = PLACE / "failed" / target.name / f"{seed}-{fault.number}"
        if not file.exists():
            show(f"! {place}: {fault.said}\n  replay: python benchmarks/fuzz.py --replay '{file}'")
        file.parent.mkdir(parents=True, exist_ok=True)
        made = fault.case
        file.write_bytes(made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made)


def replay(file: Path) -> int:
    """Give a kept case to its target again, with whatever traceback comes of it."""
    content = file.read_bytes()
    with targets() as known:
        target = next(target for target in known if target.name == file.parent.name)
        try:
            target.take(content.decode("utf-8", "surrogatepass") if texts(target) else content)
        except target.allowed as error:
            show(f"refused: {error}")
    show("no fault")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", action="append", default=[])
    parser.add_argument("--replay", type=Path)
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.exit(replay(given.replay) if given.replay else main(given.cases, given.seed, given.target))
