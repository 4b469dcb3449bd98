"""What is kept: the store, the head of its log, the daemon's last beat, the backups."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaigner.answers import reckoned
from campaigner.answers.reckoned import Gap
from campaigner.answers.unlogged import (
    ADVICE,
    ADVICE_ZH,
    COPY_ADVICE,
    COPY_ADVICE_ZH,
    copied_folders,
    unnamed_folders,
)
from campaigner.office.soundness.finding import Finding, bad, ok, size, warn
from campaigner.store.inspection import Inspection

BEAT_OVERDUE = timedelta(hours=1)
"""Far longer than any beat of the daemon waits for the next."""
BACKUP_OLD = timedelta(days=7)
_SHOWN = 10
"""Gaps between store and log that are listed one by one."""
BACKUPS = "backups"
"""Where copies of the store lie, beside config.toml."""


def store_state(seen: Inspection | None) -> Finding:
    """Whether the store's file is whole and of this version; None where there is none yet."""
    name = "store"
    if seen is None or (seen.place and not seen.schema):
        where = f"{seen.place}, no tables yet" if seen else "none yet"
        return ok(name, f"{where}; the first plan makes {'them' if seen else 'it'}")
    if seen.faults:
        return bad(
            name, f"damaged: {' '.join(seen.faults[0].split())}",
            "stop the daemon, keep the damaged file, and restore the newest backup (docs/running.md)",
            "存储文件已损坏：请停止后台程序，保留损坏的文件，恢复最近的备份",
        )  # fmt: skip
    what = seen.place or "whole"
    shown = f"{what}, {size(seen.size)}, schema {seen.schema or 'none'}"
    if not seen.current and seen.schema > seen.newest:
        return bad(
            name, f"{shown}; this version knows {seen.newest}", "install the campaigner that wrote it, or a newer one",
            "存储由更新版本的程序写成，请安装该版本或更新的版本",
        )  # fmt: skip
    if not seen.current:
        return warn(
            name, f"{shown}; this version makes {seen.newest} of it at the next command", "make a backup first",
            "下一条命令会升级存储，请先备份",
        )  # fmt: skip
    return _manner(name, shown, seen)


def _manner(name: str, shown: str, seen: Inspection) -> Finding:
    """How a sound store is written."""
    if seen.overheard:
        return warn(
            name, f"{shown}, over a network in the clear, as sslmode=disable in its address says",
            "let a tunnel cover the line, or write ?sslmode=verify-full (docs/postgresql.md)",
            "到存储服务器的线路没有加密（地址写明 sslmode=disable）：应有加密隧道，否则请改用 ?sslmode=verify-full",
        )  # fmt: skip
    if seen.place:
        return ok(name, f"{shown}, {seen.line or 'on this machine'}")
    if not seen.wal:
        return warn(
            name, f"{shown}; no write-ahead log",
            "keep the store on a local disk, not on a network drive; the next command switches it on",
            "存储没有预写日志：请放在本机磁盘上，不要放在网络盘；下一条命令会重新启用",
        )  # fmt: skip
    if not seen.encrypted:
        return warn(
            name, f"{shown}, not encrypted: whoever has the file can read every phone and name in it",
            "run `campaigner rotate --by NAME --reason TEXT`, which encrypts it",
            "存储没有加密：请运行 campaigner rotate，加密后再用",
        )  # fmt: skip
    return ok(name, f"{shown}, encrypted, write-ahead log")


def log_state(seen: Inspection | None) -> Finding:
    """Whether the log still ends with the entry that is kept apart as its last."""
    name = "log"
    if seen is None or not (seen.log_head or seen.kept_head):
        return ok(name, "no entry yet")
    if seen.log_head != seen.kept_head:
        return bad(
            name, "the newest entry is not the one that is kept as the newest: entries were cut off or added",
            "run `campaigner log verify`, and compare with the head on the last printed month report",
            "日志末尾与保存的校验值不符：请运行 campaigner log verify，并与上次打印的校验值核对",
        )  # fmt: skip
    return ok(name, f"head {seen.log_head[:16]}, as kept; `campaigner log verify` reads the whole chain")


