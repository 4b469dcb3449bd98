"""Short words for tests that walk the road."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, text

from campaigner.app import App, open_app
from campaigner.domain.planning import Run
from campaigner.road.authorship import author, vouch
from campaigner.road.deliver import Delivered, export
from campaigner.road.generate import generate
from campaigner.road.keeping import Change, keep
from campaigner.road.plan import Plan, make_plan
from campaigner.road.review import approve
from campaigner.store import runs
from campaigner.store.engine import Store
from campaigner.workspace.desk import Silent, Work
from tests.conftest import NOW, SHANGHAI

FIRST = datetime(2026, 12, 1, tzinfo=SHANGHAI)
LAST = datetime(2027, 1, 1, tzinfo=SHANGHAI)
AUTHOR, APPROVER = "王经办", "李所长"


def stood_for(work: Work, run: Run) -> Run:
    """A run for which an author stands: this one, where the daemon wrote it."""
    return vouch(replace(work, actor=AUTHOR), run) if author(work, run).is_daemon else run


class Road:
    """A working folder, its store, and the stages as sentences.

    Args:
        folder: The working folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app: App = open_app(folder, NOW, NOW)
        self.store: Store = self.app.store()

    def reopened(self) -> "Road":
        """The same folder, read again."""
        self.store.close()
        return Road(self.folder)

    def work(self, actor: str = AUTHOR) -> Work:
        return self.app.work(self.store, actor, Silent())

    def plan(self) -> Plan:
        return make_plan(self.app.desk, FIRST, LAST, NOW, Silent())

    def keep(self) -> list[Change]:
        return keep(self.work(), self.plan())

    def run(self, code: str) -> Run:
        with self.store.read() as connection:
            return runs.find(connection, code)

    def generate(self, code: str) -> Run:
        return generate(self.work(), self.run(code))

    def approve(self, code: str, by: str = APPROVER, again: str = "") -> Run:
        run = self.run(code)
        return approve(self.work(by), run, again=again, contents=(run.digest,) if run.digest else ())

    def export(self, code: str) -> Delivered:
        return export(self.work(), self.run(code))

    def until_approved(self, code: str) -> Run:
        self.keep()
        self.generate(code)
        return self.approve(code)

    def edit(self, file: str, old: str, new: str) -> "Road":
        """Change a text file of the folder and read it again."""
        path = self.folder / file
        content = path.read_text("utf-8")
        assert old in content
        path.write_text(content.replace(old, new, 1), "utf-8")
        return self.reopened()


def without(run: Run, **changes: object) -> Run:
    """The run with other fields, as a process that read it earlier would see it."""
    return replace(run, **changes)  # type: ignore[arg-type]


def unguard_log(connection: Connection) -> None:
    """Take away what keeps the log from being changed, as somebody could who has the database."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP TRIGGER log_no_change ON log"))
        return
    for verb in ("update", "delete"):
        connection.execute(text(f"DROP TRIGGER log_no_{verb}"))
