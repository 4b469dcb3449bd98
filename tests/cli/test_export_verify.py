"""`campaigner export verify`: on the office's machine, and on another one that has the folder and the key only."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.test_commands import ELDERLY, call, status
from tests.offices.road import Road


@pytest.fixture
def exported(office: Path) -> Path:
    road = Road(office)
    road.until_approved(ELDERLY)
    done = road.export(ELDERLY)
    road.store.close()
    return done.folder


def test_an_export_is_whole_by_the_offices_own_key(exported: Path, office: Path) -> None:
    result = call(office, "export", "verify", str(exported))
    assert result.return_value == 0
    assert f"Whole: {ELDERLY}, 2 files" in result.output
    assert "by phone" not in result.output
    said = json.loads(call(office, "export", "verify", str(exported), "--json").output)
    manifest = json.loads((exported / "manifest.json").read_text("utf-8"))
    assert (said["whole"], said["trusted"], said["rows"]) == (True, True, manifest["quantity"])
    assert manifest["sms"]["signature"] == "幸福镇反诈中心"


def test_another_machine_needs_the_folder_and_the_key_only(
    exported: Path, office: Path, tmp_path: Path
) -> None:
    there = shutil.copytree(exported, tmp_path / "there" / "run")
    key = shutil.copy(office / "keys" / "signing.pub", tmp_path / "there" / "office.pub")
    result = call(tmp_path / "there", "export", "verify", str(there), "--key", str(key))
    assert (result.return_value, "by phone" in result.output) == (0, False)
    result = call(tmp_path / "there", "export", "verify", str(there))
    assert (result.return_value, "by phone" in result.output) == (0, True)
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == ["office.pub", "run"]


def test_what_differs_is_said_and_the_status_is_one(exported: Path, office: Path) -> None:
    path = next((exported / "sms").glob("*.csv"))
    path.write_bytes(path.read_bytes()[:-2])
    (exported / "added.txt").write_text("x")
    result = call(office, "export", "verify", str(exported))
    assert result.return_value == 1
    assert f"sms/{path.name}: " in result.output
    assert "added.txt: not in the manifest" in result.output
    assert "NOT whole: 2 differences" in result.output
    assert status("-C", str(office), "export", "verify", str(exported)) == 1
    assert call(office, "export", ELDERLY).output.count("1 file restored") == 1
    (exported / "added.txt").unlink()
    assert call(office, "export", "verify", str(exported)).return_value == 0


def test_a_batch_that_somebody_planted_is_no_part_of_a_whole_folder(exported: Path, office: Path) -> None:
    """Whoever uploads takes every file of the folder."""
    (batch,) = (exported / "sms").glob("*.csv")
    batch.with_name(batch.name.replace("-001", "-002")).write_text("手机号码,短信内容\n", "utf-8")
    result = call(office, "export", "verify", str(exported))
    assert result.return_value == 1
    assert "清单中没有这个文件" in result.output
    assert json.loads(call(office, "export", "verify", str(exported), "--json").output)["whole"] is False


def test_a_wrong_call_is_two(office: Path) -> None:
    assert status("-C", str(office), "export", "verify", str(office)) == 2
    assert status("-C", str(office), "export", "verify") == 2
    assert status("-C", str(office), "export", "no-such-run") == 2
    assert status("-C", str(office), "export", "--nonsense") == 2


def test_a_lost_signature_is_restored_as_it_was(exported: Path, office: Path) -> None:
    signature = exported / "manifest.json.sig"
    before = signature.read_bytes()
    signature.unlink()
    assert call(office, "export", "verify", str(exported)).return_value == 1
    assert "1 file restored" in call(office, "export", ELDERLY).output
    assert signature.read_bytes() == before


def test_an_open_signing_key_stops_the_export(office: Path) -> None:
    road = Road(office)
    road.until_approved(ELDERLY)
    (office / "keys").mkdir(exist_ok=True)
    (office / "keys" / "signing.key").write_text("x")
    (office / "keys" / "signing.key").chmod(0o644)
    assert status("-C", str(office), "--now", "2026-11-24T10:00", "export", ELDERLY) == 1
    (office / "keys" / "signing.key").unlink()
    assert "Exported" in call(office, "export", ELDERLY).output
