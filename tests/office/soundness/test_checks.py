"""Single checks, where they are rules alone."""

import os
import socket
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaigner.delivery.registry import kind
from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.people import Audience, Kind
from campaigner.errors import GatewayError
from campaigner.office.soundness import ways_out
from campaigner.office.soundness.finding import Grade, size
from campaigner.office.soundness.folder import audience_state, largest_run, room
from campaigner.office.soundness.keeping import ago
from campaigner.office.soundness.machine import Moment, calendar, clock, fonts, needed, software
from campaigner.office.soundness.ways_out import gateway_state

MIB = 1024**2
NOW = datetime(2026, 12, 7, 1, tzinfo=UTC)

ROOMS = [
    pytest.param(80_000 * MIB, 0, Grade.OK, id="plenty"),
    pytest.param(1024 * MIB, 0, Grade.OK, id="a gibibyte"),
    pytest.param(1024 * MIB - 1, 0, Grade.WARN, id="less than a gibibyte"),
    pytest.param(100 * MIB, 0, Grade.WARN, id="a hundred mebibytes"),
    pytest.param(100 * MIB - 1, 0, Grade.BAD, id="less"),
    pytest.param(5_000 * MIB, 6_000 * MIB, Grade.WARN, id="not for the next export"),
]


@pytest.mark.parametrize(("free", "wanted", "level"), ROOMS)
def test_room_on_the_disk(free: int, wanted: int, level: Grade) -> None:
    assert room(free, wanted).level is level


def test_the_largest_run_counts_all_its_files(tmp_path: Path) -> None:
    assert largest_run(tmp_path / "out") == 0
    for run, length in (("a", 10), ("b", 300)):
        (tmp_path / run / "sms").mkdir(parents=True)
        (tmp_path / run / "manifest.json").write_bytes(b"x" * length)
        (tmp_path / run / "sms" / "1.csv").write_bytes(b"x")
    assert largest_run(tmp_path) == 301


SIZES = [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536 * 1024, "1.5 MiB"), (5 * 1024**4, "5.0 TiB")]


@pytest.mark.parametrize(("count", "shown"), SIZES)
def test_sizes_as_people_read_them(count: int, shown: str) -> None:
    assert size(count) == shown


SPANS = [
    (timedelta(days=-3), "just now"), (timedelta(seconds=59), "just now"), (timedelta(seconds=60), "1 minute ago"),
    (timedelta(hours=5), "5 hours ago"), (timedelta(days=200), "200 days ago"),
]  # fmt: skip


@pytest.mark.parametrize(("age", "shown"), SPANS)
def test_spans_as_people_say_them(age: timedelta, shown: str) -> None:
    assert ago(age) == shown


def moment(seconds: float, monotonic: float) -> Moment:
    return Moment(NOW + timedelta(seconds=seconds), monotonic)


CLOCKS = [
    pytest.param(moment(3, 3), None, Grade.OK, "09:00:03 Asia/Shanghai", id="runs evenly"),
    pytest.param(moment(3, 3), NOW + timedelta(seconds=30), Grade.OK, "Shanghai", id="log a little ahead"),
    pytest.param(
        moment(3, 3), NOW + timedelta(hours=2), Grade.WARN, "1 hour before the newest", id="set back"
    ),
    pytest.param(moment(3600, 3), None, Grade.WARN, "leapt by +3597 s", id="leapt ahead"),
    pytest.param(moment(-60, 3), None, Grade.WARN, "leapt by -63 s", id="leapt back"),
]


@pytest.mark.parametrize(("ended", "logged_at", "level", "words"), CLOCKS)
def test_clocks(ended: Moment, logged_at: datetime | None, level: Grade, words: str) -> None:
    found = clock("Asia/Shanghai", moment(0, 0), ended, logged_at)
    assert found.level is level
    assert words in found.found


def test_a_zone_without_data_is_bad() -> None:
    assert clock("Asia/Nowhere", moment(0, 0), moment(0, 0), None).level is Grade.BAD


CALENDARS = [
    pytest.param(date(2027, 12, 31), Grade.OK, id="a year ahead"),
    pytest.param(date(2027, 3, 7), Grade.OK, id="90 days ahead"),
    pytest.param(date(2027, 3, 6), Grade.WARN, id="89 days ahead"),
    pytest.param(date(2026, 12, 7), Grade.WARN, id="today"),
    pytest.param(date(2026, 12, 6), Grade.BAD, id="over"),
]


@pytest.mark.parametrize(("known_until", "level"), CALENDARS)
def test_the_calendar_ends(known_until: date, level: Grade) -> None:
    assert calendar(known_until, NOW.date()).level is level


