"""Exported folders that no entry of the log names: where the end of a log was cut off, they still show it."""

from collections.abc import Collection
from pathlib import Path

from campaigner.domain.evidence import NAMING, Named, named_by
from campaigner.domain.lifecycle import RunState
from campaigner.exports.layout import MANIFEST
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
