"""One office through what an inspector asks for: back up, delete a person, restore, purge, give account, rotate.

The journey is a list of steps; after each of them the log holds. Its store is one of an earlier version at first, not
encrypted, so that what is left in its file can be looked for; later it gets a key, and then another one.
"""

import gc
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from campaigner.app import open_app
from campaigner.cli import cli
from campaigner.domain.campaign import Channel
from campaigner.domain.phone import masked_phone
from campaigner.store import messages, runs
from campaigner.store.inspection import files_of, store_file
from tests.offices.office import FIRST_MONDAY, MONDAY, SECOND_MONDAY, at
from tests.opened import plain_store

TUESDAY = "2026-12-08T09:00"
LATER = "2027-08-01T09:00"
AUTHOR, APPROVER, OFFICER = "王经办", "李所长", "赵主任"


def called(office: Path, moment: str, *words: str) -> Result:
    # Each command is a process of its own for the clerk: what the one before had open is closed.
    gc.collect()
    return CliRunner().invoke(cli, ["-C", str(office), "--now", moment, *words], standalone_mode=False)


def done(office: Path, moment: str, *words: str) -> str:
    result = called(office, moment, *words)
    assert result.exception is None, result.output
    assert not result.return_value, result.output
    return result.output


def phones(office: Path, code: str) -> list[int]:
    store = open_app(office, at(MONDAY), at(MONDAY)).store()
    with store.read() as connection:
        found = [
            phone for phone, _ in messages.recipients(connection, runs.find(connection, code), Channel.SMS)
        ]
    store.close()
    return found


def kept(office: Path) -> bytes:
    place = store_file(open_app(office, at(MONDAY), at(MONDAY)).desk.config.store_url)
    return b"".join(file.read_bytes() for file in files_of(place))


# ---- the steps; what one leaves to another lies in the office's folder ----


def a_run_goes_out(office: Path) -> None:
    done(office, TUESDAY[:8] + "01T09:00", "plan", "--from", "2026-12-01", "--to", "2026-12-31")
    for code in (FIRST_MONDAY, SECOND_MONDAY):
        done(office, "2026-12-01T09:00", "generate", code, "--by", AUTHOR)
        done(office, "2026-12-01T10:00", "approve", code, "--by", APPROVER)
    done(office, MONDAY, "export", FIRST_MONDAY)
    (office / "phones.json").write_text(json.dumps(phones(office, FIRST_MONDAY)))


def the_head_is_anchored(office: Path) -> None:
    done(office, TUESDAY, "log", "anchor", "--to", str(office / "mail.txt"))
    mail = office / "mail.txt"
    mail.write_text("转发：\n> " + mail.read_text("utf-8").replace("\n", "\n> "), "utf-8")
    assert "as it was anchored" in done(office, TUESDAY, "log", "verify", "--anchor", str(mail))


def the_store_is_backed_up(office: Path) -> None:
    done(office, TUESDAY, "backup", "--new-key")
    stick = office / "stick"
    stick.mkdir()
    assert "(sealed)" in done(office, TUESDAY, "backup", str(stick), "--by", OFFICER)


def a_person_is_shown_copied_and_deleted(office: Path) -> None:
    who = str(json.loads((office / "phones.json").read_text())[0])
    shown = done(office, TUESDAY, "subject", "show", who, "--reason", "本人查询")
    assert masked_phone(who) in shown
    assert f"out/{FIRST_MONDAY}/sms/" in shown
    done(office, TUESDAY, "subject", "export", who, "--reason", "本人申请", "--to", str(office / "copy.zip"))
    told = done(office, TUESDAY, "subject", "delete", who, "--reason", "本人要求", "--by", OFFICER)
    assert "2 messages of 2 runs were deleted" in told
    assert int(who).to_bytes(6) not in kept(office)


def the_backup_undoes_nothing(office: Path) -> None:
    done(office, TUESDAY, "return", SECOND_MONDAY, "--by", APPROVER, "--reason", "换一个主题")
    (backup,) = (office / "stick").iterdir()
    dry = done(office, TUESDAY, "restore", str(backup), "--dry-run")
    assert "Nothing was changed" in dry
    told = done(office, TUESDAY, "restore", str(backup), "--by", OFFICER, "--reason", "误操作")
    assert f"Returned: {SECOND_MONDAY}" in told
    assert "Deleted again: 1" in told
    who = json.loads((office / "phones.json").read_text())[0]
    assert who not in phones(office, FIRST_MONDAY)
    assert who.to_bytes(6) not in kept(office)


