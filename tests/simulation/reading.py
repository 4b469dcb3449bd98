"""Reading an office's store with its database's own library: nothing of the program decides here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from campaigner.app import read_desk
from campaigner.store import cipher
from campaigner.store.inspection import store_file
from campaigner.workspace.keys import key_of
from tests.pace import PATIENCE


def store_url(folder: Path) -> str:
    """Where the store of an office is."""
    desk, _problems = read_desk(folder)
    assert desk is not None
    return desk.config.store_url


@contextmanager
def reading(folder: Path) -> Iterator[Any]:
    """A connection that only reads; both kinds have `execute`, `fetchone` and `fetchall`."""
    url = store_url(folder)
    path = store_file(url)
    if path is None:
        opened: Any = psycopg.connect(url)
    else:
        opened = cipher.connect(f"file:{path}?mode=ro", key_of(folder, path, {}), uri=True, timeout=PATIENCE)
    try:
        yield opened
    finally:
        opened.close()


NOT_YET = (cipher.driver.DatabaseError, psycopg.errors.UndefinedTable)
"""It is not there yet, or its tables or its key are not."""
