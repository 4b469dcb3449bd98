"""Header lines as offices lay them out: of two or three lines with merged cells, two of one text, some without a text.

The first rows of a file go in, and come out with one header line, so that `headers` need not know of any of it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from campaigner.domain.people import Audience, Kind
from campaigner.intake.book.sheet import Merged
from campaigner.intake.headers import known_headers, plain_header, target_of
from campaigner.intake.lexicon import words
from campaigner.intake.permission import permission_of

MOST_LINES = 3
"""Lines that a header may have."""

_WORDS = words("headers")["lines"]
_PERSONS = re.compile(_WORDS["persons"])
"""Groups of columns that are about somebody else: the telephone below one of them is not the person's."""
_SHORT = {short: long for long, shorts in _WORDS["below"].items() for short in shorts}
_ABOUT = re.compile(r"(?:基本|个人)?(?:信息|情况|资料)$")
_DIGITS = re.compile(r"\d{2,}")
_LONGEST = 20

Rows = Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Top:
    """The first rows of a file with one header line among them.

    Args:
        rows: Physical line and cells of each, the lines of a header joined into one.
        first: Physical line on which the header begins that was joined; 0 if none was.
        last: Physical line on which it ends.
        raw: The lines of the header as they stand.
        joined: Headers that were put together from two cells.
    """

    rows: Rows
    first: int = 0
    last: int = 0
    raw: tuple[tuple[str, ...], ...] = ()
    joined: tuple[str, ...] = field(default=())


def letters(place: int) -> str:
    """A column's letters, as a spreadsheet shows them.

    Args:
        place: 0-based column.
    """
    found = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def unnamed(place: int) -> str:
    """What config.toml calls a column that has no header.

    Args:
        place: 0-based column.
    """
    return f"{letters(place)}列"


def arranged(rows: Rows, merged: Sequence[Merged], audience: Audience, *, sheet: bool) -> Top:
    """The first rows of a file, with one header line.

    Args:
        rows: Physical line and cells of each.
        merged: Ranges of merged cells among them.
        audience: Whose file it is.
        sheet: Whether it is a worksheet, in which cells do not slide.
    """
    if not rows:
        return Top(rows)
    top = _joined(rows, merged, audience)
    scores = [known_headers(cells, audience) for _line, cells in top.rows]
    row = scores.index(max(scores))
    line, cells = top.rows[row]
    named = _named(cells, [each for _line, each in top.rows[row + 1 :]], audience, sheet=sheet)
    return Top(
        [*top.rows[:row], (line, named), *top.rows[row + 1 :]],
        top.first, top.last, top.raw or (tuple(cells),), top.joined,
    )  # fmt: skip


def _joined(rows: Rows, merged: Sequence[Merged], audience: Audience) -> Top:
    """The rows with the lines of their header put together, if it has several."""
    best, found = max(_worth(cells, audience) for _line, cells in rows), Top(rows)
    for row in range(len(rows) - 1):
        cells, labels = list(rows[row][1]), []
        for below in range(row + 1, min(row + MOST_LINES, len(rows))):
            if not _goes_on(rows[row : below + 1], cells, merged, audience):
                break
            cells, new = _together(rows[below - 1][0], cells, rows[below][1], merged, audience)
            labels += new
            score = _worth(cells, audience)
            if score > best or (
                score == best and found.first == 0 and _is_tied(rows[row : below + 1], merged)
            ):
                raw = tuple(tuple(each) for _line, each in rows[row : below + 1])
                best = score
                found = Top(
                    [*rows[:row], (rows[row][0], tuple(cells)), *rows[below + 1 :]],
                    rows[row][0], rows[below][0], raw, tuple(labels),
                )  # fmt: skip
    return found


def _worth(cells: Sequence[str], audience: Audience) -> tuple[int, int]:
    """How many of our columns are among some headers, and how many of the headers are known."""
    known = {target_of(cell, audience) for cell in cells if cell.strip()}
    return len(known - {None, ""}), known_headers(cells, audience)


def _is_tied(rows: Rows, merged: Sequence[Merged]) -> bool:
    """Whether one cell is merged over all of these lines."""
    return any(one.first == rows[0][0] and one.last == rows[-1][0] for one in merged)


