"""Files on a real OpenSSH server: whole, once, whatever happens in between."""

import asyncio
import hashlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh
import pytest

from campaigner.delivery.gateway import DroppingGateway, FileGateway
from campaigner.delivery.sftp import SftpGateway
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError
from campaigner.exports.parcel import Parcel
from tests.delivery.sshd import Sshd, sshd
from tests.delivery.test_profiles import batch
from tests.pace import PATIENCE

NAME = "ab-20261201-0900-001.csv"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    folder = tmp_path / "server"
    folder.mkdir()
    with sshd(folder) as running:
        yield running


def gateway(server: Sshd, secrets: dict[str, str] | None = None, **changed: object) -> SftpGateway:
    options = {setting.name: setting.default for setting in SftpGateway.settings}
    options |= {
        "host": "127.0.0.1", "port": server.port, "username": server.user, "host_key": server.host_key,
        "directory": str(server.drop), "rehearsal": True, "timeout": 10,
    }  # fmt: skip
    known = {"key_file": str(server.key_file)} if secrets is None else secrets
    return SftpGateway(GatewayPlan("carrier", "sftp", "某中心", "", 50, {**options, **changed}), known)


def exported(way_out: SftpGateway, folder: Path, texts: list[str] | None = None) -> Path:
    parcel = Parcel(folder, "run")
    way_out.ship(batch(texts or ["【某中心】甲", "【某中心】乙"]), parcel)
    parcel.seal({"run": "run"})
    return folder / "run"


def names(server: Sshd) -> list[str]:
    return sorted(path.name for path in server.drop.iterdir())


@pytest.mark.peer
@pytest.mark.parametrize("known_by", ["key", "fingerprint", "known_hosts"])
def test_files_arrive_with_their_checksum(known_by: str, server: Sshd, tmp_path: Path) -> None:
    known = {
        "key": server.host_key, "fingerprint": server.fingerprint,
        "known_hosts": f"# carrier\n[127.0.0.1]:{server.port} {server.host_key}\n",
    }  # fmt: skip
    way_out = gateway(server, host_key=known[known_by], manifest=True)
    assert isinstance(way_out, DroppingGateway)
    folder = exported(way_out, tmp_path / "out")
    way_out.deposit(folder)
    assert names(server) == [NAME, f"{NAME}.sha256", "run.manifest.json", "run.manifest.json.sha256"]
    content = (server.drop / NAME).read_bytes()
    assert content == (folder / "sms" / NAME).read_bytes()
    assert (server.drop / f"{NAME}.sha256").read_text() == f"{hashlib.sha256(content).hexdigest()}  {NAME}\n"


@pytest.mark.peer
def test_what_the_carrier_took_away_is_not_put_there_again(server: Sshd, tmp_path: Path) -> None:
    way_out = gateway(server)
    folder = exported(way_out, tmp_path / "out")
    way_out.deposit(folder)
    for path in server.drop.iterdir():
        path.unlink()
    way_out.deposit(folder)
    assert names(server) == []


