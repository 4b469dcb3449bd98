"""Another key for the store: written anew under it, and nothing left under the old one; also encrypts a plain store."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from campaigner.answers.account import verify
from campaigner.delivery.credentials import variable
from campaigner.domain.roles import Deed
from campaigner.errors import StateError, StoreError, UsageError
from campaigner.exports.parcel import fsync_folder
from campaigner.office.present import refuse_led
from campaigner.store import cipher
from campaigner.store.engine import Store, open_store
from campaigner.store.inspection import alone, discard, file_of
from campaigner.workspace.desk import Desk, Work
from campaigner.workspace.keys import (
    STORE,
    keep_key,
    key_of,
    next_key,
    next_place,
    office_key,
    settle,
    store_place,
)
from campaigner.workspace.reason import why

_ON_SERVER = (
    "only a store in a file has a key; let the server encrypt its disk (docs/postgresql.md)\n"
    "只有文件形式的记录库才有密钥；服务器上的请由服务器加密磁盘（见 docs/postgresql.md）"
)


@dataclass(frozen=True, slots=True)
class Rotated:
    """A store under another key.

    Args:
        before: What the log calls the old key; "" if the store was not encrypted.
        after: What it calls the new one.
        kept: The file of the new key; None where it comes from the environment or a credential.
    """

    before: str
    after: str
    kept: Path | None

    def as_data(self) -> dict[str, str | None]:
        """For other programs."""
        return {"before": self.before, "after": self.after, "key": str(self.kept) if self.kept else None}


def rotate(opened: Callable[[Store], Work], desk: Desk, reason: str) -> Rotated:
    """Write the store anew under another key; a store that was not encrypted is so afterwards.

    A key that is a file is drawn here, and the old one is kept beside it for older copies. A key from the environment
    or a credential is changed where it comes from: the new one stands there as `new_key` until this is done. Cut short
    at any moment, the store opens with one of the two.

    Args:
        opened: Makes the call of a stage on a store; its actor is who rotates.
        desk: The working folder.
        reason: Why, for the log.

    Raises:
        UsageError: No reason, or nobody said what the new key is.
        StateError: There is no store yet, a daemon leads on it, or another program has it open.
        StoreError: The store cannot be written anew.
    """
    text = why(reason)
    folder, place = desk.config.folder, file_of(desk.config.store_url, _ON_SERVER)
    if not place.is_file():
        raise StateError(
            "there is no store yet; the first plan makes one, with a key of its own\n"
            "还没有记录库：第一次运行 campaigner plan 会建立，并带有自己的密钥"
        )
    old = key_of(folder, place)
    if old is not None:
        settle(folder, old)
    new = _new_key(folder, old)
    draft = place.with_name(f".{place.name}.rotating")
    try:
        with alone(place, old) as held:
            discard(draft)
            cipher.copy_under(held, draft, new)
            _note(opened, draft, old, new, text)
            draft.replace(place)
            fsync_folder(place.parent)
    except OSError as error:
        raise StoreError(
            f"the store cannot be written anew: {error.strerror}\n"
            f"记录库无法重写（{error.strerror}）：请检查磁盘空间和写入权限"
        ) from None
    except cipher.driver.Error as error:
        raise StoreError(
            f"the store cannot be written anew: {error}; is the disk full?\n"
            "记录库无法重写：请检查磁盘是否已满，再重新执行同一条命令"
        ) from None
    finally:
        discard(draft)
    settle(folder, new)
    own = store_place(folder)
    kept = own if own.exists() and office_key(folder, STORE) == new else None
    return Rotated(cipher.key_id(old), cipher.key_id(new), kept)


def _new_key(folder: Path, old: bytes | None) -> bytes:
    """The key that the store gets; safe on the disk before anything is written with it."""
    found = next_key(folder)
    if found is not None and found != old:
        return found
    current = office_key(folder, STORE)
    if current is not None and current != old:
        # A plain store in an office that has a key, or one that was put back under an older key.
        return current
    if current is not None and not store_place(folder).exists():
        raise UsageError(
            f"the store's key comes from outside the working folder; lay the new one beside it as "
            f"{variable(STORE, 'new_key')} (or the credential campaigner-store-new_key), rotate, then let it take the "
            "old one's place\n"
            f"记录库的密钥来自工作文件夹之外：请把新密钥作为 {variable(STORE, 'new_key')}（或凭据 "
            "campaigner-store-new_key）放在旁边，更换后再让它替代旧密钥"
        )
    keep_key(next_place(folder), cipher.new_key())
    drawn = next_key(folder)
    assert drawn is not None
    return drawn


def _note(opened: Callable[[Store], Work], draft: Path, old: bytes | None, new: bytes, reason: str) -> None:
    """Look whether all of the log is in the new file, and write into it that it has another key."""
    store = open_store(f"sqlite:///{draft}", new)
    try:
        work = opened(store)
        work.ask(Deed.ROTATE)
        broken = verify(store).broken
        if broken:
            raise StoreError(
                f"the log does not hold: {broken}; restore a backup first\n"
                "日志校验不通过，没有更换密钥：请先恢复备份"
            )
        with store.begin() as connection:
            refuse_led(connection, work.clock)
            facts = {"before": cipher.key_id(old), "after": cipher.key_id(new), "reason": reason}
            work.record(connection, "rotated", "", facts)
    finally:
        store.close()
    with closing(cipher.connect(draft, new)) as last:
        # All of it in the one file that takes the old one's place.
        last.execute("PRAGMA journal_mode=DELETE")
