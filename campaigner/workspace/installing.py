"""A copied working folder: noticed, told, and kept from sending until somebody takes it over by name."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from campaigner.domain.installation import OWN, Installation, Standing, standing
from campaigner.domain.people import plain_line
from campaigner.domain.roles import Deed
from campaigner.errors import StateError, StoreError, UsageError
from campaigner.store import installation, log
from campaigner.store.engine import Connection, Store
from campaigner.store.inspection import store_file
from campaigner.workspace.desk import Work
from campaigner.workspace.reason import why

_ADOPT = "campaigner adopt --by NAME --reason TEXT"
_COPY = (
    "this working folder is a copy, and its original is still on this machine ({place}): two of them would write to "
    "the same people twice. Work on in the original; or, if this one is to go on instead,"
)
_COPY_ZH = (
    "这个工作文件夹是复制出来的，原来的还在本机（{place}）：两个同时使用会重复发送。请在原来的文件夹里继续；"
    "如改用这一个，请运行"
)
_FOREIGN = (
    "this working folder belongs to another machine, where its original may still be at work: two of them would write "
    "to the same people twice. If this machine is to go on instead of that one,"
)
_FOREIGN_ZH = (
    "这个工作文件夹属于另一台电脑，原来的可能还在使用：两个同时使用会重复发送。如改由本机继续，请运行"
)
_WORDS = {Standing.COPY: (_COPY, _COPY_ZH), Standing.FOREIGN: (_FOREIGN, _FOREIGN_ZH)}


def found_at(connection: Connection, url: str) -> tuple[Standing, Installation | None]:
    """How a store stands to where it belongs, and where that is; one on a server belongs to its server.

    Args:
        connection: The store.
        url: Its URL as it was opened.
    """
    path = store_file(url)
    if path is None:
        return Standing.HOME, None
    kept = installation.kept(connection)
    original = kept is not None and installation.has_original(kept, path)
    return standing(kept, installation.here(path), original=original), kept


def words_of(found: Standing, kept: Installation | None) -> tuple[str, str] | None:
    """What to tell of a store that is not where it belongs, in English and Chinese; None where all is well."""
    if found not in _WORDS:
        return None
    place = Path(kept.place).parent if kept else ""
    line, line_zh = (words.format(place=place) for words in _WORDS[found])
    return f"{line} run  {_ADOPT}", f"{line_zh}  campaigner adopt --by 姓名 --reason 原因"


def settle_place(
    store: Store,
    url: str,
    now: datetime,
    actor: str,
    say: Callable[[str], None] = lambda _line: None,
    whom: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write where a new store belongs; follow one that was moved on its machine; tell of a copy, and leave it.

    Args:
        store: The store.
        url: Its URL.
        now: The time, for the log.
        actor: Who opened it.
        say: Called with each line that a person should read.
        whom: What the log says of the system's user, by `as_whom`.
    """
    path = store_file(url)
    if path is None:
        return
    with store.read() as connection:
        found, kept = found_at(connection, url)
    if found in {Standing.UNKNOWN, Standing.MOVED}:
        with store.begin() as connection:
            installation.keep(connection, installation.here(path))
            if found is Standing.MOVED:
                log.append(
                    connection, now, "moved", "", plain_line(actor), {"what": "working folder", **whom}
                )
        if found is Standing.MOVED and kept is not None:
            say(f"This working folder was moved here from {Path(kept.place).parent}; it goes on from here.")
            say(f"工作文件夹已从 {Path(kept.place).parent} 移到这里，今后在这里继续。")
    for line in words_of(found, kept) or ():
        say(line)


def refuse_copy(store: Store, url: str) -> None:
    """Let nothing go out of a working folder whose original may be at work.

    Raises:
        StateError: It is a copy; says how to take it over.
    """
    with store.read() as connection:
        found, kept = found_at(connection, url)
    words = words_of(found, kept)
    if found not in OWN and words:
        raise StateError("\n".join(words))


def adopt(work: Work, reason: str) -> Standing:
    """Take a copied working folder over: from now on it is the one that sends; logged.

    Returns:
        How it stood before.

    Raises:
        UsageError: No name or reason; or the store is on a server, and there is nothing to take over.
    """
    work.ask(Deed.RESTORE)
    path = store_file(work.desk.config.store_url)
    if path is None:
        raise UsageError(
            "a store on a server belongs to its server: every machine that is let in may work on it\n"
            "服务器上的记录库归服务器所有，不需要接管"
        )
    if not work.actor.strip():
        raise UsageError("to take a folder over, give a name with --by\n接管文件夹，请用 --by 写上姓名")
    text = why(reason)
    with work.store.begin() as connection:
        found, kept = found_at(connection, work.desk.config.store_url)
        if found in OWN:
            raise UsageError(
                "this working folder is where it belongs already\n这个工作文件夹本来就在这里使用，不需要接管"
            )
        if kept is None:
            raise StoreError(
                "the store does not say where it belongs\n"
                "记录库中没有写明它属于哪里：请运行 campaigner doctor 检查"
            )
        own = installation.here(path)
        installation.keep(connection, own)
        facts = {"from": kept.machine, "to": own.machine, "what": found.value, "reason": text}
        work.record(connection, "adopted", "", facts)
    return found
