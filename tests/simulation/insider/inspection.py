"""Asking the program what it has to tell of an office: the log's check, the evidence of the month and its own check."""

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cache
from pathlib import Path
from random import Random
from types import ModuleType

from campaigner.answers import evidence
from campaigner.errors import CampaignerError
from campaigner.exports.pack import script
from campaigner.exports.whole import check_folder
from tests.simulation.insider.office import right_settings
from tests.simulation.insider.people import People
from tests.simulation.insider.scene import APPROVER, MONTH, Scene

_SIGNED = {"contents.json", "contents.json.sig", "signing.pub"}


@cache
def _script() -> ModuleType:
    """The script that lies in a pack, as a module."""
    made = ModuleType("pack_script")
    sys.modules[made.__name__] = made  # its dataclasses, if any, look there
    made.__file__ = str(Path(__file__))
    exec(compile(script(), "verify.py", "exec"), vars(made))  # noqa: S102 - it is ours, as it lies in the pack
    return made


@contextmanager
def no_paper() -> Iterator[None]:
    """The summary to be printed is left blank: nothing here reads it, and it takes longest."""
    before = evidence.summary_pdf
    evidence.summary_pdf = lambda _summary: b"%PDF-1.7\n"
    try:
        yield
    finally:
        evidence.summary_pdf = before


class Inspection:
    """Whoever looks into the office in the end, with the office's public key and the anchor that others keep.

    Args:
        scene: The office.
        key: The office's public key, known from before.
    """

    def __init__(self, scene: Scene, key: bytes) -> None:
        self._scene = scene
        self._people = People(scene)
        self._aside = scene.folder.parent
        self._key = self._aside / "known.pub"
        self._key.write_bytes(key)

    def right(self) -> None:
        """Settings are put right first: an alarm over a faulty setting is none over what left."""
        right_settings(self._scene.folder)

    def alarms(self) -> Iterator[str]:
        """What the program says that is not as it should be."""
        anchor = self._aside / "anchor.txt"
        anchor.write_text(self._scene.anchor, "utf-8")
        words = ("--anchor", str(anchor)) if self._scene.anchor else ()
        status, said = self._people.call(APPROVER, "log", "verify", *words)
        if status:
            yield f"log verify: {said or self._people.output}"
        file = self._aside / "evidence.zip"
        file.unlink(missing_ok=True)
        status, said = self._people.call(APPROVER, "log", "evidence", "--month", MONTH, "--to", str(file))
        if status:
            yield f"log evidence: {said or self._people.output}"
        if file.exists():
            status, said = self._checked(self._unpacked(file))
            if status:
                yield f"verify.py: {said}"

    def whole(self, name: str) -> bool:
        """Whether the program says that a folder is whole."""
        try:
            return check_folder(self._scene.folder / name, self._key).whole
        except CampaignerError:
            return False

    def forged(self, dice: Random) -> str:
        """What somebody changed in a pack without the key and the script did not find; "" if it found it."""
        file = self._aside / "evidence.zip"
        if not file.exists():
            return ""
        folder = self._unpacked(file)
        head = json.loads((folder / "log.jsonl").read_text("utf-8").splitlines()[-1])["hash"]
        done = _forge(folder, dice)
        status, _said = self._checked(folder, head)
        return "" if status or not done else done

    def _unpacked(self, file: Path) -> Path:
        folder = self._aside / "pack"
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        with zipfile.ZipFile(file) as packed:
            packed.extractall(folder)
        return folder

    def _checked(self, folder: Path, head: str = "") -> tuple[int, str]:
        said = io.StringIO()
        with redirect_stdout(said):
            status = _script().main(folder, self._key, head)
        return status, said.getvalue()


def _forge(folder: Path, dice: Random) -> str:
    """Change an unpacked pack and make its list of contents fit; what was done."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in _SIGNED)
    chosen = dice.choice(files)
    name = chosen.relative_to(folder).as_posix()
    how = dice.choice(("byte", "remove", "add", "cut", "name"))
    content = chosen.read_bytes()
    if how == "byte":
        place = dice.randrange(len(content))
        chosen.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    elif how == "remove":
        chosen.unlink()
    elif how == "add":
        (folder / "approval").mkdir(exist_ok=True)
        (folder / "approval" / "另一张.pdf").write_bytes(b"%PDF-1.7")
    elif how == "cut":
        chosen.write_bytes(b"".join(content.splitlines(keepends=True)[:-1]))
    else:
        chosen.write_bytes(content.replace("李所长".encode(), "王局长".encode()))
        if chosen.read_bytes() == content:
            return ""
    listed = {
        path.relative_to(folder).as_posix(): _script().sha256(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in _SIGNED
    }
    (folder / "contents.json").write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return f"{how} {name}"
