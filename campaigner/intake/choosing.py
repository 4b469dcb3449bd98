"""Which sheets of a workbook an audience is read from; the others are named, so that nobody is lost in silence."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import islice

from campaigner.domain.people import Audience, Kind
from campaigner.domain.phone import parse_phone
from campaigner.domain.problem import Level, Problem
from campaigner.intake.book.sheet import Merged, Sheet
from campaigner.intake.faults import FileFault, problem_of
from campaigner.intake.headers import SEARCHED_ROWS, target_of
from campaigner.intake.headlines import MOST_LINES, arranged
from campaigner.intake.lexicon import words
from campaigner.intake.permission import permission_of
from campaigner.intake.workbook import chunks_of

ALL = "all"
"""What config.toml writes for every sheet."""
_FIRST = SEARCHED_ROWS + MOST_LINES
_LOOKED = 60
"""Rows that are looked at to know what a sheet is."""
_SUMMARIES = tuple(words("headers")["lines"]["summaries"])
_CARD = 15
_SHOWN = 12
"""Sheets that a message names."""

_counted: dict[tuple[str, str], int] = {}
"""How many rows sheets have that are not read, by the file's SHA-256 and the sheet's name."""

Top = list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sheet that is read.

    Args:
        sheet: Which.
        audience: Whose it is, with `file` as the user knows the sheet, and `sheet` its name.
        top: Line and cells of its first rows.
    """

    sheet: Sheet
    audience: Audience
    top: Top

    @property
    def merged(self) -> Sequence[Merged]:
        """Its merged cells."""
        return self.sheet.merged


@dataclass(frozen=True, slots=True)
class _Looked:
    """A sheet, looked at.

    Args:
        sheet: Which.
        top: Line and cells of its first rows.
        is_list: Whether it has a header line with a column of names.
        holds_people: Whether numbers of telephones or of identity cards stand in it.
    """

    sheet: Sheet
    top: Top
    is_list: bool
    holds_people: bool

    @property
    def is_summary(self) -> bool:
        """Whether its name says that it adds up or explains the others."""
        return any(word in self.sheet.name for word in _SUMMARIES)


def named(file: str, sheet: str, *, alone: bool) -> str:
    """A sheet as the user knows it.

    Args:
        file: The workbook.
        sheet: The sheet's name.
        alone: Whether the workbook has no other.
    """
    return file if alone else f"{file}[{sheet}]"


def choose(
    sheets: Sequence[Sheet], audience: Audience, digest: str, report: Callable[[Problem], None]
) -> Iterator[Chosen]:
    """The sheets that are read; whatever is not read is named.

    Args:
        sheets: All of a workbook.
        audience: Whose it is.
        digest: SHA-256 of the workbook.
        report: Takes the problems.

    Raises:
        FileFault: There is no such sheet, or none at all.
    """
    if not sheets:
        raise FileFault("workbook-damaged")
    wanted = _wanted(sheets, audience, report)
    looked = [_look(sheet, audience) for sheet in sheets]
    several = bool(audience.sheets)
    read: list[_Looked] = []
    others: list[_Looked] = []
    for one in looked:
        summary = several and one.is_summary and audience.sheet_is and any(
            other.is_list and not other.is_summary for other in looked
        )  # fmt: skip
        nobody = several and not one.is_list and not one.holds_people
        (read if one.sheet.name in wanted and not summary and not nobody else others).append(one)
    alone = len(sheets) == 1
    _Teller(audience, digest, [one.sheet.name for one in read], report).tell(others)
    for one in read:
        file = named(audience.file, one.sheet.name, alone=alone)
        yield Chosen(one.sheet, replace(audience, file=file, sheet=one.sheet.name), one.top[:_FIRST])


def _wanted(sheets: Sequence[Sheet], audience: Audience, report: Callable[[Problem], None]) -> set[str]:
    """Names of the sheets that config.toml asks for."""
    names = [sheet.name for sheet in sheets]
    shown = [sheet.name for sheet in sheets if not sheet.hidden]
    if audience.sheet:
        if audience.sheet not in names:
            raise FileFault("sheet-missing", sheets="、".join(names))
        return {audience.sheet}
    if not audience.sheets:
        return {(shown or names)[0]}
    found: set[str] = set()
    for wanted in audience.sheets:
        mine = (
            set(shown or names) if wanted == ALL and ALL not in names
            else {name for name in names if name == wanted} or {name for name in shown if fnmatchcase(name, wanted)}
        )  # fmt: skip
        if not mine:
            detail = {"sheets": "、".join(names)}
            report(problem_of("sheet-missing", audience.file, column=wanted, detail=detail))
        found |= mine
    return found