def test_fonts_and_packages_of_this_machine() -> None:
    assert fonts().level is Grade.OK
    assert software().level is Grade.OK


def test_what_is_needed_everywhere() -> None:
    lines = [
        "click>=8.1",
        "typst<0.16,>=0.15",
        "zxing-cpp",
        'x>=1; extra == "aliyun"',
        "tzdata; os_name == 'nt'",
    ]
    assert needed(lines) == ["click", "typst", "zxing-cpp"]


AGES = [
    pytest.param(179, False, Grade.OK, id="half a year"),
    pytest.param(181, False, Grade.WARN, id="older"),
    pytest.param(999, True, Grade.OK, id="invented people do not move"),
]


@pytest.mark.parametrize(("days", "synthetic", "level"), AGES)
def test_lists_grow_old(tmp_path: Path, days: int, synthetic: bool, level: Grade) -> None:
    audience = Audience("residents", Kind.PEOPLE, "list.csv", synthetic=synthetic)
    assert audience_state(audience, tmp_path, NOW).level is Grade.BAD
    (tmp_path / "list.csv").write_text("x")
    changed = (NOW - timedelta(days=days)).timestamp()
    os.utime(tmp_path / "list.csv", (changed, changed))
    assert audience_state(audience, tmp_path, NOW).level is level


class CarrierGateway:
    """What the check looks at of a gateway that needs secrets."""

    secrets = ("password", "key")


def plan(word: str, **options: Any) -> GatewayPlan:
    return GatewayPlan("carrier", word, "签名", "", 50, options)


@pytest.fixture
def _carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more kind of gateway, as an installed plugin would bring it."""

    def known(word: str) -> Any:
        if word == "broken":
            raise GatewayError("gateways of kind `broken` need a package")
        return CarrierGateway if word == "live" else kind(word)

    monkeypatch.setattr(ways_out, "kind", known)


SECRETS: Mapping[str, tuple[Collection[str] | None, Grade, str]] = {
    "all there": (("password", "key", "more"), Grade.OK, "live, has password, key"),
    "one missing": (("key",), Grade.BAD, "live, without its password"),
    "all missing": ((), Grade.BAD, "live, without its key, password"),
    "nobody can tell": (None, Grade.OK, "live, needs password, key"),
}


@pytest.mark.usefixtures("_carrier")
@pytest.mark.parametrize(("known", "level", "words"), SECRETS.values(), ids=SECRETS)
def test_secrets_by_name(known: Collection[str] | None, level: Grade, words: str) -> None:
    found = gateway_state(plan("live"), None if known is None else lambda _plan: known, reach=False)
    assert (found.level, found.found) == (level, words)


@pytest.mark.usefixtures("_carrier")
@pytest.mark.parametrize(
    ("word", "words"), [("broken", "need a package"), ("nothing", "no installed package")]
)
def test_kinds_that_are_not_there(word: str, words: str) -> None:
    found = gateway_state(plan(word), None, reach=False)
    assert found.level is Grade.BAD
    assert words in found.found


ADDRESSES = [
    pytest.param({"host": "smsc.example", "port": 2775}, ("smsc.example", 2775), id="host and port"),
    pytest.param({"endpoint": "sms.example", "protocol": "https"}, ("sms.example", 443), id="endpoint"),
    pytest.param(
        {"endpoint": "sms.example", "protocol": "http"}, ("sms.example", 80), id="endpoint without TLS"
    ),
    pytest.param({"endpoint": "127.0.0.1:8080"}, ("127.0.0.1", 8080), id="endpoint with port"),
    pytest.param({"host": "", "port": 22}, None, id="no host"),
    pytest.param({"rows_per_file": 5}, None, id="files"),
]


@pytest.mark.parametrize(("options", "address"), ADDRESSES)
def test_where_the_other_side_is(options: dict[str, Any], address: tuple[str, int] | None) -> None:
    assert ways_out._address(options) == address


def test_the_other_side_is_asked_only_when_wanted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        there = plan("files", host="127.0.0.1", port=port)
        assert gateway_state(there, None, reach=True).found.endswith(f"127.0.0.1 port {port} answers")
    gone = gateway_state(there, None, reach=True)
    assert gone.level is Grade.BAD
    assert gone.found.endswith(f"127.0.0.1 port {port} cannot be reached: Connection refused")
    assert gateway_state(there, None, reach=False).level is Grade.OK
    assert gateway_state(plan("files", port=port), None, reach=True).level is Grade.OK