def _goes_on(rows: Rows, above: Sequence[str], merged: Sequence[Merged], audience: Audience) -> bool:
    """Whether the last of some lines is one more line of the header that the others are."""
    line, cells = rows[-1]
    filled = [place for place, cell in enumerate(cells) if cell.strip()]
    if not filled or line - rows[-2][0] != 1:
        return False
    if any(_DIGITS.search(cells[place]) or len(cells[place].strip()) > _LONGEST for place in filled):
        return False
    if any(one.first == rows[0][0] and one.last >= line for one in merged):
        return True
    known = known_headers(cells, audience)
    gaps = [place for place in filled if not (above[place].strip() if place < len(above) else "")]
    groups = [one for one in merged if one.first == one.last == rows[-2][0] and one.right > one.left]
    within = any(one.left <= place <= one.right for one in groups for place in filled)
    if known_headers(above, audience) and within and known:
        return True
    # Without merged cells, as in a text file: only words of headers, some of them where the line above has none.
    words = [cells[place] for place in filled]
    mine = sum(target_of(word, audience) is not None or plain_header(word) in _SHORT for word in words)
    empty = [place for place, cell in enumerate(above) if cell.strip() and place not in filled]
    return bool(gaps) and bool(empty) and (mine == len(filled) or (mine > 1 and mine * 2 > len(filled)))


def _together(
    line: int, above: Sequence[str], below: Sequence[str], merged: Sequence[Merged], audience: Audience
) -> tuple[list[str], list[str]]:
    """Two lines of a header as one, and the labels that were put together."""
    width = max(len(above), len(below))
    upper = [*above, *[""] * (width - len(above))]
    lower = [*below, *[""] * (width - len(below))]
    groups = [one for one in merged if one.first <= line <= one.last and one.right > one.left]
    for one in groups:
        for place in range(one.left, min(one.right + 1, width)):
            upper[place] = upper[one.left]
    spread = list(upper)
    if not groups:
        for place in range(1, width):
            if not spread[place].strip() and lower[place].strip():
                spread[place] = spread[place - 1]
    made, labels = [], []
    for place in range(width):
        label = _label(spread[place].strip(), lower[place].strip(), audience)
        if not lower[place].strip() and any(one.left < place <= one.right for one in groups):
            label = ""
        made.append(label)
        if lower[place].strip() and spread[place].strip() and label != spread[place].strip():
            labels.append(label)
    return made, labels


def _label(above: str, below: str, audience: Audience) -> str:
    """What a column is whose header has a text in two lines."""
    if not above or not below or above == below:
        return above or below
    together = above + below
    if target_of(together, audience) is not None or permission_of(together) is not None:
        return together
    long = _SHORT.get(plain_header(below), below)
    for group in (above, _ABOUT.sub("", above)):
        for word in (below, long):
            if group and target_of(group + word, audience) is not None:
                return group + word
    if _PERSONS.search(plain_header(above)):
        return together
    return below


def _named(
    cells: Sequence[str], below: Sequence[Sequence[str]], audience: Audience, *, sheet: bool
) -> tuple[str, ...]:
    """The headers, those that config.toml calls by their position under that name."""
    named = list(cells)
    if sheet:
        # Data beside the headers: their columns are there, too.
        widths = Counter(len(each) for each in below)
        most = sum(widths.values())
        wide = [width for width in widths if sum(n for w, n in widths.items() if w >= width) * 2 > most > 1]
        named += [""] * (max(wide, default=0) - len(named))
    texts = Counter(cell.strip() for cell in named if cell.strip())
    seen: Counter[str] = Counter()
    for place, cell in enumerate(named):
        text = cell.strip()
        if not text:
            named[place] = unnamed(place) if unnamed(place) in audience.columns else cell
        elif texts[text] > 1:
            seen[text] += 1
            key = f"{text}#{seen[text]}"
            named[place] = key if key in audience.columns else cell
    return tuple(named)


def looks_like(header: str, cells: Sequence[str], audience: Audience) -> str:
    """Which of our columns an unknown header may be; "" if nothing points to one.

    Args:
        header: As the clerk wrote it.
        cells: Some of the column's cells.
        audience: Whose list it is.
    """
    plain = plain_header(header)
    if any(plain_header(word) == plain for word in _WORDS["never"]):
        return ""
    patterns = _WORDS["like"] if audience.kind is not Kind.PLACES else _WORDS["like_places"]
    for column, pattern in patterns.items():
        if re.search(pattern, plain):
            return str(column)
    filled = [cell.strip() for cell in cells if cell.strip()]
    phones = [cell for cell in filled if re.fullmatch(r"1[3-9]\d{9}", cell)]
    if audience.kind is not Kind.PLACES and filled and len(phones) * 2 > len(filled):
        return "phone"
    return ""
