"""Ours beside what others would take: letters by WeasyPrint and docxtpl, a durable queue by huey and Django.

Each is run by an environment of its own, made by `make bench-peers`; one that cannot run here is told of, and left out.

Usage: python benchmarks/peers.py PYTHON_OF_PEERS [LETTERS [MESSAGES [ROUNDS]]]
"""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keeping
import paper
import place
from harness import Measure, once, report, show

from campaigner.rendering.fonts import font_folders

WORK = Path(__file__).with_name("peer_work.py")


@dataclass(frozen=True, slots=True)
class Peer:
    """One comparison.

    Args:
        name: Of the peer, as it is installed and as `peer_work` knows it.
        what: What both do.
        ours: Our work.
        rows: How many, from (letters, messages).
        most: More would only take longer; the rate is what is compared.
    """

    name: str
    what: str
    ours: Callable[[Path], object]
    rows: Callable[[int, int], int]
    most: int


PEERS = (
    Peer("weasyprint", "letters as PDF", paper.print_letters, lambda letters, _messages: letters, 80),
    Peer("docxtpl", "letters, theirs as Word", paper.print_letters, lambda letters, _messages: letters, 400),
    Peer("django", "queue, bulk_create", keeping.queue, lambda _letters, messages: messages, 200_000),
    Peer("huey", "queue, a task each", keeping.queue, lambda _letters, messages: messages, 5_000),
)


def theirs(python: str, peer: Peer, folder: Path, rows: int) -> float | None:
    """Rows a second; None where it cannot run here, which is told."""
    (font,) = next(iter(font_folders())).glob("*.ttf")
    words = [python, str(WORK), peer.name, str(folder), str(rows), str(font)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        show(f"  {peer.name} cannot run here: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
        return None
    return rows / float(done.stdout)


def compared(python: str, peer: Peer, sizes: tuple[int, int], rounds: int) -> Measure | None:
    """Ours and theirs in turn; the ratio says how many times as quick ours is."""
    rows = peer.rows(*sizes)
    few = min(rows, peer.most)
    ours, rates = [], []
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            place.put(folder, rows)
            ours.append(once(peer.ours, folder))
            rate = theirs(python, peer, folder, few)
        if rate is None:
            return None
        rates.append(rate)
        show(f"  {peer.name}: round {number + 1} of {rounds}: {ours[-1].rate:,.0f} and {rate:,.0f} a second")
    return Measure(
        f"{peer.what}: {peer.name}",
        rows,
        statistics.median(one.seconds for one in ours),
        statistics.median(rows / rate for rate in rates),
        statistics.median(one.rate / rate for one, rate in zip(ours, rates, strict=True)),
        max(one.peak_mib for one in ours),
        max(one.base_mib for one in ours),
    )


def main(python: str, letters: int, messages: int, rounds: int) -> None:
    """All peers; `x floor` is how many times as quick ours is, `floor s` how long theirs would take for as many."""
    found = [compared(python, peer, (letters, messages), rounds) for peer in PEERS]
    report([measure for measure in found if measure is not None], "peers.json")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[2:]]
    main(sys.argv[1], *numbers, *(400, 200_000, 3)[len(numbers) :])
