"""Which column of ours each header of a file is, and where the header line stands."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from campaigner.domain.people import COLUMNS, Audience, Kind
from campaigner.domain.problem import Level, Problem
from campaigner.intake.faults import problem_of
from campaigner.intake.lexicon import (
    ABOUT_OTHERS,
    ALIASES,
    CONSENT,
    CONSENTS,
    ENFORCEMENT,
    ENFORCEMENT_TITLES,
    IDCARD,
    NOTES,
    OPT_OUTS,
    OPTED_OUT,
    OTHER,
    PROTECTED,
    REMARKS,
    REQUIRED,
    STATUSES,
    SYNTHETIC,
    TELEPHONES,
    UNRELATED,
)
from campaigner.intake.permission import Permission, permission_of, simplified

_NEIGHBOURS = 3
"""Rows that must agree on a width other than that of the header line."""
SEARCHED_ROWS = 10
"""How many rows may stand above the data, title and blank lines included."""

_BRACKETS = re.compile(r"[(\[【〔（]([^()\[\]【】〔〕（）]*)[)\]】〕）]")
_MARKS = re.compile(r"[\s*:：_\-/、,，.。·'\"“”#()\[\]【】〔〕（）]")
_NOTES = re.compile(NOTES, re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{7,}")
_TELEPHONES = re.compile(TELEPHONES)
_OTHERS = re.compile(ABOUT_OTHERS)
_SHOWN = 30
REFUSALS = (OPTED_OUT, CONSENT)
"""Columns that tell who refuses; a list may have several of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The header line of a file.

    Args:
        line: Physical line of the file on which the headers begin.
        cells: The headers as the clerk wrote them.
        places: Column of ours (or `IDCARD`, `SYNTHETIC`, `CONSENT`) -> 0-based position in a row; further columns
            that tell who refuses have their position behind their name, as `opted_out:7`.
        telephones: Positions of telephones that are not written to: a refusal in their row holds for them, too.
        remarks: Positions of remarks. They are not kept, nor is any other column of `OTHER`; all are looked through for
            refusals and for who is gone.
        last: Physical line on which the headers end, where they have several lines.
        raw: The header's lines as they stand, where `cells` puts them together.
        fixed: Position -> what stands there in every row that has nothing of its own, such as the name of the sheet.
        blank: Positions of columns without a header, which are looked through for answers.
        added: How many cells at the end of `cells` stand for no column of the file.
        width: Cells that a row may have, empty ones included.
    """

    line: int
    cells: tuple[str, ...]
    places: Mapping[str, int]
    telephones: tuple[int, ...] = ()
    remarks: tuple[int, ...] = ()
    last: int = 0
    raw: tuple[tuple[str, ...], ...] = ()
    fixed: Mapping[int, str] = field(default_factory=dict)
    blank: tuple[int, ...] = ()
    added: int = 0
    width: int = 0

    @property
    def end(self) -> int:
        """Physical line below which the rows begin."""
        return max(self.line, self.last)

    @property
    def columns(self) -> int:
        """How many columns of the file it names."""
        return len(self.cells) - self.added

    @property
    def read(self) -> tuple[int, ...]:
        """Positions of the columns of the file that are read, each once."""
        kept = (place for place in self.places.values() if place < self.columns)
        return tuple(dict.fromkeys([*kept, *self.blank]))

    def lines_of_header(self) -> tuple[tuple[str, ...], ...]:
        """The header's lines as they stand."""
        return self.raw or (self.cells,)

    def label(self, column: str) -> str:
        """The header of one of our columns as the clerk wrote it."""
        return self.cells[self.places[column]].strip()

    def others(self) -> tuple[int, ...]:
        """Positions of the columns that are not kept but looked through."""
        return tuple(place for name, place in self.places.items() if column_of(name) == OTHER)

    def is_about_others(self, place: int) -> bool:
        """Whether a column speaks of a relative, whose death or leaving is not the person's."""
        return _OTHERS.search(plain_header(self.cells[place])) is not None

    def refusals(self) -> tuple[str, ...]:
        """Those of `places` that tell who refuses."""
        return tuple(name for name in self.places if column_of(name) in REFUSALS)


def column_of(name: str) -> str:
    """Our column for a key of `Heading.places`."""
    return name.partition(":")[0]


