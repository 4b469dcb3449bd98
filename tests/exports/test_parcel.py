import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.filename import safe_name
from campaigner.exports.layout import MANIFEST
from campaigner.exports.parcel import Parcel, damaged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三年级2班", "三年级2班"), ("../../etc", "_.._etc"), ("a/b\\c:d", "a_b_c_d"), ("..", "未分组"), ("", "未分组"),
        (" .hidden", "hidden"), ("CON", "_CON"), ("nul.txt", "_nul.txt"), ("a\x00b\nc", "a_b_c"), ("x" * 200, "x" * 80),
    ],
)  # fmt: skip
def test_safe_names(text: str, expected: str) -> None:
    assert safe_name(text) == expected


@given(st.text())
def test_a_safe_name_is_one_file_name(text: str) -> None:
    name = safe_name(text)
    assert name
    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith(".")
    assert Path("folder", name).parent == Path("folder")


def test_nothing_is_seen_before_it_is_whole(tmp_path: Path) -> None:
    parcel = Parcel(tmp_path / "out", "run")
    parcel.write_bytes("sms/a.csv", b"1", rows=1)
    assert not (tmp_path / "out" / "run").exists()
    assert all(path.name.startswith(".") for path in (tmp_path / "out").iterdir())
    digest = parcel.seal({"run": "run"})
    manifest = json.loads((tmp_path / "out" / "run" / MANIFEST).read_text("utf-8"))
    assert manifest["files"]["sms/a.csv"]["rows"] == 1
    assert damaged(tmp_path / "out" / "run", digest) == []
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["run"]


def test_an_older_folder_is_replaced_whole(tmp_path: Path) -> None:
    for content in (b"1", b"2"):
        parcel = Parcel(tmp_path, "run")
        parcel.write_bytes("a.csv", content)
        if content == b"1":
            parcel.write_bytes("gone.csv", content)
        parcel.seal({})
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["a.csv", MANIFEST]
    assert (tmp_path / "run" / "a.csv").read_bytes() == b"2"


def test_what_was_left_half_done_is_swept_away(tmp_path: Path) -> None:
    Parcel(tmp_path, "run").write_bytes("half.csv", b"1")
    parcel = Parcel(tmp_path, "run")
    parcel.write_bytes("a.csv", b"1")
    parcel.seal({})
    assert not (tmp_path / "run" / "half.csv").exists()
    Parcel(tmp_path, "other").drop()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_damage_is_named(tmp_path: Path) -> None:
    parcel = Parcel(tmp_path, "run")
    parcel.write_bytes("a.csv", b"1")
    parcel.write_bytes("b.csv", b"2")
    digest = parcel.seal({})
    (tmp_path / "run" / "a.csv").write_bytes(b"9")
    (tmp_path / "run" / "b.csv").unlink()
    assert damaged(tmp_path / "run", digest) == ["a.csv", "b.csv"]
    (tmp_path / "run" / MANIFEST).write_text("{}", "utf-8")
    assert damaged(tmp_path / "run", digest) == [MANIFEST]
