"""A kind of artefact that nothing in the program names walks the whole road, and is found at each station of it."""

import csv
import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaigner.answers.check import check
from campaigner.answers.evidence import pack_month
from campaigner.answers.preview import draw, masked_samples, samples
from campaigner.answers.slip import slip_of, slip_pdf
from campaigner.cli import cli
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.errors import ArtefactError, NotAskedError, RenderError, StateError, UsageError
from campaigner.exports.parcel import MANIFEST
from campaigner.rendering.pdf import page_count
from campaigner.road.deliver import export
from campaigner.store import messages
from campaigner.workspace.desk import Silent
from tests.artefacts.conftest import Install, forget
from tests.conftest import NOW, peer
from tests.offices.office import Office, at
from tests.offices.road import Road

NOTICE = Channel("notice")
RUN = "board-notices-20261203-0800"
CAMPAIGN = """
[campaigns.board-notices]
title = "村务公开栏通知"
segment = "banks"
warnings = ["fake-police"]
schedule = { dates = [2026-12-03T08:00:00] }
channels.notice = { template = "notice/plain", copies = 2 }
"""
TEMPLATE = """+++
id = "notice/plain"
channel = "notice"
title = "公开栏通知"
kind = "places"
+++
关于防范电信网络诈骗的通知
{{ warning.long }}
拿不准，请打反诈专线96110。
"""


@pytest.fixture
def folder(office: Path, install: Install) -> Path:
    """A working folder in which one campaign has nothing but notices, and the package that brings them."""
    install()
    (office / "templates" / "notice").mkdir()
    (office / "templates" / "notice" / "plain.txt.jinja").write_text(TEMPLATE, "utf-8")
    config = office / "config.toml"
    config.write_text(config.read_text("utf-8") + CAMPAIGN, "utf-8")
    return office


@pytest.fixture
def road(folder: Path) -> Office:
    return Office(folder)


def command(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(folder), "--now", "2026-12-03T08:00", *words])


def places(run: Run) -> int:
    (tally,) = run.planned.tallies
    return tally.recipients


def printed(folder: Path) -> Sequence[Path]:
    return sorted((folder / "out" / RUN / "notices").iterdir())


def test_a_notice_is_checked_and_planned(road: Road) -> None:
    found = check(road.app.desk, NOW, Silent()).problems
    assert not [problem for problem in found if "notice" in problem.message or "通知" in problem.message_zh]
    road.keep()
    run = road.run(RUN)
    (tally,) = run.planned.tallies
    assert (tally.channel, tally.template) == (NOTICE, "notice/plain")
    assert tally.recipients > 1
    assert (tally.copies, tally.parts) == (2 * tally.recipients, 0)


def test_a_notice_has_hours_of_its_own(road: Office) -> None:
    (run,) = [run for run in road.set('\n[windows]\nnotice = "10:30-17:00"\n').plan().runs if run.code == RUN]
    assert run.release_at == at("2026-12-03T10:30")
    assert not run.blocked


def test_a_notice_is_generated_and_looked_at(road: Road, tmp_path: Path) -> None:
    road.keep()
    run = road.generate(RUN)
    assert (run.state, run.quantity) == (RunState.GENERATED, places(run))
    with road.store.read() as connection:
        assert len(messages.wordings(connection, run, NOTICE)) == 1
    found = masked_samples(road.work(), run, samples(road.store, run, NOTICE, 3))
    assert all(sample.text.startswith("关于防范电信网络诈骗的通知\n") for sample in found)
    drawn = draw(road.app.desk, run, found, tmp_path / "seen")
    assert [path.name for path in drawn] == [f"{RUN}-notice-1.pdf", f"{RUN}-notice-1.png"]


def test_the_preview_command_knows_it(folder: Path) -> None:
    assert command(folder, "plan", "--from", "2026-12-01", "--to", "2026-12-31").exit_code in {0, 1}
    shown = command(folder, "preview", RUN, "--channel", "notice")
    assert shown.exit_code == 0, shown.output
    assert "notice: " in shown.output
    assert "关于防范电信网络诈骗的通知" in shown.output
    refused = command(folder, "preview", RUN, "--channel", "banner")
    assert refused.exit_code == 2
    assert "sms, letter, poster, notice" in refused.output


def test_a_notice_is_on_the_form_that_is_signed(road: Road, tmp_path: Path) -> None:
    road.keep()
    run = road.generate(RUN)
    (section,) = slip_of(road.work(), run).sections
    assert (section.name, section.unit, section.recipients) == ("通知", "处", places(run))
    assert section.paper == "A4，另附纯文本"
    assert len(section.pictures) == 1
    file = tmp_path / "form.pdf"
    file.write_bytes(slip_pdf(road.work(), run))
    read = subprocess.run([peer("pdftotext"), "-raw", file, "-"], capture_output=True, text=True, check=True)
    assert f"通知{places(run)}处" in re.sub(r"\s", "", read.stdout)


