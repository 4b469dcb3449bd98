"""A sealed file comes back as it was, or says what is wrong with it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigner.errors import StoreError
from campaigner.store import sealing
from campaigner.store.sealing import CHUNK, is_sealed, seal, unseal

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
HEAD, PIECE = 104, CHUNK + 16


def sealed(folder: Path, content: bytes) -> Path:
    (folder / "plain").write_bytes(content)
    target = folder / "sealed"
    target.unlink(missing_ok=True)
    seal(folder / "plain", target, KEY)
    return target


def opened(path: Path, key: bytes = KEY) -> bytes:
    target = path.with_name("opened")
    target.unlink(missing_ok=True)
    unseal(path, target, key)
    return target.read_bytes()


SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]


@pytest.mark.parametrize("size", SIZES)
def test_whatever_its_size_it_comes_back(tmp_path: Path, size: int) -> None:
    content = bytes(size)
    path = sealed(tmp_path, content)
    assert is_sealed(path)
    assert path.stat().st_mode & 0o077 == 0
    assert opened(path) == content


def test_what_is_in_it_cannot_be_read_and_no_two_are_alike(tmp_path: Path) -> None:
    content = b"13800138000 " * 1000
    first = sealed(tmp_path, content).read_bytes()
    assert b"13800138000" not in first
    assert first[HEAD:] != sealed(tmp_path, content).read_bytes()[HEAD:]


def swapped(data: bytes) -> bytes:
    return (
        data[:HEAD]
        + data[HEAD + PIECE : HEAD + 2 * PIECE]
        + data[HEAD : HEAD + PIECE]
        + data[HEAD + 2 * PIECE :]
    )


def flipped(at: int) -> object:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("harm", "word"),
    [
        pytest.param(lambda data: data[:55], "no sealed backup", id="only a head"),
        pytest.param(lambda data: b"SQLite format 3\0" + data, "no sealed backup", id="not ours"),
        pytest.param(lambda data: data[: HEAD + 2 * PIECE], "cut off", id="cut between two parts"),
        pytest.param(lambda data: data[: HEAD + PIECE], "cut off", id="cut after the first"),
        pytest.param(lambda data: data[:HEAD], "damaged", id="nothing but a head"),
        pytest.param(lambda data: data[:-1], "damaged: part 3", id="a byte less"),
        pytest.param(lambda data: data + b"\0", "damaged: part 3", id="a byte more"),
        pytest.param(swapped, "damaged: part 1", id="two parts in each other's place"),
        pytest.param(
            lambda d: d[: HEAD + PIECE] + d[HEAD + 2 * PIECE :], "damaged: part 2", id="one left out"
        ),
        pytest.param(lambda d: d[:HEAD] + d[HEAD:][:PIECE] + d[HEAD:], "damaged: part 2", id="one twice"),
        pytest.param(flipped(HEAD + 5), "damaged: part 1", id="a bit of the first"),
        pytest.param(flipped(HEAD + PIECE + 5), "damaged: part 2", id="a bit of the second"),
        pytest.param(flipped(10), "another key", id="a bit of the key's check"),
        pytest.param(flipped(30), "another key", id="a bit of the salt"),
        pytest.param(flipped(60), "its head", id="a bit of the key within"),
    ],
)
def test_what_was_done_to_it_is_told(tmp_path: Path, harm: object, word: str) -> None:
    path = sealed(tmp_path, b"x" * (2 * CHUNK + 100))
    path.write_bytes(harm(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(StoreError, match=word):
        opened(path)
    assert not path.with_name("opened").exists()


@pytest.mark.parametrize("inner", [None, OTHER])
def test_the_key_of_what_is_in_it_comes_with_it(tmp_path: Path, inner: bytes | None) -> None:
    (tmp_path / "plain").write_bytes(b"x")
    seal(tmp_path / "plain", tmp_path / "sealed", KEY, inner)
    assert OTHER not in (tmp_path / "sealed").read_bytes()
    assert unseal(tmp_path / "sealed", tmp_path / "opened", KEY) == inner


def test_another_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="another key"):
        opened(sealed(tmp_path, b"x"), OTHER)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    path = sealed(tmp_path, b"x")
    with pytest.raises(FileExistsError):
        seal(tmp_path / "plain", path, KEY)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(content=st.binary(max_size=400), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_bit_can_be_turned(tmp_path: Path, content: bytes, at: int, bit: int) -> None:
    path = sealed(tmp_path, content)
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1 << bit
    path.write_bytes(data)
    with pytest.raises(StoreError):
        opened(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(content=st.binary(min_size=1, max_size=200), cut=st.integers(min_value=1), size=st.integers(1, 50))
def test_no_end_can_be_cut_off(tmp_path: Path, content: bytes, cut: int, size: int) -> None:
    before, sealing.CHUNK = sealing.CHUNK, size
    try:
        path = sealed(tmp_path, content)
        data = path.read_bytes()
        path.write_bytes(data[: -(cut % len(data) or 1)])
        with pytest.raises(StoreError):
            opened(path)
    finally:
        sealing.CHUNK = before
