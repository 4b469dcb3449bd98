"""From a file to its cleaned reports: the steps in order, and the problems that a person should hear of."""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigner.domain.problem import Problem
from campaigner.domain.reports import noise
from campaigner.domain.reports.endings import breaks_off
from campaigner.domain.reports.furniture import Page, furniture, is_cut_off_notice, page_title
from campaigner.domain.reports.manuscript import Manuscript, Span
from campaigner.domain.reports.masking import masked_spans
from campaigner.domain.reports.personal_names import name_spans
from campaigner.domain.reports.pinyin import pinyin_lines, pinyin_spans
from campaigner.domain.reports.report import Imported, Report
from campaigner.domain.reports.series import Heading, headings, promised
from campaigner.domain.reports.wrapping import wraps
from campaigner.intake.plainfile import facts_of
from campaigner.intake.reports.formats import Original, read_original
from campaigner.intake.reports.readings import readings
from campaigner.intake.reports.remarks import import_problems
from campaigner.intake.reports.simplify import simplified

_LARGEST = 20 * 1024 * 1024
_TITLE = 60
_HEAD = 12
_OPENERS = "（([【《“「『"
_NOT_TITLE = "。！？!?；;，,：:、"


@dataclass(frozen=True, slots=True)
class _Part:
    """The lines of one report, with what its heading says."""

    title: str
    number: int
    lines: tuple[Span, ...]
    notice: bool


def import_report(path: Path, name: str) -> tuple[Imported | None, list[Problem]]:
    """The cleaned reports in a file, and every problem with them; None where nothing could be read.

    Args:
        path: The file: text, HTML, DOCX, or PDF with a text layer.
        name: Its name as the user gave it.
    """
    data, problems = read_file(path, name)
    if data is None:
        return None, problems
    imported, _, problems = import_bytes(data, name)
    return imported, problems


def read_file(path: Path, name: str) -> tuple[bytes | None, list[Problem]]:
    """The bytes of a file, or why they cannot be had.

    Args:
        path: The file.
        name: Its name as the user gave it.
    """
    try:
        # Asked before reading: a disk image given by mistake must not fill the memory, nor a pipe be waited for.
        if facts_of(path).st_size <= _LARGEST:
            return path.read_bytes(), []
    except OSError as fault:
        return None, [
            Problem(
                "report-unreadable",
                f"the file cannot be opened: {fault.strerror or type(fault).__name__}",
                "文件打不开，请检查路径、权限，以及是否正被其他程序占用",
                name,
            )
        ]
    return None, [
        Problem(
            "report-too-large",
            "the file is larger than 20 MB; no report is, so look whether it is the right one",
            "文件超过 20 MB，工作总结不会这么大，请确认是否选错文件",
            name,
        )
    ]


def import_bytes(data: bytes, name: str) -> tuple[Imported | None, str, list[Problem]]:
    """The cleaned reports in a file's bytes, the decoded original they point into, and the problems.

    Args:
        data: The whole file.
        name: Its name as the user gave it.
    """
    original, problems = read_original(data, name)
    if original is None:
        return None, "", problems
    manuscript, traditional = _cleaned(original)
    digest = hashlib.sha256(data).hexdigest()
    parts, announced, introduction = _parts(manuscript, Path(name).stem)
    reports = tuple(_report(manuscript, part, digest[:12]) for part in parts)
    imported = Imported(name, digest, reports, manuscript.removals(), announced)
    if not reports:
        problems.append(
            Problem(
                "report-nothing-left",
                "nothing is left of the file after cleaning; it holds only a page's furniture",
                "清理后没有剩下正文，文件里只有网页杂项",
                name,
            )
        )
        return None, original.text, problems
    problems += import_problems(imported, original.text, traditional=traditional, introduction=introduction)
    return imported, original.text, problems


def _cleaned(original: Original) -> tuple[Manuscript, bool]:
    """The manuscript without noise inside its lines, and whether it was in traditional characters."""
    manuscript = Manuscript(original.text)
    manuscript.cut(original.furniture)
    manuscript.cut(noise.invisible(manuscript.text))
    manuscript.spell_out(noise.line_breaks(manuscript.text))
    manuscript.spell_out(noise.entities(manuscript.text))
    manuscript.cut(noise.invisible(manuscript.text))
    manuscript.exchange(noise.compatible(set(manuscript.text)))
    text, traditional = simplified(manuscript.text)
    manuscript.rewrite(text)
    manuscript.cut(pinyin_lines(manuscript.lines(), readings))
    manuscript.cut(pinyin_spans(manuscript.text, readings))
    manuscript.drop(wraps(manuscript.text))
    manuscript.cut(noise.watermarks(manuscript.text))
    manuscript.cut(noise.stray_dots(manuscript.text))
    return manuscript, traditional