def plain_header(text: str) -> str:
    """A header without case, spaces, marks, and remarks in brackets that change nothing."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = _BRACKETS.sub(lambda note: "" if _NOTES.fullmatch(note[1].strip()) else note[0], folded)
    folded = "".join(c for c in folded if unicodedata.category(c)[0] != "C" or c.isspace())
    return _MARKS.sub("", folded)


def mapped_to(header: str, audience: Audience) -> str | None:
    """What config.toml says a header is; "" to drop it, None if it says nothing."""
    return audience.columns.get(_stripped(header))


def _stripped(header: str) -> str:
    return header.strip().strip("\ufeff")


def target_of(header: str, audience: Audience) -> str | None:
    """Our column for a header, by the user's own mapping or by its words; "" to drop, None unknown."""
    mapped = mapped_to(header, audience)
    if mapped is not None:
        return "" if mapped == UNRELATED else mapped
    alias = ALIASES[audience.kind].get(plain_header(header))
    if audience.kind is Kind.PLACES or alias not in {None, *REFUSALS}:
        return alias
    permission = permission_of(header)
    return permission.value if permission in {Permission.OPTED_OUT, Permission.CONSENT} else None


def known_headers(cells: Iterable[str], audience: Audience) -> int:
    """How many of these cells are headers that we know; answers such as 同意 are none."""
    return sum(
        bool(cell.strip()) and target_of(cell, audience) is not None and not _is_answer(cell, audience)
        for cell in cells
    )


def _is_answer(cell: str, audience: Audience) -> bool:
    plain = plain_header(cell)
    return (
        mapped_to(cell, audience) is None
        and plain not in ALIASES[audience.kind]
        and (plain in OPT_OUTS or plain in CONSENTS)
    )


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
    heading = _heading(line, cells, audience, report)
    return replace(heading, width=_usual_width(rows[row:])) if heading else None


def _usual_width(rows: Sequence[tuple[int, Sequence[str]]]) -> int:
    """How many cells rows have: those of the header line, or what most of the first rows share beyond them.

    Some programs end each row with a comma; where only one row is longer than its neighbours, its cells have slid.
    """
    header = len(rows[0][1])
    below = [len(cells) for _line, cells in rows[1:] if any(map(str.strip, cells))]
    widths = Counter(below).most_common(1)
    if len(below) >= _NEIGHBOURS and widths and widths[0][1] * 2 > len(below):
        return max(header, widths[0][0])
    return header


def _heading(
    line: int, cells: Sequence[str], audience: Audience, report: Callable[[Problem], None]
) -> Heading | None:
    places: dict[str, int] = {}
    dropped: list[int] = []
    usable = True
    for position, cell in enumerate(cells):
        target = target_of(cell, audience)
        if not cell.strip():
            continue
        if audience.kind is not Kind.PLACES and (problem := permission_problem(line, cell, audience)):
            report(problem)
            continue
        if not target:
            dropped.append(position)
        elif problem := _unusable(line, cells, position, target, places, audience):
            usable = False
            report(problem)
        else:
            places[f"{target}:{position}" if target in places else target] = position
    for column in REQUIRED[audience.kind]:
        if column not in places:
            usable = False
            detail = {"label": _label(column, audience), "column": column, "audience": audience.name}
            report(problem_of("header-missing", audience.file, line, detail=detail))
    for problem in _gone(line, cells, audience):
        report(problem)
    unknown = [
        cells[place].strip()[:_SHOWN] for place in dropped if target_of(cells[place], audience) is None
    ]
    if unknown and (usable or len(places) > 1):
        # Where a single word was known, the line may be data: not to be repeated in a message.
        detail = {"headers": "、".join(unknown)}
        report(problem_of("headers-dropped", audience.file, line, detail=detail, level=Level.INFO))
    plain = {place: simplified(plain_header(cells[place])) for place in dropped}
    telephones = tuple(place for place, text in plain.items() if _TELEPHONES.search(text))
    remarks = tuple(
        place for place, text in plain.items()
        if text in REMARKS and mapped_to(cells[place], audience) != UNRELATED
    )  # fmt: skip
    # Whoever says that a column has nothing to do with messages has looked at it.
    looked_through = (
        place for place, cell in enumerate(cells)
        if place not in places.values() and mapped_to(cell, audience) != UNRELATED
    )  # fmt: skip
    places |= {f"{OTHER}:{place}": place for place in list(looked_through)}
    return (
        Heading(line=line, cells=tuple(cells), places=places, telephones=telephones, remarks=remarks)
        if usable
        else None
    )


