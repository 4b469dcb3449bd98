"""Beginning a new store on purpose in a folder that has had one: the first entry of its log says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from campaigner.config import Config
from campaigner.domain.people import plain_line
from campaigner.errors import UsageError
from campaigner.store import log, pauses
from campaigner.store.engine import Connection, Store
from campaigner.store.inspection import store_file
from campaigner.store.pauses import Pause
from campaigner.workspace.desk import as_whom
from campaigner.workspace.keys import Office, open_the_store
from campaigner.workspace.leftovers import backup_word
from campaigner.workspace.reason import file_word, why
from campaigner.workspace.traces import Traces

_DOUBT = "exported before the earlier store was lost: ask, then cancel or resume it"


@dataclass(frozen=True, slots=True)
class Begun:
    """A new store.

    Args:
        store: The store.
        held: Runs that were exported by the lost one, and are held back.
        left: What the lost one left.
    """

    store: Store
    held: tuple[str, ...]
    left: Traces


def office_of(config: Config) -> Office:
    """Where a working folder keeps what shows that it has had a store."""
    return Office(config.folder, config.output, config.clockwork.backups)


def begin_anew(config: Config, actor: str, reason: str, clock: datetime, login: str | None = None) -> Begun:
    """Begin a new store and log; runs that the lost one exported are held back until a person decides.

    Args:
        config: Of the working folder.
        actor: Who begins it.
        reason: Why, for the log.
        clock: The time.
        login: User of the operating system who begins it.

    Raises:
        UsageError: There is a store; or no name or reason.
    """
    text, who = why(reason), plain_line(actor)
    path = store_file(config.store_url)
    if not who:
        raise UsageError("to begin a new store, give a name with --by\n建立新的记录库，请用 --by 写上姓名")
    if path is not None and path.exists() and path.stat().st_size:
        raise UsageError(
            f"there is a store {path.name}, and it stays; move it away first if it is not to be used\n"
            f"记录库 {path.name} 还在，不会改动；确实不用时请先移走"
        )
    left = office_of(config).traces(path)
    first = _first(left, who, text, clock, as_whom(login, ""))
    called = False

    def beginning(connection: Connection) -> None:
        nonlocal called
        called = True
        first(connection)

    store = open_the_store(config.folder, config.store_url, office=office_of(config), beginning=beginning)
    if not called:
        store.close()
        raise UsageError("there is a store already, and it stays\n记录库还在，不会改动")
    return Begun(store, left.exports, left)


def _first(
    left: Traces, who: str, reason: str, clock: datetime, whom: Mapping[str, str]
) -> Callable[[Connection], None]:
    def write(connection: Connection) -> None:
        for code in left.exports:
            pauses.add(connection, Pause(code, who, clock, _DOUBT))
        facts = {
            "reason": reason, "exports": list(left.exports),
            "backups": [backup_word(connection, path.name) for path in left.backups],
            "keys": [path.name for path in left.keys],
            "anchors": [file_word(connection, path.name) for path in left.anchors],
            **whom,
        }  # fmt: skip
        log.append(connection, clock, "begun", "", who, facts)

    return write
