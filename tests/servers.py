"""A PostgreSQL of the tests' own: started in a temporary folder by whoever asks first, gone with the session."""

import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from campaigner.store.engine import open_store
from tests.certificates import self_signed

_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}
"""What makes a server quick whose data nobody will miss."""
_IN_SERVICE = {"shared_buffers": "256MB", "max_wal_size": "2GB", "log_min_messages": "fatal"}
_TEMPLATE = "campaigner_template"
CERTIFICATE = "server.crt"
TLS_NAME = "db.example"
"""Whom the server says that it is, to those who ask by TLS."""
PASSWORD = "only-for-tests"
"""Of the user `clerk`, who must give it; the owner of the server comes in without."""


class Server:
    """A running server.

    Args:
        folder: Folder of its socket.
        port: Its port, at the socket and on the loopback address.

    Attributes:
        certificate: What it proves itself by where it is asked by TLS, as `TLS_NAME`.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.certificate = folder / "data" / CERTIFICATE
        self._number = 0

    def url(self, database: str) -> str:
        """Address of a database, for the owner of the server."""
        return f"postgresql://campaigner@/{database}?host={self.folder}&port={self.port}"

    def say(self, statement: str, database: str = "postgres") -> None:
        """Have the server do something."""
        with closing(psycopg.connect(self.url(database), autocommit=True)) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def prepare(self) -> None:
        """A database with our tables, from which others are copied, and a user with a password."""
        self.say(f"CREATE DATABASE {_TEMPLATE}")
        open_store(self.url(_TEMPLATE)).close()
        self.say(f"CREATE ROLE clerk LOGIN PASSWORD '{PASSWORD}'")

    def fresh(self, *, tables: bool = True) -> str:
        """Address of a database that nobody has used."""
        self._number += 1
        name = f"office_{self._number}_{secrets.token_hex(3)}"
        self.say(f"CREATE DATABASE {name}" + (f" TEMPLATE {_TEMPLATE}" if tables else ""))
        return self.url(name)


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest; Debian does not put them where commands are found."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    places = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(places, key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0), default=None)
    return newest.parent if newest else None


@contextmanager
def running(place: Path, *, durable: bool = False) -> Iterator[Server]:
    """A server for the time of a block; it refuses to run as root, so then it runs as `postgres`.

    Args:
        place: Folder of its programs.
        durable: Whether it keeps its data as one in service does, for measuring.
    """
    memory = "/dev/shm" if Path("/dev/shm").is_dir() and not durable else None
    folder = Path(mkdtemp(prefix="campaigner-pg-", dir=memory))
    owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)

    def call(program: str, *words: str) -> None:
        run = [str(place / program), *words]
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
        subprocess.run(
            run, cwd=folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **who
        )  # type: ignore[call-overload]

    data, server = folder / "data", Server(folder, _free_port())
    try:
        call("initdb", "--pgdata", str(data), "--username=campaigner", "--encoding=UTF8", "--locale=C.UTF-8",
             "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync")  # fmt: skip
        lines = [f"{name} = {value}" for name, value in (_IN_SERVICE if durable else _SETTINGS).items()]
        lines += [f"port = {server.port}", f"unix_socket_directories = '{folder}'"]
        lines += ["listen_addresses = '127.0.0.1'", "ssl = on"]
        for name, content in zip(("server.key", CERTIFICATE), self_signed([TLS_NAME]), strict=True):
            (data / name).write_bytes(content)
            (data / name).chmod(0o600)
            if owner is not None:
                os.chown(data / name, owner.pw_uid, owner.pw_gid)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        call("pg_ctl", "start", "--wait", "--silent", "--pgdata", str(data), "--log", str(folder / "log"))
        try:
            server.prepare()
            yield server
        finally:
            call("pg_ctl", "stop", "--silent", "--mode=immediate", "--pgdata", str(data))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
