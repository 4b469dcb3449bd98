"""Whatever is changed in an exported folder is told, and nothing else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigner.errors import UsageError
from campaigner.exports.layout import MANIFEST, PUBLIC_KEY, SIGNATURE
from campaigner.exports.parcel import Parcel, file_sha256
from campaigner.exports.signing import OfficeKey, office_key
from campaigner.exports.whole import check_folder
from tests.delivery.test_profiles import batch, made

CSV = "sms/ab-20261201-0900-001.csv"
TEXTS = ["【某中心】甲", "【某中心】乙\n丙", "【某中心】" + "长" * 80]


@pytest.fixture
def key(tmp_path: Path) -> OfficeKey:
    return office_key(tmp_path)


@pytest.fixture
def folder(tmp_path: Path, key: OfficeKey) -> Path:
    parcel = Parcel(tmp_path / "out", "run", key)
    made("neutral").ship(batch(TEXTS), parcel)
    parcel.write_bytes("letters/a.pdf", b"%PDF", rows=3)
    channels = [
        {"channel": "sms", "recipients": 3, "parts": 4},
        {"channel": "letter", "recipients": 2, "parts": 0},
    ]
    parcel.seal({"run": "run", "quantity": 5, "channels": channels})
    return tmp_path / "out" / "run"


def edited(folder: Path, key: OfficeKey, change: Callable[[dict], object]) -> None:
    """A manifest that says something else, signed by the office all the same."""
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    change(manifest)
    content = json.dumps(manifest).encode()
    (folder / MANIFEST).write_bytes(content)
    (folder / SIGNATURE).write_bytes(key.signature(content))


def test_a_whole_folder_is_whole_on_another_machine(folder: Path, tmp_path: Path) -> None:
    elsewhere = shutil.copytree(folder, tmp_path / "elsewhere")
    checked = check_folder(elsewhere, tmp_path / "keys" / "signing.pub")
    assert (checked.differs, checked.strange, checked.trusted) == ([], [], True)
    assert (checked.run, checked.files, checked.rows, checked.parts) == ("run", 4, 3, 4)
    assert not check_folder(elsewhere).trusted


def test_every_byte_counts(folder: Path, tmp_path: Path) -> None:
    content = (folder / CSV).read_bytes()
    (folder / CSV).write_bytes(content.replace("乙".encode(), "丁".encode()))
    assert check_folder(folder).differs == [f"{CSV}: its content was changed (SHA-256 differs)"]
    (folder / CSV).write_bytes(content + b"x")
    assert check_folder(folder).differs == [f"{CSV}: {len(content) + 1} bytes instead of {len(content)}"]
    (folder / CSV).unlink()
    assert check_folder(folder).differs == [f"{CSV}: missing"]


def test_what_nobody_vouches_for_is_named(folder: Path) -> None:
    (folder / "more.csv").write_text("x")
    checked = check_folder(folder)
    assert (checked.differs, checked.strange, checked.whole) == ([], ["more.csv"], False)


def test_another_signer_is_found_out(folder: Path, tmp_path: Path) -> None:
    stranger = (
        office_key(tmp_path / "stranger-office") if (tmp_path / "stranger-office").mkdir() is None else None
    )
    assert stranger
    edited(folder, stranger, lambda manifest: manifest.update(quantity=5))
    (folder / PUBLIC_KEY).write_bytes(stranger.public_key())
    assert check_folder(folder).differs == []
    (told,) = check_folder(folder, tmp_path / "keys" / "signing.pub").differs
    assert "not with key" in told


@pytest.mark.parametrize(
    ("name", "said"),
    [(SIGNATURE, "missing; nothing says who"), (PUBLIC_KEY, "missing, and no key was given")],
)
def test_a_folder_without_its_signature_is_not_whole(name: str, said: str, folder: Path) -> None:
    (folder / name).unlink()
    (told,) = check_folder(folder).differs
    assert said in told


def test_a_manifest_that_was_edited_is_not_signed(folder: Path) -> None:
    text = (folder / MANIFEST).read_text("utf-8")
    (folder / MANIFEST).write_text(text.replace('"quantity": 5', '"quantity": 6'), "utf-8")
    told = check_folder(folder).differs
    assert any("is not what key" in line for line in told)
    assert "manifest.json: messages of all channels: 5, but 6 are stated" in told


def _lose_a_row(manifest: dict) -> None:
    manifest["files"][CSV]["rows"] = 2


def _one_batch_more(manifest: dict) -> None:
    manifest["batches"].append({"batch": 2, "rows": 1, "parts": 1, "files": []})


def _hide_a_file(manifest: dict) -> None:
    del manifest["files"]["letters/a.pdf"]


def _outside(manifest: dict) -> None:
    manifest["files"]["../../x"] = {"bytes": 0, "sha256": ""}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_lose_a_row, f"{CSV}: 3 rows instead of 2"),
        (_lose_a_row, "manifest.json: rows of batch 1 in csv files: 2, but 3 are stated"),
        (_one_batch_more, "manifest.json: rows of all batches: 4, but 3 are stated"),
        (_one_batch_more, "manifest.json: rows in the totals: 3, but 4 are stated"),
        (_hide_a_file, "manifest.json: files: 3, but 4 are stated"),
        (_outside, "../../x: it would lie outside of the folder"),
        (lambda manifest: manifest.update(files=7), "manifest.json: it cannot be read as a manifest"),
        (lambda manifest: manifest.pop("files"), "manifest.json: it cannot be read as a manifest"),
    ],
)
def test_totals_that_do_not_add_up_are_told(change, said: str, folder: Path, key: OfficeKey) -> None:
    edited(folder, key, change)
    assert said in check_folder(folder).differs


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
def test_rows_are_counted_in_every_format(ending: str, folder: Path, key: OfficeKey) -> None:
    name = CSV.replace("csv", ending)

    def add(manifest: dict) -> None:
        manifest["files"][name]["rows"] += 1

    edited(folder, key, add)
    assert f"{name}: 3 rows instead of 4" in check_folder(folder).differs


def test_a_file_that_is_not_what_its_name_says_is_told(folder: Path, key: OfficeKey) -> None:
    for ending, junk in (("xlsx", b"PK"), ("jsonl", b"{"), ("csv", b"\xff\xfe")):
        name = CSV.replace("csv", ending)
        (folder / name).write_bytes(junk)
        facts = {"bytes": len(junk), "sha256": file_sha256(folder / name)}
        edited(folder, key, lambda manifest, name=name, facts=facts: manifest["files"][name].update(facts))
        assert f"{name}: its rows cannot be counted" in check_folder(folder).differs


def test_a_folder_without_a_manifest_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give the folder of one run"):
        check_folder(tmp_path)
