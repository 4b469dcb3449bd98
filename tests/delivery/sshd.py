"""A real OpenSSH server for one test: own configuration, own keys, a free port of this machine."""

import getpass
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from tests.conftest import peer
from tests.pace import PATIENCE


@dataclass(frozen=True)
class Sshd:
    """A server that runs.

    Args:
        port: Where it listens on 127.0.0.1.
        user: Who may log in.
        key_file: With which private key.
        host_key: The server's public key.
        fingerprint: The same as SHA256:...
        drop: Its folder for files.
    """

    port: int
    user: str
    key_file: Path
    host_key: str
    fingerprint: str
    drop: Path


def _keys(folder: Path) -> tuple[asyncssh.SSHKey, asyncssh.SSHKey]:
    made = []
    for name in ("host", "user"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(folder / name)
        (folder / name).chmod(0o600)
        made.append(key)
    (folder / "authorized").write_bytes(made[1].export_public_key())
    return made[0], made[1]


@contextmanager
def sshd(folder: Path) -> Iterator[Sshd]:
    """Run the server while the test needs it."""
    program = peer("sshd")
    host, _user = _keys(folder)
    drop = folder / "drop"
    drop.mkdir()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/authorized\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\nForceCommand internal-sftp\n"
    )
    if os.geteuid() == 0:
        # Where the server locks its helper in; its start script makes it elsewhere.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen([program, "-D", "-e", "-f", config], stderr=log, stdout=log)
    try:
        _wait(port, process, folder / "sshd.log")
        public = host.export_public_key().decode().strip()
        yield Sshd(port, getpass.getuser(), folder / "user", public, host.get_fingerprint("sha256"), drop)
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(int(PATIENCE / 0.05)):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())
