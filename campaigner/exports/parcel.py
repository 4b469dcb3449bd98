"""The folder of an exported run: built out of sight, then shown whole by one rename."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from campaigner.errors import StoreError
from campaigner.exports import layout
from campaigner.exports.layout import MANIFEST, NOT_TO_USE, PROOF, PUBLIC_KEY, SIGNATURE

_NOT_TO_USE_ZH = (
    "这个文件夹里的文件是重新生成的，与已经导出的不一致，没有清单和签名。\n"
    "只供查找差别，不得上传、印制或发送。查明原因后可以删除本文件夹。\n"
)
_DEVICES = frozenset({Path("/dev"), Path("/dev/fd")})


class DiffersError(StoreError):
    """Files that were written again are not those that went out.

    Args:
        shown: Where they can be compared; None if they were not kept.
    """

    def __init__(self, shown: Path | None) -> None:
        super().__init__(
            "the files were written again, but not as in the first export\n"
            "文件已重新生成，但与第一次导出时不同"
        )
        self.shown = shown


class Signer(Protocol):
    """Signs a manifest: the same content gives the same signature."""

    def signature(self, content: bytes) -> bytes:
        """The content of the signature's file."""
        ...

    def public_key(self) -> bytes:
        """What others check it with, as a file."""
        ...


