"""Nothing that a stranger wrote runs as a formula in what a clerk opens with a double click."""

import csv
import zipfile
from pathlib import Path

import pytest

from campaigner.exports.sheets import harmless
from tests.hostile.desk import DECEMBER, ELDERLY, LETTER, call, replace_in, road

FORMULAS = [
    "=cmd|'/c calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(1)",
    "=HYPERLINK(A1)", "=1\t", '="a"&"b"',
]  # fmt: skip
STARTS = tuple("=+-@＝＋－＠\t\r\n")


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [FORMULAS[0], "@SUM(1)", "\t=1", "＝1+1", "=HYPERLINK(A1)"])
def test_names_and_classes_do_not_run(office: Path, capfd: pytest.CaptureFixture[str], cell: str) -> None:
    """Through the whole road: pupils whose name, school and class are formulas."""
    place = office / "audiences/pupils.csv"
    with place.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for row in rows:
            row[0] = cell[0] + row[0]
            row[head.index("学校")] = cell
            row[head.index("班级")] = cell
            writer.writerow(row)
    call(capfd, office, "plan", *DECEMBER)
    for command in (["generate", LETTER], ["approve", LETTER, "--by", "李所长"], ["export", LETTER]):
        assert call(capfd, office, *command).status == 0
    written = list((office / "out" / LETTER).rglob("*.csv"))
    assert written
    for path in written:
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert [c for line in csv.reader(file) for c in line if c.startswith(STARTS)] == []
    for path in (office / "out" / LETTER).rglob("*.xlsx"):
        with zipfile.ZipFile(path) as package:
            assert not [
                n for n in package.namelist() if b"<f>" in package.read(n) or b"<hyperlink" in package.read(n)
            ]


@pytest.mark.parametrize("cell", ["=1+1。", "+1", "@SUM(1)", "＝1+1"])
def test_a_text_that_would_run_is_not_exported(
    office: Path, capfd: pytest.CaptureFixture[str], cell: str
) -> None:
    replace_in(office / "config.toml", 'signature = "幸福镇反诈中心"', 'signature = ""')
    replace_in(office / "templates/sms/elderly.txt.jinja", "长辈您好", cell)
    call(capfd, office, "plan", *DECEMBER)
    call(capfd, office, "generate", ELDERLY)
    call(capfd, office, "approve", ELDERLY, "--by", "李所长")
    said = call(capfd, office, "export", ELDERLY)
    assert said.status
    assert not (office / "out" / ELDERLY).exists()


def test_the_list_of_refusals_does_not_run(
    office: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Where a number comes from is a file's name, which somebody else gave it."""
    file = tmp_path / "=cmd|' !A0.csv"
    file.write_text("手机号\n13800138000\n", "utf-8")
    assert call(capfd, office, "optout", "import", str(file)).status == 0
    assert call(capfd, office, "optout", "export", str(tmp_path / "all.csv"), "--reason", "x").status == 0
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as written:
        cells = [cell for line in csv.reader(written) for cell in line]
    assert "13800138000" in cells
    assert not [cell for cell in cells if cell.startswith(STARTS)]


def test_evidence_does_not_run(office: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    replace_in(office / "config.toml", 'title = "老年人周一提醒"', 'title = "=cmd|A0"')
    road(capfd, office, ELDERLY)
    pack = tmp_path / "pack.zip"
    call(capfd, office, "log", "evidence", "--month", "2026-12", "--to", str(pack), now="2026-12-31T17:00")
    with zipfile.ZipFile(pack) as package:
        tables = [
            package.read(name).decode("utf-8-sig") for name in package.namelist() if name.endswith(".csv")
        ]
    assert tables
    assert not [
        c for text in tables for row in csv.reader(text.splitlines()) for c in row if c.startswith(STARTS)
    ]
