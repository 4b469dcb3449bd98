"""Invented pupils, class by class, with their guardians."""

# ruff: noqa: SIM905 - lists of words are easier to read and to mend as text

from collections.abc import Iterator

from campaigner.starter.classes import LEVELS, Seat, seats
from campaigner.starter.dice import Dice
from campaigner.starter.families import Family, family_at
from campaigner.starter.names import child_name
from campaigner.starter.phones import PhoneBook, spelled
from campaigner.starter.town import Town

HEADER = (
    "学生姓名 出生日期 性别 学校 年级 班级 学号 "
    "监护人 监护人手机号 监护人2 监护人2手机号 村社区 退订 样例数据"
).split()
_YOUNGER = 7
_SEPTEMBER = 9


def pupil_rows(people: int, seed: int, town: Town) -> Iterator[list[str]]:
    """The pupils of a town of that many people; cells in the order of `HEADER`."""
    book = PhoneBook(seed)
    for seat in seats(people):
        eldest = seat.family()
        yield _row(seat, eldest, family_at(eldest, seed, town), seed, book)


def _row(seat: Seat, eldest: Seat, family: Family, seed: int, book: PhoneBook) -> list[str]:
    dice = Dice("pupil", seed, seat.index)
    gender = dice.pick("男女")
    number = family.first_name + (0 if seat == eldest else _YOUNGER)
    contacts: list[str] = []
    for guardian in family.guardians:
        contacts += [guardian.name, spelled(book.number(guardian.phone), dice)]
    return [
        family.surname + child_name(gender, number),
        _birth(seat, eldest, seed),
        gender,
        seat.school_name,
        LEVELS[seat.level],
        f"{seat.number}班",
        str(seat.seat + 1),
        *contacts,
        *[""] * (4 - len(contacts)),
        family.home.village,
        "是" if family.opted_out else "否",
        "是",
    ]


def _birth(seat: Seat, eldest: Seat, seed: int) -> str:
    """A day of the twelve months from September; named by family and school year, so that twins share it."""
    dice = Dice("birth", seed, eldest.index, seat.level)
    month = dice.between(1, 12)
    year = seat.first_birth_year + (month < _SEPTEMBER)
    return f"{year}-{month:02d}-{dice.between(1, 28):02d}"