def _parts(manuscript: Manuscript, fallback: str) -> tuple[list[_Part], int, Span | None]:
    """The reports' lines, how many are announced, and the stretch before the first that belongs to none."""
    lines = manuscript.lines()
    announced = promised(_head(manuscript, lines, _HEAD))
    found = headings(lines, announced)
    page = Page(lines, frozenset(heading.line for heading in found), page_title(lines, _body(lines, found)))
    cuts = furniture(page)
    manuscript.note(cuts)
    kept, notices = _without(lines, cuts)
    if not found:
        return _single(kept, notices, page.title or fallback), announced, None
    announced = promised(_head(manuscript, lines, found[0].line)) or found[-1].number
    before = [line for index, line in kept.items() if index < found[0].line]
    return _series(found, kept, notices, len(lines)), announced, _introduction(manuscript, before)


def _introduction(manuscript: Manuscript, before: Sequence[Span]) -> Span | None:
    """Notes what stands above the first report and belongs to none; None for mere titles."""
    titles = all(len(text) <= _TITLE and text[-1] not in _NOT_TITLE for _, _, text in before)
    if titles:
        manuscript.note((start, end, "page-title") for start, end, _ in before)
        return None
    start, end = before[0][0], before[-1][1]
    manuscript.note([(start, end, "introduction")])
    return manuscript.place(start), manuscript.place(end - 1) + 1, "introduction"


def _head(manuscript: Manuscript, lines: Sequence[Span], before: int) -> str:
    """Titles: the lines above the reports, and the page title that the format marked."""
    titles = [removal.text for removal in manuscript.removals() if removal.kind == "page-title"]
    return "\n".join([*titles, *(text for _, _, text in lines[:before] if len(text) <= _TITLE)])


def _body(lines: Sequence[Span], found: Sequence[Heading]) -> int:
    return found[0].line if found else Page(lines, frozenset()).body


def _without(lines: Sequence[Span], cuts: Sequence[Span]) -> tuple[dict[int, Span], set[int]]:
    """The lines that stay, by index, cut short where their end is noise; and those that say "read more"."""
    starts = [start for start, _, _ in cuts]
    kept: dict[int, Span] = {}
    notices: set[int] = set()
    for index, (start, end, text) in enumerate(lines):
        place = bisect_right(starts, end - 1) - 1
        if place < 0 or cuts[place][1] <= start:
            kept[index] = (start, end, text)
        elif cuts[place][0] > start:
            shorter = text[: cuts[place][0] - start].rstrip()
            kept[index] = (start, start + len(shorter), shorter)
        elif is_cut_off_notice(text):
            notices.add(index)
    return {index: line for index, line in kept.items() if line[2]}, notices


def _single(kept: dict[int, Span], notices: set[int], fallback: str) -> list[_Part]:
    lines = tuple(kept.values())
    title = fallback
    if (
        len(lines) > 1
        and len(lines[0][2]) <= _TITLE
        and lines[0][2][-1] not in _NOT_TITLE
        and lines[0][2][0] not in "一（(1"
    ):
        title, lines = lines[0][2], lines[1:]
    return [_Part(title, 1, lines, bool(notices))] if lines else []


def _series(found: Sequence[Heading], kept: dict[int, Span], notices: set[int], end: int) -> list[_Part]:
    parts = []
    for place, heading in enumerate(found):
        last = found[place + 1].line if place + 1 < len(found) else end
        inside = range(heading.line + 1, last)
        lines = tuple(kept[index] for index in inside if index in kept)
        if lines:
            parts.append(_Part(heading.text, heading.number, lines, not notices.isdisjoint(inside)))
    return parts


def _report(manuscript: Manuscript, part: _Part, digest: str) -> Report:
    text, paragraphs, anchors = manuscript.composed(part.lines)
    truncated = part.notice or breaks_off(paragraphs)
    start, end, last = part.lines[-1]
    if last[-1] in _OPENERS and len(last) > 1:
        # An opening bracket with nothing in it is where the text was torn; later searches would trip over it.
        bare = last.rstrip(_OPENERS + " ")
        manuscript.note([(start + len(bare), end, "stray")])
        text, paragraphs, anchors = manuscript.composed([*part.lines[:-1], (start, start + len(bare), bare)])
    return Report(
        id=f"{digest}-{part.number}",
        number=part.number,
        title=part.title,
        text=text,
        paragraphs=paragraphs,
        anchors=anchors,
        truncated=truncated,
        names=name_spans(text),
        masked=masked_spans(text),
    )
