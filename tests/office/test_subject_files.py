"""A person who asks is found in every file of the working folder, and what cannot be looked through is named."""

import json
import os
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from click.testing import CliRunner

from campaigner.answers.account import log_entries, verify
from campaigner.cli import cli
from campaigner.domain.problem import Problem
from campaigner.errors import StoreError
from campaigner.intake.reports.archive import Archive
from campaigner.office.subject_copy import write_copy
from campaigner.office.subjects import dossier, erase
from campaigner.people.searching import search_for
from campaigner.road.study import import_reports, study
from tests.offices.office import FIRST_MONDAY, Office

PHONE, OTHER, CARD, NAME = 13900001102, 13900001203, "110101195001011234", "欧阳探乙"
AFTER = "2026-12-09T09:00"
REPORT = f"""关于开展反诈宣传工作的总结
近日，我镇居民{NAME}（电话{PHONE}，身份证{CARD}）接到冒充公检法电话被骗5万元。
派出所走访商户30家，发放宣传单5000份，联系人{OTHER}。
另有居民（电话139 0000 1102）举报一起。
"""


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


def imported(office: Office, text: str = REPORT, name: str = "report.txt") -> Path:
    path = office.folder.parent / name
    path.write_text(text, "utf-8")
    (done,), _problems = import_reports(office.at(AFTER), [path])
    path.unlink()
    return office.folder / "reports" / done.sha256[:12]


def listed(office: Office, phone: int, name: str, card: str) -> None:
    """A row of the residents' list with a card."""
    path = office.folder / "audiences" / "residents.csv"
    head, *rows = path.read_text("utf-8-sig").splitlines()
    first = [name if title == "姓名" else str(phone) if title == "手机号" else cell
             for title, cell in zip(head.split(","), rows[0].split(","), strict=True)]  # fmt: skip
    lines = [f"{head},身份证号", *(f"{row}," for row in rows), ",".join([*first, card])]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def names(office: Office, paths: object) -> list[str]:
    return sorted(path.relative_to(office.folder).as_posix() for path in paths)  # type: ignore[attr-defined]


def test_a_report_with_him_is_found_whole(office: Office) -> None:
    folder = imported(office)
    found = dossier(office.at(AFTER), PHONE)
    assert not found.empty
    assert set(found.files) == {folder / "cleaned.json", folder / "decoded.txt", folder / "original.txt"}


def test_a_deletion_blacks_him_out_of_the_report_and_findings_keep_their_places(office: Office) -> None:
    folder = imported(office)
    old = 1_700_000_000
    for path in folder.iterdir():
        os.utime(path, (old, old))
    before = study(office.app.desk)
    done = erase(office.at(AFTER), PHONE, "本人要求")
    assert (done.cleared.reports, list(done.left.files)) == (1, [])
    kept = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert set(kept) == {"cleaned.json", "decoded.txt"}
    for text in kept.values():
        assert not any(word in text for word in (str(PHONE), "139 0000 1102", CARD, NAME))
        assert str(OTHER) in text
    assert len(kept["decoded.txt"]) == len(REPORT)
    after = study(office.app.desk)
    assert [(f.kind, f.start, f.end) for f in after.findings] == [
        (f.kind, f.start, f.end) for f in before.findings
    ]
    assert {path.stat().st_mtime for path in folder.iterdir()} == {old}
    told = [entry for entry in log_entries(office.store) if entry.kind == "erased"]
    assert told[-1].fields["reports"] == 1
    assert verify(office.store).broken == ""
    assert erase(office.at(AFTER), PHONE, "本人要求").cleared.reports == 0


def test_a_report_that_is_blacked_out_is_not_imported_anew(office: Office) -> None:
    folder = imported(office)
    erase(office.at(AFTER), PHONE, "本人要求")
    path = office.folder.parent / "again.txt"
    path.write_text(REPORT, "utf-8")
    problems: list[Problem] = import_reports(office.at(AFTER), [path])[1]
    assert [problem.code for problem in problems] == ["report-known"]
    assert str(PHONE) not in (folder / "cleaned.json").read_text("utf-8")


