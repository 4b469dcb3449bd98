"""Which files an audience is read from: one, or all that a pattern takes."""

from pathlib import Path

from campaigner.domain.people import Audience
from campaigner.intake.faults import FileFault

_MARKS = frozenset("*?")
MOST_FILES = 1000
"""Files that one audience may have."""


def is_pattern(name: str) -> bool:
    """Whether a path of config.toml stands for several files.

    Args:
        name: The path.
    """
    return not _MARKS.isdisjoint(name)


def files_of(audience: Audience, folder: Path) -> list[str]:
    """The files of an audience, by their paths below the working folder, in order of name.

    Args:
        audience: Which.
        folder: The working folder.

    Raises:
        FileFault: A pattern takes none, or far too many.
    """
    if not is_pattern(audience.file):
        return [audience.file]
    try:
        paths = sorted(
            path for path in folder.glob(audience.file.replace("\\", "/"))
            if path.is_file() and not path.name.startswith(("~$", "."))
        )  # fmt: skip
    except (ValueError, NotImplementedError, OSError) as error:
        raise FileFault("files-missing") from error
    if not paths:
        raise FileFault("files-missing")
    if len(paths) > MOST_FILES:
        raise FileFault("files-too-many", limit=str(MOST_FILES))
    return [path.relative_to(folder).as_posix() for path in paths]


def paths_of(audience: Audience, folder: Path) -> list[Path]:
    """The same as paths of the system; of a pattern that takes none, the folder in which it looks.

    Args:
        audience: Which.
        folder: The working folder.
    """
    try:
        return [folder / file for file in files_of(audience, folder)]
    except FileFault:
        return [folder / audience.file]
