"""Nothing that somebody types, and no name that a stranger gives to a file, brings a number or a name into the log.

The log can never be changed again, and goes to inspectors, whole, in the pack of evidence.
"""

import ast
import json
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigner.answers.account import log_entries, verify
from campaigner.answers.evidence import pack_month
from campaigner.answers.preview import note_view
from campaigner.daemon.beats import BEATS, Memory, Turning
from campaigner.daemon.watch import Watch
from campaigner.office.beginning import _first
from campaigner.office.safekeeping import back_up_to
from campaigner.office.subject_copy import write_copy
from campaigner.office.subjects import erase, view
from campaigner.people.refusing import lift, note_copy, refuse, settle_file
from campaigner.road.clearance import Urgency
from campaigner.road.holding import cancel, pause, resume
from campaigner.road.reconcile import import_optouts, import_receipts
from campaigner.road.review import send_back
from campaigner.road.study import import_reports
from campaigner.road.wire import Wire
from campaigner.store import log
from campaigner.workspace.traces import Traces
from tests.conftest import ROOT
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, Office, at

PHONE, CARD, BANK, NAME = "13900001101", "110101195001011234", "6222021234567890128", "欧阳探甲"
SAID = f"{NAME}本人139-0000-1101（{PHONE}，证件{CARD}，卡号{BANK}）来电"
"""What a clerk types; a name in free text is known to nobody, a number is."""
CALLED = f"查询{PHONE}{NAME}{CARD}"
AFTER = "2026-12-09T09:00"


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


def whole_log(office: Office) -> str:
    return "\n".join(f"{e.kind} {e.run} {e.actor} {e.data}" for e in log_entries(office.store))


def numbers_left(text: str) -> list[str]:
    return [number for number in (PHONE, "139-0000-1101", CARD, BANK) if number in text]


def file(folder: Path, ending: str, content: str) -> Path:
    path = folder / f"{CALLED}{ending}"
    path.write_text(content, "utf-8")
    return path


SAYINGS: dict[str, Callable[[Office], object]] = {
    "paused": lambda o: pause(o.at(AFTER, SAID), FIRST_MONDAY, SAID),
    "resumed": lambda o: (pause(o.at(AFTER), FIRST_MONDAY, "x"), resume(o.at(AFTER, SAID), FIRST_MONDAY, SAID)),
    "cancelled": lambda o: cancel(o.at(AFTER, SAID), o.run(FIRST_MONDAY), SAID),
    "returned": lambda o: send_back(o.at(AFTER, SAID), o.run(FIRST_MONDAY), SAID),
    "refused": lambda o: refuse(o.at(AFTER, SAID), [13900139000], "hand", SAID),
    "accepts": lambda o: (refuse(o.at(AFTER), [13900139000], "hand"), lift(o.at(AFTER, SAID), 13900139000, SAID)),
    "copied": lambda o: note_copy(o.at(AFTER, SAID), SAID),
    "viewed": lambda o: view(o.at(AFTER, SAID), 13900139000, SAID, unmasked=False),
    "viewed preview": lambda o: note_view(o.at(AFTER, SAID), o.run(FIRST_MONDAY), 1, SAID),
    "copied subject": lambda o: write_copy(o.at(AFTER, SAID), o.phones(FIRST_MONDAY)[0], SAID),
    "erased": lambda o: erase(o.at(AFTER, SAID), o.phones(FIRST_MONDAY)[0], SAID),
    "urgent": lambda o: o.out(MONDAY, FIRST_MONDAY, Urgency(SAID, SAID)),
    "approved": lambda o: (o.generate(PARENTS), o.approve(PARENTS, by=SAID, again=SAID)),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAYINGS)
def test_no_number_in_what_somebody_types(office: Office, kind: str) -> None:
    office.ready(FIRST_MONDAY)
    SAYINGS[kind](office)
    entries = [entry for entry in log_entries(office.store) if entry.kind == kind.split(maxsplit=1)[0]]
    assert entries, whole_log(office)
    assert "139****1101" in f"{entries[-1].actor} {entries[-1].data}"
    assert numbers_left(whole_log(office)) == []
    assert verify(office.store).broken == ""


