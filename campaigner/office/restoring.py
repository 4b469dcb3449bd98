"""Putting a backup back: checked first, nobody written to twice, and who wants no message stays unwritten to."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from campaigner.answers.account import verify
from campaigner.domain.roles import Deed
from campaigner.errors import StoreError, UsageError
from campaigner.office.carrying import Restored, carry_over, looked_at
from campaigner.office.present import present_store
from campaigner.store import (
    cipher,
    purging,
    sealing,
)
from campaigner.store.engine import HEAD, Store, open_store
from campaigner.store.inspection import alone, beside, discard, file_of, inspect_store
from campaigner.workspace.desk import Desk, Work
from campaigner.workspace.keys import STORE, keep_key, key_of, office_key, store_place
from campaigner.workspace.leftovers import STAMP
from campaigner.workspace.reason import why
from campaigner.workspace.traces import SET_ASIDE

_ON_SERVER = (
    "only a store in a file is restored here; a database server has its own tools for it (docs/postgresql.md)\n"
    "这里只能恢复文件形式的记录库；数据库服务器请用它自己的工具恢复（见 docs/postgresql.md）"
)


def restore(
    opened: Callable[[Store], Work],
    desk: Desk,
    file: Path,
    key: bytes | None,
    reason: str,
    *,
    dry_run: bool,
) -> Restored:
    """Check a backup, say what would be lost, and put it in the place of the store.

    Nothing that was taken back since is undone: runs that went out or were called off since are over, those that may
    have gone out are held back, and approvals that were taken back are void; refusals, what was lifted of them and what
    was held back are carried over; whoever was deleted, and what was purged, goes again. Where the present store cannot
    be read or believed, no approval stands. The replaced store stays beside the new one.

    Args:
        opened: Makes the call of a stage on a store; its actor is who restores.
        desk: The working folder.
        file: The backup, sealed or not.
        key: The key of backups; None where there is none.
        reason: Why, for the log.
        dry_run: Only check, and change nothing.

    Raises:
        UsageError: No reason; the file is not there.
        StateError: A daemon leads on the store, or another program has it open.
        StoreError: The backup cannot be opened, is damaged, or its log does not hold.
    """
    text = "" if dry_run else why(reason)
    place = _sqlite_file(desk)
    if not file.is_file():
        raise UsageError(f"there is no backup {file}\n找不到备份 {file}：请核对路径")
    if place.exists() and file.samefile(place):
        raise UsageError(
            f"{file} is the store itself, and no backup of it\n{file} 就是记录库本身，不是备份：请写备份文件"
        )
    draft = place.with_name(f".{place.name}.restoring")
    with _drafted(desk, file, draft, key) as inner:
        schema = _checked(draft, inner, file.name)
        ours = _under_our_key(desk, draft, inner)
        store = open_store(f"sqlite:///{draft}", ours)
        try:
            work = opened(store)
            work.ask(Deed.RESTORE)
            _hold_the_chain(store, file.name)
            present = present_store(work, place)
            found = looked_at(work, store, present, schema)
            if dry_run:
                return found
            found = carry_over(work, found, present, file.name, text)
            purging.wipe(store, thorough=True)
        finally:
            store.close()
        if ours is not None and office_key(desk.config.folder, STORE) is None:
            keep_key(store_place(desk.config.folder), ours)
        return replace(found, aside=_swap(work, draft, place, readable=found.readable))


def _sqlite_file(desk: Desk) -> Path:
    return file_of(desk.config.store_url, _ON_SERVER)


@contextmanager
def _drafted(desk: Desk, file: Path, draft: Path, key: bytes | None) -> Iterator[bytes | None]:
    """The backup unsealed beside the present store, taken away again at the end; yields with which key it opens."""
    _clear(draft)
    try:
        if sealing.is_sealed(file):
            if key is None:
                way_out = "put keys/backup.key back, see docs/commands/backup.md"
                raise StoreError(
                    f"{file.name} is encrypted and there is no key; {way_out}\n"
                    f"{file.name} 已加密，而这里没有密钥：请放回 keys/backup.key，见 "
                    "docs/commands/backup.md"
                )
            yield sealing.unseal(file, draft, key)
        else:
            draft.touch(mode=0o600)
            shutil.copyfile(file, draft)
            yield key_of(desk.config.folder, draft)
    except OSError as error:
        raise StoreError(
            f"{file.name} cannot be put back: {error.strerror}\n"
            f"{file.name} 无法恢复（{error.strerror}）：请检查磁盘空间和权限"
        ) from None
    finally:
        _clear(draft)


def _clear(draft: Path) -> None:
    discard(draft)
    discard(_rewritten(draft))


def _rewritten(draft: Path) -> Path:
    return beside(draft, "-rewritten")


def _under_our_key(desk: Desk, draft: Path, inner: bytes | None) -> bytes | None:
    """Give the backup the key that the office has now, where it has one; returns with which key it opens."""
    ours = office_key(desk.config.folder, STORE)
    if ours is None or ours == inner:
        return inner
    again = _rewritten(draft)
    with closing(cipher.connect(draft, inner)) as opened:
        cipher.copy_under(opened, again, ours)
    again.replace(draft)
    return ours


def _checked(draft: Path, key: bytes | None, name: str) -> str:
    """The schema of a whole store.

    Raises:
        StoreError: It is damaged, none of ours, or of a newer campaigner.
    """
    seen = inspect_store(draft, key)
    if seen.faults:
        raise StoreError(
            f"{name} is damaged: {' '.join(seen.faults[0].split())}; take an older backup\n"
            f"{name} 已损坏：请改用更早的备份"
        )
    if not seen.schema:
        raise StoreError(
            f"{name} is a database, but no store of campaigner\n"
            f"{name} 是数据库，但不是 campaigner 的记录库：请换一个备份"
        )
    if seen.schema > HEAD:
        raise StoreError(
            f"{name} was written by a newer campaigner (schema {seen.schema}); install that first\n"
            f"{name} 由更新版本的 campaigner 写成（结构版本 {seen.schema}）：请先安装新版本"
        )
    return seen.schema


def _hold_the_chain(store: Store, name: str) -> None:
    broken = verify(store).broken
    if broken:
        raise StoreError(
            f"the log of {name} does not hold: {broken}; take another backup\n"
            f"{name} 中的日志校验不通过：请换一个备份"
        )


def _swap(work: Work, draft: Path, place: Path, *, readable: bool) -> Path | None:
    """Put the restored store in the place of the present one, which stays beside it; nobody ever sees none.

    Raises:
        StateError: Another program has the present store open.
    """
    if not place.exists():
        draft.rename(place)
        return None
    with alone(place, key_of(work.desk.config.folder, place)) if readable else nullcontext():
        return _set_aside(work, draft, place)


def _set_aside(work: Work, draft: Path, place: Path) -> Path:
    aside = place.with_name(f"{place.name}{SET_ASIDE}{work.desk.local(work.clock):{STAMP}}")
    for ending in ("-wal", "-shm"):
        if beside(place, ending).exists():
            # A log that is not ours to replay: the new store must not find it beside itself.
            beside(place, ending).rename(beside(aside, ending))
    place.chmod(0o600)
    os.link(place, aside)
    draft.replace(place)
    return aside
