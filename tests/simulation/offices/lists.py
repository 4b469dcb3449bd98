"""An office's lists as the test knows them, written as clerks' programs write them, whole or damaged."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import xlsxwriter

VILLAGES = ("柳树村", "杨树村")
REFUSAL, CONSENT = "退订", "同意接收短信"
_ERROR = "#REF!"
DAMAGES = ("missing", "cut", "error", "bytes", "wide", "sheet")


def phone(number: int) -> int:
    """An invented phone."""
    return 13800000900 + number


def written(number: int, style: int) -> str:
    """A phone as one of several clerks would write it."""
    digits = str(phone(number))
    pieces = digits[:3], digits[3:7], digits[7:]
    return (digits, "-".join(pieces), f"+86 {digits}", " ".join(pieces))[style % 4]


@dataclass(frozen=True)
class Person:
    """A line of a list: whose phone, in which village, and whether it says that he wants no messages."""

    number: int
    village: int = 0
    refuses: bool = False


@dataclass(frozen=True)
class Sheet:
    """A list.

    Args:
        people: Its lines.
        column: Header of the column in which refusals stand: `REFUSAL`, `CONSENT`, or "" if it is gone.
        damage: One of `DAMAGES`; "" if it is whole.
    """

    people: tuple[Person, ...]
    column: str = REFUSAL
    damage: str = ""

    @property
    def unreadable(self) -> bool:
        """Whether it may hide who refuses: not if what is damaged is a column that it does not have."""
        return bool(self.damage) and not (self.damage in {"error", "bytes"} and not self.column)

    def members(self, village: str) -> set[int]:
        """Phones of a village, or of all if none is named."""
        return {phone(p.number) for p in self.people if not village or VILLAGES[p.village] == village}

    def refusals(self) -> set[int]:
        """Phones of those who want no messages, as far as the list has a column for it."""
        return {phone(p.number) for p in self.people if p.refuses} if self.column else set()


def write(path: Path, sheet: Sheet, stamp: int) -> None:
    """Write a list as `stamp`, in nanoseconds, so that it is seen to have changed."""
    if sheet.damage == "missing":
        path.unlink(missing_ok=True)
        return
    rows = _rows(sheet)
    name = "旧名单" if sheet.damage == "sheet" else "名单"
    content = _workbook({name: rows}) if path.suffix == ".xlsx" else _csv(rows)
    if sheet.damage == "cut":
        content = content[: len(content) // 2]
    if sheet.damage == "bytes":  # what says who refuses is in no character set that there is
        for word in (REFUSAL, CONSENT, "是", "否"):
            content = content.replace(word.encode(), b"\xff\x81")
    if sheet.damage == "wide":
        content = content.decode("utf-8-sig").encode("utf-16-le")  # as Windows writes it, without its mark
    path.write_bytes(content)
    os.utime(path, ns=(stamp, stamp))


def _rows(sheet: Sheet) -> list[list[str]]:
    head = ["姓名", "手机号", "村社区", *([sheet.column] if sheet.column else [])]
    rows = [head]
    for place, person in enumerate(sheet.people):
        row = [
            f"甲{'一二三四五六七八九'[person.number % 9]}",
            written(person.number, place),
            VILLAGES[person.village],
        ]
        mark = person.refuses if sheet.column == REFUSAL else not person.refuses
        error = sheet.damage == "error" and (person.refuses or place == 0)
        rows.append([*row, *([_ERROR if error else "是" if mark else "否"] if sheet.column else [])])
    return rows


def _csv(rows: list[list[str]]) -> bytes:
    return "".join(",".join(row) + "\r\n" for row in rows).encode("utf-8-sig")


def _workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Worksheets by name; an error is one that a formula came to."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell == _ERROR:
                        sheet.write_formula(number, column, "=B2:C3", None, _ERROR)
                    else:
                        sheet.write_string(number, column, cell)
    return buffer.getvalue()


def write_refusals(path: Path, numbers: tuple[int, ...], more: tuple[int, ...], damage: str) -> None:
    """A file of refusals to be imported; `more` stand on a second worksheet where it has one."""
    rows = [["手机号"], *([written(number, number)] for number in numbers)]
    others = [[written(number, number)] for number in more]
    if path.suffix == ".csv":
        path.write_bytes(_csv([*rows, *others]))
        return
    content = _workbook({"11月": rows, **({"12月": [["手机号"], *others]} if more else {})})
    path.write_bytes(content[: len(content) // 2] if damage == "cut" else content)
