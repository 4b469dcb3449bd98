"""What an earlier store left in a working folder: where there is some of it, a missing store is no first start."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigner.domain.anchor import anchors_in
from campaigner.domain.filename import DRAFT_ENDING
from campaigner.errors import StoreError
from campaigner.exports.layout import PUBLIC_KEY, exported, papers
from campaigner.exports.signing import FOLDER, PRIVATE_KEY

SET_ASIDE = ".before-"
"""What stands behind the name of a store that another one took the place of, before its time."""
_BACKUPS = "campaigner-*.db*"
_SHOWN = 3
_SERVER = (
    "Name the database that it is in as url of [store] in config.toml; or restore its dump there (docs/postgresql.md); "
    "or begin a new log on purpose:  campaigner init --new-store --by NAME --reason TEXT"
)
_SERVER_ZH = (
    "请在 config.toml 的 [store] 中写明原来的数据库；或在服务器上恢复其备份；"
    "确要重新开始，请用：campaigner init --new-store --by 姓名 --reason 原因"
)
_SMALL = 16_384
"""Bytes beyond which a text file is no anchor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What an earlier store left.

    Args:
        backups: Its backups, and stores that were set aside, the newest last.
        exports: Names of folders that runs were exported into, in order.
        keys: Keys that are drawn only for a store, or with it.
        anchors: Texts that anchor its log.
        others: Approval forms, packs of evidence, certificates, and what SQLite kept with the store.
    """

    backups: tuple[Path, ...] = ()
    exports: tuple[str, ...] = ()
    keys: tuple[Path, ...] = ()
    anchors: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.backups or self.exports or self.keys or self.anchors or self.others)

    @property
    def words(self) -> tuple[str, str]:
        """What there is, in English and Chinese."""
        counted = (
            (len(self.exports), "exported runs", "个已导出的文件夹"),
            (len(self.backups), "backups", "份备份"),
            (len(self.keys), "keys", "个密钥"),
            (len(self.anchors), "anchors of its log", "份日志校验文本"),
            (len(self.others), "approval forms and other papers of it", "份审批单等资料"),
        )
        there = [(f"{count} {what}", f"{count}{what_zh}") for count, what, what_zh in counted if count]
        return ", ".join(what for what, _zh in there), "、".join(zh for _what, zh in there)


def traces(folder: Path, store: Path | None, output: Path, backups: Path) -> Traces:
    """What an earlier store left in a working folder and in what belongs to it.

    Args:
        folder: The working folder.
        store: The store's file; None for a store on a server.
        output: The folder of exports.
        backups: The folder of backups.
    """
    keys = folder / FOLDER
    aside = [] if store is None else store.parent.glob(f"{store.name}{SET_ASIDE}*")
    log = [] if store is None else store.parent.glob(f"{store.name}-wal")
    copies = {path for place in {backups, folder / "backups"} for path in place.glob(_BACKUPS)}
    return Traces(
        backups=_newest_last([path for path in (*aside, *copies) if _is_copy(path)]),
        exports=tuple(exported(output)),
        keys=tuple(
            path for path in sorted(keys.glob("*"))
            if path.name in {PRIVATE_KEY, PUBLIC_KEY, "store.key"} or path.name.startswith(f"store.key{SET_ASIDE}")
        ),
        anchors=tuple(sorted(path for path in folder.glob("*.txt") if _is_anchor(path))),
        others=tuple(sorted([*papers(output), *filter(_filled, log)])),
    )  # fmt: skip


def _newest_last(paths: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(sorted(paths, key=lambda path: (path.stat().st_mtime, path.name)))


def _filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _is_copy(path: Path) -> bool:
    return _filled(path) and not path.name.endswith(("-wal", "-shm", DRAFT_ENDING))


def _is_anchor(path: Path) -> bool:
    try:
        if path.stat().st_size > _SMALL:
            return False
        return bool(anchors_in(path.read_text("utf-8-sig", "replace")))
    except OSError:
        return False


def lost(found: Traces, where: str, where_zh: str, *, on_server: bool = False) -> StoreError:
    """The error of a store that is not there, though it was: with the backups there are, and how to go on.

    Args:
        found: What it left.
        where: What is wrong with the store, `campaigner.db is not there`.
        where_zh: The same in Chinese.
        on_server: Whether the store is to be on a server, which is restored there.
    """
    there, there_zh = found.words
    ways, ways_zh = (_SERVER, _SERVER_ZH) if on_server else (_ways(found), _ways_zh(found))
    return StoreError(
        f"{where}, but this folder has had a store: {there}. Nothing was begun. {ways}\n"
        f"{where_zh}，但这个文件夹原来有记录库：这里有{there_zh}。没有新建任何东西。{ways_zh}"
    )


def _ways(found: Traces) -> str:
    ways = [
        "Put the file back if somebody moved it",
        f"restore the newest backup:  campaigner restore {found.backups[-1]} --by NAME --reason TEXT"
        if found.backups
        else "restore a backup from a stick:  campaigner restore FILE --by NAME --reason TEXT",
        "or begin a new log on purpose:  campaigner init --new-store --by NAME --reason TEXT",
    ]
    older = [path.name for path in found.backups[-1 - _SHOWN : -1]][::-1]
    return "; ".join(ways) + (f". Older backups: {', '.join(older)}" if older else "")


def _ways_zh(found: Traces) -> str:
    backup = found.backups[-1] if found.backups else "文件"
    older = [path.name for path in found.backups[-1 - _SHOWN : -1]][::-1]
    more = f"。更早的备份：{'、'.join(older)}" if older else ""
    return (
        "如是被移走，请放回原处；"
        f"或恢复{'最近的' if found.backups else 'U盘上的'}备份：campaigner restore {backup} --by 姓名 --reason 原因；"
        f"确要重新开始，请用：campaigner init --new-store --by 姓名 --reason 原因{more}"
    )
