"""A road on which the time can be set, for tests of the clock."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from campaigner.answers.account import log_entries
from campaigner.app import open_app
from campaigner.domain.campaign import Channel
from campaigner.domain.message import Outgoing
from campaigner.domain.planning import Run
from campaigner.exports.layout import MANIFEST
from campaigner.road.clearance import Urgency
from campaigner.road.closing import Sent
from campaigner.road.deliver import Delivered, export
from campaigner.road.release import Turn, release_due
from campaigner.road.send import send
from campaigner.road.sharing import identity
from campaigner.road.wire import Wire
from campaigner.store import deliveries, messages, senders
from campaigner.store.senders import Identity
from campaigner.workspace.desk import Silent, Work
from tests.conftest import SHANGHAI, without_caps
from tests.offices.road import AUTHOR, Road

FIRST_MONDAY = "elderly-monday-20261207-0900"
SECOND_MONDAY = "elderly-monday-20261214-0900"
MONDAY = "2026-12-07T09:00"
"""When the first of them is due."""
PARENTS = "parents-letter-20261210-0800"


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


class Office(Road):
    """A road on which the time can be set."""

    def at(self, moment: str, actor: str = AUTHOR) -> Work:
        app = open_app(self.folder, at(moment), at(moment))
        return app.work(self.store, actor, Silent())

    def out(self, moment: str, code: str, urgency: Urgency | None = None) -> Delivered:
        return export(self.at(moment), self.run(code), urgency)

    def ready(self, *codes: str, again: str = "") -> "Office":
        """The office with approved runs; `again` is why people may get the same text once more."""
        self.keep()
        for code in codes:
            self.generate(code)
            self.approve(code, again=again)
        return self

    def set(self, addition: str = "", **edits: str) -> "Office":
        """The office with other settings."""
        path = self.folder / "config.toml"
        content = path.read_text("utf-8")
        for old, new in edits.items():
            assert old in content
            content = content.replace(old, new, 1)
        if "[caps]" in addition and "[caps]" in content:
            content = without_caps(content)
        path.write_text(content + addition, "utf-8")
        self.store.close()
        return Office(self.folder)

    def live(self) -> "Office":
        """The same office with the carrier in memory as its way out."""
        path = self.folder / "config.toml"
        kept = [
            line
            for line in path.read_text("utf-8").splitlines()
            if not line.startswith(("formats =", "rows_per_file ="))
        ]
        path.write_text("\n".join(kept).replace('kind = "files" ', 'kind = "fake"  ', 1), "utf-8")
        self.store.close()
        return Office(self.folder)

    def copied(self, folder: Path, housed: Callable[[Path], Path]) -> "Office":
        """Another office with the same settings, texts and lists, and a store of its own."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("campaigner.db*", "keys", "out"))
        return Office(housed(folder))

    def generate_only(self, code: str) -> Run:
        """A run that nobody has approved."""
        return self.generate(code)

    def phones(self, code: str) -> list[int]:
        with self.store.read() as connection:
            return [phone for phone, _ in messages.recipients(connection, self.run(code), Channel.SMS)]

    def kinds(self, code: str) -> list[str]:
        return [entry.kind for entry in log_entries(self.store, code)]


def turns(office: Office, moment: str) -> list[Turn]:
    wire = Wire(office.store, lambda: at(moment))
    try:
        return list(release_due(office.at(moment), wire))
    finally:
        wire.close()


def shipped(folder: Path) -> list[int]:
    """Phones in the batches of a folder."""
    rows = [
        row
        for path in sorted(folder.glob("sms/*.csv"))
        for row in path.read_text("utf-8-sig").splitlines()[1:]
    ]
    return [int(row.split(",")[0]) for row in rows]


def manifest(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return found


def sent(office: Office, code: str = FIRST_MONDAY, moment: str = MONDAY, **options: Urgency) -> Sent:
    wire = Wire(office.store, lambda: at(moment))
    try:
        return send(office.at(moment), office.run(code), wire, **options)
    finally:
        wire.close()


def states(office: Office, code: str = FIRST_MONDAY) -> dict[str, int]:
    with office.store.read() as connection:
        return {
            state.value: count for state, count in deliveries.counts(connection, office.run(code)).items()
        }


def gone() -> Identity:
    """A process of this machine that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return replace(identity(), holder=f"gone:{process.pid}", pid=process.pid)


def marked(office: Office, run: Run, release: int, count: int, moment: str) -> list[Outgoing]:
    """SMS that a process took as its own before it was killed."""
    with office.store.begin() as connection:
        sender = senders.join(connection, run, release, gone(), at(moment))
        senders.open_to_all(connection, run, release)
        texts = messages.wordings(connection, run, Channel.SMS)
        place = senders.hold(connection, run, release, sender)
        return senders.claim(connection, run, place, count, at(moment), texts)