class Parcel:
    """A run's files on their way into the output folder.

    Args:
        output: The output folder; made if needed.
        name: Name of the run's folder in it.
        signer: Signs the manifest; None leaves it unsigned.
    """

    def __init__(self, output: Path, name: str, signer: Signer | None = None) -> None:
        self.target = output / name
        self._work = layout.unseen(self.target)
        self._old = layout.making_way(self.target)
        self._signer = signer
        self._batches: dict[int, tuple[int, int]] = {}
        self._notes: dict[str, Any] = {}
        self.files: dict[str, dict[str, Any]] = {}
        try:
            output.mkdir(parents=True, exist_ok=True)
            self._recover()
            shutil.rmtree(self._work, ignore_errors=True)
            self._work.mkdir()
        except OSError as error:
            raise StoreError(
                f"the output folder {output} cannot be written: {error.strerror}\n"
                f"无法写入输出文件夹 {output}（{error.strerror}）：请检查磁盘空间和写入权限"
            ) from None

    @property
    def scratch(self) -> Path:
        """Folder for what is needed while files are written; not seen from outside, and gone if writing fails."""
        return self._work

    def write(self, path: str, fill: Callable[[BinaryIO], None], **facts: Any) -> str:
        """Write one file and remember its size, hash and `facts` for the manifest; returns its SHA-256.

        Args:
            path: Relative path of parts made with `safe_name`.
            fill: Writes the content.
            facts: Rows, parts and the like.
        """
        self._put(path, fill)
        place = self._work / path
        digest = file_sha256(place)
        self.files[path] = {"bytes": place.stat().st_size, "sha256": digest, **facts}
        return digest

    def _put(self, path: str, fill: Callable[[BinaryIO], None]) -> None:
        place = self._work / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())

    def write_bytes(self, path: str, content: bytes, **facts: Any) -> str:
        """Write one file whose content is at hand."""
        return self.write(path, lambda file: void(file.write(content)), **facts)

    def count(self, batch: int, rows: int, parts: int) -> None:
        """Remember a batch for the control totals; its files have its number among their facts as `batch`."""
        self._batches[batch] = (rows, parts)

    def note(self, name: str, facts: Mapping[str, Any]) -> None:
        """Remember something that the manifest says of the whole parcel."""
        self._notes[name] = facts

    def _totals(self) -> dict[str, Any]:
        """How much there is of what, so that nothing can be missing unseen."""
        batches: list[dict[str, Any]] = [
            {
                "batch": number,
                "rows": rows,
                "parts": parts,
                "files": sorted(path for path, facts in self.files.items() if facts.get("batch") == number),
            }
            for number, (rows, parts) in sorted(self._batches.items())
        ]
        totals: dict[str, int] = {
            "files": len(self.files),
            "bytes": sum(facts["bytes"] for facts in self.files.values()),
        }
        if batches:
            totals |= {key: sum(batch[key] for batch in batches) for key in ("rows", "parts")}
            totals["batches"] = len(batches)
        return {"totals": totals, **({"batches": batches} if batches else {})}

    def seal(
        self, facts: Mapping[str, Any], expected: str = "", announce: Callable[[str], None] | None = None
    ) -> str:
        """Add the manifest and show the folder; returns the manifest's SHA-256.

        An older folder of the same run is put aside first and taken away afterwards: whoever looks sees
        either the old one or the new one, never half of one.

        Args:
            facts: What the manifest says besides its files.
            expected: SHA-256 of the manifest of a folder that is out already; only the same one may take its place.
            announce: Called with the manifest's SHA-256 when all is written, and nobody can see it yet; what it raises
                is raised, and nothing is shown.

        Raises:
            DiffersError: Another one is expected. The old folder stays as it is; the new files are shown in a
                folder of their own, unsigned, to be compared.
        """
        manifest = {
            **self._notes, **facts, **self._totals(), "files": dict(sorted(self.files.items())),
            **({"signed": True} if self._signer else {}),
        }  # fmt: skip
        content = (json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
        if expected and hashlib.sha256(content).hexdigest() != expected:
            raise DiffersError(self._show_for_comparison())
        digest = self.write_bytes(MANIFEST, content)
        if self._signer:
            signature, key = self._signer.signature(content), self._signer.public_key()
            self._put(SIGNATURE, lambda file: void(file.write(signature)))
            self._put(PUBLIC_KEY, lambda file: void(file.write(key)))
        for folder in {path.parent for path in self._work.rglob("*")} | {self._work}:
            fsync_folder(folder)
        if announce is not None:
            announce(digest)
        if self.target.is_symlink():
            # Nobody but a stranger lays a link there; what it leads to is not ours.
            self.target.unlink()
        if self.target.exists():
            self.target.rename(self._old)
        self._work.rename(self.target)
        fsync_folder(self.target.parent)
        self._recover()
        return digest

    def _show_for_comparison(self) -> Path | None:
        """Show what was built in a folder that nobody takes for the run's; None if something of somebody's is there."""
        shown = layout.to_compare(self.target)
        if shown.is_dir() and (shown / NOT_TO_USE).is_file():
            shutil.rmtree(shown)
        if shown.exists() or shown.is_symlink():
            self.drop()
            return None
        self._put(NOT_TO_USE, lambda file: void(file.write(_NOT_TO_USE_ZH.encode())))
        self._work.rename(shown)
        fsync_folder(shown.parent)
        return shown

    def _recover(self) -> None:
        recover(self.target, self._old)

    def drop(self) -> None:
        """Take away what was built so far."""
        shutil.rmtree(self._work, ignore_errors=True)


def recover(target: Path, old: Path) -> None:
    """Finish what a stop between the two renames of a parcel, or right after them, has left.

    Args:
        target: The folder that is shown.
        old: The one whose place it took.
    """
    if old.is_symlink():
        old.unlink()
    if not old.exists():
        return
    if not target.exists():
        old.rename(target)
        return
    _keep_foreign(target, old)
    shutil.rmtree(old, ignore_errors=True)


def _keep_foreign(target: Path, old: Path) -> None:
    """What somebody else laid into the folder, such as a carrier's receipt, stays there."""
    ours = {*PROOF, *listed_files(old)}
    for path in sorted(path for path in old.rglob("*") if path.is_file()):
        place = target / path.relative_to(old)
        if path.relative_to(old).as_posix() not in ours and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            path.rename(place)


def sweep(folder: Path) -> None:
    """Take away what a killed process has left of a parcel that was never shown.

    Args:
        folder: Where it would be shown.
    """
    shutil.rmtree(layout.unseen(folder), ignore_errors=True)


def void(_result: object) -> None:
    """Nothing, from something."""


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest_of(folder: Path) -> dict[str, Any]:
    """What a folder's manifest says; nothing if it has none that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def listed_files(folder: Path) -> dict[str, dict[str, Any]]:
    """What a folder's manifest lists, path to facts; nothing if it has none that can be read."""
    listed = manifest_of(folder).get("files", {})
    return listed if isinstance(listed, dict) else {}


def _is_signed(folder: Path) -> bool:
    return manifest_of(folder).get("signed") is True


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path in it; none if there is no such folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}


def damaged(folder: Path, manifest_sha256: str) -> list[str]:
    """Files of an exported folder that are missing or not as they were written; empty if all are right."""
    manifest = folder / MANIFEST
    if not manifest.is_file() or file_sha256(manifest) != manifest_sha256:
        return [MANIFEST]
    unsigned = [
        name for name in (SIGNATURE, PUBLIC_KEY) if _is_signed(folder) and not (folder / name).is_file()
    ]
    return unsigned + [
        path
        for path, facts in listed_files(folder).items()
        if not (folder / path).is_file() or file_sha256(folder / path) != facts["sha256"]
    ]


def put(path: Path, content: bytes) -> None:
    """Write a file for its owner's eyes, shown whole; a link or pipe in its place is replaced, never followed.

    Raises:
        OSError: It cannot be written.
    """
    if path.parent in _DEVICES and path.exists():
        # Standard output and the like are written to, not replaced.
        path.write_bytes(content)
        return
    draft = layout.draft(path)
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)


def fsync_folder(folder: Path) -> None:
    """So that a rename survives a power cut; Windows knows no such thing and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
