"""What the daemon says while it runs: one line for each event, as JSON for machines or as text for a terminal.

The formatter is ours rather than a library's: what matters in it, masking and exceptions in one line, no library does,
and what is left is one call of `json.dumps`.
"""

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from campaigner.domain.masking import masked
from campaigner.domain.visible import visible, visible_json
from campaigner.errors import UsageError

LEVELS = ("debug", "info", "warning", "error")
_PACKAGE = Path(__file__).parent.parent
_LONGEST = 300
"""Characters of an exception's message; a driver's may quote a whole statement with its values."""
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; the rest came with `extra`."""
_TROUBLE = "trouble"


def setup(*, json: bool, level: str, stream: TextIO | None = None) -> None:
    """Send every event of this process to one stream, masked, one line each; uncaught exceptions and warnings too.

    Args:
        json: Lines of JSON instead of text.
        level: The least that is written, one of `LEVELS`.
        stream: Where to; standard error if None.

    Raises:
        UsageError: There is no such level.
    """
    if level not in LEVELS:
        raise UsageError(
            f"there is no log level `{level}`; known are {', '.join(LEVELS)}\n"
            f"没有日志级别“{level}”，可用的有：{', '.join(LEVELS)}"
        )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(Masking())
    handler.setFormatter(JsonLine() if json else TextLine())
    # Debug lines are ours alone: those of libraries would tell of the texts that they work on.
    least = max(logging.INFO, logging.getLevelName(level.upper()))
    logging.basicConfig(level=least, handlers=[handler], force=True)
    logging.getLogger("campaigner").setLevel(level.upper())
    # Their lines repeat ours, or tell of each migration; what goes wrong in them is still said.
    for library in ("apscheduler", "alembic"):
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


class Masking(logging.Filter):
    """Rewrites a record so that nothing written from it, by whatever handler, holds a mobile number.

    The message is put together with its arguments, an exception becomes type, message and our frames, and extra
    fields become plain values.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; it always goes on."""
        record.msg, record.args = masked(_message(record)), ()
        if record.exc_info and record.exc_info[1] is not None:
            setattr(record, _TROUBLE, list(troubles(record.exc_info[1])))
        record.exc_info = record.exc_text = record.stack_info = None
        for name, value in fields(record).items():
            setattr(record, name, _plain(value))
        return True


class JsonLine(logging.Formatter):
    """`{"time": ..., "level": ..., "logger": ..., "event": ..., fields ...}`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "time": _time(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        extra = {name: value for name, value in fields(record).items() if name not in line}
        return visible_json(json.dumps(line | extra, ensure_ascii=False, default=str))


class TextLine(logging.Formatter):
    """Local time, level, event, fields as `name=value`, what went wrong and where."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        extra = fields(record)
        trouble: Sequence[Mapping[str, Any]] = extra.pop(_TROUBLE, ())
        parts = [f"{_time(record).astimezone():%Y-%m-%d %H:%M:%S}", f"{record.levelname.lower():<7}"]
        parts.append(" ".join(record.getMessage().splitlines()))
        parts += [f"{name}={' '.join(str(value).splitlines())}" for name, value in extra.items()]
        parts += [f"[{each['type']}: {each['message']} ({', '.join(each['frames'])})]" for each in trouble]
        return visible(" ".join(parts))


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """What was given with `extra`."""
    return {name: value for name, value in vars(record).items() if name not in _OWN}


def troubles(error: BaseException) -> Iterator[dict[str, Any]]:
    """An exception and what caused it, as plain values: type, first line of its message, and our frames.

    Only the first line, because database drivers add statements with their values in the lines below.
    """
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines = str(current).splitlines() or [""]
        yield {
            "type": type(current).__name__,
            "message": masked(lines[0])[:_LONGEST],
            "frames": [*_our_frames(current.__traceback__)],
        }
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _our_frames(trace: TracebackType | None) -> Iterator[str]:
    """Frames within this package, as `road/plan.py:120 make_plan`, the outermost first."""
    for frame in traceback.extract_tb(trace):
        file = Path(frame.filename)
        if file.is_relative_to(_PACKAGE):
            yield f"{file.relative_to(_PACKAGE).as_posix()}:{frame.lineno} {frame.name}"


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - a slip in a log call must neither stop a beat nor show its arguments
        return f"unreadable event ({type(error).__name__})"


def _plain(value: Any) -> Any:
    """A value as JSON knows it, masked through and through."""
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        shown = masked(str(value))
        return value if shown == str(value) else shown
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {masked(str(key)): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(entry) for entry in value]
    return masked(str(value))


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:  # fmt: skip
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("campaigner").critical("stopped by an error", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        trouble = (args.exc_type, args.exc_value, args.exc_traceback)
        logging.getLogger("campaigner").critical("a thread was stopped by an error", exc_info=trouble)
