"""What is said about each fault of an audience's file: English for the log, plain Chinese for the clerk."""

import errno
from collections.abc import Mapping

from campaigner.domain.problem import Level, Problem
from campaigner.intake.lexicon import PLACE_KINDS, words

_REASONS = {
    errno.EISDIR: "这是文件夹，不是文件",
    errno.EACCES: "没有读取权限",
    errno.EPERM: "没有读取权限",
    errno.EBUSY: "文件正被其他程序占用",
    errno.EIO: "磁盘读取出错",
    errno.ENAMETOOLONG: "文件名过长",
    errno.ELOOP: "链接循环指向自己",
}
"""What the operating system says in English only."""

LONGEST_CELL = 200
"""Characters beyond which a cell is no name, address or label but a slip of the pen or of a quote."""

_NAMED: Mapping[str, str] = {
    "kinds": "、".join(f"{known[0]} ({kind})" for kind, known in PLACE_KINDS.items()),
    "longest": str(LONGEST_CELL),
}
"""What texts may name besides the details of a fault."""

TEXTS: Mapping[str, Mapping[str, str]] = words("faults")
"""Code -> what is said, in `en` and `zh`."""


class FileFault(Exception):  # noqa: N818 - it never leaves the intake, where it becomes a Problem
    """A file that cannot be read on; the reader turns it into one problem.

    Args:
        code: Of `TEXTS`.
        line: Physical line where known.
        detail: What the text names.
    """

    def __init__(self, code: str, line: int | None = None, **detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.detail = detail


def unreadable(error: Exception) -> FileFault:
    """The fault of a file that the operating system does not hand over, or not to its end."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return FileFault("file-missing")
    number = error.errno if isinstance(error, OSError) else None
    reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
    other = "系统无法读取" + (f"，错误号{number}" if number else "")
    return FileFault("file-unreadable", reason=reason, reason_zh=_REASONS.get(number or 0, other))


def problem_of(
    code: str,
    source: str,
    line: int | None = None,
    column: str | None = None,
    *,
    value: str = "",
    detail: Mapping[str, str] | None = None,
    level: Level = Level.BLOCK,
) -> Problem:
    """The problem of a code, with its words.

    Args:
        code: Of `TEXTS`.
        source: The audience's file.
        line: Physical line.
        column: The clerk's header.
        value: The faulty text, already masked.
        detail: What the text names.
        level: How much it stops.
    """
    said = {language: text.format(**_NAMED, **(detail or {})) for language, text in TEXTS[code].items()}
    return Problem(code, said["en"], said["zh"], source, line, column, value=value, level=level)
