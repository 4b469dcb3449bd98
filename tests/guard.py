"""The whole suite looks out for numbers of people: in every log, error, figure and label, on every screen.

A number is what a phone's number looks like, standing for itself: within a hash or an id it is none. Watched are
records of every logger (ours down to debug), what our errors say, what commands print and with what they break off, the
figures for monitors, the labels of progress bars, and the log files that daemons of their own process leave beside the
test.
"""

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from campaigner.cli.present import Bars
from campaigner.daemon.watch import Watch
from campaigner.errors import CampaignerError

NUMBER = re.compile(r"(?<![0-9A-Za-z])(?<![0-9]\.)(?:\+?86)?1[3-9][0-9]{9}(?![0-9A-Za-z])")
ON_PURPOSE = {"--unmasked", "--help"}
"""A reason was given for the first; the second shows an example's number."""
_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime"}
_seen: list[str] = []


def numbers_in(text: str) -> list[str]:
    """Numbers of people in a text."""
    return NUMBER.findall(unicodedata.normalize("NFKC", text))


def look(where: str, text: str) -> None:
    """Remember a text that has a number of somebody in it."""
    if numbers_in(text):
        _seen.append(f"{where}: {text[:300]}")


def watched_record(handle: Callable[..., None]) -> Callable[..., None]:
    """`Logger.callHandlers`: what a logger lets through, whatever handlers it has."""

    def handled(logger: logging.Logger, record: logging.LogRecord) -> None:
        extra = {name: value for name, value in vars(record).items() if name not in _USUAL}
        failure = str(record.exc_info[1]) if record.exc_info and record.exc_info[1] else ""
        look(f"log of {record.name}", f"{record.msg} {record.args} {extra} {failure}")
        handle(logger, record)

    return handled


def watched_command(invoke: Any) -> Any:
    """`CliRunner.invoke`: what a command has shown, and with what it broke off."""

    def invoked(runner: CliRunner, command: Any, args: Any = None, **options: Any) -> Result:
        result: Result = invoke(runner, command, args, **options)
        if not ON_PURPOSE.intersection(args or ()):
            look(f"output of {command.name}", result.output)
            look(f"end of {command.name}", str(result.exception or ""))
        return result

    return invoked


def watched_error(init: Any) -> Any:
    """The constructor of our errors: what they say."""

    def made(error: CampaignerError, *args: object) -> None:
        look(f"{type(error).__name__}", " ".join(map(str, args)))
        init(error, *args)

    return made


def watched_figures(figures: Callable[[Watch], bytes]) -> Callable[[Watch], bytes]:
    """`Watch.figures`: what a monitor reads."""

    def read(watch: Watch) -> bytes:
        found = figures(watch)
        look("figures", found.decode())
        return found

    return read


def watched_bar(bar: Any) -> Any:
    """`Bars.bar`: what a progress bar is called."""

    def shown(bars: Bars, label: str, total: int | None) -> Any:
        look("progress", label)
        return bar(bars, label, total)

    return shown


@pytest.fixture(scope="session", autouse=True)
def guarded_suite() -> Iterator[None]:
    """Listens for as long as tests run."""
    ours = logging.getLogger("campaigner")
    ours.setLevel(logging.DEBUG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.Logger, "callHandlers", watched_record(logging.Logger.callHandlers))
        patch.setattr(CliRunner, "invoke", watched_command(CliRunner.invoke))
        patch.setattr(CampaignerError, "__init__", watched_error(CampaignerError.__init__))
        patch.setattr(Watch, "figures", watched_figures(Watch.figures))
        patch.setattr(Bars, "bar", watched_bar(Bars.bar))
        yield
    ours.setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def nobody_in_the_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test in which somebody's number came out fails, unless it is marked as one that wants it."""
    _seen.clear()
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    for path in folder.glob("*.log") if folder else ():
        look(path.name, path.read_text("utf-8", "replace"))
    if request.node.get_closest_marker("unmasked") is None:
        assert _seen == []
