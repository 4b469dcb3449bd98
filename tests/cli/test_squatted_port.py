"""Another program at the port where a gateway's receipts and replies arrive: an alarm wherever somebody looks."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaigner.answers.account import log_entries
from campaigner.cli import cli, main
from campaigner.daemon.beats import BEATS
from campaigner.daemon.service import Daemon
from tests.offices.office import FIRST_MONDAY, MONDAY, Office, at

SECRETS = {"username": "tester", "password": "foo-bar-of-tests", "reply_token": "t0ken-of-tests"}


@pytest.fixture
def squatter() -> Iterator[tuple[int, list[str]]]:
    """A program that answers 200 to whatever it is asked: its port, and what it was sent."""
    got: list[str] = []

    class Stub(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append(f"{self.requestline}\n{self.headers}")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Stub)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port, got
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def office(office: Path, squatter: tuple[int, list[str]]) -> Office:  # type: ignore[misc]
    """An approved run for a Kannel at whose callback port another program listens."""
    config = office / "config.toml"
    lines = config.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("formats =", "rows_per_file ="))]
    place = next(n for n, line in enumerate(kept) if line.startswith('kind = "files"'))
    kept[place] = f'kind = "kannel"\nfrom = "10690000"\nlisten = "127.0.0.1:{squatter[0]}"\nrehearsal = true'
    config.write_text("\n".join(kept) + "\n", "utf-8")
    secrets = office / "credentials.toml"
    secrets.write_text("[carrier]\n" + "".join(f'{n} = "{v}"\n' for n, v in SECRETS.items()), "utf-8")
    secrets.chmod(0o600)
    made = Office(office).ready(FIRST_MONDAY)
    made.store.close()
    return made


def learnt_nothing(got: list[str]) -> bool:
    return all(
        re.match(r"GET /here\?nonce=[0-9a-f]{64} HTTP", one) and not any(s in one for s in SECRETS.values())
        for one in got
    )


def test_send_stops_with_a_word(
    office: Office, squatter: tuple[int, list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(office.folder), "--now", MONDAY, "send", FIRST_MONDAY])
    said = capfd.readouterr()
    assert ended.value.code not in (0, None)
    assert "another program has that port" in said.err
    assert "被其他程序占用" in said.err
    assert squatter[1]
    assert learnt_nothing(squatter[1])
    kinds = [entry.kind for entry in log_entries(Office(office.folder).store, FIRST_MONDAY)]
    assert "sent" not in kinds


def test_the_daemon_raises_an_alarm_and_sends_nothing(
    office: Office, squatter: tuple[int, list[str]]
) -> None:
    said: list[str] = []
    beats = tuple(beat for beat in BEATS if beat.name in {"release", "collect"})
    daemon = Daemon(office.folder, lambda: at(MONDAY), lambda _beat, one: said.append(one.text), beats)
    daemon._take_place()
    daemon.watch.lease_seen(leader=True)
    daemon.begin(daemon.candidate.try_to_lead() or "")
    for _ in range(2):
        for beat in beats:
            daemon.beat(beat)
    assert len([line for line in said if "is not heard" in line and "another program" in line]) == 1
    assert any(line.startswith("not released") and "another program" in line for line in said)
    assert daemon.watch.reasons() == [
        "gateway carrier: its receipts and replies are not heard; the log says why"
    ]
    assert b'campaigner_gateway_heard{gateway="carrier"} 0.0' in daemon.watch.figures()
    daemon.cease()
    daemon.store.close()
    assert learnt_nothing(squatter[1])


def doctor(office: Office) -> Result:
    return CliRunner().invoke(cli, ["-C", str(office.folder), "doctor"], standalone_mode=False)


def test_doctor_says_it(office: Office, squatter: tuple[int, list[str]]) -> None:
    result = doctor(office)
    assert "bad  gateway carrier port: another program listens" in result.output
    assert "被其他程序占用" in result.output
    assert result.return_value == 1
    assert learnt_nothing(squatter[1])


def test_doctor_tells_a_free_port_and_a_listener_of_this_office(office: Office) -> None:
    import asyncio

    from campaigner.delivery.kannel.callbacks import Callbacks
    from campaigner.delivery.kannel.listener import Listener
    from campaigner.delivery.kannel.marks import Marks
    from campaigner.delivery.kannel.peer import Proof
    from campaigner.road.clearance import gateway_from
    from tests.delivery.kannel.imitation import free_port
    from tests.delivery.live_conformance import Heard

    port = free_port()
    config = office.folder / "config.toml"
    text = re.sub(r'listen = "127.0.0.1:\d+"', f'listen = "127.0.0.1:{port}"', config.read_text("utf-8"))
    config.write_text(text, "utf-8")
    assert f"gateway carrier port: 127.0.0.1:{port} is free" in doctor(office).output
    desk = Office(office.folder).app.desk
    way_out = gateway_from(desk, desk.config.gateways["carrier"])
    assert len(way_out._secrets["office"]) == 64  # type: ignore[attr-defined]
    proof = Proof(way_out._secrets, ("127.0.0.1", port))  # type: ignore[attr-defined]

    async def go() -> str:
        listener = Listener("127.0.0.1", port, Callbacks(Marks("x"), "", Heard(), proof))
        await listener.open()
        try:
            return (await asyncio.to_thread(doctor, office)).output
        finally:
            await listener.close()

    assert f"this office's campaigner listens at 127.0.0.1:{port}" in asyncio.run(go())
    (office.folder / "credentials.toml").unlink()
    assert "gateway carrier port" not in doctor(office).output
