"""Who and what a campaign reaches: the kinds of audience, their columns, and blocks of cleaned rows."""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from itertools import compress
from typing import Any


class Kind(StrEnum):
    """What one row of an audience stands for."""

    PEOPLE = "people"
    PUPILS = "pupils"
    PLACES = "places"


@dataclass(frozen=True, slots=True)
class Column:
    """One cleaned column.

    Args:
        name: As filters and templates write it.
        type: `str`, `int` or `bool`; what `Block.columns` holds.
        empty: The value of an unknown cell; never None.
        label: What a clerk calls it.
        personal: Whether it is masked on screens.
    """

    name: str
    type: type
    empty: Any
    label: str
    personal: bool = False


def _text(name: str, label: str, *, personal: bool = False) -> Column:
    return Column(name, str, "", label, personal)


NAME = _text("name", "姓名", personal=True)
PHONE = Column("phone", int, 0, "手机号", personal=True)
BIRTH = Column("birth", int, 0, "出生日期", personal=True)
AGE = Column("age", int, -1, "年龄")
VILLAGE = _text("village", "村社区")
ESTATE = _text("estate", "小区")
ADDRESS = _text("address", "地址", personal=True)
GENDER = _text("gender", "性别")
OPTED_OUT = Column("opted_out", bool, empty=False, label="退订")

COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.PEOPLE: (
        NAME,
        PHONE,
        BIRTH,
        AGE,
        GENDER,
        VILLAGE,
        ESTATE,
        ADDRESS,
        _text("unit", "单位"),
        _text("occupation", "职业"),
        _text("tags", "标签"),
        _text("household", "户号"),
        OPTED_OUT,
    ),
    Kind.PUPILS: (
        NAME,
        BIRTH,
        AGE,
        GENDER,
        _text("school", "学校"),
        _text("grade", "年级"),
        _text("class_name", "班级"),
        _text("roll", "学号"),
        _text("guardian", "监护人", personal=True),
        PHONE,
        _text("guardian2", "监护人2", personal=True),
        Column("phone2", int, 0, "监护人2手机号", personal=True),
        VILLAGE,
        OPTED_OUT,
    ),
    Kind.PLACES: (
        _text("name", "名称"),
        _text("kind", "类型"),
        VILLAGE,
        ESTATE,
        _text("address", "地址"),
        Column("count", int, 1, "数量"),
        Column("screen", bool, empty=False, label="电子屏"),
    ),
}
"""`birth` is yyyymmdd as an integer; a phone is the 11 digits of a mainland mobile number as an integer;
`age` is the age as the file states it. In filters and templates `age` means the age on the day of the run,
from `birth` where it is known, else as stated. A pupils row's `phone` is its guardian's, never the child's.
"""

SHEET_IS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PEOPLE: ("village", "estate", "unit", "tags"),
    Kind.PUPILS: ("class_name", "grade", "school", "village"),
    Kind.PLACES: ("village", "estate"),
}
"""Columns that the name of a worksheet may fill."""

ROW_KEY = "key"
"""Every block also has this column: a 63-bit number that names the row's person, pupil or place, the same
each time the same file is read."""


UNSAID = "unsaid"
"""Blocks of a list that asks for consent have this column, too: whether the row gives no answer."""
DOUBT = "doubt"
"""Blocks with cells that were set aside have this column, too: why the row gets no SMS, in the bits below."""
PHONE_ASIDE, PHONE2_ASIDE, AGE_ASIDE, REFUSAL_ASIDE = 2, 4, 8, 16
"""The phone, the second guardian's phone, birth date or age, or whether the person refuses, cannot be read."""
JOINED = "joined"
"""Blocks may have this column, too: how the row adds to an earlier one with the same key; 0 if it does not."""
ADDED, REPEATED = 1, 2
"""It has another guardian of a pupil, as its second one; it says more of the same person, whose phones it has."""


def household_number(village: str, household: str) -> int:
    """A 63-bit number for a household, from its village and the number it has there; 0 where that is empty."""
    if not household:
        return 0
    digest = hashlib.blake2b(
        f"{village}/{household}".encode("utf-8", "surrogatepass"), digest_size=8
    ).digest()
    return int.from_bytes(digest) >> 1 or 1


def age_on(day: int, birth: int, stated: int) -> int:
    """Age in full years on `day` (yyyymmdd), from `birth` (yyyymmdd, 0 unknown), else as `stated` (-1 unknown)."""
    return (day - birth) // 10000 if birth else stated


