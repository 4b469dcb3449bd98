"""What campaigner writes is for its user alone, whatever the machine's habits are."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigner.cli import main
from tests.hostile.desk import ELDERLY, LETTER, call, road

REPORT = "工作总结\n　　我镇派出所开展反诈宣传，走访商户三十家，发放宣传单五千份，劝阻转账两起。\n" * 5


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """The machine gives every new file to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_everything_that_the_road_writes(
    office: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = set(office.rglob("*"))
    report = tmp_path / "report.txt"
    report.write_text(REPORT, "utf-8")
    road(capfd, office, ELDERLY, LETTER)
    for command in (
        ("preview", LETTER),
        ("slip", ELDERLY),
        ("slip", ELDERLY, "--out", str(office / "to-sign.pdf")),
        ("optout", "add", "13800138000", "--by", "王经办", "--note", "来电"),
        ("optout", "export", str(office / "refused.csv"), "--reason", "x"),
        ("reports", "import", str(report)),
        ("reports", "findings", "--html", str(office / "findings.html")),
        ("daemon", "--once"),
    ):
        call(capfd, office, *command)
    call(capfd, office, "log", "evidence", "--month", "2026-12", now="2026-12-31T17:00")
    written = set(office.rglob("*")) - before
    names = {path.relative_to(office).parts[0] for path in written}
    assert {"campaigner.db", "out", "preview", "backups", "refused.csv", "reports", "to-sign.pdf"} <= names
    open_ones = [path for path in written if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert [path.relative_to(office).as_posix() for path in open_ones] == []


def test_a_new_working_folder(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["init", str(tmp_path / "new")])
    assert (tmp_path / "new/config.toml").is_file()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) & 0o077 == 0
    files = [path for path in (tmp_path / "new").rglob("*") if path.is_file()]
    assert [path.name for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_the_machines_habit_is_left_as_it_was(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    call(capfd, office, "log")
    assert os.umask(0) == 0
