"""A month's evidence: complete, checkable without the program, and without anybody's name or number."""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.answers.account import log_entries
from campaigner.answers.evidence import Packed, pack_month
from campaigner.errors import StoreError, UsageError
from campaigner.rendering.pdf import page_count
from campaigner.road.holding import cancel
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, Office, sent
from tests.offices.road import APPROVER, unguard_log

DECEMBER = date(2026, 12, 5)
CLOSING = "2026-12-31T17:00"


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    made = Office(office).ready(FIRST_MONDAY, PARENTS)
    made.out(MONDAY, FIRST_MONDAY)
    made.out("2026-12-10T08:00", PARENTS)
    return made


def pack(office: Office, path: Path | None = None) -> Packed:
    return pack_month(office.at(CLOSING), DECEMBER, path)


def unpacked(packed: Packed, folder: Path) -> Path:
    with zipfile.ZipFile(packed.path) as file:
        file.extractall(folder)
    return folder


def checked(folder: Path, *options: str) -> tuple[int, str]:
    """What the script says that lies in the pack, with no campaigner about."""
    done = subprocess.run(
        [sys.executable, "-I", "verify.py", *options], cwd=folder, capture_output=True, text=True, check=False,
        env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    return done.returncode, done.stdout


def test_a_pack_has_all_and_holds(office: Office, tmp_path: Path) -> None:
    packed = pack(office)
    assert packed.path == office.folder / "out" / "evidence" / "evidence-2026-12.zip"
    assert packed.path.stat().st_mode & 0o077 == 0
    folder = unpacked(packed, tmp_path / "pack")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"summary.pdf", "runs.csv", "log.jsonl", "verify.py", "contents.json", "说明.txt"} <= names
    assert {f"manifests/{code}/manifest.json" for code in (FIRST_MONDAY, PARENTS)} <= names
    assert "【幸福镇反诈中心】" in (folder / "texts" / f"{FIRST_MONDAY}.txt").read_text("utf-8")
    assert page_count((folder / "summary.pdf").read_bytes()) >= 1
    assert checked(folder)[0] == 0
    entry = log_entries(office.store)[-1]
    assert (entry.kind, entry.fields["sha256"], entry.fields["head"]) == (
        "evidence",
        packed.sha256,
        packed.head,
    )


@pytest.mark.peer
def test_nobody_is_named_in_it(office: Office, tmp_path: Path) -> None:
    folder = unpacked(pack(office), tmp_path / "pack")
    kept = b"".join(
        path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".pdf"
    )
    shown = subprocess.run(
        ["pdftotext", folder / "summary.pdf", "-"], capture_output=True, check=False
    ).stdout
    for phone in {*office.phones(FIRST_MONDAY), *office.phones(PARENTS)}:
        assert str(phone).encode() not in kept + shown
    assert not re.search(rb"(?<![0-9a-f])1[3-9]\d{9}(?![0-9a-f])", shown)


TEXT, LOG, LIST = f"texts/{FIRST_MONDAY}.txt", "log.jsonl", f"manifests/{PARENTS}/manifest.json"


@pytest.mark.parametrize(
    ("name", "spoil", "says"),
    [
        pytest.param(TEXT, lambda t: t + "x", "changed", id="a text"),
        pytest.param(LOG, lambda t: t.replace("李所长", "某某", 1), "does not follow", id="log"),
        pytest.param(LOG, lambda t: t[t.index("\n") + 1 :], "does not follow", id="log cut"),
        pytest.param(LIST, lambda t: t.replace("quantity", "Quantity"), "another", id="manifest"),
    ],
)
def test_what_was_changed_is_found(
    office: Office, tmp_path: Path, name: str, spoil: Callable[[str], str], says: str
) -> None:
    folder = unpacked(pack(office), tmp_path / "pack")
    content = (folder / name).read_text("utf-8")
    assert spoil(content) != content
    (folder / name).write_text(spoil(content), "utf-8")
    status, said = checked(folder)
    assert status == 1
    assert says in said


def test_what_is_missing_or_added_is_found(office: Office, tmp_path: Path) -> None:
    folder = unpacked(pack(office), tmp_path / "pack")
    (folder / "runs.csv").unlink()
    (folder / "more.txt").write_text("x")
    status, said = checked(folder)
    assert status == 1
    assert "runs.csv: missing" in said
    assert "more.txt: not in the list" in said


def test_personal_texts_are_counted_and_not_shown(office: Office, tmp_path: Path) -> None:
    template = office.folder / "templates" / "sms" / "elderly.txt.jinja"
    content = template.read_text("utf-8")
    template.write_text(content.replace("长辈您好：", "{{ recipient.village }}长辈您好："), "utf-8")
    office.store.close()
    named = Office(office.folder)
    code = "elderly-monday-20261214-0900"
    named.ready(code).out("2026-12-14T09:00", code)
    folder = unpacked(pack(named), tmp_path / "pack")
    assert "种不同文字，含收件人信息" in (folder / "texts" / f"{code}.txt").read_text("utf-8")


def test_what_carriers_told_and_what_was_called_off_is_in_the_table(
    office: Office, script: Script, tmp_path: Path
) -> None:
    live = office.live()
    code = "elderly-monday-20261214-0900"
    live.ready(code)
    assert sent(live, code, "2026-12-14T09:00").sms == len(script.sent)
    cancel(live.at(MONDAY, APPROVER), live.run("elderly-monday-20261228-0900"), "另有安排")
    rows = (unpacked(pack(live), tmp_path / "pack") / "runs.csv").read_text("utf-8-sig").splitlines()
    (line,) = [row for row in rows if code in row]
    assert f"已发出,待回执{len(script.sent)}," in line
    assert "叫停" in next(row for row in rows if "20261228" in row)
    assert len({row.split(",")[1] for row in rows[1:]}) == len(rows) - 1


def test_a_log_that_does_not_hold_is_packed_and_told(office: Office, tmp_path: Path) -> None:
    with office.store.begin() as connection:
        unguard_log(connection)
        connection.execute(text("UPDATE log SET actor = 'x' WHERE seq = 2"))
    packed = pack(office, tmp_path / "elsewhere.zip")
    assert packed.path == tmp_path / "elsewhere.zip"
    assert "entry 2 was changed" in packed.broken
    assert checked(unpacked(packed, tmp_path / "pack"))[0] == 1


def test_no_evidence_of_the_future_or_into_nowhere(office: Office, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lies ahead"):
        pack_month(office.at(CLOSING), date(2027, 1, 1))
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        pack(office, tmp_path / "file" / "x.zip")


def test_a_month_without_runs_has_a_pack(office: Office, tmp_path: Path) -> None:
    packed = pack_month(office.at(CLOSING), date(2026, 10, 1))
    assert packed.runs == 0
    folder = unpacked(packed, tmp_path / "pack")
    assert checked(folder)[0] == 0
    assert json.loads((folder / "contents.json").read_text("utf-8"))
