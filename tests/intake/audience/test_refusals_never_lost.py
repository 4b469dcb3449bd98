"""Nobody who refused anywhere in a list is taken for somebody who did not, however the list is damaged."""

import io

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.people import Audience, Kind
from campaigner.intake.refusing import refusals_in

HEADERS = {
    "退订": ("是", "否"), "是否退订（退订填是）": ("是", ""), "拒绝短信": ("√", ""), "同意接收短信": ("否", "是"),
    "是否接收短信": ("不接收", "接收"), "opt out": ("Y", "no"), "勿扰": ("1", "0"),
}  # fmt: skip
DAMAGES = (
    "none", "word", "error", "undecodable", "phone", "two phones", "masked", "comma", "quote", "shift", "gone",
    "header", "truncated", "remark", "spare", "merged", "no name", "missing", "empty", "sheet", "turned round",
)  # fmt: skip


def refusing_list(
    header: str, refusing: list[bool], damage: str, row: int
) -> tuple[list[list[str]], set[int]]:
    """Rows of a list with a damage at one row, and the phones of those who refused."""
    no, yes = HEADERS[header]
    top = ["姓名", "手机号", "地址", header, "备注", "备用电话"]
    rows, refused = [top], set()
    for number, refuses in enumerate(refusing):
        phone = 13_800_138_000 + number
        cells = [f"王{'甲乙丙丁戊己庚辛'[number]}", str(phone), "柳树村", no if refuses else yes, "", ""]
        if refuses:
            refused.add(phone)
        if number == row:
            refused |= damaged(cells, damage, phone, refuses=refuses)
        rows.append(cells)
    if damage == "header":
        top[3] = "收信"[:1] + "\ufffd"
    if damage == "turned round":
        top[3] = "未" + header
    return rows, refused


def damaged(cells: list[str], damage: str, phone: int, *, refuses: bool) -> set[int]:
    """Damage the row of somebody who refuses in it; whose refusals that adds."""
    spare = 13_900_000_000 + phone % 100
    cells[3] = {"word": "看情况", "error": "#REF!", "undecodable": "\ufffd"}.get(damage, cells[3])
    if damage == "phone":
        cells[1] = f"{str(phone)[:7]} {str(phone)[8:]}"
    elif damage == "masked":
        cells[1] = f"{str(phone)[:3]}****{str(phone)[7:]}"
    elif damage == "two phones":
        cells[1] = f"{phone}、{spare}"
        return {spare} if refuses else set()
    elif damage == "comma":
        cells.insert(2, "二组")
    elif damage == "quote":
        cells[2] = '"柳树村'
    elif damage == "shift":
        # A comma too few: what follows stands one column further left, or two.
        mark = cells[3]
        cells[1:4] = [mark, cells[2], ""] if mark else [cells[2], "", ""]
    elif damage == "remark":
        cells[4] = "本人来电要求不要再发短信"
    elif damage == "spare":
        cells[5] = str(spare)
        return {spare} if refuses else set()
    elif damage == "no name":
        cells[0] = ""
    hidden = damage in {"remark", "word", "error", "undecodable"}
    return {phone} if hidden else set()


def written(rows: list[list[str]], form: str, damage: str) -> tuple[str, bytes]:
    """The list as a file."""
    if form == "xlsx":
        made = io.BytesIO()
        with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
            first = book.add_worksheet("说明" if damage == "sheet" else "名单")
            if damage == "sheet":
                first.write_row(0, 0, ["姓名", "手机号"])
                first.write_row(1, 0, ["赵一", "13700000000"])
                first = book.add_worksheet("名单")
            for number, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    if cell.startswith("#"):
                        first.write_formula(number, place, "=A1/0", None, cell)
                    else:
                        first.write_string(number, place, cell)
        content = made.getvalue()
        return "list.xlsx", content[: len(content) // 2] if damage == "truncated" else content
    text = "\n".join(",".join(cells) for cells in rows) + "\n"
    return "list.csv", text.encode("gb18030" if form == "gb18030" and "\ufffd" not in text else "utf-8")


@settings(max_examples=400, deadline=None)
@given(
    header=st.sampled_from(sorted(HEADERS)),
    refusing=st.lists(st.booleans(), min_size=1, max_size=8),
    damage=st.sampled_from(DAMAGES),
    row=st.integers(0, 7),
    form=st.sampled_from(["csv", "gb18030", "xlsx"]),
)
def test_whoever_refused_is_known_or_nobody_is_written_to(
    header, refusing, damage, row, form, tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.mktemp("list")
    rows, refused = refusing_list(header, refusing, damage, row % len(refusing))
    name, content = written(rows, form, damage)
    columns = {}
    if damage == "gone":
        columns = {"不收短信的人": "opted_out"}
    if damage == "empty":
        content = b""
    if damage != "missing":
        (folder / name).write_bytes(content)
    found = refusals_in(Audience("list", Kind.PEOPLE, name, columns=columns), folder)
    assert found.blocking or refused <= found.phones, (damage, rows)
    if damage in {"missing", "empty", "gone", "header", "turned round", "word", "error", "undecodable"}:
        assert found.blocking
    if damage in {"none", "no name", "remark", "spare", "two phones"} and not (
        form == "xlsx" and damage == "sheet"
    ):
        assert not found.blocking, found.blocking
        assert refused == found.phones
