import csv
import tracemalloc
from collections import Counter, deque
from pathlib import Path

import pytest

from campaigner.domain.phone import parse_phone
from campaigner.errors import UsageError
from campaigner.starter.audiences import DEFAULT_PEOPLE, DEFAULT_SEED, MAX_PEOPLE, write_audiences
from campaigner.starter.classes import LEVELS
from campaigner.starter.pupils import pupil_rows
from campaigner.starter.residents import resident_rows
from campaigner.starter.town import TODAY, town_of

COMMITTED = Path(__file__).parents[2] / "audiences"
FILES = ("residents.csv", "pupils.csv", "places.csv")
PLACE_KINDS = {
    "小区",
    "出入口",
    "电梯",
    "学校",
    "银行网点",
    "办事大厅",
    "工厂",
    "村社区",
    "医院",
    "车站",
}
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("fresh") / "audiences"
    write_audiences(made, DEFAULT_PEOPLE, DEFAULT_SEED)
    return made


def rows(folder: Path, name: str) -> Rows:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def residents(folder: Path) -> Rows:
    return rows(folder, "residents.csv")


@pytest.fixture(scope="module")
def pupils(folder: Path) -> Rows:
    return rows(folder, "pupils.csv")


@pytest.fixture(scope="module")
def places(folder: Path) -> Rows:
    return rows(folder, "places.csv")


def age(row: dict[str, str], day: int = TODAY) -> int:
    return (day - int(row["出生日期"].replace("-", ""))) // 10000


def phones(rows: Rows, *columns: str) -> set[int]:
    found = {parse_phone(row[column]) for row in rows for column in columns}
    assert all(isinstance(phone, int) for phone in found)
    return {int(phone) for phone in found} - {0}


