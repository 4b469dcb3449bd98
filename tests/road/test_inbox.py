"""Files that people lay in: any name, any fault; each is read once, and none keeps those behind it from being read."""

from pathlib import Path
from typing import Any

import pytest

from campaigner.answers.account import log_entries
from campaigner.daemon.beats import BEATS
from campaigner.daemon.service import Daemon
from campaigner.domain.filename import size_of
from campaigner.errors import StoreError
from campaigner.road import inbox, reconcile
from campaigner.road.inbox import Faulty, Remembered, shown
from campaigner.road.reconcile import Imported, collect_files
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, MONDAY, Office, at, sent

COLLECT = next(beat for beat in BEATS if beat.name == "collect")


@pytest.fixture
def office(office: Path, script: Script) -> Office:  # type: ignore[misc]
    assert script.opened == 0
    made = Office(office).live()
    made.ready(FIRST_MONDAY)
    sent(made)
    (made.folder / "receipts" / "carrier").mkdir(parents=True)
    return made


def lay(office: Office, name: str, number: int) -> Path:
    path = office.folder / "receipts" / "carrier" / name
    path.write_text(f"编号,状态\n{number},DELIVRD\n", "utf-8")
    return path


def entries(office: Office) -> int:
    return sum(entry.kind == "receipts" for entry in log_entries(office.store))


def once(office: Office) -> list[str]:
    """One beat of a daemon of its own: what it said."""
    said: list[str] = []
    daemon = Daemon(office.folder, lambda: at(MONDAY), lambda _beat, one: said.append(one.text), (COLLECT,))
    try:
        assert daemon.once()
    finally:
        daemon.store.close()
    return said


LONG = [
    pytest.param("状" * 80 + "状态.csv", id="Chinese"),
    pytest.param("a" * 249 + ".csv", id="as long as a name can be"),
    pytest.param("\U0001f600" * 62 + ".csv", id="four bytes a character"),
    pytest.param("b" * 250, id="without an ending"),
    pytest.param("\udcd7\udcb4" * 100 + ".csv", id="of another character set"),
]


@pytest.mark.parametrize("name", LONG)
def test_a_long_name_is_read_once_and_put_aside(office: Office, script: Script, name: str) -> None:
    lay(office, name, script.sent[0].id)
    lay(office, "z.csv", script.sent[1].id)
    before = entries(office)
    for _ in range(3):
        once(office)
    folder = office.folder / "receipts" / "carrier"
    assert entries(office) - before <= 3
    now = entries(office)
    once(office)
    assert entries(office) == now
    aside = sorted(path.name for path in (folder / "read").iterdir())
    assert len(aside) == 2
    assert all(size_of(name) <= 255 for name in aside)
    assert [path.name for path in folder.iterdir()] == ["read"]
    if name.endswith(".csv"):
        assert all(one.endswith(".csv") for one in aside)


def test_two_long_names_that_begin_alike_stay_two(office: Office, script: Script) -> None:
    head = "移动返回状态报告" * 10
    for number, end in enumerate("甲乙"):
        lay(office, f"{head}{end}.csv", script.sent[number].id)
    assert len(list(collect_files(office.at(MONDAY)))) == 2
    assert len(list((office.folder / "receipts/carrier/read").iterdir())) == 2


def test_a_file_of_the_same_name_and_second_replaces_none(office: Office, script: Script) -> None:
    for number in range(3):
        lay(office, "a.csv", script.sent[number].id)
        assert len(list(collect_files(office.at(MONDAY)))) == 1
    assert len(list((office.folder / "receipts/carrier/read").iterdir())) == 3


def test_what_cannot_be_put_aside_is_read_once_by_whatever_process(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the folder takes no other name, or another program holds the file open."""
    path = lay(office, "a.csv", script.sent[0].id)
    lay(office, "b.csv", script.sent[1].id)
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name == "a.csv":
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    remembered = Remembered()
    first = [found for _, found in collect_files(office.at(MONDAY), remembered)]
    assert [type(one) for one in first] == [Imported, Faulty, Imported]
    assert isinstance(first[1], Faulty)
    assert first[1].read
    now = entries(office)
    assert list(collect_files(office.at(MONDAY), remembered)) == []
    ((name, again),) = collect_files(office.at(MONDAY))
    assert (name, again) == ("a.csv", Faulty("Permission denied", read=True))
    assert entries(office) == now
    path.write_text(f"编号,状态\n{script.sent[2].id},DELIVRD\n没有,DELIVRD\n", "utf-8")
    again = [found for _, found in collect_files(office.at(MONDAY), remembered)]
    assert isinstance(again[0], Imported)
    monkeypatch.setattr(Path, "rename", real)
    now = entries(office)
    assert list(collect_files(office.at(MONDAY), remembered)) == []
    assert (entries(office), path.exists()) == (now, False)


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(13, "Permission denied"), OSError(5, "Input/output error"), RuntimeError("13800138000"),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "13800138000"), MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_once_and_stops_nothing(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    lay(office, "a13800138000.csv", script.sent[0].id)
    lay(office, "b.csv", script.sent[1].id)
    real: Any = reconcile.import_receipts
    tries: list[str] = []

    def read(work: Any, gateway: str, path: Path) -> Imported:
        tries.append(path.name[0])
        if path.name[0] == "a":
            raise error
        done: Imported = real(work, gateway, path)
        return done

    monkeypatch.setattr(reconcile, "import_receipts", read)
    daemon = Daemon(office.folder, lambda: at(MONDAY), lambda _beat, one: said.append(one.text), (COLLECT,))
    said: list[str] = []
    daemon._take_place()
    daemon.begin(daemon.candidate.try_to_lead() or "")
    before = entries(office)
    for _ in range(3):
        daemon.beat(COLLECT)
    told = [line for line in said if "cannot be read" in line]
    assert len(told) == 1
    assert "13800138000" not in told[0]
    assert any("read *.csv#" in line and "1 taken" in line for line in said)
    # The file's own entry, and that of the states which it changed.
    assert entries(office) - before <= 2
    assert tries.count("a") == (3 if isinstance(error, OSError) else 1)
    assert not daemon.watch._failing
    monkeypatch.setattr(reconcile, "import_receipts", real)
    lay(office, "a13800138000.csv", script.sent[2].id).touch()
    read_before = sum("1 taken" in line for line in said)
    daemon.beat(COLLECT)
    assert sum("1 taken" in line for line in said) == read_before + 1
    daemon.cease()
    daemon.store.close()


def test_a_fault_of_the_store_is_no_files_fault(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(office, "a.csv", script.sent[0].id)

    def read(*_: Any) -> Imported:
        raise StoreError("the disk is full")

    monkeypatch.setattr(reconcile, "import_receipts", read)
    with pytest.raises(StoreError):
        list(collect_files(office.at(MONDAY)))


def test_a_folder_that_cannot_be_listed_is_told_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(_folder: Path) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reconcile, "laid_in", deny)
    remembered = Remembered()
    assert list(collect_files(office.at(MONDAY), remembered)) == [
        ("receipts/carrier/", Faulty("Permission denied"))
    ]
    assert list(collect_files(office.at(MONDAY), remembered)) == []


def test_what_cannot_be_looked_at_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(_path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", deny)
    assert not inbox._is_file(Path("x"))


def test_a_name_as_it_is_shown() -> None:
    assert shown("a\x1b[2J\udc80" + "状" * 90) == ("a [2J " + "状" * 90)[:60]
    assert "13800138000" not in shown("13800138000.csv")
