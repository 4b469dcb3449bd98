"""Invented residents: households one after the other, the families of the pupils among them."""

# ruff: noqa: SIM905 - lists of words are easier to read and to mend as text

from collections.abc import Callable, Iterator
from itertools import count, islice

from campaigner.starter.classes import Seat, districts_of, seats
from campaigner.starter.dice import Dice
from campaigner.starter.families import Adult, adult, family_at
from campaigner.starter.names import SURNAMES
from campaigner.starter.phones import SPACE, PhoneBook, spelled
from campaigner.starter.town import TODAY, TOWN, Home, Town, school, shop

HEADER = "姓名 手机号 出生日期 性别 村社区 小区 地址 单位 职业 标签 户号 退订 样例数据".split()

_THIS_YEAR = TODAY // 10000
_RETIRES = 60
_STUDIES_UNTIL = 22
_FAMILY_EVERY = 4
_OTHER_PHONES = SPACE // 2
"""Index of the first phone that belongs to no pupil's family."""
_PHONES_OF_HOUSEHOLD = 3
_TAGGED = 0.08
_REFUSED = 0.01
_REPEAT_EVERY = 331
_REPEAT_AFTER = 30

_JOBS_TOWN = tuple(
    "工人 工人 工人 工人 工人 工人 职员 职员 职员 职员 职员 职员 "
    "个体商户 个体商户 个体商户 求职人员 求职人员 "
    "教师 教师 财务人员 财务人员 医务人员 司机 快递员 物业人员".split()
)
_JOBS_VILLAGE = tuple(
    "农民 农民 农民 农民 农民 农民 农民 农民 工人 工人 工人 工人 "
    "个体商户 个体商户 求职人员 求职人员 司机 教师 财务人员 职员 村干部".split()
)
_TAGS = ("志愿者", "网格员", "楼栋长", "租户", "返乡人员", "志愿者;楼栋长", "志愿者;返乡人员")


def resident_rows(people: int, seed: int, town: Town) -> Iterator[list[str]]:
    """Exactly `people` rows; cells in the order of `HEADER`. A few rows are exact repeats of earlier ones."""
    return islice(_with_repeats(_rows(people, seed, town)), people)


def _with_repeats(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    kept: list[str] = []
    for number, row in enumerate(rows):
        yield row
        if number % _REPEAT_EVERY == 0:
            kept = row
        elif number % _REPEAT_EVERY == _REPEAT_AFTER:
            yield kept


def _rows(people: int, seed: int, town: Town) -> Iterator[list[str]]:
    writer = _Writer(people, seed, town)
    eldest = (seat for seat in seats(people) if seat.family() == seat)
    for number in count(1):
        seat = next(eldest, None) if number % _FAMILY_EVERY == 0 else None
        yield from writer.household(number) if seat is None else writer.family(number, seat)


class _Writer:
    """Writes households as rows."""

    def __init__(self, people: int, seed: int, town: Town) -> None:
        self.seed, self.town, self.book = seed, town, PhoneBook(seed)
        self.districts = districts_of(people)

    def family(self, number: int, seat: Seat) -> Iterator[list[str]]:
        """The grown-ups of a pupil's family."""
        family = family_at(seat, self.seed, self.town)
        dice = Dice("family work", self.seed, number)
        for person in family.adults:
            home_parent = person.gender == "女" and person.year > _THIS_YEAR - _RETIRES and dice.chance(0.2)
            job = "全职家长" if home_parent else self._job(dice, person, family.home)
            refused = family.opted_out and person in family.guardians
            tags = dice.pick(_TAGS) if dice.chance(_TAGGED) else ""
            yield self._row(dice, number, person, family.home, (job, tags, "是" if refused else "否"))

    def household(self, number: int) -> Iterator[list[str]]:
        """A household without pupils."""
        dice = Dice("household", self.seed, number)
        home = self.town.home(dice)
        people = _members(dice, _OTHER_PHONES + number * _PHONES_OF_HOUSEHOLD)
        for person in people:
            job = self._job(dice, person, home)
            alone = len(people) == 1 and person.year <= _THIS_YEAR - _RETIRES
            tags = "独居" if alone else dice.pick(_TAGS) if dice.chance(_TAGGED) else ""
            refused = dice.chance(_REFUSED)
            yield self._row(dice, number, person, home, (job, tags, "是" if refused else "否"))

    def _job(self, dice: Dice, person: Adult, home: Home) -> str:
        age = _THIS_YEAR - person.year
        if age >= _RETIRES:
            return "农民" if home.rural and dice.chance(0.6) else "退休"
        if age <= _STUDIES_UNTIL and dice.chance(0.8):
            return "大学生"
        return dice.pick(_JOBS_VILLAGE if home.rural else _JOBS_TOWN)

    def _unit(self, dice: Dice, job: str, home: Home) -> str:
        units: dict[str, Callable[[], str]] = {
            "工人": lambda: dice.pick(self.town.firms),
            "职员": lambda: dice.pick(self.town.firms),
            "财务人员": lambda: dice.pick(self.town.firms),
            "教师": lambda: school(dice.between(0, 3), dice.between(0, self.districts - 1)),
            "个体商户": lambda: shop(dice),
            "村干部": lambda: f"{home.village}村民委员会",
            "大学生": lambda: "样例大学",
            "医务人员": lambda: f"{TOWN}卫生院",
        }
        return units[job]() if job in units else ""

    def _row(
        self, dice: Dice, number: int, person: Adult, home: Home, marks: tuple[str, str, str]
    ) -> list[str]:
        job, tags, refused = marks
        return [
            person.name,
            spelled(self.book.number(person.phone), dice),
            person.birth,
            person.gender,
            home.village,
            home.estate,
            home.address,
            self._unit(dice, job, home),
            job,
            tags,
            f"H{number:07d}",
            refused,
            "是",
        ]


def _members(dice: Dice, phone: int) -> tuple[Adult, ...]:
    """Who lives in a household without pupils; its phones begin at that index."""
    way = dice.between(1, 100)
    if way <= 24:  # noqa: PLR2004
        return (_somebody(dice, dice.pick("男女"), dice.between(19, 48), phone),)
    if way <= 50:  # noqa: PLR2004
        return _couple(dice, dice.between(24, 58), phone, phone + 1)
    if way <= 62:  # noqa: PLR2004 - old couples, of whom many share one telephone
        return _couple(dice, dice.between(62, 86), phone, phone + dice.between(0, 1))
    if way <= 70:  # noqa: PLR2004
        return (_somebody(dice, dice.pick("女女男"), dice.between(62, 92), phone),)
    parents = _couple(dice, dice.between(42, 55), phone, phone + 1)
    if way <= 90:  # noqa: PLR2004
        child = _somebody(dice, dice.pick("男女"), dice.between(19, 22), phone + 2, parents[0].name[0])
        return (*parents, child)
    return (*parents, _somebody(dice, "女", dice.between(66, 82), phone + 2))


def _couple(dice: Dice, age: int, his: int, hers: int) -> tuple[Adult, Adult]:
    return _somebody(dice, "男", age, his), _somebody(dice, "女", age - dice.between(0, 4), hers)


def _somebody(dice: Dice, gender: str, age: int, phone: int, surname: str = "") -> Adult:
    return adult(dice, surname or dice.pick(SURNAMES), gender, _THIS_YEAR - age, phone)
