"""Cells, names, texts and manifests of strangers never act on a terminal or turn a line around."""

import io
import json
import logging
import re
from pathlib import Path

import pytest

from campaigner.daemon.logs import JsonLine, TextLine
from campaigner.domain.visible import visible, visible_json
from tests.hostile.desk import DECEMBER, ELDERLY, LETTER, call, replace_in, road

EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2066x\x08\x7f\u200b"
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("幸福镇 plain\ttext\n", "幸福镇 plain\ttext\n", id="plain"),
        pytest.param("\x1b[31m", "\\x1b[31m", id="escape"),
        pytest.param("\x9b31m", "\\x9b31m", id="one-byte escape"),
        pytest.param("\r\x08\x00\x7f", "\\x0d\\x08\\x00\\x7f", id="overwriting"),
        pytest.param("\u202egnp.exe", "\\u202egnp.exe", id="turned around"),
        pytest.param("a\u2028b", "a\\u2028b", id="line separator"),
        pytest.param("\u206a\ufff9", "\\u206a\\ufff9", id="old direction marks, annotations"),
        pytest.param("\ud800", "\\ud800", id="half a pair"),
    ],
)
def test_what_acts_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", [EVIL, "\u202e\x85", '"\\\x1b', "𠮷\ue000"])
def test_json_says_the_same_without_acting(text: str) -> None:
    written = visible_json(json.dumps([text], ensure_ascii=False))
    assert json.loads(written) == [text]
    assert not ACTING.search(written)


def test_a_list_does_not_act_on_the_terminal(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = office / "audiences/residents.csv"
    head, first, *rest = place.read_text("utf-8-sig").splitlines()
    header = head.replace("标签", f"标签{EVIL}")
    cells = first.split(",")
    cells[2] = f"1957-99-{EVIL}"
    lines = [header, ",".join(cells), *rest]
    place.write_text("\n".join(lines), "utf-8")
    for command in (["check"], ["check", "--json"], ["plan", *DECEMBER], ["explain", "residents:2"]):
        said = call(capfd, office, *command)
        assert not ACTING.search(said.out + said.err), command


@pytest.mark.parametrize("code", [ELDERLY, LETTER])
def test_a_name_does_not_act_on_the_terminal(
    office: Path, capfd: pytest.CaptureFixture[str], code: str
) -> None:
    template = "templates/sms/elderly.txt.jinja" if code == ELDERLY else "templates/letter/guardians.md.jinja"
    place = office / template
    place.write_text(place.read_text("utf-8") + f"\n{EVIL}{{{{ recipient.name }}}}\n", "utf-8")
    for audience in ("residents", "pupils"):
        file = office / f"audiences/{audience}.csv"
        head, *lines = file.read_text("utf-8-sig").splitlines()
        file.write_text("\n".join([head, *(line.replace(",", f"{EVIL},", 1) for line in lines)]), "utf-8")
    call(capfd, office, "plan", *DECEMBER)
    for command in (["generate", code], ["preview", code], ["pending"], ["plan", *DECEMBER, "--json"]):
        said = call(capfd, office, *command)
        assert not ACTING.search(said.out + said.err), command


def test_words_typed_by_others_do_not_act(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    call(capfd, office, "plan", *DECEMBER)
    call(capfd, office, "generate", ELDERLY)
    for command in (
        ["return", ELDERLY, "--by", f"李{EVIL}", "--reason", f"换{EVIL}"],
        ["log"],
        ["log", "--json"],
        ["export", f"no-such-run{EVIL}"],
        ["explain", EVIL],
        ["log", f"--{EVIL}"],
        [EVIL],
    ):
        said = call(capfd, office, *command)
        assert not ACTING.search(said.out + said.err), command


def test_a_carriers_file_does_not_act(
    office: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    road(capfd, office, ELDERLY)
    file = tmp_path / f"status{EVIL.replace(chr(0), '')}.csv"
    file.write_text(f"手机号,编号{EVIL},状态\n13800138000,1,{EVIL}\n{EVIL},{EVIL},成功\n", "utf-8")
    for command in (
        ["receipts", "import", str(file), "--gateway", "carrier"],
        ["optout", "import", str(file)],
    ):
        said = call(capfd, office, *command)
        assert not ACTING.search(said.out + said.err), command


def test_a_manifest_does_not_act(office: Path, capfd: pytest.CaptureFixture[str]) -> None:
    road(capfd, office, ELDERLY)
    folder = office / "out" / ELDERLY
    replace_in(
        folder / "manifest.json", '"files": {', f'"files": {{"{json.dumps(EVIL)[1:-1]}": {{"bytes": 1}},'
    )
    (folder / f"strange{EVIL}").touch()
    said = call(capfd, office, "export", "verify", str(folder))
    assert said.status == 1
    assert not ACTING.search(said.out + said.err)


@pytest.mark.parametrize("form", [JsonLine(), TextLine()], ids=["json", "text"])
def test_no_line_of_the_log_is_forged(form: logging.Formatter) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(form)
    record = logging.LogRecord(
        "campaigner", logging.INFO, "", 0, "said %s", (f"a\nERROR forged\r{EVIL}",), None
    )
    record.gateway = f"x\n{EVIL}\u2028y"
    handler.handle(record)
    written = stream.getvalue()
    assert len(written.splitlines()) == 1
    assert not ACTING.search(written.rstrip("\n"))
