"""A store on a server elsewhere is asked by TLS, or not at all unless somebody says so."""

import os
import shutil
import socket
from pathlib import Path
from threading import Thread

import pytest

from campaigner.errors import StoreError
from campaigner.office.soundness.finding import Grade
from campaigner.office.soundness.keeping import store_state
from campaigner.store.address import is_open, leads_elsewhere, may_be_overheard
from campaigner.store.engine import open_store
from campaigner.store.inspection import inspect_server
from tests.certificates import self_signed
from tests.servers import PASSWORD, TLS_NAME, Server

HERE = [
    "postgresql:///campaigner",
    "postgresql://clerk@localhost/campaigner",
    "postgresql://clerk@127.0.0.1:5433/campaigner",
    "postgresql://clerk@[::1]:5433/campaigner",
    "postgresql://clerk@%2Frun%2Fpostgresql/campaigner",
    "postgresql://clerk@/campaigner?host=/run/postgresql&port=5433",
    "postgresql://clerk@localhost/campaigner?hostaddr=127.0.0.1",
]
ELSEWHERE = [
    "postgresql://clerk@db.example/campaigner",
    "postgresql://clerk@db.example:5433/campaigner",
    "postgresql://clerk@192.0.2.7/campaigner",
    "postgresql://clerk@[2001:db8::7]/campaigner",
    "postgresql://clerk@/campaigner?host=db.example",
    "postgresql://clerk@/campaigner?host=localhost,db.example",
    "postgresql://clerk@localhost,db.example/campaigner",
    "postgresql://clerk@localhost/campaigner?hostaddr=192.0.2.7",
    "postgresql://clerk@localhost/campaigner?service=office",
]


def said(url: str, mode: str) -> str:
    """An address with an `sslmode`."""
    return f"{url}{'&' if '?' in url else '?'}sslmode={mode}"


@pytest.mark.parametrize("url", HERE)
def test_this_machine_needs_no_cover(url: str) -> None:
    assert not leads_elsewhere(url)
    assert not may_be_overheard(url)
    assert not is_open(said(url, "disable"))


@pytest.mark.parametrize("url", ELSEWHERE)
def test_another_machine_wants_it_or_a_word(url: str) -> None:
    assert leads_elsewhere(url)
    for mode in ("require", "verify-ca", "verify-full"):
        assert not may_be_overheard(said(url, mode))
        assert not is_open(said(url, mode))
    for mode in ("prefer", "allow", "", "verify-fool"):
        assert may_be_overheard(said(url, mode))
    assert may_be_overheard(url)
    assert may_be_overheard(said(said(url, "disable"), "prefer"))
    assert (may_be_overheard(said(url, "disable")), is_open(said(url, "disable"))) == (False, True)


@pytest.mark.parametrize(
    ("usual", "overheard"),
    [
        ({}, False),
        ({"host": "db.example"}, True),
        ({"hostaddr": "192.0.2.7"}, True),
        ({"host": "db.example", "sslmode": "verify-full"}, False),
        ({"host": "db.example", "sslmode": "prefer"}, True),
        ({"host": "db.example", "sslmode": "disable"}, True),
    ],
    ids=str,
)
def test_what_the_environment_says_counts_where_the_address_is_silent(
    usual: dict[str, str], overheard: bool
) -> None:
    """All but that a line may be open: that is for config.toml to say."""
    assert may_be_overheard("postgresql:///campaigner", usual) is overheard


@pytest.mark.parametrize(
    "variables",
    [{"PGHOST": "db.example"}, {"PGHOSTADDR": "192.0.2.7"}, {"PGHOST": "db.example", "PGSSLMODE": "disable"}],
    ids=str,
)
def test_no_variable_leads_elsewhere_in_the_clear(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StoreError, match=r"in the clear.*\?sslmode=verify-full.*PGHOST"):
        open_store("postgresql:///campaigner")


def test_nor_does_a_service_of_libpq(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "services").write_text("[office]\nhost=db.example\n", "utf-8")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    monkeypatch.setenv("PGSERVICE", "office")
    with pytest.raises(StoreError, match="in the clear"):
        open_store("postgresql:///campaigner")


# ---- over a real line ----


def elsewhere(postgres: Server, mode: str, certificate: Path) -> str:
    """The address of a server that is said to be elsewhere, though its number is this machine's."""
    name = postgres.fresh().split("/")[3].split("?")[0]
    postgres.say("GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk", name)
    place = f"postgresql://clerk@{TLS_NAME}:{postgres.port}/{name}"
    return f"{place}?hostaddr=127.0.0.1&sslmode={mode}&sslrootcert={certificate}"


@pytest.fixture
def certificate(postgres: Server, tmp_path: Path) -> Path:
    """A copy that every user can read."""
    return shutil.copyfile(postgres.certificate, tmp_path / "root.crt")


def test_a_server_that_proves_itself_is_asked_by_tls(postgres: Server, certificate: Path) -> None:
    seen = inspect_server(elsewhere(postgres, "verify-full", certificate), PASSWORD)
    assert (seen.line[:5], seen.overheard) == ("TLSv1", False)
    finding = store_state(seen)
    assert (finding.level, finding.found.endswith(seen.line)) == (Grade.OK, True)


def test_a_line_that_is_open_on_purpose_is_told(postgres: Server, certificate: Path) -> None:
    seen = inspect_server(elsewhere(postgres, "disable", certificate), PASSWORD)
    assert (seen.line, seen.overheard) == ("", True)
    finding = store_state(seen)
    assert (finding.level, "in the clear" in finding.found) == (Grade.WARN, True)
    assert "sslmode=verify-full" in finding.advice


def test_another_server_in_its_place_is_not_asked(postgres: Server, tmp_path: Path) -> None:
    other = tmp_path / "other.crt"
    other.write_bytes(self_signed([TLS_NAME]).certificate)
    with pytest.raises(StoreError, match="certificate verify failed"):
        open_store(elsewhere(postgres, "verify-full", other), password=PASSWORD)


def test_a_server_without_tls_gets_no_password(tmp_path: Path) -> None:
    """What listens there answers as a server does that has no TLS, and keeps what it is then told."""
    heard = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    heard.extend(caller.recv(1024))
                    caller.sendall(b"N")
                    heard.extend(caller.recv(1024))

        Thread(target=answer, daemon=True).start()
        url = f"postgresql://clerk@{TLS_NAME}:{port}/campaigner?hostaddr=127.0.0.1&sslmode=require"
        with pytest.raises(StoreError, match="SSL"):
            open_store(url, password=PASSWORD)
        os.close(listener.detach())
    assert heard
    assert PASSWORD.encode() not in heard
    assert b"clerk" not in heard