FILES: dict[str, Callable[[Office, Path], object]] = {
    "receipts": lambda o, f: import_receipts(o.at(AFTER), "carrier", file(f, ".csv", "编号,状态\n1,成功\n")),
    "refused": lambda o, f: import_optouts(o.at(AFTER), file(f, ".csv", "手机号码\n13900139000\n")),
    "file-unread": lambda o, f: import_optouts(o.at(AFTER), file(f, ".csv", "手机号码\nx\n")),
    "file-read": lambda o, f: (
        import_optouts(o.at(AFTER), file(f, ".csv", "手机号码\nx\n")),
        import_optouts(o.at(AFTER), file(f, ".csv", "手机号码\n13900139000\n")),
    ),
    "file-settled": lambda o, f: (
        import_optouts(o.at(AFTER), file(f, ".csv", "手机号码\nx\n")),
        settle_file(o.at(AFTER), f"{CALLED}.csv", SAID),
    ),
    "imported": lambda o, f: import_reports(
        o.at(AFTER), [file(f, ".txt", "工作总结\n　　我镇开展反诈宣传，走访商户三十家，劝阻转账两起。\n")]
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_no_name_that_a_stranger_gives_to_a_file(office: Office, tmp_path: Path, kind: str) -> None:
    office.ready(FIRST_MONDAY)
    FILES[kind](office, tmp_path)
    assert [entry for entry in log_entries(office.store) if entry.kind == kind]
    told = whole_log(office)
    assert numbers_left(told) == []
    assert NAME not in told.replace(SAID, "") or kind == "file-settled"
    assert "查询" not in told


def test_the_same_file_has_the_same_mark(office: Office, tmp_path: Path) -> None:
    office.ready(FIRST_MONDAY)
    for name in ("a", "a", "b"):
        path = tmp_path / f"{name}.csv"
        path.write_text("编号,状态\n1,成功\n", "utf-8")
        import_receipts(office.at(AFTER), "carrier", path)
    first, again, other = (e.fields["file"] for e in log_entries(office.store) if e.kind == "receipts")
    assert first == again != other
    assert first.startswith("*.csv#")


@pytest.mark.sqlite_only("backs its file up")
def test_a_backup_is_named_if_it_is_called_as_ours_are(office: Office, tmp_path: Path) -> None:
    office.keep()
    own = back_up_to(office.at(AFTER), tmp_path, None).path
    back_up_to(office.at(AFTER), tmp_path / f"{CALLED}.db", None)
    first, second = (e.fields["file"] for e in log_entries(office.store) if e.kind == "backed-up")
    assert first == own.name
    assert second.startswith("*.db#")


def test_what_is_found_beside_a_lost_store_is_named_by_marks(office: Office) -> None:
    office.keep()
    left = Traces(
        backups=(Path("campaigner-20261201-080000.db"), Path(f"{CALLED}.db")),
        anchors=(Path(f"{CALLED}.txt"),),
    )
    with office.store.begin() as connection:
        _first(left, SAID, SAID, at(AFTER), {"login": "clerk"})(connection)
    told = log_entries(office.store)[-1]
    assert told.fields["backups"][0] == "campaigner-20261201-080000.db"
    assert (numbers_left(whole_log(office)), "查询" in told.data) == ([], False)


def test_neither_the_daemons_lines_nor_the_evidence_say_whom_a_file_is_called_after(
    office: Office, tmp_path: Path
) -> None:
    office.ready(FIRST_MONDAY)
    inbox = office.folder / "receipts" / "carrier"
    inbox.mkdir(parents=True)
    file(inbox, ".csv", "编号,状态\n1,成功\n")
    wire = Wire(office.store, lambda: at(AFTER))
    collect = next(beat for beat in BEATS if beat.name == "collect")
    said = [line.text for line in collect.work(Turning(office.at(AFTER), wire, Memory(), Watch({})))]
    wire.close()
    assert any("*.csv#" in line for line in said)
    assert not any(word in line for line in said for word in (PHONE, NAME))
    pack_month(office.at("2027-01-02T09:00"), at(AFTER).date(), tmp_path / "pack.zip")
    with ZipFile(tmp_path / "pack.zip") as pack:
        content = "".join(pack.read(name).decode("utf-8", "replace") for name in pack.namelist())
    assert numbers_left(content) == []
    assert NAME not in content


def test_titles_of_runs_have_no_number_in_the_evidence(office: Office, tmp_path: Path) -> None:
    config = (office.folder / "config.toml").read_text("utf-8")
    title = next(line for line in config.splitlines() if line.startswith("title = "))
    named = office.set(**{title: f'title = "找{PHONE}问"'})
    named.ready(FIRST_MONDAY)
    named.out(MONDAY, FIRST_MONDAY)
    packed = pack_month(named.at("2027-01-02T09:00"), at(AFTER).date(), tmp_path / "pack.zip")
    with ZipFile(tmp_path / "pack.zip") as pack:
        assert PHONE not in pack.read("runs.csv").decode() + pack.read("log.jsonl").decode()
    assert packed.amiss == ()


@given(
    st.recursive(
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.just(SAID), st.just(CALLED)
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=8,
    ),
    st.sampled_from(["plain", SAID]),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_entry_at_all_takes_a_number_in(office: Office, told: object, actor: str) -> None:
    with office.store.begin() as connection:
        entry = log.append(connection, at(AFTER), "x", "", actor, {"reason": SAID, "told": told})
    assert numbers_left(f"{entry.actor} {json.dumps(entry.fields, ensure_ascii=False)}") == []


def test_there_is_one_door_to_the_log() -> None:
    """Rows of the log are inserted in one place, behind the mask."""
    found = []
    for path in sorted((ROOT / "campaigner").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"insert", "chained", "LogRow"}:
                words = ast.unparse(node)
                if "chained" in words or "_LOG" in words or "LogRow" in words:
                    found.append(path.relative_to(ROOT / "campaigner").as_posix())
    assert set(found) == {"store/log.py"}
