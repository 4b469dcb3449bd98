"""A setting that cannot be read as it was meant stops what it concerns; no default stands in for it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaigner.cli import cli
from campaigner.daemon.office import Office
from campaigner.daemon.service import Daemon
from campaigner.errors import ConfigError
from tests.conftest import NOW

RUN = "elderly-monday-20261207-0900"
WRITES: Sequence[Sequence[str]] = (
    ("plan",), ("generate",), ("approve", RUN, "--by", "李所长"), ("export",), ("send",), ("slip", RUN),
    ("urgent", RUN, "--by", "李所长", "--reason", "x"), ("resume", RUN, "--by", "李所长"),
    ("purge", "--by", "李所长"), ("backup", "--plain"), ("rotate", "--by", "李所长", "--reason", "x"),
    ("receipts", "import", __file__, "--gateway", "carrier"), ("daemon", "--once"),
)  # fmt: skip
LOOKS: Sequence[Sequence[str]] = (
    ("log",), ("log", "verify"), ("pending",), ("optout",), ("optout", "add", "13800000001", "--by", "王经办"),
    ("pause", "elderly-monday", "--by", "王经办", "--reason", "x"), ("receipts",), ("unknown", "list"),
)  # fmt: skip
FAULTS = {
    "store": '[store]\nurl = "sqlite://office.db"\n',
    "people": '[people.li]\nname = "李所长"\nusers = ["li"]\nroles = ["aprover"]\n',
    "roles": '[roles]\napprove = ["aprover"]\n',
    "misspelt table": '[peoples.li]\nname = "李所长"\nusers = ["li"]\nroles = ["approver"]\n',
    "retention": '[retention]\nexports = "900 dyas"\n',
    "windows": '[windows]\nsms = "8-21"\n',
    "caps": '[caps]\nper_phone = "3 per 7 dyas"\n',
    "approval": '[approval]\nvalid = "ten days"\n',
    "output": '[output]\nfolder = "../elsewhere"\n',
    "executor": '[executor]\nkind = "cluster"\n',
    "gateways": '[gateways.other]\nkind = "file"\nsignature = "青石镇反诈"\n',
}
_SECTIONS = {"misspelt table": "peoples", "gateways": "gateways.other"}


def call(office: Path, *args: str) -> Result:
    words = ["-C", str(office), "--now", "2026-12-07T09:00", *args]
    return CliRunner().invoke(cli, words, standalone_mode=False)


def spoilt(office: Path, fault: str) -> Path:
    """The office with a section of config.toml in which something is misspelt, instead of its own."""
    file = office / "config.toml"
    section = FAULTS[fault].split("]")[0] + "]"
    kept, skipping = [], False
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("["):
            skipping = line.split("]")[0] + "]" == section
        if not skipping:
            kept.append(line)
    file.write_text("\n".join([*kept, FAULTS[fault]]), encoding="utf-8")
    return office


def named(error: BaseException | None, fault: str) -> None:
    assert isinstance(error, ConfigError), error
    assert "config.toml:" in str(error)
    assert _SECTIONS.get(fault, fault.split(maxsplit=1)[0]) in str(error)
    assert "设置有误" in str(error)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_command_that_writes_stops(office: Path, fault: str) -> None:
    before = sorted(file.name for file in office.iterdir())
    spoilt(office, fault)
    for words in WRITES:
        named(call(office, *words).exception, fault)
    assert sorted(file.name for file in office.iterdir()) == before


@pytest.mark.parametrize("fault", ["store", "people", "roles", "misspelt table"])
def test_what_only_looks_or_holds_back_stops_where_nothing_can_be_trusted(office: Path, fault: str) -> None:
    spoilt(office, fault)
    for words in LOOKS:
        named(call(office, *words).exception, fault)


@pytest.mark.parametrize("fault", ["retention", "windows", "caps", "approval", "gateways"])
def test_brakes_and_refusals_work_whatever_else_is_misspelt(office: Path, fault: str) -> None:
    call(office, "plan", "--from", "2026-12-07", "--to", "2026-12-08")
    spoilt(office, fault)
    for words in LOOKS:
        result = call(office, *words)
        assert result.exception is None, (words, result.exception)
    assert "1" in call(office, "optout").output


def test_nothing_is_deleted_by_a_default(office: Path) -> None:
    call(office, "plan", "--from", "2026-12-07", "--to", "2026-12-08")
    spoilt(office, "retention")
    result = CliRunner().invoke(
        cli, ["-C", str(office), "--now", "2028-07-01T08:00", "purge", "--by", "a"], standalone_mode=False
    )
    named(result.exception, "retention")


def test_own_rules_that_cannot_be_used_stop_what_writes(office: Path) -> None:
    (office / "templates" / "rules.toml").write_text('[groups]\ninstall = "(?!)"\n', encoding="utf-8")
    for words in (("plan",), ("generate",), ("approve", RUN, "--by", "李所长"), ("export",)):
        error = call(office, *words).exception
        assert isinstance(error, ConfigError)
        assert "groups.install: is shipped" in str(error)


def test_a_faulty_list_or_campaign_is_left_to_the_runs_that_need_it(office: Path) -> None:
    file = office / "config.toml"
    text = file.read_text("utf-8") + '[campaigns.other]\ntitle = "别的"\n'
    file.write_text(text, encoding="utf-8")
    assert call(office, "plan", "--from", "2026-12-07", "--to", "2026-12-08").exception is None


def test_the_daemon_does_not_start(office: Path) -> None:
    spoilt(office, "caps")
    with pytest.raises(ConfigError, match="caps"):
        Daemon(office, lambda: NOW)
    with pytest.raises(ConfigError, match="caps"):
        Office(office, lambda: NOW, lambda: NOW)