@pytest.mark.peer
@pytest.mark.parametrize("step", ["uploaded", "renamed", "taken away"])
def test_a_stop_between_two_steps_is_gone_on_from(
    step: str, server: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks right before or after the rename; the next call finishes and doubles nothing."""

    async def broken(self, name: str) -> None:
        if step != "uploaded":
            (server.drop / f"{name}.part").rename(server.drop / name)
        raise GatewayError("cut")

    way_out = gateway(server)
    folder = exported(way_out, tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr("campaigner.delivery.server.Server.show", broken)
        with pytest.raises(GatewayError, match="cut"):
            way_out.deposit(folder)
    if step == "taken away":
        (server.drop / NAME).unlink()
    gateway(server).deposit(folder)
    assert names(server) == ([] if step == "taken away" else [NAME, f"{NAME}.sha256"])


@pytest.mark.peer
def test_killed_in_the_middle_it_goes_on_and_ends_whole(server: Sshd, tmp_path: Path) -> None:
    way_out = gateway(server)
    folder = exported(way_out, tmp_path / "out", ["【某中心】" + "长" * 480] * 40_000)
    size = (folder / "sms" / NAME).stat().st_size
    code = (
        "import sys; from pathlib import Path; from tests.delivery.test_sftp import gateway; "
        "from tests.delivery.sshd import Sshd; "
        f"server = Sshd({server.port}, {server.user!r}, Path({str(server.key_file)!r}), {server.host_key!r}, '', "
        f"Path({str(server.drop)!r})); gateway(server).deposit(Path({str(folder)!r}))"
    )
    part = server.drop / f"{NAME}.part"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    while not (part.exists() and part.stat().st_size > size // 4) and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert names(server) == [f"{NAME}.part"]
    assert 0 < part.stat().st_size < size
    way_out.deposit(folder)
    assert names(server) == [NAME, f"{NAME}.sha256"]
    assert (server.drop / NAME).read_bytes() == (folder / "sms" / NAME).read_bytes()


@pytest.mark.peer
def test_rubbish_of_an_earlier_attempt_is_replaced(server: Sshd, tmp_path: Path) -> None:
    way_out = gateway(server)
    folder = exported(way_out, tmp_path / "out")
    (server.drop / f"{NAME}.part").write_bytes(b"x" * 10_000)
    way_out.deposit(folder)
    assert (server.drop / NAME).read_bytes() == (folder / "sms" / NAME).read_bytes()


@pytest.mark.peer
def test_another_file_of_that_name_is_left_alone(server: Sshd, tmp_path: Path) -> None:
    way_out = gateway(server)
    folder = exported(way_out, tmp_path / "out")
    (server.drop / NAME).write_bytes(b"theirs")
    with pytest.raises(GatewayError, match="another file called"):
        way_out.deposit(folder)
    assert names(server) == [NAME]


@pytest.mark.peer
@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"host_key": "SHA256:" + "A" * 43}, "not the one in `host_key`"),
        ({"host_key": "other"}, "not the one in `host_key`"),
        ({"host_key": "[10.0.0.1]:22 ssh-ed25519 junk"}, "`host_key`"),
        ({"host_key": ""}, "`host_key`"),
        ({"username": "nobody-of-this-name"}, "refuses the login"),
        ({"directory": "/no/such/folder"}, "has no folder"),
        ({"port": 1}, "run the command again"),
    ],
)
def test_what_is_wrong_is_said_with_the_way_out(
    changed: dict, match: str, server: Sshd, tmp_path: Path
) -> None:
    if changed.get("host_key") == "other":
        changed = {"host_key": asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()}
    way_out = gateway(server, **changed)
    with pytest.raises(GatewayError, match=match) as caught:
        way_out.deposit(exported(way_out, tmp_path / "out"))
    assert caught.value.__cause__ is None
    assert names(server) == []


@pytest.mark.peer
def test_without_a_key_nobody_gets_in(server: Sshd, tmp_path: Path) -> None:
    way_out = gateway(server, {})
    with pytest.raises(GatewayError, match="refuses the login"):
        way_out.deposit(exported(way_out, tmp_path / "out"))
    server.key_file.chmod(0o644)
    with pytest.raises(GatewayError, match="chmod 600"):
        gateway(server).deposit(tmp_path / "out" / "run")


def test_a_damaged_export_does_not_leave(tmp_path: Path) -> None:
    nowhere = Sshd(1, "a", tmp_path / "key", "SHA256:x", "", tmp_path)
    way_out = gateway(nowhere)
    folder = exported(way_out, tmp_path / "out")
    (folder / "sms" / NAME).write_bytes(b"changed")
    with pytest.raises(GatewayError, match="not as it was exported"):
        way_out.deposit(folder)


class _Doorkeeper(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == "hush"


class _Liar(asyncssh.SFTPServer):
    """Says the right size of every file, and never stops sending one."""

    sent = 0

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        _Liar.sent += size
        return b"x" * size


@contextmanager
def doorkeeper(drop: Path, sftp: object = True) -> Iterator[Sshd]:
    """A server that wants a password, in a thread of its own: OpenSSH would ask the system's users for theirs."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    stop = threading.Event()
    ports: queue.Queue[int] = queue.Queue()

    async def serve() -> None:
        options = {"server_host_keys": [key], "server_factory": _Doorkeeper, "sftp_factory": sftp}
        async with asyncssh.listen("127.0.0.1", 0, **options) as listening:
            ports.put(listening.get_port())
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    try:
        yield Sshd(ports.get(timeout=PATIENCE), "office", drop, key.export_public_key().decode(), "", drop)
    finally:
        stop.set()
        thread.join(PATIENCE)


@pytest.mark.parametrize("there", [True, False], ids=["there already", "just uploaded"])
def test_a_server_that_never_stops_sending_is_read_no_further_than_the_file_is_long(
    there: bool, tmp_path: Path
) -> None:
    (tmp_path / "drop").mkdir()
    _Liar.sent = 0
    with doorkeeper(tmp_path / "drop", _Liar) as server:
        way_out = gateway(server, {"password": "hush"})
        folder = exported(way_out, tmp_path / "out")
        content = (folder / "sms" / NAME).read_bytes()
        if there:
            (server.drop / NAME).write_bytes(content)
        with pytest.raises(GatewayError, match="another file called" if there else "did not arrive"):
            way_out.deposit(folder)
    assert _Liar.sent <= 4 * len(content) + 4


@pytest.mark.parametrize("password", ["hush", "wrong-one"])
def test_a_password_opens_too_and_is_never_shown(password: str, tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    with doorkeeper(tmp_path / "drop") as server:
        way_out = gateway(server, {"password": password})
        folder = exported(way_out, tmp_path / "out")
        assert password not in repr(way_out._login)
        if password == "hush":
            way_out.deposit(folder)
        else:
            with pytest.raises(GatewayError, match="refuses the login") as caught:
                way_out.deposit(folder)
            assert password not in str(caught.value)
        assert names(server) == ([NAME, f"{NAME}.sha256"] if password == "hush" else [])


@pytest.mark.parametrize(
    ("host", "rehearsal", "real"),
    [("127.0.0.1", True, False), ("::1", True, False), ("localhost", True, False), ("127.0.0.1", False, True),
     ("10.0.0.1", True, True), ("localhost.example", True, True)],
)  # fmt: skip
def test_only_a_rehearsal_on_this_machine_takes_invented_people(
    host: str, rehearsal: bool, real: bool
) -> None:
    server = Sshd(22, "a", Path("key"), "SHA256:x", "", Path("drop"))
    way_out = gateway(server, host=host, rehearsal=rehearsal)
    assert way_out.real is real
    assert isinstance(way_out, FileGateway)


def test_settings_are_checked_when_they_are_read(tmp_path: Path) -> None:
    options = {setting.name: setting.default for setting in SftpGateway.settings} | {"host": "10.0.0.1"}
    (tmp_path / "carrier.pub").write_text("ssh-ed25519 AAAA\n")
    prepared, faults = SftpGateway.prepare({**options, "host_key": "carrier.pub"}, tmp_path)
    assert faults == []
    assert prepared["host_key"] == "ssh-ed25519 AAAA"
    _, faults = SftpGateway.prepare({**options, "host_key": "none.pub", "rehearsal": True}, tmp_path)
    assert [fault.key for fault in faults] == ["host_key", "rehearsal"]
    _, faults = SftpGateway.prepare({**options, "profile": "huawei-upload"}, tmp_path)
    assert [fault.key for fault in faults] == ["format"]
