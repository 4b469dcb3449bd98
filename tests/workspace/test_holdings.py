"""Every file that campaigner leaves in a working folder is of a kind with a class, or says why nobody deletes it."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from campaigner.cli import main
from campaigner.domain.retention import Kept
from campaigner.office.purging import purge, what_is_old
from campaigner.workspace import leftovers
from campaigner.workspace.holdings import HOLDINGS, dated, kind_of, walk
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, Office, at

LATER = "2027-07-07T09:00"
REPORT = "工作总结\n　　我镇居民（电话13900001102）被骗，派出所走访商户三十家，发放宣传单五千份。\n" * 3


def called(office: Path, moment: str, *words: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(["-C", str(office), "--now", moment, *words])
    assert end.value.code in (0, None), words


def digest(folder: Path, code: str) -> str:
    """What stands on the approval form of a run."""
    office = Office(folder)
    found = office.run(code).digest
    office.store.close()
    return found


def whole_road(folder: Path, elsewhere: Path) -> Office:
    """Every command that leaves a file, and what each leaves when it is killed half-way."""
    report = elsewhere / "report.txt"
    report.write_text(REPORT, "utf-8")
    inbox = folder / "receipts" / "carrier"
    inbox.mkdir(parents=True)
    (inbox / "status.csv").write_text("编号,状态\n1,成功\n", "utf-8")
    called(folder, "2026-12-01T09:00", "plan", "--from", "2026-12-01", "--to", "2026-12-31")
    for code in (FIRST_MONDAY, PARENTS):
        called(folder, "2026-12-01T09:00", "generate", code, "--by", "王经办")
        called(folder, "2026-12-01T09:00", "slip", code)
        seen = digest(folder, code)
        called(folder, "2026-12-01T10:00", "approve", code, "--by", "李所长", "--content", seen)
    called(folder, "2026-12-01T11:00", "preview", PARENTS)
    called(folder, "2026-12-01T11:00", "preview", PARENTS, "--to", str(folder / "samples"))
    called(folder, "2026-12-07T09:00", "export", FIRST_MONDAY)
    called(folder, "2026-12-10T08:00", "export", PARENTS)
    office = Office(folder)
    phone = str(office.phones(FIRST_MONDAY)[0])
    office.store.close()
    for words in (
        ("daemon", "--once"),
        ("optout", "add", phone, "--by", "王经办"),
        ("optout", "export", str(folder / "refused.csv"), "--reason", "x"),
        ("subject", "export", phone, "--reason", "x"),
        ("subject", "export", phone, "--reason", "x", "--to", str(folder / "for-him.zip")),
        ("reports", "import", str(report)),
        ("reports", "findings", "--html", str(folder / "findings.html")),
        ("reports", "draft"),
        ("backup", "--new-key"),
        ("backup",),
        ("log", "anchor", "--to", str(folder / "mail.txt")),
    ):
        called(folder, "2026-12-11T08:00", *words)
    called(folder, "2027-01-02T09:00", "log", "evidence", "--month", "2026-12")
    (folder / "receipts" / "carrier" / "read" / "20260101-090000-old.csv").write_text("x", "utf-8")
    called(
        folder, "2027-01-02T09:00", "purge", "--class", "inbox", "--before", "2026-02-01", "--by", "赵主任"
    )
    shutil.copytree(folder / "out" / FIRST_MONDAY, folder / "out" / f".{FIRST_MONDAY}.partial")
    for half in (
        "reports/.import-abc/decoded.txt", f"preview/.{PARENTS}-letter-1.pdf.partial", ".to-sign.pdf.partial",
        "out/subject/.copy-20261201-090000.zip.partial", "backups/.campaigner-20261201-090000.db.partial",
        ".campaigner.db.restoring", ".campaigner.db.rotating-wal", ".campaigner.db.sealing-x.db",
        f"out/.{FIRST_MONDAY}.dropped",
    ):  # fmt: skip
        (folder / half).parent.mkdir(parents=True, exist_ok=True)
        (folder / half).write_text("13900001102", "utf-8")
    return Office(folder)


@pytest.mark.sqlite_only("backs its file up")
def test_every_file_has_its_kind_and_every_kind_its_file(office: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    walked = whole_road(office, elsewhere)
    work = walked.at("2027-01-03T09:00")
    kinds = {path.relative_to(office).as_posix(): kind_of(work, path) for path in walk(work)}
    # The anchor is a text of its own, the office's to keep or to send.
    assert [name for name, kind in kinds.items() if kind is None] == ["mail.txt"]
    met = {kind.path for kind in kinds.values() if kind}
    unmet = [kind.path.pattern for kind in HOLDINGS if kind.path not in met]
    # Stores that were set aside are asked for in their own tests; the notice goes with what it tells of.
    assert [one for one in unmet if "before" not in one and "说明" not in one] == []
    assert all((kind.kept is None) == bool(kind.why) for kind in HOLDINGS)
    assert {kind.kept for kind in kinds.values() if kind} >= set(Kept) - {
        Kept.TEXTS, Kept.RECIPIENTS, Kept.DELIVERIES,
    }  # fmt: skip


@pytest.mark.sqlite_only("backs its file up")
def test_all_of_a_class_goes_in_time_and_is_certified(office: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    walked = whole_road(office, elsewhere)
    then = at("2026-12-11T08:00").timestamp()
    for path in walk(walked.at(LATER)):
        os.utime(path, (then, then))
    before = {kind: len(files) for kind, files in dated(walked.at(LATER)).items()}
    assert all(before[kind] for kind in (Kept.INBOX, Kept.PREVIEWS, Kept.REPORTS, Kept.LEFTOVERS))
    done = purge(walked.at(LATER))
    assert done.certificate
    told = done.certificate.data.read_text("utf-8")
    for kind in (Kept.EXPORTS, Kept.INBOX, Kept.PREVIEWS, Kept.REPORTS, Kept.LEFTOVERS):
        assert f'"class": "{kind}"' in told
        assert dated(walked.at(LATER))[kind] == []
    assert not (office / "findings.html").exists()
    assert not list((office / "reports").rglob("*"))
    left = [p for p in walk(walked.at(LATER)) if p.suffix != ".csv" and b"13900001102" in p.read_bytes()]
    assert [path.name for path in left] == [f".{FIRST_MONDAY}.dropped"]


def test_what_is_young_stays_and_each_class_has_its_own_time(office: Path) -> None:
    walked = Office(office).set(
        '[retention]\nexports = "20 days"\nreports = "60 days"\nleftovers = "2 days"\n'
    )
    retention = walked.at(MONDAY).desk.config.retention
    assert retention.of(Kept.PREVIEWS) == retention.of(Kept.INBOX) == timedelta(days=20)
    there = {
        Kept.REPORTS: office / "reports" / "0123456789ab" / "cleaned.json",
        Kept.PREVIEWS: office / "preview" / "a.pdf",
        Kept.INBOX: office / "receipts" / "carrier" / "never-read.csv",
        Kept.LEFTOVERS: office / "reports" / ".import-1" / "decoded.txt",
    }
    for path in there.values():
        path.parent.mkdir(parents=True)
        path.write_text("x")
        os.utime(path, (at(MONDAY).timestamp(),) * 2)

    def old(days: int) -> set[Kept]:
        work = walked.at(f"{at(MONDAY) + timedelta(days=days, hours=1):%Y-%m-%dT%H:%M}")
        return {one.kind for one in what_is_old(work) if one.quantity}

    assert [old(days) for days in (1, 3, 21, 61)] == [
        set(),
        {Kept.LEFTOVERS},
        {Kept.LEFTOVERS, Kept.PREVIEWS, Kept.INBOX},
        set(there),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "page.html",
        "list.csv",
        "scan.pdf",
        "photos.zip",
        "preview2/x.pdf",
        "reports/notes.txt",
        "out/mine/a.csv",
    ],
)
def test_a_file_of_somebody_else_is_of_no_kind_and_stays(office: Path, name: str) -> None:
    path = office / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    os.utime(path, (0, 0))
    work = Office(office).at(LATER)
    assert kind_of(work, path) is None
    purge(work)
    assert path.read_text() == "mine"


def test_a_link_is_of_no_kind(office: Path, tmp_path: Path) -> None:
    (tmp_path / "precious.pdf").write_text("x")
    link = office / "preview" / "x.pdf"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "precious.pdf")
    work = Office(office).at(LATER)
    assert link in set(walk(work))
    assert kind_of(work, link) is None


@pytest.mark.sqlite_only("is about its file")
def test_a_store_that_lies_elsewhere_is_looked_at_too(office: Path, tmp_path: Path) -> None:
    place = tmp_path / "store" / "kept.db"
    place.parent.mkdir()
    path = office / "config.toml"
    content = path.read_text("utf-8")
    if "[store]" in content:
        content = content.replace('url = "sqlite:///campaigner.db"', f'url = "sqlite:///{place}"')
    else:
        content += f'\n[store]\nurl = "sqlite:///{place}"\n'
    path.write_text(content, "utf-8")
    walked = Office(office)
    half = place.with_name(".kept.db.restoring")
    half.write_text("x")
    os.utime(half, (0, 0))
    work = walked.at(MONDAY)
    assert half in dated(work)[Kept.LEFTOVERS]
    assert place not in set(walk(work))
    assert leftovers.older(work, [half], work.now) == [half]