@pytest.mark.parametrize("name", FILES)
def test_committed_files_are_a_fresh_generation(name: str, folder: Path) -> None:
    assert (COMMITTED / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_files_open_in_spreadsheets(name: str, folder: Path) -> None:
    content = (folder / name).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_another_seed_gives_other_people(tmp_path: Path, folder: Path) -> None:
    write_audiences(tmp_path, DEFAULT_PEOPLE, DEFAULT_SEED + 1)
    for name in FILES:
        assert (tmp_path / name).read_bytes() != (folder / name).read_bytes()


@pytest.mark.parametrize("people", [1, 2, 9, 333, 400])
def test_any_number_of_people(people: int, tmp_path: Path) -> None:
    write_audiences(tmp_path, people, 3)
    assert len(rows(tmp_path, "residents.csv")) == people
    assert len(rows(tmp_path, "pupils.csv")) == max(1, people // 8)


@pytest.mark.parametrize("people", [-1, 0, MAX_PEOPLE + 1])
def test_out_of_range(people: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give a number"):
        write_audiences(tmp_path / "x", people, 1)
    assert not (tmp_path / "x").exists()


def test_memory_stays_flat() -> None:
    town = town_of(MAX_PEOPLE)
    tracemalloc.start()
    try:
        deque(resident_rows(8000, 1, town), maxlen=0)
        deque(pupil_rows(24_000, 1, town), maxlen=0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000


def test_everything_is_marked_as_a_sample(residents: Rows, pupils: Rows, places: Rows) -> None:
    assert {row["样例数据"] for row in residents + pupils + places} == {"是"}


def test_residents_ages(residents: Rows) -> None:
    ages = [age(row) for row in residents]
    assert 18 <= min(ages) <= max(ages) <= 100
    assert 0.15 < sum(each >= 60 for each in ages) / len(ages) < 0.25
    assert sum(18 <= each <= 40 for each in ages) / len(ages) > 0.3
    assert {age(row) // 10 for row in residents if row["职业"] == "大学生"} <= {1, 2}
    assert min(age(row) for row in residents if row["职业"] == "退休") >= 59


@pytest.mark.parametrize(
    ("column", "value", "least"),
    [
        ("职业", "大学生", 50),
        ("职业", "教师", 20),
        ("职业", "财务人员", 20),
        ("职业", "求职人员", 20),
        ("职业", "全职家长", 20),
        ("职业", "个体商户", 20),
        ("职业", "村干部", 8),
        ("职业", "退休", 50),
        ("职业", "农民", 50),
        ("标签", "独居", 10),
        ("退订", "是", 10),
        ("小区", "", 100),
    ],
)
def test_residents_have_somebody_for_each_segment(
    column: str, value: str, least: int, residents: Rows
) -> None:
    assert sum(row[column] == value for row in residents) >= least


def test_few_opt_out(residents: Rows) -> None:
    assert sum(row["退订"] == "是" for row in residents) < len(residents) * 0.02


def test_residents_phones_are_readable_and_written_in_several_ways(residents: Rows) -> None:
    assert 0 not in {parse_phone(row["手机号"]) for row in residents}
    phones(residents, "手机号")
    plain = sum(row["手机号"].isascii() and row["手机号"].isdigit() for row in residents)
    assert 0.75 < plain / len(residents) < 0.95
    assert any("-" in row["手机号"] for row in residents)
    assert any(row["手机号"].startswith("+86 ") for row in residents)
    assert any(not row["手机号"].isascii() for row in residents)


def test_a_phone_is_shared_by_old_couples_only(residents: Rows) -> None:
    distinct = {tuple(row.values()): row for row in residents}.values()
    users: dict[object, Rows] = {}
    for row in distinct:
        users.setdefault(parse_phone(row["手机号"]), []).append(row)
    shared = [owners for owners in users.values() if len(owners) > 1]
    assert len(shared) > 10
    for owners in shared:
        assert len({row["户号"] for row in owners}) == 1
        assert len(owners) == 2
        assert min(map(age, owners)) >= 56


def test_a_few_rows_are_exact_repeats(residents: Rows) -> None:
    repeats = [number for number in Counter(tuple(row.values()) for row in residents).values() if number > 1]
    assert 3 <= len(repeats) <= 20
    assert set(repeats) == {2}


def test_households_live_together(residents: Rows) -> None:
    homes: dict[str, set[str]] = {}
    for row in residents:
        homes.setdefault(row["户号"], set()).add(row["地址"])
    assert all(len(addresses) == 1 for addresses in homes.values())


def test_pupils_are_as_old_as_their_grade(pupils: Rows) -> None:
    for row in pupils:
        assert age(row, 20260831) == LEVELS.index(row["年级"]) + 3


def test_pupils_sit_in_order(pupils: Rows) -> None:
    classes: dict[tuple[str, ...], list[int]] = {}
    for row in pupils:
        classes.setdefault((row["学校"], row["年级"], row["班级"]), []).append(int(row["学号"]))
    assert all(rolls == list(range(1, len(rolls) + 1)) for rolls in classes.values())
    assert len(pupils) == DEFAULT_PEOPLE // 8
    kinds = ("幼儿园", "小学", "初级中学", "高级中学")
    assert {next(kind for kind in kinds if kind in key[0]) for key in classes} == set(kinds)


def test_pupils_have_one_guardian_or_two(pupils: Rows) -> None:
    assert all(row["监护人"] and row["监护人手机号"] for row in pupils)
    assert all(bool(row["监护人2"]) is bool(row["监护人2手机号"]) for row in pupils)
    alone = sum(not row["监护人2"] for row in pupils)
    assert 0.05 < alone / len(pupils) < 0.4
    assert all(row["监护人"] != row["学生姓名"] for row in pupils)


def test_twins_and_sisters_and_brothers(pupils: Rows) -> None:
    families: dict[tuple[str, object], Rows] = {}
    for row in pupils:
        families.setdefault((row["监护人"], parse_phone(row["监护人手机号"])), []).append(row)
    pairs = [children for children in families.values() if len(children) == 2]
    twins = [pair for pair in pairs if pair[0]["出生日期"] == pair[1]["出生日期"]]
    assert max(map(len, families.values())) == 2
    assert {pair[0]["班级"] == pair[1]["班级"] for pair in twins} == {True, False}
    assert any(pair not in twins for pair in pairs)
    for one, other in pairs:
        assert one["学生姓名"] != other["学生姓名"]
        assert one["学生姓名"][0] == other["学生姓名"][0]
        assert one["村社区"] == other["村社区"]
        assert one["年级"] != other["年级"] or (one, other) in [tuple(pair) for pair in twins]


def test_guardians_are_residents_too(residents: Rows, pupils: Rows) -> None:
    guardians = phones(pupils, "监护人手机号", "监护人2手机号")
    by_phone = {parse_phone(row["手机号"]): row for row in residents}
    known = guardians & set(by_phone)
    assert len(known) > 0.9 * len(guardians)
    assert any(age(by_phone[phone]) >= 60 for phone in known)
    for row in pupils:
        resident = by_phone.get(parse_phone(row["监护人手机号"]))
        if resident:
            assert (resident["姓名"], resident["村社区"]) == (row["监护人"], row["村社区"])
            assert resident["退订"] == row["退订"]
            assert age(row) + 16 < age(resident)


def test_places(places: Rows) -> None:
    kinds = Counter(row["类型"] for row in places)
    assert set(kinds) == PLACE_KINDS
    assert len({row["名称"] for row in places}) == len(places)
    assert all(int(row["数量"]) >= 1 for row in places)
    assert {row["电子屏"] for row in places if row["类型"] == "办事大厅"} == {"是", "否"}
    assert any(int(row["数量"]) > 1 for row in places if row["类型"] == "电梯")
    assert all(row["小区"] for row in places if row["类型"] in ("小区", "出入口", "电梯"))


def test_people_places_and_schools_are_the_same_town(residents: Rows, pupils: Rows, places: Rows) -> None:
    villages = {row["名称"] for row in places if row["类型"] == "村社区"}
    assert {row["村社区"] for row in residents + pupils + places} <= villages
    assert {row["小区"] for row in residents} - {""} <= {
        row["名称"] for row in places if row["类型"] == "小区"
    }
    schools = {row["名称"] for row in places if row["类型"] == "学校"}
    assert {row["学校"] for row in pupils} <= schools
    assert {row["单位"] for row in residents if row["职业"] == "教师"} <= schools
