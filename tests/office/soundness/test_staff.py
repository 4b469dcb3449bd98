"""Who works here, and whose group may read what is the office's."""

import grp
import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from campaigner.domain.roles import Person, Role, Staff
from campaigner.errors import StoreError
from campaigner.office.soundness.finding import Grade
from campaigner.office.soundness.folder import exposed
from campaigner.office.soundness.staff import people
from campaigner.workspace import keys
from campaigner.workspace.keys import BACKUP, STORE, next_key, office_key, settle

WANG = Person("王经办", frozenset({"wang"}), frozenset({Role.AUTHOR}))
LI = Person("李所长", frozenset({"li"}), frozenset({Role.APPROVER}))


def test_persons_with_logins_of_their_own() -> None:
    assert people(Staff((WANG, LI))).level is Grade.OK
    assert "whoever can log in" in people(Staff()).found


def test_a_login_of_two_is_told() -> None:
    found = people(Staff((WANG, Person("李所长", frozenset({"li", "wang"}), LI.roles))))
    assert found.level is Grade.WARN
    assert "login `wang` is that of 王经办, 李所长" in found.found
    assert "每人设一个自己的系统用户" in found.advice_zh


@pytest.fixture
def list_of_people() -> Iterator[Path]:
    """A file that every user of the machine gets to."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        Path(place).chmod(0o755)
        path = Path(place) / "list.csv"
        path.write_text("姓名\n", "utf-8")
        path.chmod(0o640)
        yield path


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize(
    ("members", "logins", "mode", "open_to_strangers"),
    [
        pytest.param(["li"], {"wang", "li"}, 0o640, False, id="a group of the office alone"),
        pytest.param(["li", "sun"], {"wang", "li"}, 0o640, True, id="a stranger in the group"),
        pytest.param(["li"], set(), 0o640, True, id="nobody is named in the settings"),
        pytest.param(["li"], {"wang", "li"}, 0o644, True, id="everybody may read it"),
        pytest.param(["sun"], {"wang", "li"}, 0o600, False, id="only its owner may"),
    ],
)
def test_a_group_of_the_office_is_no_stranger(
    list_of_people: Path,
    monkeypatch: pytest.MonkeyPatch,
    members: list[str],
    logins: set[str],
    mode: int,
    open_to_strangers: bool,
) -> None:
    list_of_people.chmod(mode)
    monkeypatch.setattr(grp, "getgrgid", lambda _gid: SimpleNamespace(gr_mem=members))
    monkeypatch.setattr(pwd, "getpwall", list)
    assert bool(exposed([list_of_people], logins)) is open_to_strangers


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_whose_own_group_it_is_counts_as_a_member_and_a_group_without_a_name_as_strangers(
    list_of_people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gid = list_of_people.stat().st_gid
    monkeypatch.setattr(grp, "getgrgid", lambda _gid: SimpleNamespace(gr_mem=[]))
    monkeypatch.setattr(pwd, "getpwall", lambda: [SimpleNamespace(pw_name="sun", pw_gid=gid)])
    assert exposed([list_of_people], {"li"})
    assert not exposed([list_of_people], {"li", "sun"})

    def nameless(_gid: int) -> None:
        raise KeyError

    monkeypatch.setattr(grp, "getgrgid", nameless)
    assert exposed([list_of_people], {"li", "sun"})


def test_the_folder_of_keys_of_another_login_is_told_and_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_path: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(keys.Path, "exists", closed)
    for what, variable in ((STORE, "CAMPAIGNER_STORE_KEY_FILE"), (BACKUP, "CAMPAIGNER_BACKUP_KEY_FILE")):
        with pytest.raises(StoreError, match=variable):
            office_key(tmp_path, what, {})
    # What a rotation has begun is its owner's to finish.
    assert next_key(tmp_path, {}) is None
    settle(tmp_path, bytes(32))
