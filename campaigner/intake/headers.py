"""Which column of ours each header of a file is, and where the header line stands."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from campaigner.domain.people import COLUMNS, Audience
from campaigner.domain.problem import Level, Problem
from campaigner.intake.faults import problem_of
from campaigner.intake.lexicon import (
    ALIASES,
    ENFORCEMENT,
    ENFORCEMENT_TITLES,
    IDCARD,
    NOTES,
    PROTECTED,
    REQUIRED,
    SYNTHETIC,
)

SEARCHED_ROWS = 10
"""How many rows may stand above the data, title and blank lines included."""

_BRACKETS = re.compile(r"[(\[【〔（]([^()\[\]【】〔〕（）]*)[)\]】〕）]")
_MARKS = re.compile(r"[\s*:：_\-/、,，.。·'\"“”#()\[\]【】〔〕（）]")
_NOTES = re.compile(NOTES, re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{7,}")
_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Heading:
    """The header line of a file.

    Args:
        line: Physical line of the file on which the headers begin.
        cells: The headers as the clerk wrote them.
        places: Column of ours (or `IDCARD`, `SYNTHETIC`) -> 0-based position in a row.
    """

    line: int
    cells: tuple[str, ...]
    places: Mapping[str, int]

    def label(self, column: str) -> str:
        """The header of one of our columns as the clerk wrote it."""
        return self.cells[self.places[column]].strip()


def plain_header(text: str) -> str:
    """A header without case, spaces, marks, and remarks in brackets that change nothing."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = _BRACKETS.sub(lambda note: "" if _NOTES.fullmatch(note[1].strip()) else note[0], folded)
    folded = "".join(c for c in folded if unicodedata.category(c)[0] != "C" or c.isspace())
    return _MARKS.sub("", folded)


def target_of(header: str, audience: Audience) -> str | None:
    """Our column for a header, by the user's own mapping or the alias table; "" to drop, None unknown."""
    stripped = header.strip().strip("\ufeff")
    if stripped in audience.columns:
        return audience.columns[stripped]
    return ALIASES[audience.kind].get(plain_header(header))


def known_headers(cells: Iterable[str], audience: Audience) -> int:
    """How many of these cells are headers that we know."""
    return sum(bool(cell.strip()) and target_of(cell, audience) is not None for cell in cells)


def find_heading(
    rows: Sequence[tuple[int, Sequence[str]]], audience: Audience, report: Callable[[Problem], None]
) -> Heading | None:
    """The header line among the first rows of a file, with every problem that it has.

    Args:
        rows: Physical line and cells of the first rows.
        audience: Whose file it is.
        report: Takes the problems.

    Returns:
        The heading; None where the file cannot be used, which was then reported with level block.
    """
    scores = [known_headers(cells, audience) for _, cells in rows[:SEARCHED_ROWS]]
    if not scores:
        report(problem_of("file-empty", audience.file))
        return None
    row = scores.index(max(scores))
    if refusal := _refusal(rows, row, audience):
        report(refusal)
        return None
    if not scores[row]:
        report(_no_header(rows, audience))
        return None
    line, cells = rows[row]
    return _heading(line, cells, audience, report)


def _heading(
    line: int, cells: Sequence[str], audience: Audience, report: Callable[[Problem], None]
) -> Heading | None:
    known = {*ALIASES[audience.kind].values()}
    places: dict[str, int] = {}
    dropped: list[str] = []
    usable = True
    for position, cell in enumerate(cells):
        target = target_of(cell, audience)
        if not cell.strip() or target == "":
            continue
        if ALIASES[audience.kind].get(plain_header(cell)) == IDCARD and target not in {None, IDCARD}:
            usable = False
            report(problem_of("header-idcard-kept", audience.file, line, cell.strip()))
        elif target is None:
            dropped.append(cell.strip()[:_SHOWN])
        elif target not in known:
            usable = False
            detail = {"target": target, "known": ", ".join(sorted(known))}
            report(problem_of("header-target-unknown", audience.file, line, cell.strip(), detail=detail))
        elif target in places:
            usable = False
            detail = {
                "first": cells[places[target]].strip(),
                "second": cell.strip(),
                "label": _label(target, audience),
            }
            report(problem_of("header-twice", audience.file, line, cell.strip(), detail=detail))
        else:
            places[target] = position
    for column in REQUIRED[audience.kind]:
        if column not in places:
            usable = False
            detail = {"label": _label(column, audience), "column": column, "audience": audience.name}
            report(problem_of("header-missing", audience.file, line, detail=detail))
    if dropped and (usable or len(places) > 1):
        # Where a single word was known, the line may be data: not to be repeated in a message.
        detail = {"headers": "、".join(dropped)}
        report(problem_of("headers-dropped", audience.file, line, detail=detail, level=Level.INFO))
    return Heading(line, tuple(cells), places) if usable else None


def _label(column: str, audience: Audience) -> str:
    labels = {known.name: known.label for known in COLUMNS[audience.kind]}
    return {**labels, IDCARD: "身份证号", SYNTHETIC: "样例数据"}[column]


def _refusal(
    rows: Sequence[tuple[int, Sequence[str]]], header_row: int, audience: Audience
) -> Problem | None:
    """The one problem of a file that may not be an audience at all (CHK-21, anti-fraud law art. 29)."""
    for name in (PurePath(audience.file).stem, audience.sheet):
        if any(word in plain_header(name) for word in ENFORCEMENT_TITLES):
            return problem_of("title-enforcement", audience.file, rows[0][0])
    for line, cells in rows[:header_row]:
        for cell in cells:
            if any(word in plain_header(cell) for word in ENFORCEMENT_TITLES):
                return problem_of("title-enforcement", audience.file, line, value=cell.strip()[:_SHOWN])
    line, cells = rows[header_row]
    known = known_headers(cells, audience)
    for words, code in ((ENFORCEMENT, "header-enforcement"), (PROTECTED, "header-protected")):
        for cell in cells:
            if word := next((word for word in words if word in plain_header(cell)), ""):
                # A line without a known header may be data.
                header = cell.strip()[:_SHOWN] if known else word
                return problem_of(code, audience.file, line, header, detail={"header": header})
    return None


def _no_header(rows: Sequence[tuple[int, Sequence[str]]], audience: Audience) -> Problem:
    filled = [(line, [cell.strip() for cell in cells if cell.strip()]) for line, cells in rows]
    line, seen = max(filled, key=lambda row: min(len(row[1]), 2))
    # The line may be somebody's data: nothing of it is repeated in a message.
    if any(_LONG_NUMBER.search(cell) for cell in seen):
        return problem_of("header-absent", audience.file, line)
    detail = {"columns": str(len(seen)), "audience": audience.name}
    return problem_of("header-unknown", audience.file, line, detail=detail)
