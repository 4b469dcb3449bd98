"""The text layer of a PDF file, page by page, read by a child process with bounds."""

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PAGES = 500
_CHARACTERS = 4_000_000
_MEMORY = 1 << 30
"""Bytes of addresses that the child may take; a report's reader takes a fifth of it."""
_SECONDS = 60
"""Of its work, and as long again of anybody's time."""
_SAID = 64 << 20
"""Bytes that it may say: so many characters, six bytes each, and some."""
_SCRIPT = Path(__file__).with_name("pdf_child.py")
_OURS = "CAMPAIGNER_"
"""How variables begin that may hold secrets of ours."""


@dataclass(frozen=True, slots=True)
class Pages:
    """What a PDF file says.

    Args:
        texts: Text of each page that was read.
        count: Pages in the file.
    """

    texts: tuple[str, ...]
    count: int


class LockedError(ValueError):
    """The file is locked with a password."""


class TooMuchError(ValueError):
    """Reading the file takes more memory or time than any report does, or breaks its reader."""


def pdf_pages(data: bytes) -> Pages:
    """The text of each page, "" where a page is only a picture; at most 500 pages are read.

    Args:
        data: The file.

    Raises:
        LockedError: It needs a password.
        TooMuchError: Its reader was stopped, or broke.
        ValueError: It is damaged.
    """
    said = _answer(data)
    if "locked" in said:
        raise LockedError(str(said["locked"]))
    if "damaged" in said:
        raise ValueError(str(said["damaged"]))
    return Pages(tuple(map(str, said["texts"])), int(said["count"]))


def _answer(data: bytes) -> dict[str, Any]:
    """What the child says."""
    bounds = map(str, (_MEMORY, _SECONDS, _PAGES, _CHARACTERS))
    known = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    child = subprocess.Popen(  # noqa: S603 - our own script, by its path
        [sys.executable, "-P", str(_SCRIPT), *bounds],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=known,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    timer = threading.Timer(2 * _SECONDS, child.kill)
    writer = threading.Thread(target=_write, args=(child, data), daemon=True)
    timer.start()
    writer.start()
    try:
        said = child.stdout.read(_SAID + 1)
    finally:
        timer.cancel()
        child.kill()
        child.wait()
        writer.join()
        child.stdout.close()
    try:
        found = json.loads(said) if len(said) <= _SAID else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not found.keys() & {"texts", "locked", "damaged"}:
        raise TooMuchError("the reader was stopped or broke")
    return found


def _write(child: "subprocess.Popen[bytes]", data: bytes) -> None:
    assert child.stdin is not None
    # It may end before it has read everything; what it said tells why, or that nobody knows.
    with suppress(OSError):
        child.stdin.write(data)
    with suppress(OSError):
        child.stdin.close()
