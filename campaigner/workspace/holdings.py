"""Every kind of file that lies in the working folder, and which class of `[retention]` it is of, or why of none.

A kind that is missing here is found by nobody who deletes by date, so `tests/workspace/test_holdings.py` walks the
whole road and asks for the kind of each file that is there afterwards. Whoever asks what is kept of him has all files
looked through, of whatever kind.
"""

import os
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from campaigner.domain.filename import DRAFT_ENDING, draft_name
from campaigner.domain.retention import Kept
from campaigner.exports.layout import COPY_TEXT, KINDS, SAMPLES, Kind, named
from campaigner.exports.signing import FOLDER
from campaigner.intake.reports.archive import REPORTS
from campaigner.store.inspection import store_file
from campaigner.workspace.desk import Work
from campaigner.workspace.leftovers import INBOX
from campaigner.workspace.traces import SET_ASIDE

OPTOUT_HEAD = ("手机号码", "退订时间", "来源")
"""Header of the list of refusals when it is written to a file."""
FINDINGS = b'<meta name="generator" content="campaigner reports findings">'
"""What every page of findings has in its head."""
_HEAD = 1024
_THE_STORE = "{store}"
"""Stands in a pattern for the name of the store's file."""


class Root(StrEnum):
    """From where the path of a kind counts."""

    FOLDER = "folder"
    OUTPUT = "output"
    BACKUPS = "backups"
    STORE = "store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A kind of file.

    Args:
        root: From where its path counts.
        path: What its path looks like, from there.
        kept: Its class; None where none deletes it by date.
        why: Why none does.
        halves: Where, from there, what killed processes have left of it is looked for; patterns of `Path.glob`.
        known_by: Tells one from others of the same name, by what is in it; None where its place says enough.
    """

    root: Root
    path: re.Pattern[str]
    kept: Kept | None
    why: str = ""
    halves: tuple[str, ...] = ()
    known_by: Callable[[Path], bool] | None = None


def _kind(
    root: Root, path: str, kept: Kept | None, why: str = "", *, halves: tuple[str, ...] = (),
    known_by: Callable[[Path], bool] | None = None,
) -> Holding:  # fmt: skip
    return Holding(root=root, path=re.compile(path), kept=kept, why=why, halves=halves, known_by=known_by)


def _laid(root: Root, kinds: Sequence[Kind]) -> Iterator[Holding]:
    """The kinds that the layout of the output folder, and of that of samples, declares."""
    return (_kind(root, kind.path, kind.kept, kind.why, halves=kind.halves) for kind in kinds)


def _starts(*heads: bytes) -> Callable[[Path], bool]:
    def found(path: Path) -> bool:
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD)
        except OSError:
            return False
        return any(one in head for one in heads)

    return found


def _is_copy(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return COPY_TEXT in packed.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


_DRAFT = rf"\.[^/]+{re.escape(DRAFT_ENDING)}"
HOLDINGS: Sequence[Holding] = (
    *_laid(Root.OUTPUT, KINDS),
    *_laid(Root.FOLDER, SAMPLES),
    _kind(Root.FOLDER, rf"{REPORTS}/\.import-[^/]*/.+", Kept.LEFTOVERS, halves=(f"{REPORTS}/.import-*",)),
    _kind(Root.FOLDER, rf"{REPORTS}/[0-9a-f]{{12}}/.+", Kept.REPORTS),
    _kind(Root.BACKUPS, _DRAFT, Kept.LEFTOVERS, halves=(draft_name("*"),)),
    _kind(Root.FOLDER, rf"(.*/)?{_DRAFT}", Kept.LEFTOVERS),
    _kind(
        Root.STORE, r"\.[^/]*\.(sealing-[^/]*|restoring|rotating)(-wal|-shm|-journal)?", Kept.LEFTOVERS,
        halves=(
            f".{_THE_STORE}.restoring*", f".{_THE_STORE}.rotating*", f".{_THE_STORE}.sealing-*",
            f".*.{_THE_STORE}.sealing-*",
        ),
    ),
    _kind(Root.FOLDER, rf"{INBOX}/.+", Kept.INBOX),
    _kind(Root.FOLDER, r".*\.html?", Kept.REPORTS, known_by=_starts(FINDINGS)),
    _kind(
        Root.FOLDER, r"[^/]+\.[^/]+", Kept.EXPORTS, known_by=_starts(",".join(OPTOUT_HEAD).encode("utf-8-sig"))
    ),
    _kind(Root.FOLDER, r"(.*/)?[^/]+\.zip", Kept.EXPORTS, known_by=_is_copy),
    _kind(Root.BACKUPS, r"campaigner-.*", Kept.BACKUPS),
    _kind(Root.STORE, rf"[^/]+{re.escape(SET_ASIDE)}.*", Kept.BACKUPS),
    _kind(Root.FOLDER, r"audiences/.+", None, "the office's own lists, each with its keep_until"),
    _kind(Root.FOLDER, r"templates/.+|config\.toml", None, "texts and settings of the office"),
    _kind(Root.FOLDER, rf"{FOLDER}/.+", None, "keys"),
)  # fmt: skip
"""The kinds; the first that a file is of counts."""


def walk(work: Work, *, runs: bool = True) -> Iterator[Path]:
    """Every file of the working folder, and of the folders of exports and backups where they lie elsewhere.

    The store's own files are none of them, nor is what lies in hidden folders at the top, as version control has them.

    Args:
        work: Desk, store and time.
        runs: Whether to go into the folders of exported runs, too; there may be very many files in them.
    """
    config = work.desk.config
    own = _own_files(work)
    seen: set[Path] = set()
    for root in (config.folder, config.output, config.clockwork.backups):
        for place, folders, names in os.walk(root):
            if Path(place) == config.folder:
                folders[:] = [name for name in folders if name[0] != "."]
            if not runs and Path(place) == config.output:
                folders[:] = [name for name in folders if named(name) is None]
            folders.sort()
            for name in sorted(names):
                path = Path(place, name)
                if path not in own and path not in seen and (path.is_file() or path.is_symlink()):
                    seen.add(path)
                    yield path
    store = store_file(config.store_url)
    if store and not store.is_relative_to(config.folder):
        yield from sorted(path for path in store.parent.glob(f"*{store.name}*") if path not in own | seen)


def _own_files(work: Work) -> set[Path]:
    store = store_file(work.desk.config.store_url)
    return (
        {store.with_name(f"{store.name}{end}") for end in ("", "-wal", "-shm", "-journal")}
        if store
        else set()
    )


def _roots(work: Work) -> dict[Root, Path | None]:
    config = work.desk.config
    store = store_file(config.store_url)
    return {
        Root.OUTPUT: config.output,
        Root.BACKUPS: config.clockwork.backups,
        Root.STORE: store.parent if store else None,
        Root.FOLDER: config.folder,
    }


def halves(work: Work) -> Iterator[Path]:
    """What is half-written, in the places where it may lie, and is no run's: files, and folders of such files."""
    store = store_file(work.desk.config.store_url)
    name = store.name if store else ""
    roots = _roots(work)
    for one in HOLDINGS:
        root = roots[one.root]
        if root is None:
            continue
        for pattern in one.halves:
            for path in root.glob(pattern.replace(_THE_STORE, name)):
                within = path.relative_to(root).as_posix()
                if one.path.fullmatch(f"{within}/half" if path.is_dir() else within):
                    yield path


def kind_of(work: Work, path: Path) -> Holding | None:
    """Which kind a file is of; None for a file that is not campaigner's."""
    roots = _roots(work)
    within = {
        root: path.relative_to(place).as_posix()
        for root, place in roots.items()
        if place and path.is_relative_to(place)
    }
    if path.is_symlink():
        return None
    for one in HOLDINGS:
        fits = one.root in within and one.path.fullmatch(within[one.root])
        if fits and (one.known_by is None or one.known_by(path)):
            return one
    return None


def report_of(work: Work, path: Path) -> Path | None:
    """The folder of the imported report that a file is kept of; None for any other file."""
    reports = work.desk.config.folder / REPORTS
    mine = path.parent.parent == reports and re.fullmatch(r"[0-9a-f]{12}", path.parent.name)
    return path.parent if mine else None


def dated(work: Work) -> dict[Kept, list[Path]]:
    """The files that go by their own age, class by class."""
    found: dict[Kept, list[Path]] = {kind: [] for kind in Kept}
    for path in walk(work, runs=False):
        one = kind_of(work, path)
        if one is not None and one.kept is not None:
            found[one.kept].append(path)
    return found