def exports_state(output: Path, seen: Inspection) -> Sequence[Finding]:
    """Whether the log names what is in the output folder, and nothing there is a copy; nothing where all is well."""
    findings = []
    if folders := unnamed_folders(output, seen.named, seen.under_way):
        found = f"{', '.join(folders)} in the output folder: no entry of the log names the manifest"
        findings.append(bad("exports", found, ADVICE, ADVICE_ZH))
    if copies := copied_folders(output):
        found = "; ".join(f"{name} is a copy of {own}" for name, own in copies)
        findings.append(warn("copied exports", found, COPY_ADVICE, COPY_ADVICE_ZH))
    return findings


def reckoned_state(found: Sequence[Gap]) -> list[Finding]:
    """Refusals and deletions that are not those of the log; nothing where they are."""
    shown = [
        bad("refusals and deletions", gap.line, reckoned.ADVICE, f"{gap.line_zh}。{reckoned.ADVICE_ZH}")
        if gap.grave
        else warn("refusals and deletions", gap.line, "nothing is to be done", gap.line_zh)
        for gap in found[:_SHOWN]
    ]
    if len(found) > _SHOWN:
        more = f"{len(found) - _SHOWN} more"
        shown.append(
            bad(
                "refusals and deletions",
                more,
                "`campaigner log verify` lists them all",
                "用 campaigner log verify 查看全部",
            )
        )
    return shown


def beat_state(seen: Inspection | None, now: datetime) -> Finding:
    """Whether a daemon that has run here still does."""
    name = "daemon"
    if seen is None or not seen.beat:
        return ok(name, "no daemon has run here")
    try:
        last = datetime.fromisoformat(seen.beat)
    except ValueError:
        return warn(
            name, "its last beat is no time", "restart the daemon; it writes a new one",
            "后台程序的记录无法读取，请重新启动后台程序",
        )  # fmt: skip
    age = now - (last if last.tzinfo else last.replace(tzinfo=UTC))
    shown = f"last beat {ago(age)}"
    if age > BEAT_OVERDUE:
        return warn(
            name, shown, "start the daemon again, or look into its log why it stands still",
            "后台程序已停止工作，请重新启动，或查看其日志",
        )  # fmt: skip
    return ok(name, shown)


def takeout_state(count: int) -> Finding:
    """Exported messages to phones that refused afterwards, of which nobody has said that they were taken out."""
    return bad(
        "refusals",
        f"{count} phones refused after their messages were exported, and still stand in the files",
        "`campaigner optout takeouts` lists file, line and due time; take them out at the platform, then "
        "`campaigner optout done RUN --by NAME`",
        f"有{count}个号码在导出以后表示拒收，仍在导出的文件里：请用 campaigner optout takeouts 查看位置和发送时间，"
        "在平台上撤下后运行 campaigner optout done 任务编号 --by 姓名",
    )


def backup_state(folder: Path, store: Path | None, now: datetime, *, on_server: bool = False) -> Finding:
    """How old the newest copy of the store is.

    Args:
        folder: The working folder.
        store: The store's file; None where nobody knows it, or it is on a server.
        now: When the check is made.
        on_server: Whether the store is on a server.
    """
    name = "backup"
    if on_server:
        return ok(name, "made where the server of the store is looked after, by pg_dump (docs/postgresql.md)")
    if store is not None and not store.exists():
        return ok(name, "nothing to keep yet")
    place = folder / BACKUPS
    times = [file.stat().st_mtime for file in place.iterdir() if file.is_file()] if place.is_dir() else []
    way_out = "run `campaigner backup` (the first time `campaigner backup --new-key`), and lay one on a stick as well"
    way_out_zh = "请运行 campaigner backup（第一次先运行 campaigner backup --new-key），并在U盘上另存一份"
    if not times:
        return warn(name, f"none in {BACKUPS}/", way_out, way_out_zh)
    age = now - datetime.fromtimestamp(max(times), UTC)
    if age > BACKUP_OLD:
        return warn(name, f"the newest in {BACKUPS}/ is from {ago(age)}", way_out, way_out_zh)
    return ok(name, f"{len(times)} in {BACKUPS}/, the newest from {ago(age)}")


def ago(age: timedelta) -> str:
    """A time span as people say it; a time to come counts as now."""
    seconds = int(age.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"
