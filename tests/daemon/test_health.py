import http.client
import json
import math
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import prometheus_client
import pytest
from prometheus_client.parser import text_string_to_metric_families

from campaigner.daemon.health import LEASE, HealthServer, Watch, serve
from campaigner.domain.lifecycle import RunState
from campaigner.domain.problem import Level
from campaigner.errors import ConfigError
from tests.pace import PATIENCE

LIMITS = {LEASE: 30.0, "plan": 3600.0, "release": 120.0}
AT = datetime(2026, 12, 7, 1, tzinfo=UTC)
PHONE = "13800138000"


class Seconds:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def watch(seconds: Seconds) -> Watch:
    return Watch(LIMITS, seconds)


@pytest.fixture
def server(watch: Watch) -> Iterator[HealthServer]:
    with HealthServer(watch) as running:
        yield running


def get(server: HealthServer, path: str, host: str | None = None) -> tuple[int, str]:
    request = Request(f"http://127.0.0.1:{server.port}{path}", headers={"Host": host} if host else {})
    try:
        with urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def ready(server: HealthServer) -> tuple[int, dict[str, Any]]:
    status, text = get(server, "/health/ready")
    return status, json.loads(text)


def figures(server: HealthServer) -> dict[tuple[str, ...], float]:
    status, text = get(server, "/metrics")
    assert status == 200
    return {
        (sample.name.removeprefix("campaigner_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_figures_are_what_the_beats_told(watch: Watch, server: HealthServer, seconds: Seconds) -> None:
    watch.lease_seen(leader=True, age=2)
    watch.runs_counted({RunState.GENERATED: 3, RunState.RELEASED: 9})
    watch.released("carrier", "sms", 500)
    watch.released("carrier", "sms", 20)
    watch.released("", "poster", 4)
    watch.deferred("sms", 7)
    watch.expired("sms", 1)
    watch.received("carrier", "delivered", 490)
    watch.unknown(2)
    watch.problems_found({Level.BLOCK: 1})
    watch.problems_found({Level.WARN: 5})
    watch.due_next(AT)
    watch.store_sized(123_456)
    watch.beat_done("plan", AT, 0.3)
    watch.beat_failed("release", ValueError(PHONE), 0.02)
    seconds.now += 3
    found = figures(server)
    expected = {
        ("is_leader",): 1, ("lease_age_seconds",): 5, ("runs", "generated"): 3, ("runs", "released"): 9,
        ("runs", "planned"): 0, ("approvals_pending",): 3, ("messages_released_total", "sms", "carrier"): 520,
        ("messages_released_total", "poster", "none"): 4, ("messages_deferred_total", "sms"): 7,
        ("messages_expired_total", "sms"): 1, ("receipts_total", "carrier", "delivered"): 490,
        ("messages_unknown",): 2, ("problems", "warn"): 5, ("next_due_timestamp_seconds",): AT.timestamp(),
        ("store_bytes",): 123_456, ("beat_limit_seconds", "plan"): 3600,
        ("beat_seconds_count", "plan"): 1, ("beat_failures_total", "release"): 1,
        ("beat_failures_total", "plan"): 0, ("beat_last_success_timestamp_seconds", "plan"): AT.timestamp(),
    }  # fmt: skip
    assert {name: found.get(name) for name in expected} == expected
    assert found["problems", "block"] == 0
    assert any(name[0] == "build_info" for name in found)


def test_no_run_due_and_no_lease_seen_are_not_a_number(watch: Watch, server: HealthServer) -> None:
    watch.due_next(None)
    found = figures(server)
    assert math.isnan(found["next_due_timestamp_seconds",])
    assert math.isnan(found["lease_age_seconds",])


def test_the_registry_of_the_whole_process_is_left_alone(watch: Watch) -> None:
    assert "campaigner" not in prometheus_client.generate_latest(prometheus_client.REGISTRY).decode()
    Watch(LIMITS)  # a second one in the same process is no clash


WORDS = [
    pytest.param("carrier-2", "carrier-2", id="a name of ours"),
    pytest.param(PHONE, "other", id="a phone"),
    pytest.param(f"to-{PHONE}", "other", id="a phone in a word"),
    pytest.param("王小明", "other", id="a person's name"),
    pytest.param('x"} 1\ny{z="', "other", id="a whole line"),
    pytest.param("x" * 41, "other", id="too long"),
    pytest.param("", "none", id="nothing"),
]


@pytest.mark.parametrize(("word", "label"), WORDS)
def test_labels_are_few_plain_words(watch: Watch, server: HealthServer, word: str, label: str) -> None:
    watch.released(word, "sms", 1)
    assert figures(server)["messages_released_total", "sms", label] == 1


def test_live_as_long_as_the_process_is(watch: Watch, server: HealthServer, seconds: Seconds) -> None:
    seconds.now += 1e6
    assert get(server, "/health/live") == (200, '{"live": true}\n')


def test_a_leader_is_ready_while_every_beat_comes_in_time(
    watch: Watch, server: HealthServer, seconds: Seconds
) -> None:
    watch.lease_seen(leader=True)
    assert ready(server) == (200, {"ready": True, "role": "leader", "reasons": []})
    seconds.now += 29
    watch.beat_done(LEASE, AT, 0.01)
    seconds.now += 29
    watch.beat_done(LEASE, AT, 0.01)
    watch.beat_done("release", AT, 0.01)
    assert ready(server)[0] == 200
    seconds.now += 121
    watch.beat_done(LEASE, AT, 0.01)
    watch.beat_failed("release", ValueError(f"no answer for {PHONE}"), 1)
    status, data = ready(server)
    assert status == 503
    assert data["reasons"] == ["beat release: no good end for 121 s, limit 120 s; last error ValueError"]
    watch.beat_done("release", AT, 0.01)
    assert ready(server)[0] == 200


def test_a_stand_by_is_ready_while_it_asks_for_the_lease(
    watch: Watch, server: HealthServer, seconds: Seconds
) -> None:
    watch.lease_seen(leader=False, age=5)
    seconds.now += 4000
    watch.beat_done(LEASE, AT, 0.01)
    assert ready(server) == (200, {"ready": True, "role": "stand-by", "reasons": []})
    seconds.now += 31
    assert ready(server)[1]["reasons"] == ["beat lease: no good end for 31 s, limit 30 s"]


def test_who_takes_over_has_the_full_limit_for_each_first_beat(
    watch: Watch, server: HealthServer, seconds: Seconds
) -> None:
    watch.lease_seen(leader=False)
    seconds.now += 4000
    watch.lease_seen(leader=True)
    assert ready(server)[0] == 200
    seconds.now += 31
    watch.lease_seen(leader=True)
    assert [reason[:10] for reason in ready(server)[1]["reasons"]] == ["beat lease"]


def test_no_phone_of_an_error_is_seen_from_outside(
    watch: Watch, server: HealthServer, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.lease_seen(leader=True)
    watch.beat_failed("release", type(f"Error{PHONE}", (Exception,), {})(PHONE), 1)
    seconds.now += 1e5
    shown = [get(server, path)[1] for path in ("/metrics", "/health/live", "/health/ready", f"/{PHONE}")]
    assert all(PHONE not in text for text in shown)

    def fail() -> list[str]:
        raise RuntimeError(PHONE)

    monkeypatch.setattr(watch, "reasons", fail)
    assert get(server, "/health/ready") == (500, '{"error": "RuntimeError"}\n')


def test_other_pages_and_other_names_are_refused(server: HealthServer) -> None:
    assert get(server, "/")[0] == 404
    assert get(server, "/metrics?name=x")[0] == 200
    assert get(server, "/metrics", "localhost:9464")[0] == 200
    assert get(server, "/metrics", "[::1]:9464")[0] == 200
    assert get(server, "/metrics", "page.example:80")[0] == 403
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("POST", "/metrics")
    assert connection.getresponse().status == 501
    connection.close()


def test_head_gives_no_body(server: HealthServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("HEAD", "/health/live")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    connection.close()


def test_many_ask_at_once(watch: Watch, server: HealthServer) -> None:
    statuses: list[int] = []

    def ask() -> None:
        for _ in range(5):
            watch.released("carrier", "sms", 1)
            statuses.append(get(server, "/metrics")[0])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 40
    assert figures(server)["messages_released_total", "sms", "carrier"] == 40


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.0.2.1", "campaigner.example", "", "127.0.0.1:80"])
def test_only_this_machine_may_ask(watch: Watch, bind: str) -> None:
    with pytest.raises(ConfigError, match="loopback"):
        HealthServer(watch, bind)


@pytest.mark.parametrize("bind", ["127.0.0.1", "127.0.0.9", "localhost"])
def test_loopback_by_any_of_its_names(watch: Watch, bind: str) -> None:
    with HealthServer(watch, bind) as running:
        assert running.port > 0


def test_port_0_is_off_and_a_port_is_given_back(watch: Watch) -> None:
    assert serve(watch, 0) is None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    first = serve(watch, port)
    assert first is not None
    assert first.port == port
    with pytest.raises(ConfigError, match=rf"cannot listen on 127\.0\.0\.1 port {port}"):
        serve(watch, port)
    first.stop()
    first.stop()
    second = serve(watch, port)
    assert second is not None
    second.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "health"]


def test_a_port_that_is_none_is_refused(watch: Watch) -> None:
    with pytest.raises(ConfigError, match="port 70000"):
        serve(watch, 70_000)


def test_a_server_that_never_started_can_be_stopped(watch: Watch) -> None:
    HealthServer(watch).stop()


def test_a_caller_that_says_nothing_holds_nobody_up(watch: Watch) -> None:
    server = HealthServer(watch)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)):
        assert get(server, "/health/live")[0] == 200
        server.stop()


@pytest.fixture
def dripping(server: HealthServer) -> Iterator[list[socket.socket]]:
    """Callers who never finish their question, and send a byte of it again and again, as many as there is room for."""
    callers = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(16)]
    enough = threading.Event()

    def drip() -> None:
        while not enough.wait(0.2):
            for caller in callers:
                with suppress(OSError):
                    caller.send(b"a")

    for caller in callers:
        caller.send(b"GET /metrics HTTP/1.1\r\nX: ")
    thread = threading.Thread(target=drip)
    thread.start()
    yield callers
    enough.set()
    thread.join()
    for caller in callers:
        caller.close()


def _cut_off(caller: socket.socket) -> bool:
    caller.settimeout(60)
    try:
        return caller.recv(1) == b""
    except ConnectionError:
        return True


def test_callers_who_never_finish_are_cut_off(server: HealthServer, dripping: list[socket.socket]) -> None:
    assert all(map(_cut_off, dripping))
    assert get(server, "/health/live")[0] == 200


def test_callers_who_never_finish_do_not_keep_it_from_ending(
    server: HealthServer, dripping: list[socket.socket]
) -> None:
    ending = threading.Thread(target=server.stop, daemon=True)
    ending.start()
    ending.join(60)
    assert not ending.is_alive()
    assert all(map(_cut_off, dripping))
