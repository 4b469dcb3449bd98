"""One big sending whose process is killed again and again; the carrier counts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from campaigner.app import open_app
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.road.generate import generate
from campaigner.road.keeping import keep
from campaigner.road.plan import make_plan
from campaigner.road.review import approve
from campaigner.starter.folder import write_folder
from campaigner.store import runs
from campaigner.store.engine import Store
from campaigner.workspace.desk import Silent
from tests.pace import wait_until
from tests.simulation.counting import Centre, login
from tests.simulation.kills import START

CODE = "all-20261208-0900"
ROOT = Path(__file__).parents[2]
AT = START.replace(day=8, hour=9)
_CAMPAIGN = """
[campaigns.all]
title = "全体居民提醒"
segment = "residents"
warnings = ["personal-data"]
schedule = { dates = [2026-12-08T09:00:00] }
gateway = "line"
channels.sms = { template = "sms/general" }
"""


def approved(folder: Path, people: int, lines: str, secrets: Mapping[str, str], store_url: str = "") -> int:
    """An office with one approved run to everybody; returns how many messages it has.

    Args:
        folder: The office, which is made.
        people: How many people to invent.
        lines: Of its gateway in config.toml.
        secrets: What the gateway logs in with.
        store_url: Where its store is to be; "" for a file of its own.
    """
    write_folder(folder, people, 5, store_url)
    config = folder / "config.toml"
    shipped = config.read_text("utf-8")
    line = f'[gateways.line]\n{lines}\nsignature = "幸福镇反诈中心"\n'
    config.write_text(shipped[: shipped.index("[campaigns.")] + line + _CAMPAIGN, "utf-8")
    login(folder, "line", secrets)
    app = open_app(folder, START, START)
    store = app.store()
    author, approver = app.work(store, "王经办", Silent()), app.work(store, "李所长", Silent())
    keep(author, make_plan(app.desk, START, AT.replace(hour=20), START, Silent()))
    run = approve(approver, generate(author, found(store)))
    store.close()
    return run.quantity


def found(store: Store) -> Run:
    """The run as it is now."""
    with store.read() as connection:
        return runs.find(connection, CODE)


def send_and_kill(
    folder: Path, carrier: Centre, kills: int, chance: Random, tell: Callable[[int], None]
) -> None:
    """Start the sending so many times, kill it each time in the middle; at last let it end."""
    for number in range(1, kills + 1):
        process = sending(folder)
        _wait_until_it_sends(carrier, process)
        time.sleep(chance.random() * 0.5)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        tell(number)
        if _state(folder) is RunState.RELEASED:
            break
    for _attempt in range(3):  # the first closes what the last kill cut short
        if _state(folder) is not RunState.RELEASED:
            sending(folder).wait()
    assert _state(folder) is RunState.RELEASED


def sending(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    """`campaigner send` of the run, with more words behind it, begun by somebody."""
    at = f"{AT:%Y-%m-%dT%H:%M}"
    words = [sys.executable, "-m", "campaigner", "-C", str(folder), "--now", at, "send", CODE, *more]
    with (folder.parent / "send.log").open("ab") as log:
        return subprocess.Popen(words, stdout=log, stderr=log, cwd=ROOT)


def _wait_until_it_sends(carrier: Centre, process: subprocess.Popen[bytes]) -> None:
    more_than_its_bind = carrier.file.stat().st_size + 500
    wait_until(
        lambda: process.poll() is not None or carrier.file.stat().st_size > more_than_its_bind, every=0.01
    )


def _state(folder: Path) -> RunState:
    store = open_app(folder, AT, AT).store()
    try:
        return found(store).state
    finally:
        store.close()
