"""An office that is killed at the very moment at which its carrier reads an acknowledgement; then a look at its store.

What the carrier has seen acknowledged, it would never send again.
"""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT
from tests.pace import PATIENCE
from tests.simulation.carriers import Carrier, Modem
from tests.simulation.killed_send import approved, sending
from tests.simulation.reading import reading

FIRST_REPLY = 19_900_000_001
BURST = 6
"""Replies, and receipts, that come at once before each kill."""


@dataclass
class Outcome:
    """What was acknowledged in all, and what of it the store does not have."""

    replies: int = 0
    receipts: int = 0
    lost: list[str] = field(default_factory=list)


async def kill_at_acknowledgements(
    folder: Path, carrier: Carrier, kills: int, store_url: str = ""
) -> Outcome:
    """Send a run, then listen and be killed so many times, each time at the first acknowledgement of a burst."""
    office = folder / "office"
    await carrier.start()
    try:
        await asyncio.to_thread(
            approved, office, 3 * BURST * kills + 60, carrier.settings, carrier.secrets, store_url
        )
        if not isinstance(carrier, Modem):
            await asyncio.to_thread(_send, office)
        outcome = Outcome()
        acknowledged: set[int] = set()
        asked: set[int] = set()
        told: set[int] = set()
        for number in range(kills):
            process = await _listen(office)
            await asyncio.wait_for(carrier.connected(), PATIENCE)
            carrier.seen = lambda pid=process.pid: _kill(pid)  # type: ignore[misc]
            replies = [FIRST_REPLY + BURST * number + place for place in range(BURST)]
            receipts = carrier.taken[BURST * number : BURST * (number + 1)]
            asked.update(replies)
            told.update(phone for phone, _name in receipts)
            acknowledged |= await carrier.deliver(replies, receipts)
            await process.wait()
            carrier.seen = lambda: None
        _look(office, acknowledged & asked, acknowledged & told, outcome)
        return outcome
    finally:
        await carrier.stop()


def _send(office: Path) -> None:
    process = sending(office, "--listen", "0")
    assert process.wait() == 0, (office.parent / "send.log").read_text("utf-8")


async def _listen(office: Path) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.simulation.listening",
        str(office),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    assert line == b"listening\n", line
    return process


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _look(office: Path, replies: set[int], receipts: set[int], outcome: Outcome) -> None:
    with reading(office) as store:
        refused = {row[0] for row in store.execute("SELECT phone FROM refusal")}
        query = "SELECT recipient FROM delivery JOIN message ON id = message_id WHERE state = 'delivered'"
        delivered = {row[0] for row in store.execute(query)}
    outcome.replies, outcome.receipts = len(replies), len(receipts)
    outcome.lost += [f"the reply of {phone}" for phone in sorted(replies - refused)]
    outcome.lost += [f"the receipt of {phone}" for phone in sorted(receipts - delivered)]
