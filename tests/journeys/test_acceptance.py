"""Whole journeys as a clerk takes them: from an empty folder to the sent log, by commands only."""

import csv
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp

from campaigner.store.cipher import copy_under
from tests.conftest import ROOT, peer
from tests.opened import bare

DECEMBER = ("--from", "2026-12-01", "--to", "2026-12-31")


def campaigner(folder: Path, *words: str, expected: int = 0) -> str:
    """Run a command as a clerk does; returns what it printed."""
    command = [sys.executable, "-m", "campaigner", "-C", str(folder), "--now", "2026-11-24T10:00", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == expected, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, fresh_url: Callable[[Path], str]) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "office"
    url = fresh_url(folder)
    # A file is named by the folder's own settings, so that a copy of the folder leads to the copy of the file.
    elsewhere = () if url.startswith("sqlite") else ("--store", url)
    campaigner(ROOT, "demo", str(folder), "--people", "400", *elsewhere)
    return folder


def letters(demo: Path) -> list[Path]:
    return sorted(demo.glob("out/parents-letter-*/letters/*/*.pdf"))


def receipts(demo: Path) -> list[dict[str, str]]:
    (path,) = demo.glob("out/parents-letter-*/letters/回执登记表.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_plan_says_what_the_export_wrote(demo: Path) -> None:
    planned = json.loads(campaigner(demo, "plan", *DECEMBER, "--json"))
    for run in planned["runs"]:
        assert run["state"] == "released"
        for channel in run["channels"]:
            folder = demo / "out" / run["run"]
            if channel["channel"] == "sms":
                rows = [
                    row
                    for path in folder.glob("sms/*.csv")
                    for row in path.read_text("utf-8-sig").splitlines()[1:]
                ]
                assert len(rows) == channel["recipients"]
            elif channel["channel"] == "poster":
                listed = (folder / "posters" / "张贴清单.csv").read_text("utf-8-sig").splitlines()[1:]
                assert len(listed) == channel["recipients"]
                assert sum(int(line.split(",")[2]) for line in listed) == channel["copies"]


def test_every_class_has_its_letters_in_roll_order(demo: Path) -> None:
    rows = receipts(demo)
    for path in letters(demo):
        school, group = path.parent.name, path.stem
        expected = [row for row in rows if (row["学校"], row["班级"]) == (school, group)]
        assert [int(row["学号"]) for row in expected] == sorted(int(row["学号"]) for row in expected)
        with pypdfium2.PdfDocument(path) as pdf:
            texts = [page.get_textpage().get_text_range() for page in pdf]
        assert len(texts) == len(expected)
        for text, row in zip(texts, expected, strict=True):
            assert row["姓名"] in text
            assert row["回执编号"] in text
    assert len(rows) == sum(len(pypdfium2.PdfDocument(path)) for path in letters(demo))


@pytest.mark.peer
def test_pdftotext_reads_name_class_and_text(demo: Path) -> None:
    program = peer("pdftotext")
    path = letters(demo)[0]
    done = subprocess.run(
        [program, "-f", "1", "-l", "1", str(path), "-"], capture_output=True, text=True, check=True
    )
    text = re.sub(r"\s", "", done.stdout)
    first = next(r for r in receipts(demo) if (r["学校"], r["班级"]) == (path.parent.name, path.stem))
    for words in (
        first["姓名"],
        path.parent.name,
        "致全体学生及家长防范电信诈骗的一封信",
        "96110",
        "家长签字",
    ):
        assert words in text, words


def test_the_qr_code_of_a_slip_is_its_code(demo: Path) -> None:
    path = letters(demo)[0]
    first = next(r for r in receipts(demo) if (r["学校"], r["班级"]) == (path.parent.name, path.stem))
    with pypdfium2.PdfDocument(path) as pdf:
        picture = np.ascontiguousarray(pdf[0].render(scale=3, grayscale=True).to_numpy())
    (found,) = zxingcpp.read_barcodes(picture.reshape(picture.shape[:2]))
    assert found.text == first["回执编号"]


def test_posters_are_one_sheet_and_have_a_picture(demo: Path) -> None:
    posters = sorted(demo.glob("out/*/posters/*.pdf"))
    assert len(posters) >= 4
    for path in posters:
        with pypdfium2.PdfDocument(path) as pdf:
            assert len(pdf) == 1
            text = pdf[0].get_textpage().get_text_range()
        assert "96110" in text
        assert path.with_suffix(".png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.sqlite_only("changes a byte of its file")
@pytest.mark.parametrize("encrypted", [True, False])
def test_one_changed_byte_of_the_log_is_found(demo: Path, tmp_path: Path, *, encrypted: bool) -> None:
    copy = tmp_path / "office"
    subprocess.run(["cp", "-r", str(demo), str(copy)], check=True)
    with bare(copy, isolation_level=None) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT data FROM log WHERE kind = 'exported' ORDER BY seq LIMIT 1"
        head = connection.execute(query).fetchone()[0]
        if not encrypted:
            copy_under(connection, copy / "plain.db", None)
    connection.close()
    if not encrypted:
        (copy / "plain.db").replace(copy / "campaigner.db")
    assert "the chain holds" in campaigner(copy, "log", "verify").lower()
    raw = (copy / "campaigner.db").read_bytes()
    place = len(raw) // 2 if encrypted else raw.index(head.encode()) + len(head) // 2
    (copy / "campaigner.db").write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
    campaigner(copy, "log", "verify", expected=1)


WARNING = """
id = "cheap-tickets"
name = "低价门票"
aliases = []
victims = "想看演出的人"
method = "在网上低价转卖演出票，收了钱就不见人。"
red_flags = ["比官方便宜很多", "要求先付全款"]
rule = "不在正规平台买票的，都可能是骗局。"
advice = ["只在官方平台买票", "拿不准打96110"]
short = "低价转卖演出票、要您先付全款的，多是诈骗。买票走官方平台，拿不准打96110。"
long = "演出票只在官方平台买。"
headline = "买票走官方平台"
large = ["买票走官方平台"]
valid_from = 2026-01-01
reviewed_on = 2026-11-20
status = "reviewed"

[[sources]]
report = "本中心"
place = "2026年11月"
"""
TEMPLATE = """+++
id = "sms/cadres"
channel = "sms"
title = "干部短信"
kind = "people"
+++
{{ recipient.village }}：{{ warning.short }}
"""
CAMPAIGN = """
[campaigns.own]
title = "自己的计划"
segment = "own"
warnings = ["cheap-tickets"]
schedule = { dates = [2026-12-03T09:00:00] }
gateway = "carrier"
channels.sms = { template = "sms/cadres" }

[segments.own]
title = "某村中年人"
audience = "residents"
filter = '40 <= age <= 59'
"""


def test_own_segment_warning_and_template_come_out_in_the_batch(tmp_path: Path) -> None:
    office = tmp_path / "office"
    campaigner(ROOT, "init", str(office), "--people", "300")
    (office / "templates" / "warnings" / "cheap-tickets.toml").write_text(WARNING, "utf-8")
    (office / "templates" / "sms" / "cadres.txt.jinja").write_text(TEMPLATE, "utf-8")
    with (office / "config.toml").open("a", encoding="utf-8") as file:
        file.write(CAMPAIGN)
    campaigner(office, "check")
    campaigner(office, "plan", *DECEMBER)
    campaigner(office, "generate", "own-20261203-0900")
    campaigner(office, "approve", "own-20261203-0900", "--by", "李所长")
    campaigner(office, "export", "own-20261203-0900")
    (batch,) = office.glob("out/own-20261203-0900/sms/*.csv")
    with batch.open(encoding="utf-8-sig", newline="") as file:
        texts = [row["短信内容"] for row in csv.DictReader(file)]
    assert texts
    assert all("低价转卖演出票" in text and text.startswith("【幸福镇反诈中心】") for text in texts)
    assert len(set(texts)) > 1
    assert not [text for text in texts if "某村中年人" in text]


def test_the_wheel_carries_the_starter(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
        names = archive.namelist()
    assert not [name for name in names if "__pycache__" in name or name.endswith(".db")]
    run = [sys.executable, "-P", "-m", "campaigner", "init", str(tmp_path / "office"), "--people", "50"]
    subprocess.run(
        run, cwd=tmp_path, check=True, capture_output=True, env={"PYTHONPATH": str(tmp_path / "installed")}
    )
    campaigner(tmp_path / "office", "check")