def _chosen(values: Sequence[Any], mask: Sequence[bool]) -> Sequence[Any]:
    """The values whose mask is true, in order.

    A column that is not made of Python's values until somebody asks for them picks its rows itself.
    """
    pick = getattr(values, "where", None)
    return pick(mask) if pick else list(compress(values, mask))


@dataclass(frozen=True, slots=True)
class Block:
    """Some thousand cleaned rows of one audience, column by column.

    Args:
        source: The audience's file as the user knows it.
        lines: 1-based line (or sheet row) of each row in the source.
        columns: Column name to values; every column has one value for each line, empties as `Column.empty`.
    """

    source: str
    lines: Sequence[int]
    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(self.lines)

    def where(self, mask: Sequence[bool]) -> "Block":
        """The rows whose mask is true, in order."""
        return Block(
            self.source,
            _chosen(self.lines, mask),
            {name: _chosen(values, mask) for name, values in self.columns.items()},
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        """Row by row as dictionaries: slow, for explanations and tests."""
        names = list(self.columns)
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(names, values, strict=True))


@dataclass(frozen=True, slots=True)
class Audience:
    """An audience as config.toml describes it.

    Args:
        name: Its name in config.toml.
        kind: What a row stands for.
        file: Path relative to the working folder; with `*` or `?` all files that it takes.
        columns: The user's own header -> our column name, before the alias table; "" means: drop it.
        synthetic: Invented data; no gateway but files and loopback takes it.
        sheet: Worksheet of a workbook; "" means the first that is not hidden.
        basis: Legal basis for holding the data (PIPL art. 13), free text.
        purpose: What the data are held for (PIPL art. 6, 17), free text.
        keep_until: The last day on which they may be held (PIPL art. 19); None if nobody said.
        empty_consent: What an empty cell of a column of consents says: `none`, or `given` where the list marks only
            those who disagree.
        sheets: Worksheets of a workbook, each by its name or a pattern, or `all`; none where `sheet` says which.
        sheet_is: Column of ours that the name of the sheet fills where a row has none of its own; "" for none.
    """

    name: str
    kind: Kind
    file: str
    columns: Mapping[str, str] = field(default_factory=dict)
    synthetic: bool = False
    sheet: str = ""
    basis: str = ""
    purpose: str = ""
    keep_until: date | None = None
    empty_consent: str = "none"
    sheets: tuple[str, ...] = ()
    sheet_is: str = ""


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """What became of every row of an audience: `rows` = `recipients` + `merged` + `refused`, always.

    Args:
        rows: Rows in.
        recipients: Persons, pupils or places.
        merged: Rows of somebody who stands in the list already.
        refused: Rows of which nothing is used.
        set_aside: Cells that are not used, of rows that are.
    """

    rows: int = 0
    recipients: int = 0
    merged: int = 0
    refused: int = 0
    set_aside: int = 0

    @property
    def line_zh(self) -> str:
        """What a superior reads of them."""
        aside = f"；另有{self.set_aside:,}个单元格有误，没有采用" if self.set_aside else ""
        used = f"采用{self.recipients:,}行，重复合并{self.merged:,}行，未采用{self.refused:,}行"
        return f"名单共{self.rows:,}行：{used}{aside}"

    @property
    def line(self) -> str:
        """The same in English."""
        aside = f"; {self.set_aside:,} cells set aside" if self.set_aside else ""
        return (
            f"{self.rows:,} rows in the list: {self.recipients:,} recipients, {self.merged:,} merged, "
            f"{self.refused:,} refused{aside}"
        )

    def as_data(self) -> dict[str, int]:
        """For other programs."""
        return asdict(self)

    def __add__(self, other: "ControlTotals") -> "ControlTotals":
        return ControlTotals(
            self.rows + other.rows,
            self.recipients + other.recipients,
            self.merged + other.merged,
            self.refused + other.refused,
            self.set_aside + other.set_aside,
        )


def plain_line(text: str) -> str:
    """A line as a log keeps it: control and format characters, which act on screens, become spaces."""
    return " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in text).split())


def same_person(one: str, other: str) -> bool:
    """Whether two spellings are one name: spaces, case, width and what cannot be seen make no difference."""
    return _seen(one) == _seen(other)


def _seen(name: str) -> str:
    wide = unicodedata.normalize("NFKC", name)
    return "".join(c for c in wide if unicodedata.category(c)[0] not in "CZM").casefold()


def masked_name(name: str) -> str:
    """A name as screens and logs show it: the family name and stars (PIPL art. 51)."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)
