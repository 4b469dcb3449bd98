"""The page on running it, and the files beside it, are held to what the daemon has."""

import json
import re
import shlex
import socket
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaigner.cli import cli
from campaigner.daemon.events import Event
from campaigner.daemon.health import LEASE, HealthServer, Watch
from campaigner.store.inspection import inspect_store
from campaigner.store.sealing import unseal
from campaigner.workspace.keys import BACKUP, office_key
from tests.conftest import peer

RUNNING = Path(__file__).parents[1] / "docs" / "running"
PAGE = RUNNING.with_suffix(".md").read_text("utf-8")
UNIT = RUNNING / "campaigner.service"
CONTAINERFILE = (RUNNING / "Containerfile").read_text("utf-8")


def metrics() -> set[str]:
    return {family.name for family in Watch({LEASE: 30}).registry.collect()}


def test_the_page_has_every_figure_and_no_other() -> None:
    own = {name for name in metrics() if name.startswith("campaigner_")}
    assert set(re.findall(r"^\| `(campaigner_\w+)` \|", PAGE, re.MULTILINE)) == own


def test_alarms_ask_for_figures_that_exist() -> None:
    asked = {
        name.removesuffix("_total")
        for expression in re.findall(r"^ +expr: (.+?)(?=^ +\w+:)", PAGE, re.MULTILINE | re.DOTALL)
        for name in re.findall(r"campaigner_\w+", expression)
    }
    assert len(asked) == 8
    assert asked <= metrics()


def test_the_page_explains_every_event() -> None:
    section = PAGE.partition("| event | means |")[2].partition("\n## ")[0]
    firsts = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    told = [word for first in firsts for word in re.findall(r"`([^`]+)`", first)]
    uncaught = ["stopped by an error", "a thread was stopped by an error"]
    assert told == [event.value for event in Event] + uncaught


def unit() -> RawConfigParser:
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text("utf-8"))
    return parser


def test_the_unit_calls_the_daemon_in_the_folder_that_it_may_write() -> None:
    service = unit()["Service"]
    words = shlex.split(service["ExecStart"])
    assert words[-1] == "daemon"
    assert words[words.index("-C") + 1] == service["WorkingDirectory"] == service["ReadWritePaths"]
    assert (service["Type"], service["TimeoutStopSec"], service["UMask"]) == ("notify", "15", "0077")


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    text = UNIT.read_text("utf-8").replace("/opt/campaigner/bin/campaigner", sys.executable)
    (tmp_path / "campaigner.service").write_text(text, "utf-8")
    done = subprocess.run(
        [peer("systemd-analyze"), "verify", "--man=no", str(tmp_path / "campaigner.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_leaves_little_open() -> None:
    done = subprocess.run(
        [peer("systemd-analyze"), "security", "--offline=true", "--no-pager", "--threshold=20", str(UNIT)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def health_check() -> list[str]:
    (words,) = re.findall(r"^  CMD (\[.*\])$", CONTAINERFILE, re.MULTILINE)
    command: list[str] = json.loads(words)
    return command


@pytest.mark.parametrize(("late", "status"), [(False, 0), (True, 1)], ids=["ready", "not ready"])
def test_the_health_check_of_the_container(late: bool, status: int) -> None:
    watch = Watch({LEASE: -1 if late else 30})
    with HealthServer(watch) as server:
        python, flag, code = health_check()
        assert (python, flag) == ("python", "-c")
        asking = [sys.executable, flag, code.replace("9464", str(server.port))]
        assert subprocess.run(asking, check=False).returncode == status


def test_the_health_check_fails_where_nobody_answers() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        code = health_check()[2].replace("9464", str(free.getsockname()[1]))
        done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 1


def test_the_container_takes_files_that_exist_and_runs_as_nobody_special() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    assert all((RUNNING.parents[1] / name).exists() for line in copied for name in line.split())
    last = CONTAINERFILE.rpartition("\nFROM ")[2]
    assert "\nUSER 10001:10001\n" in last
    assert last.index("\nUSER") < last.index("\nENTRYPOINT")
    installs = re.findall(r"pip install (.*?)(?:\\|$)", CONTAINERFILE, re.MULTILINE)
    assert len(installs) == 3
    assert all("--require-hashes" in words or "--no-index" in words for words in installs)


def test_the_backup_that_the_page_shows_is_a_whole_copy(office: Path) -> None:
    (block,) = re.findall(r"```console\n(campaigner backup --new-key\n.*?)```", PAGE, re.DOTALL)
    stick = office / "stick"
    stick.mkdir()
    for line in block.replace("/media/stick", str(stick)).splitlines():
        words = ["-C", str(office), *line.split()[1:]]
        assert CliRunner().invoke(cli, words, standalone_mode=False).exception is None
    (copy,) = stick.iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    key = office_key(office, BACKUP, {})
    assert key is not None
    inner = unseal(copy, office / "copy.db", key)
    assert inspect_store(office / "copy.db", inner).current
