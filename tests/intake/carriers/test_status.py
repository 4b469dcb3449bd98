"""A carrier's status files: every row is a receipt or a problem with its place."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.problem import Level, Problem
from campaigner.domain.receipt import Receipt, Received, StatusForm
from campaigner.intake.moments import parse_moment
from campaigner.intake.status import StatusReader, StatusTotals

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 12, 1, 9, tzinfo=ZONE)


def read(
    content: bytes | str,
    folder: Path,
    form: StatusForm | None = None,
    expected: int | None = None,
    block: int = 5000,
) -> tuple[list[tuple[int, Receipt]], list[Problem], StatusTotals]:
    path = folder / "status.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    problems: list[Problem] = []
    reader = StatusReader(
        path, "status.csv", ZONE, problems.append, form, expected=expected, block_rows=block
    )
    rows = [row for found in reader.blocks() for row in zip(found.lines, found.receipts, strict=True)]
    assert reader.totals.rows == reader.totals.taken + reader.totals.refused
    assert reader.totals.taken == len(rows) == sum(reader.totals.said.values())
    return rows, problems, reader.totals


CHINESE = (
    "编号,手机号码,状态,时间,计费条数,失败原因\n101,13800138000,成功,2026-12-01 09:00:00,2,\n"
    "102,13800138001,失败,2026/12/1 9:00,1,空号\n"
)
ROWS = [
    (2, Receipt(Received.DELIVERED, id=101, phone=13800138000, cause="成功", at=NINE, parts=2)),
    (3, Receipt(Received.FAILED, id=102, phone=13800138001, cause="失败 空号", at=NINE, parts=1)),
]


@pytest.mark.parametrize(
    "content",
    [
        CHINESE.encode("gb18030"), CHINESE.encode(), CHINESE.encode("utf-8-sig"), CHINESE.replace(",", "\t").encode(),
        CHINESE.replace("\n", "\r\n").encode(),
        CHINESE.replace("编号", "msg_id").replace("手机号码", "Mobile").encode(),
    ],
    ids=["gb18030", "utf-8", "bom", "tsv", "crlf", "english headers"],
)  # fmt: skip
def test_the_same_report_in_any_writing(content: bytes, tmp_path: Path) -> None:
    rows, problems, totals = read(content, tmp_path, expected=2)
    assert rows == ROWS
    assert problems == []
    assert (totals.messages, totals.said) == (2, {Received.DELIVERED: 1, Received.FAILED: 1})


def test_a_workbook_with_numbers_and_times_as_cells(tmp_path: Path) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["发送状态报告", ""])
    sheet.write_row(1, 0, ["编号", "手机号", "状态", "回执时间"])
    sheet.write_row(2, 0, [101, 13800138000, "DELIVRD", NINE.replace(tzinfo=None)])
    book.close()
    rows, problems, _ = read(file.getvalue(), tmp_path)
    assert rows == [(3, Receipt(Received.DELIVERED, id=101, phone=13800138000, cause="DELIVRD", at=NINE))]
    assert problems == []


@pytest.mark.parametrize(
    ("word", "received"),
    [
        ("DELIVRD", "delivered"), ("成功", "delivered"), ("UNDELIV", "failed"), ("REJECTD", "failed"),
        ("deleted", "failed"), ("失败", "failed"), ("EXPIRED", "expired"), ("过期", "expired"), ("ACCEPTD", "underway"),
        (" Enroute ", "underway"),
    ],
)  # fmt: skip
def test_words_that_everybody_uses(word: str, received: str, tmp_path: Path) -> None:
    rows, problems, _ = read(f"编号,状态\n1,{word}\n", tmp_path)
    assert [receipt.received for _, receipt in rows] == [received]
    assert problems == []


@pytest.mark.parametrize("word", ["UNKNOWN", "发送成功", "MK:0001", "0"])
def test_a_word_with_several_meanings_is_a_problem_not_a_guess(word: str, tmp_path: Path) -> None:
    rows, problems, totals = read(f"编号,状态\n1,{word}\n", tmp_path)
    assert rows == []
    assert [(found.code, found.line, found.column, found.value) for found in problems] == [
        ("status-word-unknown", 2, "状态", word)
    ]
    assert totals.refused == 1
    form = StatusForm(words={word: "delivered"})
    assert [receipt.received for _, receipt in read(f"编号,状态\n1,{word}\n", tmp_path, form)[0]] == [
        "delivered"
    ]


def test_a_profile_says_what_the_carrier_calls_things(tmp_path: Path) -> None:
    form = StatusForm({"客户流水": "id", "回复码": "status", "状态": ""}, {"00": "delivered"})
    rows, problems, _ = read("客户流水,状态,回复码\n7,成功,00\n", tmp_path, form)
    assert rows == [(2, Receipt(Received.DELIVERED, id=7, cause="00"))]
    assert problems == []


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("13800138000x,13800138000,成功,,", "status-id", "编号"),
        ("1,1380013,成功,,", "status-phone", "手机号"),
        ("1,13800138000,成功,soon,", "status-time", "时间"),
        ("1,13800138000,成功,2026-02-30 09:00,", "status-time", "时间"),
        ("1,13800138000,成功,,0", "status-parts", "条数"),
        ("1,13800138000,,,", "status-word-empty", "状态"),
        (",,成功,,", "status-nobody", None),
        (",138****8000,成功,,", "status-nobody", None),
        ("1,13800138000,成功,,,more", "row-too-long", None),
        ("编号,手机号,状态,时间,条数", "header-repeated", None),
        ('1,"13800138000,成功,,', "quote-unclosed", None),
    ],
)
def test_every_fault_has_its_place_and_shows_nobody(
    row: str, code: str, column: str | None, tmp_path: Path
) -> None:
    rows, problems, _ = read(f"编号,手机号,状态,时间,条数\n2,13900139000,成功,,\n{row}\n", tmp_path)
    assert [line for line, _ in rows] == [2]
    assert [(found.code, found.source, found.line, found.column) for found in problems] == [
        (code, "status.csv", 3, column)
    ]
    assert "13800138000" not in str(problems)
    assert problems[0].message_zh


def test_all_faults_of_a_row_are_told_at_once(tmp_path: Path) -> None:
    _, problems, _ = read("编号,手机号,状态,时间\nx,1,好,y\n", tmp_path)
    assert [found.code for found in problems] == [
        "status-phone",
        "status-id",
        "status-word-unknown",
        "status-time",
    ]


def test_a_masked_number_beside_ours_is_no_fault(tmp_path: Path) -> None:
    rows, problems, _ = read("编号,手机号,状态\n1,138****8000,成功\n", tmp_path)
    assert rows == [(2, Receipt(Received.DELIVERED, id=1, cause="成功"))]
    assert problems == []


def test_the_carriers_id_names_the_message_where_ours_is_missing(tmp_path: Path) -> None:
    rows, _, _ = read("BizId,手机号,状态\nA-9,13800138000,成功\n", tmp_path)
    assert rows == [(2, Receipt(Received.DELIVERED, "A-9", phone=13800138000, cause="成功"))]


def test_parts_of_one_message_are_one_message(tmp_path: Path) -> None:
    _, problems, totals = read("编号,状态\n1,成功\n1,成功\n2,失败\n", tmp_path, expected=3)
    assert (totals.rows, totals.taken, totals.messages) == (3, 3, 2)
    (told,) = problems
    assert (told.code, told.level) == ("status-count", Level.WARN)
    assert "2 messages; 3 went out" in told.message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a,b\n1,2\n", "status-header-missing"), ("编号,手机号\n1,2\n", "status-header-missing"),
        ("状态,时间\n成功,\n", "status-header-missing"), ("编号,状态,发送状态\n1,成功,失败\n", "status-header-twice"),
        ("", "file-empty"), (b"PK\x03\x04junk", "workbook-damaged"),
    ],
)  # fmt: skip
def test_files_that_are_no_status_files(content: str | bytes, code: str, tmp_path: Path) -> None:
    rows, problems, _ = read(content, tmp_path)
    assert rows == []
    assert [found.code for found in problems if found.level is Level.BLOCK] == [code]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    problems: list[Problem] = []
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / "a\0b"):
        assert list(StatusReader(path, "x", ZONE, problems.append).blocks()) == []
    assert [found.code for found in problems] == ["file-missing", "file-unreadable", "file-missing"]


def test_causes_hold_no_numbers_of_people(tmp_path: Path) -> None:
    rows, _, _ = read("编号,状态,原因\n1,失败,13800138000 is off\n", tmp_path)
    assert rows[0][1].cause == "失败 *** is off"


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), block=st.integers(1, 5))
def test_any_bytes_below_a_header_are_accounted_for(
    content: bytes, block: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    read("编号,手机号,状态,时间\n".encode() + content, tmp_path_factory.mktemp("any"), block=block)


@given(
    said=st.lists(
        st.tuples(st.integers(1, 10**9), st.sampled_from([("DELIVRD", "delivered"), ("失败", "failed")])),
        max_size=30,
    ),
    block=st.integers(1, 7),
)
@settings(max_examples=40, deadline=None)
def test_every_row_comes_back(
    said: list[tuple[int, tuple[str, str]]], block: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = "编号,状态\n" + "".join(f"{number},{word}\n" for number, (word, _) in said)
    rows, problems, totals = read(content, tmp_path_factory.mktemp("rows"), block=block)
    assert [(receipt.id, receipt.received.value) for _, receipt in rows] == [
        (number, received) for number, (_, received) in said
    ]
    assert totals.messages == len({number for number, _ in said})
    assert problems == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01 09:00:00", NINE), ("2026/12/1 9:00", NINE), ("2026年12月1日 9时00分", NINE),
        ("20261201090000", NINE), ("202612010900", NINE), ("2612010900", NINE), ("2026-12-01T01:00:00Z", NINE),
        ("2026-12-01T09:00:00+08:00", NINE), ("2026-12-01 09:00:00.123", NINE), ("2026-12-01T00:00:00-0100", NINE),
        ("2026-12-01", NINE - timedelta(hours=9)), ("20261201", NINE - timedelta(hours=9)), ("", None), ("9:00", None),
        ("2026-13-01", None), ("46357.375", None), ("2026-12-01 25:00", None), ("2026-12-01 09:00:00+99:99", None),
        ("260000000000", None), ("１２", None),
    ],
)  # fmt: skip
def test_times_as_carriers_write_them(text: str, expected: datetime | None) -> None:
    found = parse_moment(text, ZONE)
    assert found == expected
    assert found is None or found.astimezone(UTC) == expected.astimezone(UTC)


def test_every_sheet_of_a_workbook_is_read_and_a_cover_is_passed_over(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet("封面").write(0, 0, "状态报告")
        for name, number in (("11月", 1), ("12月", 2)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["编号", "手机号", "状态"])
            sheet.write_row(1, 0, [number, 13800138000 + number, "成功" if number == 1 else "什么"])
    rows, problems, totals = read(buffer.getvalue(), tmp_path)
    assert [receipt.id for _line, receipt in rows] == [1]
    assert (totals.rows, totals.refused) == (2, 1)
    assert [(p.source, p.line, p.code) for p in problems] == [("status.csv[12月]", 2, "status-word-unknown")]