def test_a_notice_is_exported_and_stands_in_the_evidence(road: Office) -> None:
    road.ready(RUN)
    done = road.out("2026-12-03T08:00", RUN)
    assert done.run.state is RunState.RELEASED
    assert done.quantity == places(done.run)
    names = [path.name for path in printed(road.folder)]
    assert names == ["张贴清单.csv", "张贴清单.xlsx", "通知-1.pdf", "通知-1.txt"]
    sheet, text = (road.folder / "out" / RUN / "notices" / f"通知-1.{kind}" for kind in ("pdf", "txt"))
    assert page_count(sheet.read_bytes()) == 1
    assert text.read_text("utf-8-sig").startswith("关于防范电信网络诈骗的通知\n")
    manifest = json.loads((road.folder / "out" / RUN / MANIFEST).read_text("utf-8"))
    assert manifest["files"]["notices/通知-1.pdf"]["sha256"] == hashlib.sha256(sheet.read_bytes()).hexdigest()
    assert manifest["channels"][0]["channel"] == "notice"
    packed = pack_month(road.at("2026-12-31T17:00"), date(2026, 12, 5), None)
    with zipfile.ZipFile(packed.path) as file:
        table = next(name for name in file.namelist() if name.endswith(".csv"))
        rows = list(csv.reader(io.StringIO(file.read(table).decode("utf-8-sig"))))
        assert f"manifests/{RUN}/{MANIFEST}" in file.namelist()
    (row,) = [row for row in rows if RUN in row]
    assert f"通知　银行网点 {places(done.run)}处" in " ".join(row)


def test_an_export_that_is_written_again_is_the_same(road: Office) -> None:
    road.ready(RUN)
    road.out("2026-12-03T08:00", RUN)
    before = {path.name: path.read_bytes() for path in printed(road.folder)}
    (road.folder / "out" / RUN / "notices" / "通知-1.pdf").unlink()
    again = road.out("2026-12-03T09:00", RUN)
    assert (again.again, again.restored) == (True, ("notices/通知-1.pdf",))
    assert {path.name: path.read_bytes() for path in printed(road.folder)} == before


def test_a_kind_that_is_gone_is_refused_at_plan(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    forget()
    reopened = road.reopened()
    reopened.keep()
    run = reopened.run(RUN)
    assert run.planned.blocked
    with pytest.raises(NotAskedError, match="board-notices"):
        reopened.generate(RUN)
    found = check(reopened.app.desk, NOW, Silent()).problems
    (unknown,) = [problem for problem in found if problem.code == "config-unknown-channel"]
    assert (unknown.source, unknown.line is not None) == ("config.toml", True)


def test_an_approved_run_whose_kind_is_gone_is_never_exported_as_nothing(
    road: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.ready(RUN)
    before = road.app.desk
    monkeypatch.undo()
    forget()
    with pytest.raises(NotAskedError, match="board-notices cannot be used"):
        road.out("2026-12-03T08:00", RUN)
    unaware = replace(road.work(), desk=before, reread=None)
    with pytest.raises(ArtefactError, match="no installed package writes and prints `notice`"):
        export(replace(unaware, now=at("2026-12-03T08:00"), clock=at("2026-12-03T08:00")), road.run(RUN))
    assert not (road.folder / "out" / RUN).exists()
    assert road.run(RUN).state is not RunState.RELEASED


@pytest.mark.parametrize(
    "idle",
    [
        pytest.param("        return\n        places", id="writes nothing"),
        pytest.param("        messages = [next(iter(messages))]\n        places", id="takes one of many"),
    ],
)
def test_what_is_not_printed_is_not_exported(
    folder: Path, install: Install, idle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    install(("        places: dict[str, list[Message]]", f"{idle}: dict[str, list[Message]]"))
    road = Office(folder).ready(RUN)
    with pytest.raises(RenderError, match=r"not all messages of channel notice .*; nothing was exported"):
        road.out("2026-12-03T08:00", RUN)
    assert not (folder / "out" / RUN).exists()
    assert capsys.readouterr().out == ""


def test_a_template_of_another_kind_is_refused(road: Road) -> None:
    changed = road.edit("config.toml", 'template = "notice/plain"', 'template = "poster/bold"')
    (problem,) = [p for run in changed.plan().runs for p in run.problems if p.code == "template-channel"]
    assert "poster/bold is for poster" in problem.message
    changed.keep()
    with pytest.raises((UsageError, StateError)):
        changed.generate(RUN)
