"""What is asked or told about a table besides its faults: headers like ours, cells filled, rows hidden."""

from collections.abc import Callable, Collection

from campaigner.domain.people import COLUMNS, Audience, Kind
from campaigner.domain.problem import Level, Problem
from campaigner.intake.faults import problem_of
from campaigner.intake.headers import Heading, config_line, known_headers, mapped_to, target_of
from campaigner.intake.headlines import Top, letters, looks_like, unnamed
from campaigner.intake.lexicon import CONSENTS, OPT_OUTS
from campaigner.intake.permission import permission_of, says_no
from campaigner.intake.sheetrows import Seen

_SHOWN = 30
_SEVERAL = 2
_LINES = 10
"""Rows that a message names."""


def questions(
    top: Top, heading: Heading | None, audience: Audience, report: Callable[[Problem], None]
) -> None:
    """Report what is to be asked about a header line.

    Args:
        top: The first rows.
        heading: What was found in them; None if the table cannot be used.
        audience: Whose it is.
        report: Takes the problems.
    """
    scores = [known_headers(cells, audience) for _line, cells in top.rows]
    if not any(scores):
        return
    row = scores.index(max(scores))
    line, cells = top.rows[row]
    if top.joined and heading is not None:
        detail = {
            "first": str(top.first), "last": str(top.last), "headers": "、".join(one[:_SHOWN] for one in top.joined),
        }  # fmt: skip
        report(problem_of("headers-joined", audience.file, line, detail=detail, level=Level.INFO))
    found = {target_of(cell, audience) for cell in cells if cell.strip()}
    if heading is None and len(found - {None, ""}) < _SEVERAL:
        # The line may be somebody's data: nothing of it is repeated in a message.
        return
    below = [each for _line, each in top.rows[row + 1 :]]
    asked = set()
    for place, cell in enumerate(cells):
        values = [each[place] for each in below if place < len(each)]
        if not cell.strip():
            continue
        if (
            target_of(cell, audience) is not None
            or mapped_to(cell, audience) is not None
            or permission_of(cell)
        ):
            continue
        column = looks_like(cell, values, audience)
        if column and column not in found and column not in asked and column in _columns(audience):
            asked.add(column)
            report(_question(line, cell.strip(), column, audience))
    if heading and audience.kind is not Kind.PLACES and "phone" not in found and "phone" not in asked:
        detail = {"audience": audience.name}
        report(problem_of("phone-column-missing", audience.file, line, detail=detail, level=Level.INFO))


def _columns(audience: Audience) -> dict[str, str]:
    return {column.name: column.label for column in COLUMNS[audience.kind]}


def _question(line: int, header: str, column: str, audience: Audience) -> Problem:
    """Whether a header is one of ours."""
    detail = {
        "header": header[:_SHOWN], "label": _columns(audience)[column], "audience": audience.name,
        "line": config_line(audience, header, column), "no": config_line(audience, header, ""),
    }  # fmt: skip
    return problem_of("header-like", audience.file, line, header[:_SHOWN], detail=detail, level=Level.WARN)


def _blank(line: int, place: int, values: Collection[str], audience: Audience) -> Problem:
    """A column with data and no header; one of answers may be one of refusals, and stops all SMS."""
    filled = {value.strip().casefold() for value in values if value.strip()}
    unclear = [
        word for word in filled if not word.isdigit() and not says_no(word)
    ]  # who says no is heard anyway
    answers = bool(unclear) and filled <= {*OPT_OUTS, *CONSENTS}
    guess = looks_like("", sorted(values), audience) or (
        "opted_out" if answers else "name" if audience.kind is Kind.PLACES else "tags"
    )
    if guess not in _columns(audience):
        guess = next(iter(_columns(audience)))
    name = unnamed(place)
    detail = {
        "column": letters(place), "audience": audience.name,
        "line": config_line(audience, name, guess), "no": config_line(audience, name, "unrelated" if answers else ""),
    }  # fmt: skip
    stops = answers and audience.kind is not Kind.PLACES
    code = "header-blank-answers" if stops else "header-blank"
    return problem_of(
        code, audience.file, line, name, detail=detail, level=Level.BLOCK if stops else Level.WARN
    )


def notes_of(seen: Seen, heading: Heading, audience: Audience) -> list[Problem]:
    """What was met in a table that its user should know.

    Args:
        seen: What it was.
        heading: The sheet's header line.
        audience: Whose it is.
    """
    found = [_blank(line, place, words, audience) for place, (line, words) in sorted(seen.unnamed.items())]
    for place, count in sorted(seen.filled.items()):
        header = heading.cells[place].strip()[:_SHOWN] or unnamed(place)
        detail = {"header": header, "count": str(count), "ranges": str(seen.ranges[place])}
        found.append(
            problem_of("cells-filled", audience.file, heading.end, header, detail=detail, level=Level.INFO)
        )
    if seen.hidden:
        lines = "、".join(map(str, seen.hidden[:_LINES])) + ("…" if len(seen.hidden) > _LINES else "")
        detail = {"lines": lines, "count": str(len(seen.hidden))}
        found.append(
            problem_of("rows-hidden", audience.file, seen.hidden[0], detail=detail, level=Level.WARN)
        )
    return found