def what_was_returned_goes_out_by_another_approval(office: Path) -> None:
    done(office, TUESDAY, "generate", SECOND_MONDAY, "--by", AUTHOR)
    done(office, TUESDAY, "approve", SECOND_MONDAY, "--by", APPROVER)
    done(office, "2026-12-14T09:00", "export", SECOND_MONDAY)
    who = json.loads((office / "phones.json").read_text())[0]
    rows = "".join(path.read_text("utf-8-sig") for path in (office / "out" / SECOND_MONDAY).rglob("*.csv"))
    assert str(who) not in rows


def a_month_is_packed(office: Path) -> None:
    done(
        office, "2027-01-02T09:00", "log", "evidence", "--month", "2026-12", "--to", str(office / "pack.zip")
    )


def what_is_old_is_purged(office: Path) -> None:
    assert "would be deleted" in done(office, "2027-05-30T09:00", "purge", "--dry-run").lower()
    told = done(office, LATER, "purge", "--by", OFFICER)
    assert "certificate:" in told
    everybody = json.loads((office / "phones.json").read_text())
    content = kept(office)
    assert [phone for phone in everybody if phone.to_bytes(6) in content] == []
    assert list((office / "out" / "purge").glob("SC-*.pdf"))
    batches = [
        path for code in (FIRST_MONDAY, SECOND_MONDAY) for path in (office / "out" / code).rglob("*.csv")
    ]
    assert batches == []


def the_evidence_still_proves_it(office: Path) -> None:
    done(office, LATER, "log", "evidence", "--month", "2026-12", "--to", str(office / "again.zip"))
    tables = [ZipFile(office / name).read("runs.csv") for name in ("pack.zip", "again.zip")]
    assert tables[0] == tables[1]
    for name in ("pack", "again"):
        ZipFile(office / f"{name}.zip").extractall(office / name)
        script = [sys.executable, "verify.py"]
        checked = subprocess.run(script, cwd=office / name, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    done(office, LATER, "log", "verify", "--anchor", str(office / "mail.txt"))


def the_store_gets_a_key(office: Path) -> None:
    texts = json.dumps(log_of(office), ensure_ascii=False)
    assert "赵主任".encode() in kept(office)
    assert "not encrypted" in done(office, LATER, "rotate", "--by", OFFICER, "--reason", "等保要求")
    assert "赵主任".encode() not in kept(office)
    with closing(sqlite3.connect(office / "campaigner.db")) as thief, pytest.raises(sqlite3.DatabaseError):
        thief.execute("SELECT * FROM log")
    assert json.dumps(log_of(office)[:-1], ensure_ascii=False) == texts


def the_key_is_changed_and_an_older_backup_still_comes_back(office: Path) -> None:
    stick = office / "stick"
    done(office, LATER, "backup", str(stick), "--by", OFFICER)
    told = done(office, LATER, "rotate", "--by", OFFICER, "--reason", "人员离岗")
    assert "keys/store.key" in told
    newest = max(stick.iterdir(), key=lambda path: path.stat().st_mtime)
    done(office, LATER, "restore", str(newest), "--by", OFFICER, "--reason", "演练")
    kinds = [entry["kind"] for entry in log_of(office)]
    assert kinds[-2:] == ["rotated", "recovered"]


def log_of(office: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(done(office, LATER, "log", "--json"))
    return found


STEPS: tuple[Callable[[Path], None], ...] = (
    a_run_goes_out,
    the_head_is_anchored,
    the_store_is_backed_up,
    a_person_is_shown_copied_and_deleted,
    the_backup_undoes_nothing,
    what_was_returned_goes_out_by_another_approval,
    a_month_is_packed,
    what_is_old_is_purged,
    the_evidence_still_proves_it,
    the_store_gets_a_key,
    the_key_is_changed_and_an_older_backup_still_comes_back,
)


@pytest.mark.sqlite_only("backs its file up, restores and encrypts it")
def test_the_log_holds_after_every_step(office: Path) -> None:
    plain_store(office)
    for step in STEPS:
        step(office)
        assert "The chain holds" in done(office, LATER, "log", "verify"), step.__name__
