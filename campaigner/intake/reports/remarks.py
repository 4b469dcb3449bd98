"""What a person should hear about imported reports: counts, torn texts, names, texts that come twice."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from campaigner.domain.problem import Level, Problem
from campaigner.domain.reports.likeness import Fingerprint, Likeness, fingerprint, likeness
from campaigner.domain.reports.manuscript import Span
from campaigner.domain.reports.personal_names import hidden, is_masked_name
from campaigner.domain.reports.report import Imported, Report

_LONG_INTRODUCTION = 200
_MOST_NAMES = 50


class _Lines:
    """Offsets in the decoded original as line and column."""

    def __init__(self, original: str) -> None:
        self._breaks = [-1, *(place for place, character in enumerate(original) if character == "\n")]

    def of(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._breaks, offset - 1)
        return line, offset - self._breaks[line - 1]


def import_problems(
    imported: Imported, original: str, *, traditional: bool, introduction: Span | None
) -> list[Problem]:
    """Everything about an imported file that is worth a person's look, in order of kind and place.

    Args:
        imported: The cleaned reports.
        original: The decoded original that offsets point into.
        traditional: Whether it was in traditional characters.
        introduction: Start and end in the original of text before the first report that belongs to none.
    """
    lines = _Lines(original)
    problems = [*_script(imported, traditional=traditional), *_count(imported)]
    if introduction and introduction[1] - introduction[0] > _LONG_INTRODUCTION:
        line, column = lines.of(introduction[0])
        problems.append(
            Problem(
                "report-introduction",
                "a long text above the first heading belongs to no report and was left out; see if it is one",
                "第一篇之前有一段较长的文字不属于任何一篇，已作为引言去掉，请确认是否漏了一篇",
                imported.source,
                line,
                column,
                level=Level.WARN,
            )
        )
    for report in imported.reports:
        problems += _torn(report, imported.source, lines)
        problems += _names(report, imported.source, lines)
    return problems + doubles(imported.reports, (), imported.source)


def doubles(reports: Sequence[Report], known: Iterable[Report], source: str) -> list[Problem]:
    """Reports that say what another report says already, within the file or among the known ones.

    Args:
        reports: The reports of one file.
        known: Reports of other files.
        source: The file's name.
    """
    seen: list[tuple[Report, Fingerprint]] = [(report, fingerprint(report.text)) for report in known]
    problems = []
    for report in reports:
        print_ = fingerprint(report.text)
        for other, other_print in seen:
            kind = likeness(print_, other_print)
            if kind is not Likeness.NONE:
                problems.append(_double(report, other, kind, source))
                break
        seen.append((report, print_))
    return problems


def _double(report: Report, other: Report, kind: Likeness, source: str) -> Problem:
    if kind is Likeness.SAME:
        said = ("is nearly word for word", "内容与")
        ending = "几乎完全相同"
    else:
        said = ("is nearly word for word a part of", "内容几乎全部包含在")
        ending = "之中"
    return Problem(
        f"report-{'duplicate' if kind is Likeness.SAME else 'excerpt'}",
        f"report {report.number} {said[0]} report {other.id}; count its facts only once",
        f"第 {report.number} 篇{said[1]} {other.id} {ending}，其中的情况不要重复计算",
        source,
        value=report.id,
        level=Level.WARN,
    )


def _script(imported: Imported, *, traditional: bool) -> list[Problem]:
    if not traditional:
        return []
    return [
        Problem(
            "report-traditional",
            "the text was in traditional characters and has been made simplified, character by character",
            "原文为繁体字，已逐字转换为简体",
            imported.source,
            level=Level.INFO,
        )
    ]


def _count(imported: Imported) -> list[Problem]:
    found = len(imported.reports)
    if not imported.announced or imported.announced == found:
        return []
    return [
        Problem(
            "report-count",
            f"the title or headings announce {imported.announced} reports, {found} were found; "
            "see what is missing",
            f"标题或编号显示共 {imported.announced} 篇，实际找到 {found} 篇，请核对缺了哪几篇",
            imported.source,
            level=Level.WARN,
        )
    ]


def _torn(report: Report, source: str, lines: _Lines) -> list[Problem]:
    if not report.truncated:
        return []
    line, column = lines.of(report.original(len(report.text) - 1))
    return [
        Problem(
            "report-truncated",
            f"report {report.number} breaks off; its end is missing, figures and lists may be incomplete",
            f"第 {report.number} 篇结尾不完整，后面的数字和事项可能有缺漏",
            source,
            line,
            column,
            level=Level.WARN,
        )
    ]


def _names(report: Report, source: str, lines: _Lines) -> list[Problem]:
    first: dict[str, int] = {}
    for start, end in report.names:
        first.setdefault(report.text[start:end], start)
    problems: list[Problem] = []
    for name, start in first.items():
        if is_masked_name(name) or len(problems) >= _MOST_NAMES:
            continue
        line, column = lines.of(report.original(start))
        problems.append(
            Problem(
                "report-name",
                f"report {report.number} names a person; names are never taken over into warnings",
                f"第 {report.number} 篇出现个人姓名，不得写入提醒和宣传材料",
                source,
                line,
                column,
                hidden(name),
                Level.WARN,
            )
        )
    return problems
