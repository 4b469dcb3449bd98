"""Where people lay carriers' files: each is tried by itself, read once and put aside under a name that fits."""

import hashlib
import json
import logging
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from campaigner.domain.filename import MOST_BYTES, shortened
from campaigner.domain.masking import masked
from campaigner.domain.people import plain_line
from campaigner.store import settings
from campaigner.workspace.desk import Work
from campaigner.workspace.leftovers import INBOX, STAMP

READ = "read"
"""Folder within a gateway's folder for what was read."""
_UNMOVED = "inbox_unmoved"
"""Name of the value in the store that says which files were read and could not be put aside."""
_SHOWN = 60
_FRAMES = 8

logger = logging.getLogger("campaigner.inbox")


@dataclass(frozen=True, slots=True)
class Faulty:
    """A file, or folder, that could not be read, or not be put aside; the others are read all the same.

    Args:
        why: What happened, without anything of the file's content.
        read: Whether it was read, so that only its place is at fault.
    """

    why: str
    read: bool = False


@dataclass(slots=True)
class Remembered:
    """What the clock remembers of faulty files, so that each fault is told once.

    Args:
        told: File -> its look and why, as they were told.
    """

    told: dict[str, tuple[str, str]] = field(default_factory=dict)

    def is_new(self, place: str, look: str, why: str) -> bool:
        """Whether this was not told yet; then it counts as told."""
        if self.told.get(place) == (look, why):
            return False
        self.told[place] = (look, why)
        return True

    def knows(self, place: str, look: str) -> bool:
        """Whether the very same file was told of."""
        return self.told.get(place, ("", ""))[0] == look

    def forget(self, place: str) -> None:
        """It is in order now."""
        self.told.pop(place, None)


def laid_in(folder: Path) -> list[Path]:
    """The files that somebody put into a folder, hidden ones and links left out.

    A link may lead to what nobody meant to be read, or moved.

    Raises:
        OSError: The folder cannot be listed.
    """
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name[0] != "." and _is_file(path))


def _is_file(path: Path) -> bool:
    try:
        return not path.is_symlink() and path.is_file()
    except (OSError, ValueError):
        return False


def look_of(path: Path) -> str:
    """What tells that a file is still the same one.

    Raises:
        OSError: It is not there any more, or cannot be looked at.
    """
    facts = path.stat()
    return f"{facts.st_ino}:{facts.st_size}:{facts.st_mtime_ns}"


def shown(name: str) -> str:
    """A file's name as logs and screens may show it: no number of a person, nothing that acts, not long."""
    return plain_line(masked(name))[:_SHOWN]


def put_aside(work: Work, path: Path) -> None:
    """Move a file that was read into the folder for those, under a name that fits and that no other file has.

    Raises:
        OSError: It cannot be moved.
    """
    folder = path.parent / READ
    folder.mkdir(exist_ok=True)
    stamp = f"{work.desk.local(work.clock):{STAMP}}-"
    name = shortened(path.name, MOST_BYTES - len(stamp) - 4)
    target, count = folder / f"{stamp}{name}", 1
    while target.exists() or target.is_symlink():
        count += 1
        target = folder / f"{stamp}{count}-{name}"
    path.rename(target)


def why_of(error: Exception) -> str:
    """What an error says that may be told: of the system its words, of others their kind; never a path or a value."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return f"a fault of the program ({type(error).__name__}); the log says where"


def note_trace(what: str, error: Exception) -> None:
    """Keep where an error that is ours happened in the program's log; its words may quote what the file holds.

    Args:
        what: What could not be done.
        error: Why.
    """
    frames = traceback.extract_tb(error.__traceback__)
    where = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-_FRAMES:])
    logger.error("%s: %s at %s", what, type(error).__name__, where)


class Unmoved:
    """Files that were read and could not be put aside: they are not read again, also not by the next process.

    Args:
        work: Store.
    """

    def __init__(self, work: Work) -> None:
        self._store = work.store
        with work.store.read() as connection:
            kept = settings.value(connection, _UNMOVED)
        self._looks: dict[str, str] = json.loads(kept) if kept else {}

    def has(self, place: str, look: str) -> bool:
        """Whether this very file was read already."""
        return self._looks.get(_key(place)) == look

    def add(self, place: str, look: str) -> None:
        """It was read."""
        self._looks[_key(place)] = look
        self._keep()

    def drop(self, place: str) -> None:
        """It is put aside, or is another file by now."""
        if self._looks.pop(_key(place), None) is not None:
            self._keep()

    def _keep(self) -> None:
        with self._store.begin() as connection:
            settings.keep(connection, _UNMOVED, json.dumps(self._looks, sort_keys=True))


def _key(place: str) -> str:
    """A name may hold somebody's number, so the store has its hash."""
    return hashlib.sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def folders(work: Work) -> Iterator[tuple[str, Path]]:
    """(gateway, folder) of every gateway."""
    for gateway in sorted(work.desk.config.gateways):
        yield gateway, work.desk.config.folder / INBOX / gateway
