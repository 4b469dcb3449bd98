"""Where the end of the log was cut off, the output folder still shows it; what is honest raises no alarm."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from campaigner.answers.account import log_entries, verify
from campaigner.answers.unlogged import copied_folders, unlogged
from campaigner.cli import cli
from campaigner.domain.lifecycle import RunState
from campaigner.office.doctor import examine
from campaigner.office.soundness.finding import Grade
from campaigner.office.soundness.machine import Moment
from campaigner.road import deliver, send
from campaigner.store import settings
from tests.answers.test_evidence import checked, pack, unpacked
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, Office, at, gone, sent
from tests.offices.road import unguard_log

THURSDAY = "2026-12-10T08:00"


class KilledError(BaseException):
    """The process ends here."""


def killed(*_words: object) -> None:
    raise KilledError


def strange(office: Office) -> list[str]:
    return unlogged(office.store, office.app.desk.config.output)


def cut(office: Office, code: str) -> None:
    """Cut the log before a run went out, and put its rows back, as somebody could who has the store's key."""
    first = next(entry for entry in log_entries(office.store, code) if entry.kind in {"exported", "printed"})
    with office.store.begin() as connection:
        unguard_log(connection)
        connection.execute(text("DELETE FROM log WHERE seq >= :seq"), {"seq": first.seq})
        settings.keep(connection, "log_head", first.previous)
        connection.execute(text("DELETE FROM run_release"))
        connection.execute(
            text("UPDATE run SET state = 'approved' WHERE state IN ('released', 'releasing', 'partly')")
        )


def said_by_doctor(office: Office) -> dict[str, tuple[Grade, str]]:
    moment: datetime = at("2026-12-11T08:00")
    found = examine(office.folder, lambda: Moment(moment, 0.0))
    return {finding.name: (finding.level, finding.found + finding.advice_zh) for finding in found}


def test_a_cut_end_is_seen_in_the_output_folder(office: Path) -> None:
    road = Office(office).ready(FIRST_MONDAY)
    road.out(MONDAY, FIRST_MONDAY)
    assert strange(road) == []
    assert "exports" not in said_by_doctor(road)
    cut(road, FIRST_MONDAY)
    assert verify(road.store).broken == ""
    assert strange(road) == [FIRST_MONDAY]
    level, words = said_by_doctor(road)["exports"]
    assert level is Grade.BAD
    assert FIRST_MONDAY in words
    assert "末条校验值" in words
    packed = pack(road)
    assert [line.split(":")[0] for line in packed.amiss] == [FIRST_MONDAY]
    road.store.close()
    done = CliRunner().invoke(cli, ["-C", str(office), "log", "verify"], standalone_mode=False)
    assert done.return_value == 1
    assert f"No entry of the log names the manifest in {FIRST_MONDAY}." in done.output
    assert "restore the newest backup" in done.output
    assert "恢复最近的备份" in done.output


def test_a_cut_end_of_a_live_sending_is_seen_by_its_paper(office: Path, script: Script) -> None:
    live = Office(office).live().ready(PARENTS)
    sent(live, PARENTS, THURSDAY)
    assert script.sent
    assert strange(live) == []
    cut(live, PARENTS)
    assert strange(live) == [PARENTS]


def test_copies_links_and_other_folders_are_no_alarm(office: Path, tmp_path: Path) -> None:
    road = Office(office).ready(FIRST_MONDAY)
    assert strange(road) == []
    road.out(MONDAY, FIRST_MONDAY)
    out = office / "out"
    shutil.copytree(out / FIRST_MONDAY, out / f"{FIRST_MONDAY} - 副本")
    (out / "notes").mkdir()
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "manifest.json").write_text("{}")
    (out / "link").symlink_to(tmp_path / "theirs")
    assert strange(road) == []
    (out / "planted").mkdir()
    (out / "planted" / "manifest.json").write_text("[]")
    assert strange(road) == ["planted"]


def test_an_export_that_was_stopped_before_its_entry_is_no_alarm(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    road = Office(office).ready(FIRST_MONDAY)
    with monkeypatch.context() as patched:
        patched.setattr(deliver, "_finish", killed)
        with pytest.raises(KilledError):
            road.out(MONDAY, FIRST_MONDAY)
    assert road.run(FIRST_MONDAY).state is RunState.RELEASING
    assert (office / "out" / FIRST_MONDAY / "manifest.json").is_file()
    assert strange(road) == []
    assert "exports" not in said_by_doctor(road)
    road.out(MONDAY, FIRST_MONDAY)
    assert strange(road) == []


def test_letters_of_a_live_sending_that_was_stopped_before_their_entry_are_logged_by_the_next(
    office: Path, script: Script, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    live = Office(office).live().ready(PARENTS)
    with monkeypatch.context() as patched:
        patched.setattr(deliver, "paper_printed", killed)
        patched.setattr(send, "identity", gone)
        with pytest.raises(KilledError):
            sent(live, PARENTS, THURSDAY)
    assert strange(live) == []
    while live.run(PARENTS).state is not RunState.RELEASED:
        sent(live, PARENTS, THURSDAY)
    assert script.sent
    assert live.kinds(PARENTS).count("printed") == 1
    assert strange(live) == []
    assert verify(live.store).broken == ""
    assert checked(unpacked(pack(live), tmp_path / "pack"))[0] == 0


def test_a_copy_of_an_exported_folder_is_told(office: Path) -> None:
    """It is whole and signed like the first, so that it could be uploaded once more."""
    road = Office(office).ready(FIRST_MONDAY)
    road.out(MONDAY, FIRST_MONDAY)
    out = office / "out"
    assert copied_folders(out) == []
    for name in (f"{FIRST_MONDAY}.2", "留底"):
        shutil.copytree(out / FIRST_MONDAY, out / name)
    shutil.copytree(out / FIRST_MONDAY, out / f"{FIRST_MONDAY}.differs")
    assert copied_folders(out) == [(f"{FIRST_MONDAY}.2", FIRST_MONDAY), ("留底", FIRST_MONDAY)]
    level, words = said_by_doctor(road)["copied exports"]
    assert level is Grade.WARN
    assert f"留底 is a copy of {FIRST_MONDAY}" in words
    assert "只从与任务同名的文件夹上传" in words
    for name in (f"{FIRST_MONDAY}.2", "留底"):  # the advice followed
        shutil.rmtree(out / name)
    assert "copied exports" not in said_by_doctor(road)
