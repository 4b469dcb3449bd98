"""Exported folders that no entry of the log names: where the end of a log was cut off, they still show it."""

from collections.abc import Collection
from pathlib import Path

from campaigner.domain.evidence import NAMING, Named, named_by
from campaigner.domain.lifecycle import RunState
from campaigner.exports.layout import MANIFEST, exported, named, release_name
from campaigner.exports.parcel import file_sha256, manifest_of
from campaigner.store import log, runs
from campaigner.store.engine import Store

ADVICE = (
    "the end of the log was cut off, an older backup was put back, or somebody else made the folder: compare the log "
    "with the last printed head (`campaigner log verify --anchor FILE`), restore the newest backup, and let nothing of "
    "these runs out a second time; if a backup was put back, keep these folders elsewhere once they were looked into"
)
ADVICE_ZH = (
    "记录末尾可能被截去，或恢复过较早的备份，或有人另放了文件夹：请与上次打印的末条校验值核对，恢复最近的备份，"
    "这些任务不要再次发送；确属恢复备份所致的，查明后把文件夹移到别处保存"
)


def unlogged(store: Store, output: Path) -> list[str]:
    """Names of folders in the output folder with a manifest that no entry of the log names.

    Args:
        store: Whose log.
        output: The output folder.
    """
    with store.read() as connection:
        named = named_by(log.entries(connection, kinds=NAMING))
        under_way = {run.code for run in runs.in_states(connection, (RunState.RELEASING,))}
    return unnamed_folders(output, named, under_way)


def unnamed_folders(output: Path, named: Named, under_way: Collection[str]) -> list[str]:
    """Names of folders with a manifest that is not among some.

    Args:
        output: The output folder.
        named: What the log names.
        under_way: Codes of runs whose export was begun: their folder is shown before its entry is written.
    """
    if not output.is_dir():
        return []
    return sorted(
        folder.name
        for folder in output.iterdir()
        if not folder.name.startswith(".") and _is_unnamed(folder, named, under_way)
    )


def _is_unnamed(folder: Path, named: Named, under_way: Collection[str]) -> bool:
    manifest = folder / MANIFEST
    if folder.is_symlink() or manifest.is_symlink() or not manifest.is_file():
        return False
    if file_sha256(manifest) in named.manifests:
        return False
    stated = manifest_of(folder)
    run, release, digest = (stated.get(key) for key in ("run", "release", "digest"))
    return run not in under_way and (run, release or 1, digest) not in named.older


COPY_ADVICE = (
    "it is whole and signed like the one that it was copied from, so that somebody may upload it a second time: upload "
    "from the folder that bears the run's code only, and delete the copy, or keep it elsewhere"
)
COPY_ADVICE_ZH = (
    "副本与原文件夹同样完整、同样有签名，容易被再次上传：只从与任务同名的文件夹上传，副本请删除或移到别处保存"
)


def copied_folders(output: Path) -> list[tuple[str, str]]:
    """(folder, the one that it is a copy of) of folders in the output folder that bear another name than their release.

    Files that the program shows to be compared are none of them.

    Args:
        output: The output folder.
    """
    found = []
    for name in exported(output):
        stated = manifest_of(output / name)
        code, number = str(stated.get("run", "")), stated.get("release", 1)
        own = release_name(code, number) if isinstance(number, int) else code
        known = named(name)
        if code and own not in {name, known.name if known else ""}:
            found.append((name, own))
    return found
