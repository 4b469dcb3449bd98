"""The store's key: drawn with the store, taken from where secrets are, and told of where it is missing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from campaigner.errors import StoreError
from campaigner.store import cipher
from campaigner.store.engine import open_store
from campaigner.workspace.keys import key_of, open_the_store, settle, store_place

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


def opened(folder: Path, **environ: str) -> bytes | None:
    """With which key the store of a folder opens."""
    store = open_the_store(folder, f"sqlite:///{folder / 'campaigner.db'}", environ)
    store.close()
    return store.key


def test_a_new_store_is_encrypted_with_a_key_of_its_own(tmp_path: Path) -> None:
    key = opened(tmp_path)
    assert key is not None
    place = store_place(tmp_path)
    assert bytes.fromhex(place.read_text()) == key
    assert (place.stat().st_mode & 0o077, place.parent.stat().st_mode & 0o077) == (0, 0)
    assert cipher.is_encrypted(tmp_path / "campaigner.db")
    assert opened(tmp_path) == key


def test_two_who_make_the_store_at_once_use_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda _: opened(tmp_path), range(2)))
    assert found[0] == found[1] == opened(tmp_path)


def test_a_store_of_an_earlier_version_opens_as_it_is(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'campaigner.db'}").close()
    assert opened(tmp_path) is None
    assert not store_place(tmp_path).exists()
    store_place(tmp_path).parent.mkdir()
    store_place(tmp_path).write_text(KEY.hex())
    store_place(tmp_path).chmod(0o600)
    assert opened(tmp_path) is None


def test_the_key_comes_from_where_secrets_are(tmp_path: Path) -> None:
    assert opened(tmp_path, CAMPAIGNER_STORE_KEY=KEY.hex()) == KEY
    assert not store_place(tmp_path).exists()
    (tmp_path / "credential").mkdir()
    (tmp_path / "credential" / "campaigner-store-key").write_text(f"{KEY.hex()}\n")
    assert opened(tmp_path, CREDENTIALS_DIRECTORY=str(tmp_path / "credential")) == KEY
    (tmp_path / "credentials.toml").write_text(f'[store]\nkey = "{KEY.hex()}"\n')
    (tmp_path / "credentials.toml").chmod(0o600)
    assert opened(tmp_path) == KEY


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        pytest.param(None, 0o600, "put the key back", id="missing"),
        pytest.param(OTHER.hex(), 0o600, "put the key back", id="another"),
        pytest.param(KEY.hex(), 0o644, "chmod 600", id="open to others"),
        pytest.param(KEY.hex()[:-1], 0o600, "64 hexadecimal digits", id="cut"),
        pytest.param("钥匙", 0o600, "cannot be read", id="no digits"),
    ],
)
def test_a_key_that_does_not_serve_is_told_with_the_way_out(
    tmp_path: Path, content: str | None, mode: int, words: str
) -> None:
    opened(tmp_path, CAMPAIGNER_STORE_KEY=KEY.hex())
    if content is not None:
        store_place(tmp_path).parent.mkdir()
        store_place(tmp_path).write_text(content)
        store_place(tmp_path).chmod(mode)
    before = (tmp_path / "campaigner.db").read_bytes()
    with pytest.raises(StoreError, match=words) as told:
        opened(tmp_path)
    assert not content or content not in str(told.value)
    assert (tmp_path / "campaigner.db").read_bytes() == before


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="folder of the store does not exist"):
        open_the_store(tmp_path, f"sqlite:///{tmp_path / 'none' / 'campaigner.db'}", {})
    with pytest.raises(StoreError, match="only sqlite"):
        open_the_store(tmp_path, "mysql://x/y", {})


def test_a_rotation_that_was_cut_short_is_finished_at_the_next_opening(tmp_path: Path) -> None:
    key = opened(tmp_path)
    assert key is not None
    (tmp_path / "campaigner.db").unlink()
    open_store(f"sqlite:///{tmp_path / 'campaigner.db'}", OTHER).close()
    coming = store_place(tmp_path).with_suffix(".key.new")
    coming.write_text(OTHER.hex())
    coming.chmod(0o600)
    assert opened(tmp_path) == OTHER
    assert bytes.fromhex(store_place(tmp_path).read_text()) == OTHER
    assert not coming.exists()
    settle(tmp_path, OTHER)
    (old,) = store_place(tmp_path).parent.glob("store.key.before-*")
    assert old.name.endswith(cipher.key_id(key))
    assert bytes.fromhex(old.read_text()) == key


def test_an_older_copy_opens_with_the_key_that_it_was_made_with(tmp_path: Path) -> None:
    test_a_rotation_that_was_cut_short_is_finished_at_the_next_opening(tmp_path)
    (old,) = store_place(tmp_path).parent.glob("store.key.before-*")
    key = bytes.fromhex(old.read_text())
    open_store(f"sqlite:///{tmp_path / 'copy.db'}", key).close()
    assert key_of(tmp_path, tmp_path / "copy.db", {}) == key
