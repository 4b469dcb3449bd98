"""`campaigner receipts` says of failed messages which causes the carrier gave."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaigner.cli import cli
from campaigner.delivery.live import Answered
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, Office, sent


@pytest.fixture
def there(office: Path, script: Script) -> Path:
    live = Office(office).live().ready(FIRST_MONDAY)
    script.answers = dict.fromkeys(live.phones(FIRST_MONDAY)[:2], Answered.REFUSED)
    sent(live)
    live.store.close()
    return live.folder


def receipts(folder: Path, *args: str) -> str:
    done = CliRunner().invoke(cli, ["-C", str(folder), "receipts", *args], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_on_the_screen(there: Path) -> None:
    shown = receipts(there)
    assert "Why they failed (失败原因)" in shown
    assert "0x0B no such number" in shown


def test_for_other_programs(there: Path) -> None:
    assert json.loads(receipts(there, "--json"))["failed"] == {f"{FIRST_MONDAY} 0x0B no such number": 2}


def test_nothing_failed(office: Path) -> None:
    assert "Why they failed" not in receipts(office)
    assert "failed" not in json.loads(receipts(office, "--json"))
