"""A list of several sheets or files is one list to every stage: counted, refused in, looked through, watched."""

from pathlib import Path

import pytest

from campaigner.answers.check import check
from campaigner.office.soundness.folder import audiences, personal_files
from campaigner.office.subjects import dossier
from campaigner.people import listed
from campaigner.road.ahead import fingerprint
from campaigner.workspace.desk import Silent
from tests.intake.audience.sheeted import xlsx
from tests.offices.office import Office

SHEETS = '\n[audiences.other]\nkind = "people"\nfile = "audiences/other.xlsx"\nsheets = "all"\nsheet_is = "village"\n'
FILES = '\n[audiences.other]\nkind = "people"\nfile = "audiences/villages/*.csv"\n'
SATURDAY = "2026-12-05T10:00"
PHONE = 13800000921


@pytest.fixture
def sheets(office: Path) -> Office:
    made = Office(office).set(SHEETS)
    rows = [["姓名", "手机号", "退订"], ["甲一", PHONE, "是"], ["甲二", 13800000922, ""]]
    other = [["姓名", "手机号", "退订"], ["乙一", 13800000923, ""]]
    data = xlsx({"name": "甲村", "rows": rows}, {"name": "乙村", "rows": other})
    (made.folder / "audiences/other.xlsx").write_bytes(data)
    return made


@pytest.fixture
def files(office: Path) -> Office:
    made = Office(office).set(FILES)
    (made.folder / "audiences/villages").mkdir()
    for name, phone in (("甲村", PHONE), ("乙村", 13800000922)):
        (made.folder / f"audiences/villages/{name}.csv").write_text(
            f"姓名,手机号,退订\n{name[0]}一,{phone},\n", "utf-8"
        )
    return made


def test_sheets_are_counted_together_and_a_refusal_in_any_of_them_holds(sheets: Office) -> None:
    work = sheets.at(SATURDAY)
    checked = check(work.desk, work.now, Silent())
    assert checked.totals["other"].rows == checked.totals["other"].recipients == 3
    assert listed.marked_phones(work.desk) >= {PHONE}
    assert "audiences/other.xlsx[甲村]:2:退订" in listed.still_listed(work.desk, PHONE)


def test_whose_row_it_is_is_told_with_its_sheet_and_the_file_is_looked_through_once(sheets: Office) -> None:
    found = dossier(sheets.at(SATURDAY), PHONE)
    (held,) = found.held
    assert (held.audience.file, held.row.line) == ("audiences/other.xlsx[甲村]", 2)
    assert not found.files


def test_a_further_file_or_a_change_in_one_is_seen(files: Office) -> None:
    desk = files.at(SATURDAY).desk
    before = fingerprint(desk)
    assert PHONE not in listed.marked_phones(desk)
    place = files.folder / "audiences/villages"
    (place / "丙村.csv").write_text(f"姓名,手机号,退订\n丙一,{PHONE},是\n", "utf-8")
    assert listed.marked_phones(desk) >= {PHONE}
    assert fingerprint(desk) != before
    (place / "丙村.csv").unlink()
    assert PHONE not in listed.marked_phones(desk)
    assert fingerprint(desk) == before


def test_the_doctor_looks_at_each_file(files: Office) -> None:
    work = files.at(SATURDAY)
    state = next(one for one in audiences(work.desk.config, work.now) if one.name == "audience other")
    assert "villages/*.csv" in state.found
    names = {path.name for path in personal_files(work.desk.config)}
    assert {"甲村.csv", "乙村.csv"} <= names
    for path in (files.folder / "audiences/villages").iterdir():
        path.unlink()
    gone = next(one for one in audiences(work.desk.config, work.now) if one.name == "audience other")
    assert "is not there" in gone.found
