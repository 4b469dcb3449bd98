import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from campaigner.errors import StoreError
from campaigner.store import inspection
from campaigner.store.engine import HEAD, open_store
from campaigner.store.inspection import files_of, inspect_store, store_file

pytestmark = pytest.mark.sqlite_only("looks at its file")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "der Laden #1.db"  # SQLite reads names with # and blanks only if they are quoted
    open_store(f"sqlite:///{path}").close()
    return path


def test_a_fresh_store(store: Path) -> None:
    seen = inspect_store(store)
    assert (seen.wal, seen.faults, seen.schema, seen.current) == (True, (), HEAD, True)
    assert (seen.log_head, seen.kept_head, seen.logged_at, seen.beat) == ("", "", None, "")
    assert seen.size == store.stat().st_size
    assert files_of(store) == [store]


def test_the_file_behind_a_url(store: Path) -> None:
    assert store_file(f"sqlite:///{store}") == store


def written_meanwhile(real: Callable[..., Any], times: int) -> Callable[..., Any]:
    """Looks at a store that another command writes to so many times."""
    calls = 0

    def look(path: Path, key: bytes | None) -> Any:
        nonlocal calls
        calls += 1
        if calls <= times:
            os.utime(path, ns=(calls, calls))
            raise StoreError("the store is damaged")
        return real(path, key)

    return look


def test_a_store_that_only_seemed_damaged_is_looked_at_again(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = inspection._look
    monkeypatch.setattr(inspection, "_look", written_meanwhile(real, 2))
    assert inspect_store(store).faults == ()
    monkeypatch.setattr(inspection, "_look", written_meanwhile(real, 99))
    with pytest.raises(StoreError, match="look again"):
        inspect_store(store)


def test_something_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no more than this")
    with pytest.raises(StoreError, match="no database"):
        inspect_store(tmp_path / "x.db")
