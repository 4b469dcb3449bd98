"""Every place of the program that deletes or overwrites files is known here, with why a stranger's file is safe."""

import ast
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from campaigner.app import open_app
from campaigner.office.caretaking import back_up
from tests.conftest import ROOT
from tests.offices.office import at
from tests.offices.small import DAILY, Small, campaign

_CALLS = {"unlink", "rmdir", "rmtree", "rename", "replace", "write_bytes", "write_text"}
KNOWN = {
    "artefacts/letter.py": "parcel: letters",
    "artefacts/poster.py": "parcel: posters",
    "cli/log_command.py": "an anchor that is asked for by name, never over an existing file",
    "delivery/files.py": "parcel: text of a batch",
    "exports/pack.py": "its own .partial, then the pack that is asked for",
    "exports/parcel.py": "folders of one run, built out of sight; what others put into the folder is moved along",
    "exports/signing.py": "its own drafts of keys",
    "intake/reports/archive.py": "its own folder of one report, by the hash of its content",
    "intake/reports/blacking.py": "what is kept of one report, when somebody in it is deleted",
    "office/caretaking.py": "backups called as the clock calls them",
    "office/certificate.py": "certificates, numbered by the second",
    "office/reminding.py": "slips that the clock wrote and that are the same to the byte",
    "office/restoring.py": "the store, the old one kept under another name",
    "office/rotating.py": "backups that are sealed anew",
    "office/safekeeping.py": "its own drafts of a backup, then the backup that is asked for",
    "people/takeouts.py": "the notice beside the folder of a release of its own",
    "road/forms.py": "gives a form that was drawn here a name that says that it is void, never one that is taken",
    "road/halves.py": "folders of a run that were built out of sight, drafts called as campaigner calls them",
    "road/inbox.py": "moves a file that was read from the inbox aside, never over another",
    "store/engine.py": "its own draft of a store",
    "store/inspection.py": "the store's own journal",
    "store/sealing.py": "its own draft of a store",
    "workspace/keys.py": "keys, the old one kept under another name",
    "workspace/leftovers.py": "what [retention] says, by class and date",
}


def _deletes(node: ast.AST) -> bool:
    """Whether a call may delete or overwrite a file: `replace` of a path takes one argument, of a text two."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if ast.unparse(node.func) in {"os.remove", "os.truncate", "shutil.move", "shutil.copyfile"}:
        return True
    if node.func.attr not in _CALLS:
        return False
    return node.func.attr != "replace" or (len(node.args) == 1 and not node.keywords)


def _found() -> Iterator[str]:
    package = ROOT / "campaigner"
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if name.startswith("starter/"):
            continue  # writes into a new folder alone
        yield from (name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if _deletes(node))


def test_no_other_place_deletes_or_overwrites() -> None:
    found = Counter(_found())
    assert sorted(found) == sorted(KNOWN)


@pytest.mark.sqlite_only("backs its file up")
def test_a_month_of_the_daemon_leaves_the_files_of_strangers(office: Path) -> None:
    small = Small(office)
    small.write(campaign(DAILY))
    first = at("2026-12-01T10:00")
    small.daemon(f"{first:%Y-%m-%dT%H:%M}")
    small.approve_all(f"{first:%Y-%m-%dT%H:%M}")
    small.daemon("2026-12-02T09:00")
    work = small.at("2026-12-02T09:00")
    out = work.desk.config.output
    folders = {out, work.desk.config.clockwork.backups, *(path for path in out.rglob("*") if path.is_dir())}
    folders |= {out / name for name in ("approval", "evidence", "subject", "certificates")}
    folders |= {small.folder / "preview", small.folder / "inbox"}
    strangers = []
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("signed-scan.pdf", "campaigner-before-update.db", "说明 2.txt"):
            (folder / name).write_bytes(b"stranger")
            strangers.append(folder / name)
    for days in range(4, 34, 5):
        moment = f"{first + timedelta(days=days):%Y-%m-%dT%H:%M}"
        small.daemon(moment)
        small.approve_all(moment)
    assert small.exported()
    assert [path for path in strangers if not path.is_file() or path.read_bytes() != b"stranger"] == []


@pytest.mark.sqlite_only("backs its file up")
def test_a_copy_that_somebody_put_beside_the_backups_is_none_of_them(office: Path) -> None:
    """It neither counts as today's, nor is it the oldest that goes."""
    small = Small(office)
    folder = small.at("2026-12-01T10:00").desk.config.clockwork.backups
    folder.mkdir()
    copy = folder / "campaigner-before-update.db"
    copy.write_bytes(b"mine")
    made = [back_up(small.at(f"2026-12-{day:02}T{hour}:00")) for day in range(1, 4) for hour in (10, 12)]
    assert [one is not None for one in made] == [True, False] * 3
    assert copy.read_bytes() == b"mine"
    assert open_app(office, at("2026-12-04T10:00"), at("2026-12-04T10:00"))
