"""Letters: one A4 page each, with a slip to tear off, and their form as text in which they wait in the store."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from campaigner.errors import RenderError
from campaigner.rendering import pdf, qr
from campaigner.rendering.headline import candidates, width
from campaigner.rendering.markdown import plain

CHUNK = 250
"""The most letters that one compile should be given: 300 MB of memory, and more would not be faster."""

_WORDS = {
    "to": "致：",
    "advice": "反诈专线\n来电请接，可咨询举报",
    "police": "报警电话\n受骗了，马上拨打",
    "read": "我们已一起读过这封信，了解了其中的提醒。",
    "group": "班级",
    "name": "姓名",
    "date": "日期",
    "code": "回执编号",
}
_UNITS = ["年", "月", "日"]
_OVERFLOW = "overflow"
"""What the layout says of a letter that is too long."""
_LINE, _SLIP = 20, 200
"""Room that a new line and the slip take, in characters."""
_TITLE = 18.5
"""Widest title that still stands on one line, in characters."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished letter.

    Args:
        blocks: Its text, as `markdown.parse` gives it.
        addressee: Who it is for, in full, as it stands at its head.
        name: Name on the slip.
        group: School and class, or whatever the slip has to be sorted by.
        code: Receipt code, opaque; upper case and digits; "" for no slip.
        position: Its place in the print run, from 1.
        roll: Student number where it is no plain number; "" otherwise.
    """

    blocks: list[dict[str, Any]]
    addressee: str
    name: str = ""
    group: str = ""
    code: str = ""
    position: int = 1
    roll: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all letters of a run have in common.

    Args:
        issuers: Who signs, in order.
        date: Date as it is printed.
        slip: Whether letters with a code get a slip.
        slip_title: Heading of the slip.
        large: Larger type, for the elderly.
        office: Office named at the foot.
        reference: Run, small at the foot.
        sign_labels: What stands before each signature line.
        read_line: What the signature confirms; "" for the usual sentence.
        group_label: What the group is called on the slip.
    """

    issuers: tuple[str, ...]
    date: str
    slip: bool = True
    slip_title: str = "回执"
    large: bool = False
    office: str = ""
    reference: str = ""
    sign_labels: tuple[str, ...] = ("家长签字",)
    read_line: str = ""
    group_label: str = "班级"

    @property
    def smallest(self) -> float:
        """The smallest type, in points, before a letter counts as too long; a slip costs a large one some."""
        if not self.large:
            return 10.5
        return 12.5 if self.slip else 14.0


def to_json(letter: Letter) -> str:
    """A letter as text for the store; equal letters give equal text."""
    return json.dumps(_as_data(letter), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _as_data(letter: Letter) -> dict[str, Any]:
    """Its fields as they are: `asdict` would copy each word of its text, which takes as long as to parse it."""
    data = {field.name: getattr(letter, field.name) for field in fields(letter)}
    if not letter.roll:
        # Letters are as they were before student numbers were texts.
        del data["roll"]
    return data


def from_json(text: str) -> Letter:
    """The letter that `to_json` wrote.

    Raises:
        RenderError: The text is not one.
    """
    try:
        return Letter(**json.loads(text))
    except (TypeError, ValueError) as error:
        raise RenderError(
            f"not a stored letter: {error}", "保存的信件内容无法读取：请重新生成该任务"
        ) from error


def letters_pdf(letters: Sequence[Letter], sheet: Sheet, *, tagged: bool = True) -> bytes:
    """One PDF with one A4 page per letter; type shrinks a little before a letter counts as too long.

    Args:
        letters: At least one and at most about `CHUNK`, in print order.
        sheet: What they have in common.
        tagged: Whether the PDF can be read out; without it files are smaller.

    Raises:
        RenderError: There are none, or one is longer than its page; the message names its place and code,
            never the person.
    """
    if not letters:
        raise RenderError("no letters to print", "没有要打印的信件")
    # One size for all, that of the longest letter, spares each page a second layout for measuring.
    size = _size(max(letters, key=_length), sheet)
    document = pdf.compile_pdf("letter.typ", _data(letters, sheet, size), tagged=tagged)
    if pdf.page_count(document) == len(letters):
        return document
    # The longest in characters was not the longest on paper.
    size = min(_size(letter, sheet) for letter in letters)
    document = pdf.compile_pdf("letter.typ", _data(letters, sheet, size), tagged=tagged)
    assert pdf.page_count(document) == len(letters), "the layout measures otherwise than it sets"
    return document


def _size(letter: Letter, sheet: Sheet) -> float:
    """The largest type size in points at which a letter fits on its page."""
    try:
        (size,) = pdf.query("letter.typ", _data([letter], sheet, None), "<size>")
    except RenderError as error:
        if str(error) != _OVERFLOW:
            raise
        smallest = f"{sheet.smallest:g}"
        code = f" (code {letter.code})" if letter.code else ""
        raise RenderError(
            f"letter {letter.position}{code} does not fit on one page even at {smallest} pt; shorten its text",
            f"第 {letter.position} 封信{f'（编号 {letter.code}）' if letter.code else ''}用最小的 "
            f"{smallest} 磅字也放不进一页：请缩短正文",
        ) from error
    return float(size)


def _data(letters: Sequence[Letter], sheet: Sheet, size: float | None) -> dict[str, Any]:
    """What the layout reads; without a size it looks for one."""
    return {
        "title": _title(letters[0]).replace("\n", ""),
        "size": size,
        "sheet": {**asdict(sheet), "smallest": sheet.smallest},
        "words": {
            **_WORDS,
            "group": sheet.group_label,
            "read": sheet.read_line or _WORDS["read"],
            "units": _UNITS,
        },
        "letters": [_page(letter, slip=sheet.slip) for letter in letters],
    }


def _length(letter: Letter) -> int:
    """About how much room a letter takes: its characters, and a line for each paragraph and point."""
    text = text_of(letter)
    return len(text) + _LINE * text.count("\n") + (_SLIP if letter.code else 0)


def text_of(letter: Letter) -> str:
    """The words of a letter without layout, for checks and previews."""
    return "\n".join(part for part in (letter.addressee, plain(letter.blocks)) if part)


def _page(letter: Letter, *, slip: bool) -> dict[str, Any]:
    """A letter as the layout reads it."""
    code = letter.code if slip else ""
    lines = candidates(_title(letter) or " ")
    title = lines[0] if len(lines) == 1 or width(lines[0][0]) <= _TITLE else lines[1]
    return {
        **_as_data(letter),
        "code": code,
        "qr": qr.svg(code) if code else "",
        "title": title,
        "title_width": max(map(width, title)),
    }


def _title(letter: Letter) -> str:
    """What a reader's window shows: the letter's heading, which names nobody."""
    if not letter.blocks or letter.blocks[0]["type"] != "heading":
        return ""
    return "".join(inline["text"] for inline in letter.blocks[0]["inlines"])
