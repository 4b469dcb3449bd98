import base64
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from campaigner.errors import StoreError, UsageError
from campaigner.exports.layout import MANIFEST, PUBLIC_KEY, SIGNATURE
from campaigner.exports.parcel import Parcel, damaged
from campaigner.exports.signing import OfficeKey, flaw, office_key, read_public_key
from tests.conftest import peer


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: office_key(tmp_path).signature(b"x"), range(8)))
    assert len(set(keys)) == 1
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["signing.key", "signing.pub"]
    assert (tmp_path / "keys" / "signing.key").stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in repr(office_key(tmp_path))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_may_read_is_refused(mode: int, tmp_path: Path) -> None:
    office_key(tmp_path)
    (tmp_path / "keys" / "signing.key").chmod(mode)
    with pytest.raises(StoreError, match="chmod 600"):
        office_key(tmp_path)


def test_a_damaged_key_is_never_replaced(tmp_path: Path) -> None:
    office_key(tmp_path)
    place = tmp_path / "keys" / "signing.key"
    place.write_text("rubbish")
    with pytest.raises(StoreError, match="no Ed25519 key"):
        office_key(tmp_path)
    assert place.read_text() == "rubbish"


def test_a_signature_holds_for_its_content_and_key_only(tmp_path: Path) -> None:
    key = office_key(tmp_path)
    other = OfficeKey(Ed25519PrivateKey.generate())
    public = read_public_key(tmp_path / "keys" / "signing.pub")
    signed = key.signature(b"content")
    assert flaw(b"content", signed, public) == ""
    assert "not what key" in flaw(b"contemt", signed, public)
    assert "not with key" in flaw(b"content", other.signature(b"content"), public)
    forged = signed.splitlines()[:2] + other.signature(b"content").splitlines()[2:]
    assert "not what key" in flaw(b"content", b"\n".join(forged), public)
    for junk in (b"", b"\xff", b"a\nb\nc", signed.replace(b"campaigner", b"somebody"), signed + b"more\n"):
        assert flaw(b"content", junk, public)


def test_a_private_key_is_not_taken_for_a_public_one(tmp_path: Path) -> None:
    office_key(tmp_path)
    with pytest.raises(UsageError, match="no public Ed25519 key"):
        read_public_key(tmp_path / "keys" / "signing.key")
    with pytest.raises(UsageError, match="cannot be read"):
        read_public_key(tmp_path / "none.pub")


@pytest.mark.peer
def test_openssl_agrees(tmp_path: Path) -> None:
    openssl = peer("openssl")
    parcel = Parcel(tmp_path, "run", office_key(tmp_path))
    parcel.seal({"run": "run"})
    folder = tmp_path / "run"
    (tmp_path / "raw").write_bytes(base64.b64decode((folder / SIGNATURE).read_text().splitlines()[2]))
    command = [
        openssl, "pkeyutl", "-verify", "-pubin", "-inkey", folder / PUBLIC_KEY, "-rawin",
        "-in", folder / MANIFEST, "-sigfile", tmp_path / "raw",
    ]  # fmt: skip
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    (folder / MANIFEST).write_bytes(b"{}")
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_a_signed_parcel_is_the_same_each_time_and_misses_its_signature(tmp_path: Path) -> None:
    signer = office_key(tmp_path)
    seen = set()
    for _ in range(2):
        parcel = Parcel(tmp_path, "run", signer)
        parcel.write_bytes("a.csv", b"1")
        digest = parcel.seal({})
        seen.add((digest, (tmp_path / "run" / SIGNATURE).read_bytes()))
    assert len(seen) == 1
    assert damaged(tmp_path / "run", digest) == []
    (tmp_path / "run" / SIGNATURE).unlink()
    assert damaged(tmp_path / "run", digest) == [SIGNATURE]


@pytest.mark.parametrize("shown", [False, True])
def test_what_a_stop_between_two_renames_left_is_put_right(shown: bool, tmp_path: Path) -> None:
    parcel = Parcel(tmp_path, "run")
    parcel.write_bytes("a.csv", b"1")
    parcel.seal({})
    (tmp_path / "run" / "receipt.txt").write_text("theirs")
    (tmp_path / "run").rename(tmp_path / ".run.old")
    if shown:
        parcel = Parcel(tmp_path / "x", "run")
        parcel.write_bytes("a.csv", b"1")
        parcel.seal({})
        (tmp_path / "x" / "run").rename(tmp_path / "run")
    Parcel(tmp_path, "run").drop()
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["a.csv", MANIFEST, "receipt.txt"]
    assert not (tmp_path / ".run.old").exists()