def _unusable(
    line: int,
    cells: Sequence[str],
    position: int,
    target: str,
    places: Mapping[str, int],
    audience: Audience,
) -> Problem | None:
    """Why a file cannot be used whose header at a position stands for one of our columns."""
    header = cells[position].strip()
    known = {*ALIASES[audience.kind].values()}
    if ALIASES[audience.kind].get(plain_header(header)) == IDCARD and target != IDCARD:
        return problem_of("header-idcard-kept", audience.file, line, header)
    if target not in known:
        detail = {"target": target, "known": ", ".join(sorted(known))}
        return problem_of("header-target-unknown", audience.file, line, header, detail=detail)
    if target in places and target not in REFUSALS:
        detail = {
            "first": cells[places[target]].strip(),
            "second": header,
            "label": _label(target, audience),
            "audience": audience.name,
            "line": config_line(audience, _by_position(cells, position), ""),
        }
        return problem_of("header-twice", audience.file, line, header, detail=detail)
    return None


def _by_position(cells: Sequence[str], position: int) -> str:
    """A header as config.toml calls it: of several with the same text, which one it is."""
    text = _stripped(cells[position])
    alike = [place for place, cell in enumerate(cells) if _stripped(cell) == text]
    return f"{text}#{alike.index(position) + 1}" if len(alike) > 1 else text


def permission_problem(line: int, cell: str, audience: Audience) -> Problem | None:
    """Why nobody may be written to by SMS before somebody has said what a header means; None if it is understood.

    Args:
        line: Physical line of the headers.
        cell: The header.
        audience: Whose file it is.
    """
    header, mapped = cell.strip(), mapped_to(cell, audience)
    alias = ALIASES[audience.kind].get(plain_header(cell))
    if mapped == UNRELATED or (mapped is None and alias not in {None, *REFUSALS}):
        return None
    permission = permission_of(cell)
    clear = permission in REFUSALS
    if permission is None or (mapped in REFUSALS if not clear else mapped in {None, permission}):
        return None
    if not clear and mapped:
        # Its words do not say what it is, so config.toml does.
        return None
    code = "unclear" if not clear else "contradicts" if mapped else "ignored"
    lines = {name: config_line(audience, cell, name) for name in (*REFUSALS, UNRELATED)}
    detail = {
        "header": header[:_SHOWN], "audience": audience.name, "target": mapped or "",
        "refused": lines[OPTED_OUT], "consent": lines[CONSENT], "unrelated": lines[UNRELATED],
        "line": lines.get(str(permission), ""),
    }  # fmt: skip
    return problem_of(f"header-permission-{code}", audience.file, line, header[:_SHOWN], detail=detail)


def config_line(audience: Audience, header: str, target: str) -> str:
    """The line of config.toml by which a header is what somebody says, with those of the others as they are."""
    columns = {**audience.columns, _stripped(header): target}
    pairs = (f"{_quoted(name)} = {_quoted(value)}" for name, value in columns.items())
    return f"columns = {{ {', '.join(pairs)} }}"


def _quoted(text: str) -> str:
    """A text as TOML has it; JSON's way to quote is TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _gone(line: int, cells: Sequence[str], audience: Audience) -> Iterator[Problem]:
    """A column that config.toml says tells who refuses, and that the list does not have any more."""
    present = set(map(_stripped, cells))
    for target in REFUSALS if audience.kind is not Kind.PLACES else ():
        wanted = [header for header, column in audience.columns.items() if column == target]
        if wanted and present.isdisjoint(wanted):
            entry = f"columns = {{ {_quoted('…')} = {_quoted(target)} }}"
            detail = {"header": "、".join(wanted), "audience": audience.name, "line": entry}
            yield problem_of("refusal-column-gone", audience.file, line, wanted[0], detail=detail)


def _label(column: str, audience: Audience) -> str:
    labels = {known.name: known.label for known in COLUMNS[audience.kind]} | dict.fromkeys(STATUSES, "状态")
    return {**labels, IDCARD: "身份证号", SYNTHETIC: "样例数据", CONSENT: "同意接收短信"}[column]


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
