"""The daemon as a process: it leads, stands by, takes over, reads again, and ends when it is told to."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest

from campaigner.answers.account import log_entries, verify
from campaigner.daemon.beats import BEATS, Beat, Said, Turning
from campaigner.daemon.events import Event
from campaigner.daemon.office import Office
from campaigner.daemon.service import Daemon
from campaigner.domain.lifecycle import RunState
from campaigner.errors import ConfigError, StoreError
from tests.conftest import SHANGHAI
from tests.offices.road import Road
from tests.pace import PATIENCE, wait_until

MONDAY = "elderly-monday-20261207-0900"


@contextmanager
def daemon(
    office: Path, log: Path, *more: str, now: str = "2026-12-04T09:00"
) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon of its own process, ended by its own number."""
    words = [sys.executable, "-m", "campaigner", "-C", str(office), "--now", now, "daemon", "--json", *more]
    with log.open("wb") as file:
        process = subprocess.Popen(words, stdout=file, stderr=file)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def events(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]


def said(log: Path, event: Event, **facts: object) -> bool:
    return any(
        line["event"] == event and all(line.get(key) == value for key, value in facts.items())
        for line in events(log)
    )


def test_the_stand_by_takes_over_and_both_logs_say_why(office: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with daemon(office, first) as leader:
        wait_until(lambda: said(first, Event.LEASE_TAKEN, why="nobody led before"))
        with daemon(office, second) as stand_by:
            wait_until(lambda: said(second, Event.LEASE_ELSEWHERE, token=1))
            wait_until(lambda: said(first, Event.RUN_GENERATED, run=MONDAY))
            leader.kill()
            leader.wait()
            wait_until(lambda: said(second, Event.LEASE_TAKEN, token=2))
            why = next(str(line["why"]) for line in events(second) if line["event"] == Event.LEASE_TAKEN)
            assert re.fullmatch(rf".*:{leader.pid} with token 1 was silent for \d+ s", why)
            stand_by.send_signal(signal.SIGTERM)
            assert stand_by.wait(PATIENCE) == 0
    assert said(second, Event.STOPPED)
    road = Road(office)
    assert [e.fields["token"] for e in log_entries(road.store) if e.kind == "leads"] == [1, 2]
    assert verify(road.store).broken == ""


def test_told_to_end_in_mid_work_it_ends_within_ten_seconds(office: Path, tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    with daemon(office, log) as process:
        wait_until(lambda: said(log, Event.RUN_PLANNED))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert said(log, Event.STOPPED)
    states = {Road(office).run(MONDAY).state}
    assert states <= {RunState.PLANNED, RunState.GENERATED}


def test_a_config_that_cannot_be_read_stops_what_goes_out(office: Path, tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    config = office / "config.toml"
    good = config.read_text("utf-8")
    with daemon(office, log) as process:
        wait_until(lambda: said(log, Event.LEASE_TAKEN))
        config.write_text("not toml [", "utf-8")
        process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: said(log, Event.SETTINGS_REFUSED, note="nothing goes out until config.toml can be read")
        )
        config.write_text(good + "\n", "utf-8")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: said(log, Event.SETTINGS_READ))
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def test_it_answers_a_monitor(office: Path, tmp_path: Path) -> None:
    port = free_port()
    with (office / "config.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[daemon]\nhealth_port = {port}\n")
    log = tmp_path / "daemon.log"
    with daemon(office, log):
        wait_until(lambda: said(log, Event.RUN_GENERATED, run=MONDAY))
        wait_until(lambda: 'campaigner_runs{state="generated"}' in page(port, "metrics"))
        wait_until(lambda: "campaigner_is_leader 1.0" in page(port, "metrics"))
        assert json.loads(page(port, "health/ready"))["role"] == "leader"


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def page(port: int, path: str) -> str:
    with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=PATIENCE) as answer:
        return str(answer.read().decode())


# ---- within one process ----


def clock() -> datetime:
    return datetime(2026, 12, 4, 9, tzinfo=SHANGHAI)


def told(office: Path, *beats: Beat) -> list[tuple[str, Said]]:
    lines: list[tuple[str, Said]] = []
    made = Daemon(office, clock, lambda beat, line: lines.append((beat, line)), beats or BEATS)
    assert made.once()
    made.store.close()
    return lines


def test_once_does_each_beat_in_order(office: Path) -> None:
    lines = told(office)
    assert [beat for beat, _line in lines if beat != "generate"] == ["plan", "remind", "back-up"]
    assert ("generate", MONDAY) in {(beat, line.run) for beat, line in lines}
    road = Road(office)
    assert {entry.actor for entry in log_entries(road.store) if entry.kind == "generated"} == {"daemon"}
    assert told(office) == []


def test_only_one_at_a_time(office: Path) -> None:
    one, two = Daemon(office, clock), Daemon(office, clock)
    assert one.candidate.try_to_lead() is not None
    assert not two.once()
    one.store.close()
    two.store.close()


@pytest.mark.parametrize(
    "error",
    [StoreError("the disk is full"), pytest.param(ValueError("13800138000"), marks=pytest.mark.unmasked)],
)
def test_a_failing_beat_stops_no_other(office: Path, error: Exception) -> None:
    done = []

    def fail(_turning: Turning) -> Iterator[Said]:
        raise error
        yield

    def work(_turning: Turning) -> Iterator[Said]:
        done.append(True)
        yield from ()

    lines = told(office, Beat("bad", 1, fail), Beat("good", 1, work))
    assert done == [True]
    assert [(beat, line.bad) for beat, line in lines] == [("bad", True)]
    assert "138" not in lines[0][1].text


def test_the_office_is_read_again_when_a_file_changes(office: Path) -> None:
    found = Office(office, clock, lambda: datetime.now(UTC))
    assert found.reload() is None
    template = office / "templates" / "sms" / "elderly.txt.jinja"
    before = found.desk.templates["sms/elderly"].sha256
    template.write_text(template.read_text("utf-8") + "\n", "utf-8")
    os.utime(template, (1, 1))
    taken = found.reload()
    assert taken
    assert taken[0]
    assert found.desk.templates["sms/elderly"].sha256 != before
    (office / "config.toml").write_text("not toml [", "utf-8")
    refused = found.reload()
    assert refused
    assert not refused[0]
    assert found.desk.templates["sms/elderly"].sha256 != before
    with pytest.raises(ConfigError):
        Office(office, clock, clock)
