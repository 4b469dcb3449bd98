"""What an office really did: its folders, its carrier's books, and its store, read by means of the test's own."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answer, Answered, Ear, Receipt, Received, Reply
from campaigner.store import cipher
from campaigner.workspace.keys import key_of
from tests.pace import PATIENCE
from tests.simulation.carrier import Network
from tests.simulation.offices.settings import minute_of


@dataclass(frozen=True)
class Contact:
    """One SMS to one phone.

    Args:
        step: Number of the step in which it was seen.
        seen: Minute at which it was seen to be out.
        at: Minute from which it may be sent; for a live gateway the same.
        run: Code of its run.
        phone: To whom.
        text: What it says.
        gateway: Over what.
        urgent: Whether a person had let it out at once.
    """

    step: int
    seen: int
    at: int
    run: str
    phone: int
    text: str
    gateway: str
    urgent: bool


@dataclass
class Line(Network):
    """A carrier with more bad days than most.

    Args:
        minute: The minute it is, by the world's clock.
        given: (minute, number, phone, text) of each message that it took.
        written_back: Phones that asked in this step to be left alone.
        again: Replies that were lost with their listener, and come again.
    """

    minute: int = 0
    given: list[tuple[int, int, int, str]] = field(default_factory=list)
    written_back: set[int] = field(default_factory=set)
    again: set[int] = field(default_factory=set)

    def answer(self, message: Outgoing, now: datetime, ear: Ear) -> Answer:
        """Take one message, mostly."""
        dice = self.chance.random()
        if dice < 0.03:
            return Answer(message.id, Answered.REFUSED, (), "0x0B no such number")
        if dice < 0.06:
            return Answer(message.id, Answered.UNSENT, (), "no room")
        reference = f"{message.id}-{len(self.given)}"
        self.given.append((self.minute, message.id, message.phone, message.text))
        outcome = Received.DELIVERED if dice < 0.9 else Received.FAILED
        self.owed.append((now, Receipt(outcome, reference)))
        if dice > 0.95:
            self.write_back(message.phone, ear)
        if dice < 0.1:  # its answer is lost on the way
            return Answer(message.id, Answered.UNKNOWN, (), "no answer")
        return Answer(message.id, Answered.ACCEPTED, (reference,))

    def write_back(self, phone: int, ear: Ear) -> None:
        """A recipient answers that he wants no more."""
        self.written_back.add(phone)
        ear.replies([Reply(phone, "10690000", "R")])

    def come_again(self) -> None:
        """Replies whose listener fell dead before it kept them."""
        while self.ears and self.again:
            self.write_back(self.again.pop(), self.ears[-1])


def line(seed: int) -> Line:
    """A carrier whose bad days follow from a number."""
    return Line(Random(seed))


@dataclass(frozen=True)
class Entry:
    """One line of the log."""

    seq: int
    kind: str
    run: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Ledger:
    """Where one recipient of a run is: the number of a release, 0 while he waits, -1 if he never gets it."""

    run: str
    phone: int
    release: int
    out: bool
    why: str


class Record:
    """An office's folder, looked at after each step.

    Args:
        folder: The working folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shown: set[str] = set()
        self._given = 0
        self._seq = 0
        self._key: bytes | None = None

    @contextmanager
    def _open(self) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
        """Asks the store by SQL; nothing is found where it, or its tables, are not there yet."""
        path = self._folder / "campaigner.db"
        if not path.exists():
            yield lambda *_asked: []
            return
        self._key = self._key or key_of(self._folder, path, {})
        opened = cipher.connect(f"file:{path}?mode=ro", self._key, uri=True, timeout=PATIENCE)

        def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
            try:
                return list(opened.execute(query, values).fetchall())
            except cipher.driver.OperationalError:
                return []

        try:
            yield rows
        finally:
            opened.close()

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._open() as ask:
            return ask(query)

    def since(self) -> tuple[dict[str, str], list[Entry]]:
        """The state of each run, and what the log says since the last look."""
        with self._open() as ask:
            states = dict(ask("SELECT code, state FROM run"))
            rows = ask("SELECT seq, kind, run, data FROM log WHERE seq > ? ORDER BY seq", self._seq)
        found = [Entry(seq, kind, run, json.loads(data)) for seq, kind, run, data in rows]
        self._seq = found[-1].seq if found else self._seq
        return states, found

    def states(self) -> dict[str, str]:
        """Code of each run -> its state."""
        return dict(self._rows("SELECT code, state FROM run"))

    def entries(self) -> list[Entry]:
        """The whole log."""
        rows = self._rows("SELECT seq, kind, run, data FROM log ORDER BY seq")
        return [Entry(seq, kind, run, json.loads(data)) for seq, kind, run, data in rows]

    def quantities(self) -> dict[str, int]:
        """Code of each run -> how many messages were written for it."""
        return dict(self._rows("SELECT code, quantity FROM run"))

    def ledger(self) -> list[Ledger]:
        """Every recipient of every run whose messages were written."""
        query = (
            "SELECT run.code, recipient, release_no, coalesce(run_release.out, 0), held_by FROM ledger"
            " JOIN run ON run.id = ledger.run_id"
            " LEFT JOIN run_release ON run_release.run_id = run.id AND number = release_no"
        )
        return [
            Ledger(run, phone, number, bool(out), why) for run, phone, number, out, why in self._rows(query)
        ]

    def fresh_contacts(self, step: int, minute: int, carrier: Line, *, urgent: bool) -> list[Contact]:
        """What has left the office since the last look."""
        found = list(self._filed(step, minute, urgent=urgent))
        fresh = carrier.given[self._given :]
        self._given = len(carrier.given)
        if fresh:
            runs = dict(self._rows("SELECT message.id, code FROM message JOIN run ON run.id = run_id"))
            found += [
                Contact(step, minute, at, runs.get(number, ""), phone, text, "line", urgent)
                for at, number, phone, text in fresh
            ]
        return found

    def _filed(self, step: int, minute: int, *, urgent: bool) -> Iterator[Contact]:
        for folder in sorted((self._folder / "out").glob("[!.]*")):
            manifest = folder / "manifest.json"
            if folder.name in self._shown or not manifest.exists():
                continue
            self._shown.add(folder.name)
            facts = json.loads(manifest.read_text("utf-8"))
            at = minute_of(datetime.fromisoformat(facts["send_from"]))
            for file in sorted(folder.glob("sms/*.csv")):
                with file.open(encoding="utf-8-sig", newline="") as rows:
                    for phone, text, *_rest in list(csv.reader(rows))[1:]:
                        yield Contact(step, minute, at, facts["run"], int(phone), text, "carrier", urgent)
