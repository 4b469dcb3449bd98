from pathlib import Path

import pytest

from campaigner.errors import UsageError
from campaigner.starter import folder as module
from campaigner.starter.folder import write_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The starter files as a wheel has them beside the module."""
    source = tmp_path / "wheel"
    (source / "templates" / "sms").mkdir(parents=True)
    (source / "templates" / "__pycache__").mkdir()
    (source / "config.toml").write_text("[office]\n", encoding="utf-8")
    for name in ("sms/elderly.txt", ".DS_Store", "__pycache__/x.pyc", "sms/elderly.txt~"):
        (source / "templates" / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(module, "_SHIPPED", source)
    return source


def test_new_folder_has_configuration_templates_and_audiences(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "office"
    files = write_folder(target, 50, 1)
    assert files == sorted(path for path in target.rglob("*") if path.is_file())
    assert (target / "config.toml").read_bytes() == (ROOT / "config.toml").read_bytes()
    assert (target / "templates").is_dir()
    assert {path.name for path in (target / "audiences").iterdir()} == {
        "residents.csv",
        "pupils.csv",
        "places.csv",
    }
    assert [path.name for path in target.parent.iterdir()] == ["office"]


def test_shipped_files_are_taken_and_caches_are_not(tmp_path: Path, shipped: Path) -> None:
    files = write_folder(tmp_path / "office", 20, 1)
    names = {path.relative_to(tmp_path / "office").as_posix() for path in files}
    assert names == {
        "config.toml",
        "templates/sms/elderly.txt",
        "audiences/residents.csv",
        "audiences/pupils.csv",
        "audiences/places.csv",
    }


def test_an_empty_folder_is_filled_and_stays_the_same_folder(
    tmp_path: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "office"
    target.mkdir()
    inode = target.stat().st_ino
    monkeypatch.chdir(target)
    write_folder(Path(), 20, 1)
    assert target.stat().st_ino == inode
    assert sorted(path.name for path in target.iterdir()) == ["audiences", "config.toml", "templates"]


def test_a_folder_named_from_below(tmp_path: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "here" / "below"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    write_folder(Path("../../office"), 20, 1)
    assert (tmp_path / "office" / "config.toml").is_file()


def test_what_is_there_stays(tmp_path: Path, shipped: Path) -> None:
    target = tmp_path / "office"
    target.mkdir()
    (target / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"not empty.*give the name of a new"):
        write_folder(target, 20, 1)
    assert [path.name for path in target.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_something_else_than_a_folder(kind: str, tmp_path: Path, shipped: Path) -> None:
    target = tmp_path / "office"
    if kind == "file":
        target.write_text("x", encoding="utf-8")
    else:
        target.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="not a folder"):
        write_folder(target, 20, 1)


def test_nothing_is_left_behind_when_it_fails(tmp_path: Path, shipped: Path) -> None:
    parent = tmp_path / "parent"
    with pytest.raises(UsageError, match="give a number"):
        write_folder(parent / "office", 0, 1)
    assert list(parent.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path: Path, shipped: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="choose another folder"):
        write_folder(tmp_path / "file" / "office", 20, 1)


def test_installation_without_the_starter_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SHIPPED", tmp_path / "none")
    monkeypatch.setattr(module, "_CHECKOUT", tmp_path / "none")
    with pytest.raises(UsageError, match="install campaigner again"):
        write_folder(tmp_path / "office", 20, 1)