def test_name_and_card_that_a_list_gives_to_the_phone_are_looked_for_too(office: Office) -> None:
    phone = 13900005555
    listed(office, phone, "司马寻丙", "110101194901011235")
    named = imported(office, REPORT.replace(NAME, "司马寻丙"), "named.txt")
    carded = imported(office, REPORT.replace(CARD, "110101194901011235"), "carded.txt")
    imported(office, "另一份总结\n我镇发放宣传单5000份。\n", "nobody.txt")
    found = dossier(office.at(AFTER), phone)
    assert {path.parent for path in found.maybe} == {named, carded}
    assert found.files == ()
    assert "110101194901011235" not in repr(found)
    both = imported(
        office, f"居民司马寻丙（{phone}）报警。\n后来司马寻丙又来，证件110101194901011235。\n", "both.txt"
    )
    erase(office.at(AFTER), phone, "本人要求")
    text = (both / "decoded.txt").read_text("utf-8")
    assert not any(word in text for word in ("司马寻丙", str(phone), "110101194901011235"))


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(
    "written", ["13900001102", "139-0000-1102", "１３９００００１１０２", "+86 139 0000 1102"]
)
def test_he_is_found_however_he_is_written(tmp_path: Path, coding: str, written: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(f"电话：{written}。".encode(coding))
    assert search_for(PHONE).into(path) == (True, False, True)
    path.write_bytes("电话：13900001103，139-0000-1103。".encode(coding))
    assert search_for(PHONE).into(path) == (False, False, True)


def test_files_that_nobody_reads_by_their_places_are_found(office: Office) -> None:
    book = office.folder / "old lists" / "2025.xlsx"
    book.parent.mkdir()
    with ZipFile(book, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/sheet1.xml", f"<v>{PHONE}</v>")
    places = {
        "notes.txt": "x 13900001102 x", "preview/.x.pdf.partial": "13900001102",
        "receipts/gone/never.csv": "13900001102",
        f"receipts/carrier/查询{PHONE}.csv": "nothing", "reports/.import-1/decoded.txt": "13900001102",
    }  # fmt: skip
    for name, text in places.items():
        (office.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (office.folder / name).write_text(text, "utf-8")
    found = dossier(office.at(AFTER), PHONE)
    assert names(office, found.files) == sorted([*places, "old lists/2025.xlsx"])


def test_what_cannot_be_looked_through_is_named_and_previews_go(office: Office) -> None:
    samples = office.folder / "preview" / f"{FIRST_MONDAY}-letter-1.pdf"
    samples.parent.mkdir()
    samples.write_bytes(b"%PDF-1.7")
    damaged = office.folder / "damaged.zip"
    with ZipFile(damaged, "w", ZIP_DEFLATED) as packed:
        packed.writestr("a.txt", "x" * 1000)
    damaged.write_bytes(damaged.read_bytes().replace(b"PK\x03\x04", b"PK\x00\x00"))
    huge = office.folder / "huge.bin"
    with huge.open("wb") as file:
        file.truncate((256 << 20) + 1)
    shown = CliRunner().invoke(
        cli,
        ["-C", str(office.folder), "subject", "show", "-", "--reason", "x"],
        input=str(PHONE),
        standalone_mode=False,
    )
    assert "not looked into: 1 files in preview/" in shown.output
    assert "not looked into: 2 files in the working folder" in shown.output
    done = erase(office.at(AFTER), PHONE, "本人要求")
    assert done.cleared.previews == 1
    assert not samples.exists()
    assert names(office, done.left.unseen) == ["damaged.zip", "huge.bin"]


def test_a_report_that_cannot_be_rewritten_stops_it(office: Office) -> None:
    folder = imported(office)
    (folder / "cleaned.json").write_text("{}")
    with pytest.raises(StoreError, match="cannot be rewritten") as stopped:
        erase(office.at(AFTER), PHONE, "本人要求")
    assert str(PHONE) not in str(stopped.value)
    assert (folder / "original.txt").exists()


def test_the_copy_tells_of_reports_too(office: Office) -> None:
    folder = imported(office)
    copy, _digest = write_copy(office.at(AFTER), PHONE, "本人申请")
    with ZipFile(copy) as packed:
        assert f"reports/{folder.name}/decoded.txt" in json.loads(packed.read("data.json"))["files"]


@pytest.mark.parametrize("words", [("delete",), ("show",), ("show", "--json")])
def test_a_command_says_it_without_his_number(office: Office, words: tuple[str, ...]) -> None:
    imported(office)
    (office.folder / f"查询{PHONE}.txt").write_text("x", "utf-8")
    called = ["-C", str(office.folder), "subject", words[0], "-", "--reason", "x", *words[1:]]
    result = CliRunner().invoke(cli, called, input=str(PHONE), standalone_mode=False)
    assert result.exception is None
    assert "139****1102" in result.output


@pytest.mark.parametrize("words", [("--json",), (), ("--html", "-")])
def test_what_reports_say_is_shown_without_numbers(office: Office, words: tuple[str, ...]) -> None:
    imported(office, REPORT, f"{PHONE}.txt")
    page = office.folder / "f.html"
    words = tuple(str(page) if word == "-" else word for word in words)
    result = CliRunner().invoke(
        cli, ["-C", str(office.folder), "reports", "findings", *words], standalone_mode=False
    )
    told = result.output + (page.read_text("utf-8") if page.exists() else "")
    assert result.exception is None
    assert not any(word in told for word in (str(PHONE), str(OTHER), CARD, NAME, "139 0000 1102"))
    assert Archive(office.folder).load_all()[0].source == "139****1102.txt"
