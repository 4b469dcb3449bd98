"""A new working folder: the shipped configuration and templates with synthetic audiences."""

import json
import re
import shutil
import tempfile
from pathlib import Path

from campaigner.domain.executor import ExecutorPlan
from campaigner.errors import UsageError
from campaigner.starter.audiences import write_audiences

_SHIPPED = Path(__file__).parent / "folder"
_CHECKOUT = Path(__file__).parents[2]
"""In a source checkout the repository itself is the folder that the wheel ships."""
_NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "*.pyc", "*~")


def write_folder(
    target: Path, people: int, seed: int, store: str = "", executor: ExecutorPlan | None = None
) -> list[Path]:
    """Makes a working folder that can be run at once; a half-written one is never seen.

    Args:
        target: The folder; it must not exist yet, or be empty.
        people: Residents to invent, see `write_audiences`.
        seed: Another seed gives other people.
        store: Where its store is to be; "" for the file that the shipped configuration names.
        executor: Where its work is to be done; None for here.

    Returns:
        The files of the new folder, sorted.

    Raises:
        UsageError: If there is something at `target`, it cannot be written, or `people` is out of range.
    """
    _must_be_free(target)
    target = target.resolve()
    source = _source()
    try:
        config = _with(executor, _at(store, (source / "config.toml").read_text("utf-8")))
        _build(source, config, target, people, seed)
    except (OSError, shutil.Error) as fault:
        raise UsageError(
            f"cannot write {target} ({fault}); choose another folder\n无法写入 {target}：请换一个文件夹"
        ) from fault
    return sorted(path for path in target.rglob("*") if path.is_file())


def _must_be_free(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError(
            f"{target} is not a folder; give the name of a new one\n{target} 不是文件夹：请换一个新文件夹名"
        )
    if target.is_dir() and any(target.iterdir()):
        raise UsageError(
            f"{target} is not empty and stays as it is; give the name of a new or empty folder\n"
            f"文件夹 {target} 不是空的，未作改动：请换一个新的或空的文件夹"
        )


def _source() -> Path:
    for folder in (_SHIPPED, _CHECKOUT):
        if (folder / "config.toml").is_file() and (folder / "templates").is_dir():
            return folder
    raise UsageError(
        "the starter files are missing from this installation; install campaigner again\n"
        "安装中缺少起始文件：请重新安装 campaigner"
    )


def _build(source: Path, config: str, target: Path, people: int, seed: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        made = staging / "folder"
        made.mkdir()
        (made / "config.toml").write_text(config, "utf-8", newline="\n")
        shutil.copytree(
            source / "templates", made / "templates", ignore=_NOT_COPIED, copy_function=shutil.copyfile
        )
        write_audiences(made / "audiences", people, seed)
        _move(made, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _at(store: str, config: str) -> str:
    """The configuration with another store, if there is to be one; JSON writes a text as TOML reads it."""
    if not store:
        return config
    section, heading, rest = config.partition("[store]\n")
    return (
        section
        + heading
        + re.sub(r'^url = "[^"]*"', lambda _old: f"url = {json.dumps(store)}", rest, count=1)
    )


def _with(executor: ExecutorPlan | None, config: str) -> str:
    """The configuration with an executor, if there is to be one."""
    if executor is None:
        return config
    keys = {"kind": executor.kind.value, "scheduler": executor.scheduler}
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in keys.items() if value]
    return config.replace("[output]\n", f"[executor]\n{''.join(lines)}\n[output]\n", 1)


def _move(made: Path, target: Path) -> None:
    """Puts the finished folder in its place; an empty one there stays, since somebody may stand in it."""
    if not target.exists():
        made.rename(target)
        return
    # Without config.toml nobody takes it for a working folder, so that comes last.
    for name in ("audiences", "templates", "config.toml"):
        (made / name).rename(target / name)
