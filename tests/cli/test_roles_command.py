"""On one machine a person is who the system says he is."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaigner.answers.account import log_entries
from campaigner.cli import cli, opening
from campaigner.errors import CampaignerError
from tests.opened import store_of

ELDERLY = "elderly-monday-20261207-0900"
STAFF = """
[people.wang]
name = "王经办"
users = ["wang"]
roles = ["author", "sender"]

[people.li]
name = "李所长"
users = ["li"]
roles = ["approver"]

[people.zhao]
name = "赵主任"
users = ["zhao"]
roles = ["officer"]

[people.qian]
name = "钱同志"
users = ["qian"]
roles = ["viewer"]
"""


@pytest.fixture
def staffed(office: Path) -> Path:
    path = office / "config.toml"
    path.write_text(path.read_text("utf-8") + STAFF, "utf-8")
    return office


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch):
    def become(name: str) -> None:
        for module in ("opening", "plan_command", "pending_command", "export_command", "preview_command",
                       "subject_command", "backup_command", "restore_command"):  # fmt: skip
            from importlib import import_module

            found = import_module(f"campaigner.cli.{module}")
            if hasattr(found, "user_name"):
                monkeypatch.setattr(found, "user_name", lambda: name)

    return become


def call(office: Path, *args: str) -> Result:
    return CliRunner().invoke(
        cli, ["-C", str(office), "--now", "2026-11-24T10:00", *args], standalone_mode=False
    )


def refused(office: Path, *args: str) -> str:
    error = call(office, *args).exception
    assert isinstance(error, CampaignerError), error
    return str(error)


def test_each_does_his_own_part_and_nobody_anothers(staffed: Path, as_user) -> None:
    as_user("wang")
    assert call(staffed, "plan", "--from", "2026-12-01", "--to", "2026-12-31").exit_code == 0
    as_user("qian")
    assert "王经办" in refused(staffed, "generate", ELDERLY)
    as_user("wang")
    assert call(staffed, "generate", ELDERLY).exception is None
    assert "李所长" in refused(staffed, "approve", ELDERLY, "--by", "王经办")
    assert "not who works as user `wang`" in refused(staffed, "approve", ELDERLY, "--by", "李所长")
    as_user("li")
    assert call(staffed, "approve", ELDERLY, "--by", "李所长").exception is None
    assert "王经办" in refused(staffed, "export", ELDERLY)
    as_user("wang")
    assert call(staffed, "export", ELDERLY).exception is None
    assert "赵主任" in refused(staffed, "purge", "--by", "王经办")
    assert "赵主任" in refused(staffed, "subject", "show", "13800138000", "--reason", "x")
    as_user("zhao")
    assert call(staffed, "purge", "--by", "赵主任").exception is None
    assert call(staffed, "subject", "show", "13800138000", "--reason", "x").exception is None
    store = store_of(staffed)
    actors = {entry.kind: entry.actor for entry in log_entries(store)}
    store.close()
    assert (actors["generated"], actors["approved"], actors["exported"]) == ("王经办", "李所长", "王经办")
    assert actors["viewed"] == "赵主任"


def test_the_environment_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = opening.user_name()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert opening.user_name() == before != "somebody-else"
