"""Every command either asks for a role before it writes or shows a person, or shows no person and writes nothing.

A command that is not declared here fails; so does a declaration that the command does not keep.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from campaigner.answers.account import log_entries
from campaigner.cli import cli
from campaigner.domain.roles import Deed
from campaigner.errors import RoleError
from tests.offices.road import Road
from tests.opened import store_of

APPROVED, WRITTEN = "elderly-monday-20261207-0900", "parents-letter-20261210-0800"
PHONE = "13800138000"
NOW = "2026-12-07T09:00"
WHO = ("--by", "钱同志")
WHY = ("--reason", "核实")
VIEWER = '[people.qian]\nname = "钱同志"\nusers = ["qian"]\nroles = ["viewer"]\n'
Call = tuple[str, ...]

ASKS: dict[str, tuple[Deed, list[Call]]] = {
    "reports import": (Deed.GENERATE, [("bulletin.txt",)]),
    "reports findings": (Deed.LOOK, [(), ("--html", "page.html")]),
    "reports draft": (Deed.GENERATE, [()]),
    "plan": (Deed.LOOK, [(), ("--diff",), ("--json",)]),
    "explain": (Deed.LOOK, [(PHONE,)]),
    "generate": (Deed.GENERATE, [(WRITTEN, *WHO), ("lift-posters-20261201-0800", *WHO), (WRITTEN, "--vouch", *WHO)]),
    "preview": (Deed.LOOK, [(APPROVED,)]),
    "slip": (Deed.DRAW, [(WRITTEN,), (WRITTEN, "--out", "form.pdf")]),
    "pending": (Deed.LOOK, [(), ("--json",)]),
    "approve": (Deed.APPROVE, [(WRITTEN, *WHO)]),
    "return": (Deed.RETURN, [(WRITTEN, *WHO, *WHY)]),
    "export": (Deed.RELEASE, [(), (APPROVED,)]),
    "send": (Deed.RELEASE, [(APPROVED,)]),
    "receipts": (Deed.LOOK, [()]),
    "receipts import": (Deed.SETTLE, [("status.csv", "--gateway", "carrier")]),
    "optout": (Deed.LOOK, [()]),
    "optout add": (Deed.REFUSE, [(PHONE, *WHO)]),
    "optout done": (Deed.REFUSE, [(APPROVED, *WHO)]),
    "optout export": (Deed.UNMASK, [("refused.csv", *WHY)]),
    "optout import": (Deed.REFUSE, [("numbers.csv",), ("status.csv",)]),
    "optout lift": (Deed.REFUSE, [(PHONE, *WHO, *WHY)]),
    "optout remove": (Deed.REFUSE, [(PHONE, *WHO, *WHY)]),
    "optout takeouts": (Deed.LOOK, [(), ("--json",)]),
    "unknown list": (Deed.LOOK, [()]),
    "unknown settle": (
        Deed.SETTLE, [(*which, "--as", "failed", *WHO, *WHY) for which in (("1",), ("--run", APPROVED))]
    ),
    "urgent": (Deed.RELEASE, [(APPROVED, *WHO, *WHY)]),
    "pause": (Deed.HOLD, [(APPROVED, *WHO, *WHY)]),
    "resume": (Deed.HOLD, [(APPROVED, *WHO, *WHY)]),
    "cancel": (Deed.HOLD, [(APPROVED, *WHO, *WHY)]),
    "daemon": (Deed.RELEASE, [("--once",)]),
    "purge": (Deed.PURGE, [WHO]),
    "subject delete": (Deed.SUBJECT, [(PHONE, *WHY)]),
    "subject export": (Deed.SUBJECT, [(PHONE, *WHY)]),
    "subject show": (Deed.SUBJECT, [(PHONE, *WHY)]),
    "backup": (Deed.BACKUP, [("--plain", "copy.db"), ("--new-key",)]),
    "restore": (Deed.RESTORE, [("kept.db", *WHO, *WHY), ("kept.db", "--dry-run")]),
    "adopt": (Deed.RESTORE, [(*WHO, *WHY)]),
    "rotate": (Deed.ROTATE, [(*WHO, *WHY)]),
    "log evidence": (Deed.EVIDENCE, [("--month", "2026-12")]),
    "init": (Deed.RESTORE, [("--new-store", *WHO, *WHY)]),
}  # fmt: skip
"""Command -> the deed that it asks for, and ways to call it that would write or show something."""
SHOWS_NOBODY: dict[str, list[Call]] = {
    "check": [(), ("--json",)],
    "export verify": [("out",)],
    "log": [(), ("--json",)],
    "log anchor": [()],
    "log verify": [()],
    "doctor": [()],
    "purge": [("--dry-run",)],
}
"""Commands, or ways to call them, that show no person and change nothing, whoever calls them."""
NEW_FOLDER: dict[str, Call] = {"init": ("fresh",), "demo": ("fresh",)}
"""Commands that work in a folder of invented people that they make themselves."""


def walk(found: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that does something by itself."""
    if isinstance(found, click.Group):
        if path and found.invoke_without_command:
            yield " ".join(path)
        for name in found.list_commands(click.Context(found)):
            inner = found.get_command(click.Context(found), name)
            assert inner is not None
            yield from walk(inner, (*path, name))
    else:
        yield " ".join(path)


