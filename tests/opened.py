"""The store of a test's office, opened with the office's own key, as the program opens it or bare."""

from pathlib import Path
from typing import Any

from campaigner.app import read_desk
from campaigner.store import cipher
from campaigner.store.engine import Store, open_store
from campaigner.store.inspection import store_file
from campaigner.workspace.keys import key_of, open_the_store


def store_of(folder: Path) -> Store:
    """The store of a working folder, whichever its settings name."""
    desk, _problems = read_desk(folder)
    assert desk is not None
    return open_the_store(folder, desk.config.store_url, {})


def plain_store(folder: Path) -> None:
    """Lay an empty store into a working folder that is not encrypted, so that what is left in it can be looked for.

    Where its settings name a server, there is nothing to lay.
    """
    desk, _problems = read_desk(folder)
    assert desk is not None
    if store_file(desk.config.store_url):
        open_store(desk.config.store_url).close()


def bare(folder: Path, path: Path | None = None, **options: Any) -> Any:
    """A connection of the driver to the store of a working folder, or to a copy of it."""
    path = path or folder / "campaigner.db"
    return cipher.connect(path, key_of(folder, path, {}), **options)
