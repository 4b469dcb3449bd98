import io
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from campaigner.daemon.logs import setup
from campaigner.domain.lifecycle import RunState, advance
from campaigner.errors import StateError, UsageError

LOG = logging.getLogger("campaigner.beats")
PHONE = "13800138000"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Logging belongs to the whole process; each test gives it back."""
    root = logging.getLogger()
    handlers, level, quiet = root.handlers[:], root.level, logging.getLogger("apscheduler").level
    hook, thread_hook = sys.excepthook, threading.excepthook
    with warnings.catch_warnings():
        yield
        logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("apscheduler").setLevel(quiet)
    sys.excepthook, threading.excepthook = hook, thread_hook


@pytest.fixture
def said() -> Callable[[], list[dict[str, Any]]]:
    stream = io.StringIO()
    setup(json=True, level="info", stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_fields_stand_behind_time_level_logger_and_event(said: Callable[[], list[dict[str, Any]]]) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    LOG.info("run released", extra={"run": "elderly-monday-20261207-0900", "beat": "release", "batch": 7})
    (line,) = said()
    assert list(line) == ["time", "level", "logger", "event", "run", "beat", "batch"]
    assert line["time"].endswith("Z")
    assert before <= datetime.fromisoformat(line["time"]) <= datetime.now(UTC)
    assert (line["level"], line["logger"], line["batch"]) == ("info", "campaigner.beats", 7)


def test_what_is_below_the_level_is_not_written(said: Callable[[], list[dict[str, Any]]]) -> None:
    LOG.debug("small talk")
    logging.getLogger("apscheduler.scheduler").info("Running job")
    logging.getLogger("apscheduler.scheduler").warning("missed")
    assert [line["event"] for line in said()] == ["missed"]


def leaks() -> list[Any]:
    return [
        pytest.param(lambda: LOG.info(f"to {PHONE}"), id="message"),  # noqa: G004
        pytest.param(lambda: LOG.info("to %s", PHONE), id="argument"),
        pytest.param(lambda: LOG.info("to %d", int(PHONE)), id="number as argument"),
        pytest.param(lambda: LOG.info("to %(phone)s", {"phone": PHONE}), id="argument by name"),
        pytest.param(lambda: LOG.info("x", extra={"phone": int(PHONE)}), id="number as field"),
        pytest.param(lambda: LOG.info("x", extra={"deep": [{PHONE: (PHONE,)}]}), id="deep in a field"),
        pytest.param(lambda: LOG.info("x", extra={"error": ValueError(PHONE)}), id="exception as field"),
        pytest.param(lambda: LOG.info("wrong %d", PHONE), id="argument that does not fit"),
        pytest.param(lambda: log_error(ValueError(f"bad {PHONE}")), id="exception"),
        pytest.param(lambda: log_error(chained()), id="cause of an exception"),
        pytest.param(lambda: warnings.warn(f"odd {PHONE}", stacklevel=1), id="warning"),
    ]


def chained() -> Exception:
    error = RuntimeError("outer")
    error.__cause__ = ValueError(f"inner {PHONE}")
    return error


def log_error(error: Exception) -> None:
    try:
        raise error
    except type(error):
        LOG.exception("beat failed", extra={"beat": "plan"})


@pytest.mark.unmasked
@pytest.mark.parametrize("json_wanted", [True, False], ids=["json", "text"])
@pytest.mark.parametrize("leak", leaks())
def test_no_number_reaches_the_stream(leak: Callable[[], None], json_wanted: bool) -> None:
    stream = io.StringIO()
    setup(json=json_wanted, level="info", stream=stream)
    warnings.simplefilter("always")
    leak()
    assert len(stream.getvalue().splitlines()) == 1
    assert PHONE not in stream.getvalue()
    assert re.search(r"138\*{4}8000|unreadable event", stream.getvalue())


def test_an_exception_is_type_message_and_our_frames(said: Callable[[], list[dict[str, Any]]]) -> None:
    try:
        advance(RunState.RELEASED, RunState.PLANNED)
    except StateError:
        LOG.exception("beat failed")
    (line,) = said()
    (trouble,) = line["trouble"]
    assert trouble["type"] == "StateError"
    assert trouble["message"] == "a run that is released cannot become planned"
    assert re.fullmatch(r"domain/lifecycle\.py:\d+ advance", trouble["frames"][0])
    assert len(trouble["frames"]) == 1  # this file is none of the package's


def test_values_of_a_statement_are_not_written(said: Callable[[], list[dict[str, Any]]]) -> None:
    log_error(ValueError("UNIQUE failed\n[SQL: INSERT ...]\n[parameters: ('王小明',)]"))
    assert said()[0]["trouble"][0]["message"] == "UNIQUE failed"


def test_a_cause_that_leads_back_to_itself_ends(said: Callable[[], list[dict[str, Any]]]) -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    log_error(first)
    assert [each["message"] for each in said()[0]["trouble"]] == ["first", "second"]


@pytest.mark.unmasked
def test_what_nobody_catches_is_an_event(said: Callable[[], list[dict[str, Any]]]) -> None:
    error = ValueError(PHONE)
    sys.excepthook(type(error), error, error.__traceback__)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)

    def fail() -> None:
        raise RuntimeError(PHONE)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert [(line["level"], line["event"]) for line in said()] == [
        ("critical", "stopped by an error"),
        ("critical", "a thread was stopped by an error"),
    ]
    assert {line["trouble"][0]["message"] for line in said()} == {"138****8000"}


def test_text_is_one_line_for_a_terminal() -> None:
    stream = io.StringIO()
    setup(json=False, level="debug", stream=stream)
    LOG.warning("gateway\nslow", extra={"gateway": "carrier", "seconds": 3.5})
    shown = stream.getvalue()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warning gateway slow gateway=carrier seconds=3\.5\n", shown
    )


@pytest.mark.unmasked
def test_handlers_of_others_see_the_masked_record() -> None:
    stream = io.StringIO()
    setup(json=True, level="info", stream=io.StringIO())
    logging.getLogger().addHandler(logging.StreamHandler(stream))
    log_error(ValueError(PHONE))
    assert PHONE not in stream.getvalue()


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(UsageError, match="known are debug, info, warning, error"):
        setup(json=True, level="loud")


def test_an_exception_that_was_never_raised_has_no_frames(said: Callable[[], list[dict[str, Any]]]) -> None:
    LOG.info("x", exc_info=(ValueError, ValueError("no trace"), None))
    assert said()[0]["trouble"][0]["frames"] == []