def _look(sheet: Sheet, audience: Audience) -> _Looked:
    rows: Top = []
    for chunk in islice(chunks_of(sheet, _LOOKED), 1):
        rows = list(zip(chunk.lines, chunk.rows, strict=True))
    top = arranged(rows[:_FIRST], sheet.merged, audience, sheet=True).rows
    is_list = any(
        any(target_of(cell, audience) == "name" for cell in cells) for _line, cells in top[:SEARCHED_ROWS]
    )
    people = audience.kind is not Kind.PLACES and any(
        _is_person(cell) for _line, cells in rows for cell in cells
    )
    return _Looked(sheet, rows, is_list, people)


def _is_person(cell: str) -> bool:
    """Whether a cell is a telephone or an identity card."""
    value = parse_phone(cell)
    if isinstance(value, int) and value:
        return True
    digits = cell.strip()
    return len(digits) >= _CARD and digits[:_CARD].isdigit()


@dataclass(frozen=True, slots=True)
class _Teller:
    """Names the sheets of a workbook that are not read.

    Args:
        audience: Whose it is.
        digest: SHA-256 of the workbook.
        read: Names of the sheets that are read.
        report: Takes the problems.
    """

    audience: Audience
    digest: str
    read: Sequence[str]
    report: Callable[[Problem], None]

    def tell(self, others: Sequence[_Looked]) -> None:
        """Name them: those with people, hidden ones, and those that are no lists."""
        for one in others:
            for header in _refusals(one, self.audience):
                detail = {"sheet": one.sheet.name, "header": header}
                self.report(problem_of("sheet-unread-refusals", self.audience.file, detail=detail))
        lists = [one for one in others if (one.is_list or one.holds_people) and one.top]
        shown = [one for one in lists if not one.sheet.hidden]
        hidden = [one for one in lists if one.sheet.hidden]
        chosen = self.audience.sheets or self.audience.sheet
        self._name("sheets-unread", shown, self._line(shown) if chosen else f'sheets = "{ALL}"')
        self._name("sheets-hidden", hidden, self._line(hidden))
        self._name("sheets-other", [one for one in others if one not in lists and one.top], "", Level.INFO)

    def _line(self, more: Sequence[_Looked]) -> str:
        return _names_line([*self.read, *(one.sheet.name for one in more)])

    def _name(self, code: str, sheets: Sequence[_Looked], line: str, level: Level = Level.WARN) -> None:
        if not sheets:
            return
        counts = [f"{one.sheet.name}（{_count(one, self.digest)}）" for one in sheets[:_SHOWN]]
        more = f"…（{len(sheets)}）" if len(sheets) > _SHOWN else ""
        detail = {
            "sheets": "、".join(counts) + more, "read": "、".join(self.read) or "—",
            "audience": self.audience.name, "line": line,
        }  # fmt: skip
        self.report(problem_of(code, self.audience.file, detail=detail, level=level))


def _names_line(names: Sequence[str]) -> str:
    quoted = ", ".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names)
    return f"sheets = [{quoted}]"


def _count(one: _Looked, digest: str) -> int:
    """How many rows a sheet has below its headers."""
    key = (digest, one.sheet.name)
    if key not in _counted:
        if len(_counted) > _LOOKED:
            _counted.clear()
        rows = sum(int(block.filled().sum()) for block in one.sheet.blocks())
        above = next((n for n, (_line, cells) in enumerate(one.top, 1) if _is_header(cells)), 0)
        _counted[key] = rows - above
    return _counted[key]


def _is_header(cells: Sequence[str]) -> bool:
    return sum(bool(cell.strip()) for cell in cells) > 1


def _refusals(one: _Looked, audience: Audience) -> Iterator[str]:
    """What of an unread sheet with telephones speaks of refusing: a header, or its own name."""
    if audience.kind is Kind.PLACES:
        return
    rows = arranged(one.top[:_FIRST], one.sheet.merged, audience, sheet=True).rows
    for _line, cells in rows:
        telephone = any(target_of(cell, audience) in {"phone", "phone2"} for cell in cells)
        headers = [cell.strip() for cell in cells if permission_of(cell) is not None]
        if telephone and (headers or permission_of(one.sheet.name) is not None):
            yield headers[0] if headers else one.sheet.name
            return