def test_every_command_is_declared() -> None:
    assert set(walk(cli)) == {*ASKS, *SHOWS_NOBODY, *NEW_FOLDER}


def test_every_deed_is_asked_for_by_a_command() -> None:
    assert {deed for deed, _calls in ASKS.values()} == set(Deed)


@pytest.fixture
def ready(office: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office in which each command has something to do."""
    road = Road(office)
    road.keep()
    road.generate(APPROVED)
    road.approve(APPROVED)
    road.generate(WRITTEN)
    road.store.close()
    config = office / "config.toml"
    config.write_text(config.read_text("utf-8") + VIEWER, "utf-8")
    (office / "bulletin.txt").write_text("预警：近期冒充客服诈骗高发，请注意防范。\n", "utf-8")
    (office / "numbers.csv").write_text("手机号\n13800000901\n", "utf-8")
    (office / "status.csv").write_text("什么也不是\n", "utf-8")
    (office / "kept.db").write_bytes((office / "campaigner.db").read_bytes())
    monkeypatch.chdir(office)
    return office


def state(office: Path) -> tuple[object, ...]:
    """Every entry of the log, and every file but those that reading itself makes."""
    store = store_of(office)
    entries = [entry.hash for entry in log_entries(store)]
    store.close()
    own = {"campaigner.db", "campaigner.db-wal", "campaigner.db-shm"}
    files = {
        path: path.stat().st_mtime_ns for path in office.rglob("*") if path.is_file() and path.name not in own
    }
    return entries, sorted(files.items())


def call(login: str, monkeypatch: pytest.MonkeyPatch, command: str, given: Call) -> BaseException | None:
    monkeypatch.setattr("campaigner.cli.opening.system_user", lambda: login)
    words = ["--now", NOW, *command.split(), *given]
    return CliRunner().invoke(cli, words, standalone_mode=False).exception


@pytest.mark.sqlite_only("copies its file")
@pytest.mark.parametrize("command", ASKS)
def test_who_may_not_is_refused_before_anything_happens(
    ready: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    deed, calls = ASKS[command]
    # A viewer may look; what is for everybody here is refused to whoever is not of the office.
    login = "strange" if deed is Deed.LOOK else "qian"
    before = state(ready)
    for given in calls:
        assert isinstance(call(login, monkeypatch, command, given), RoleError), given
    assert state(ready) == before


@pytest.mark.sqlite_only("copies its file")
@pytest.mark.parametrize("command", [name for name, (deed, _calls) in ASKS.items() if deed is Deed.LOOK])
def test_a_viewer_looks(ready: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    entries = state(ready)[0]
    for given in ASKS[command][1]:
        error = call("qian", monkeypatch, command, given)
        assert not isinstance(error, RoleError), error
    assert state(ready)[0] == entries


@pytest.mark.sqlite_only("copies its file")
@pytest.mark.parametrize("command", SHOWS_NOBODY)
def test_what_shows_nobody_changes_nothing(
    ready: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("campaigner.cli.opening.system_user", lambda: "strange")
    phones = set(re.findall(r"1\d{10}", (ready / "audiences" / "residents.csv").read_text("utf-8")))
    assert phones
    before = state(ready)
    for given in SHOWS_NOBODY[command]:
        words = ["--now", NOW, *command.split(), *given]
        result = CliRunner().invoke(cli, words, standalone_mode=False)
        assert not isinstance(result.exception, RoleError), given
        assert not [phone for phone in phones if phone in result.output]
    assert state(ready) == before


@pytest.mark.parametrize("command", NEW_FOLDER)
def test_a_new_folder_is_ones_own(ready: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    before = {path for path in ready.rglob("*") if path.is_file()}
    few = ("--people", "60")
    assert call("strange", monkeypatch, command, (*NEW_FOLDER[command], *few)) is None
    made = {path for path in ready.rglob("*") if path.is_file()} - before
    assert made
    assert all(path.is_relative_to(ready / "fresh") for path in made)
