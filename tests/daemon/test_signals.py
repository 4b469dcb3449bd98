"""What a monitor waits for is sent: each event from where it happens, each figure from where it changes."""

import ast
import logging
import re
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from campaigner.daemon.beats import BEATS, Beat, Said, Turning
from campaigner.daemon.events import Event
from campaigner.daemon.rhythm import ClockWatch, Rhythm
from campaigner.daemon.service import Daemon
from campaigner.daemon.watch import Watch
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answered, Ear, Receipt, Received
from campaigner.domain.problem import Level
from tests.conftest import ROOT
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, MONDAY, Office, at
from tests.pace import wait_until

SOURCES = sorted((ROOT / "campaigner").rglob("*.py"))


def lines(caplog: pytest.LogCaptureFixture, event: Event) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.getMessage() == event.value]


def figures(watch: Watch) -> dict[tuple[str, ...], float]:
    return {
        (sample.name.removeprefix("campaigner_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(watch.figures().decode())
        for sample in family.samples
    }


def beat(name: str) -> Beat:
    return next(each for each in BEATS if each.name == name)


# ---- nothing is documented that is never sent ----


def names(home: str) -> set[str]:
    """Attributes of `home` that the program uses, as in `Event.LINK`, anywhere but where they are defined."""
    found = set()
    for path in SOURCES:
        if path.name in {"events.py", "watch.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).split(".")[-1] == home:
                found.add(node.attr)
    return found


def test_each_event_is_sent_somewhere() -> None:
    assert {event.name for event in Event} - names("Event") == set()


def test_each_figure_is_set_somewhere() -> None:
    (watch,) = [
        node
        for node in ast.parse((ROOT / "campaigner" / "daemon" / "watch.py").read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name == "Watch"
    ]
    methods = {node.name: node for node in watch.body if isinstance(node, ast.FunctionDef)}
    uses = {
        name: {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
        for name, node in methods.items()
    }
    made = {
        target.attr
        for node in ast.walk(methods["_make_metrics"])
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
    }
    assert len(made) > 10
    called = names("watch") | {"lease_age"}  # that one is asked for when the page is read
    unset = {each for each in made if not any(each in uses[name] for name in called & methods.keys())}
    assert unset - {"_lease_age"} == set()


def fields() -> set[str]:
    """What the daemon's own lines hold besides: keys of what is given as `extra`, at once or as `facts`."""
    given: list[ast.AST] = []
    for path in (ROOT / "campaigner" / "daemon").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "extra":
                given.append(node.value)
            elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                given += [node.value for target in targets if ast.unparse(target) == "facts"]
    keys = [
        key for value in given for each in ast.walk(value) if isinstance(each, ast.Dict) for key in each.keys
    ]
    return {str(key.value) for key in keys if isinstance(key, ast.Constant)}


def test_each_field_of_a_line_is_explained_and_none_that_is_not_there() -> None:
    page = (ROOT / "docs" / "running.md").read_text("utf-8")
    rows = page.partition("| field | holds |")[2].partition("\n\n")[0].splitlines()[2:]
    told = {word for row in rows for word in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert told == fields() | {"time", "level", "logger", "event", "trouble"}  # these each line has by itself


# ---- the clock ----


def test_a_clock_that_is_set_is_told_of(office: Path, caplog: pytest.LogCaptureFixture) -> None:
    now = [at("2026-12-04T09:00")]

    def jump(_turning: Turning) -> Iterator[Said]:
        now[0] -= timedelta(hours=2)
        yield from ()

    made = Daemon(office, lambda: now[0], beats=(Beat("set", 60, jump), Beat("look", 60, lambda _: iter(()))))
    with caplog.at_level(logging.INFO, "campaigner"):
        assert made.once()
    made.store.close()
    (line,) = lines(caplog, Event.CLOCK_SET)
    assert line.levelno == logging.WARNING
    assert line.__dict__["seconds"] == pytest.approx(-7200, abs=60)
    assert line.__dict__["note"] == "from 2026-12-04 09:00 to 2026-12-04 07:00"


@pytest.mark.parametrize(
    ("leap", "told"),
    [
        pytest.param(timedelta(minutes=2), False, id="as much as clocks drift"),
        pytest.param(timedelta(minutes=2, seconds=1), True, id="forward"),
        pytest.param(timedelta(minutes=-2, seconds=-1), True, id="back"),
    ],
)
def test_what_counts_as_a_leap(leap: timedelta, told: bool) -> None:
    now, steady = [at(MONDAY)], [100.0]
    watch = ClockWatch(lambda: now[0], lambda: steady[0])
    for _ in range(3):
        watch.look()
        now[0], steady[0] = now[0] + timedelta(hours=1), steady[0] + 3600
    watch.look()
    assert not watch.jumped()
    now[0] += leap
    watch.look()
    assert (watch.jumped(), watch.jumped()) == (told, False)


def test_after_a_leap_each_beat_begins_anew() -> None:
    """The scheduler waits for a time of day: set back by hours, it would wait for hours."""
    done: list[str] = []
    beats = [Beat(name, 86_400, lambda _: iter(())) for name in ("plan", "release")]
    rhythm = Rhythm(beats, lambda each: done.append(each.name))
    rhythm.start()
    wait_until(lambda: len(done) == 2)
    rhythm.again()
    wait_until(lambda: len(done) == 4)
    rhythm.stop()
    assert done == ["plan", "release"] * 2


# ---- beats that could not come ----


@pytest.fixture
def _handlers() -> Iterator[None]:
    """Handlers of signals belong to the whole process."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_handlers")
def test_a_beat_that_was_due_while_another_worked_is_told_of(
    office: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def slow(_turning: Turning) -> Iterator[Said]:
        time.sleep(0.5)  # ten times the rhythm of the other
        yield from ()

    def quick(_turning: Turning) -> Iterator[Said]:
        if lines(caplog, Event.BEAT_MISSED):
            made.stop.set()
        yield from ()

    made = Daemon(
        office, lambda: at("2026-12-04T09:00"), beats=(Beat("slow", 86_400, slow), Beat("quick", 0.05, quick))
    )
    with caplog.at_level(logging.INFO, "campaigner"):
        made.run()
    missed = lines(caplog, Event.BEAT_MISSED)
    assert {line.__dict__["beat"] for line in missed} == {"quick"}
    assert all(line.__dict__["count"] >= 1 for line in missed)


# ---- messages and receipts ----


@pytest.fixture
def live(office: Path, script: Script) -> Office:  # type: ignore[misc]
    assert script.opened == 0
    return Office(office).live().ready(FIRST_MONDAY)


def test_messages_that_become_unknown_are_told_of_once(
    live: Office, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    lost = live.phones(FIRST_MONDAY)[:2]
    script.answers = dict.fromkeys(lost, Answered.UNKNOWN)
    told: list[tuple[str, Said]] = []
    made = Daemon(live.folder, lambda: at(MONDAY), lambda name, said: told.append((name, said)))
    assert made.candidate.try_to_lead() is not None
    with caplog.at_level(logging.INFO, "campaigner"):
        made.begin("test")
        for name in ("release", "collect", "collect"):
            made.beat(beat(name))
        made.cease()
    made.store.close()
    (line,) = lines(caplog, Event.UNKNOWN)
    assert (line.levelno, line.__dict__["beat"], line.__dict__["count"]) == (logging.WARNING, "collect", 2)
    assert [said.text for _, said in told if said.event is Event.UNKNOWN] == [
        "of 2 messages nobody knows whether they went out, of 2 since the last look"
    ]
    assert figures(made.watch)["messages_unknown",] == 2


def test_receipts_are_counted_by_gateway_and_word_however_they_come(live: Office, script: Script) -> None:
    failed = live.phones(FIRST_MONDAY)[0]

    def receipts(ear: Ear) -> None:
        ear.receipts([receipt(message) for message in script.sent])

    def receipt(message: Outgoing) -> Receipt:
        word = Received.FAILED if message.phone == failed else Received.DELIVERED
        return Receipt(word, f"{message.id}-0")

    script.after_block = receipts
    made = Daemon(live.folder, lambda: at(MONDAY))
    assert made.once()
    heard = figures(made.watch)
    assert heard["receipts_total", "carrier", "failed"] == 1
    assert heard["receipts_total", "carrier", "delivered"] == len(script.sent) - 1
    folder = live.folder / "receipts" / "carrier"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(f"编号,状态\n{script.sent[1].id},DELIVRD\n", "utf-8")
    assert made.once()
    assert figures(made.watch)["receipts_total", "carrier", "delivered"] == len(script.sent)
    made.store.close()


# ---- problems ----


def test_problems_of_the_folder_of_runs_and_of_lists_are_counted(office: Path) -> None:
    made = Daemon(office, lambda: at("2026-12-04T09:00"), beats=(beat("plan"),))
    assert made.once()
    before = figures(made.watch)
    assert set(before) >= {("problems", level.value) for level in Level}
    made.store.close()
    warnings = office / "templates" / "warnings"
    whole = (warnings / "personal-data.toml").read_text("utf-8")
    (warnings / "broken.toml").write_text(whole.replace('id = "personal-data"', 'id = "broken'), "utf-8")
    with (office / "audiences" / "residents.csv").open("a", encoding="utf-8") as file:
        file.write("甲一,13800000977,,,,,,,,,,,,,,,,,,,,,多\n")
    made = Daemon(office, lambda: at("2026-12-04T09:00"), beats=(beat("plan"),))
    for _ in range(2):  # the second time nothing is planned, and what is known is known still
        assert made.once()
        after = figures(made.watch)
        # The warning; the row that slid; and that it may be somebody who refuses.
        assert after["problems", "block"] == before["problems", "block"] + 3
    made.store.close()
