"""School classes and who sits where: arithmetic only, so that any number of pupils needs no memory."""

# ruff: noqa: SIM905 - lists of words are easier to read and to mend as text

from collections.abc import Iterator
from dataclasses import dataclass

from campaigner.starter.town import school

LEVELS = (
    "小班 中班 大班 一年级 二年级 三年级 四年级 五年级 六年级 七年级 八年级 九年级 高一 高二 高三".split()
)
"""From the first year of kindergarten to the last of school."""
_FIRST_YEAR = 2022
"""Children of level 0 in the school year from September 2026 were born from September of this year on."""
_KINDERGARTEN, _PRIMARY, _LOWER = 3, 9, 12
_PEOPLE_PER_PUPIL = 8
_USUAL_SIZE = 40
_FULL_SIZE = 38
_SWAY = (3, 1, 2, 0)
_SEATS = 64


@dataclass(frozen=True, slots=True, order=True)
class Seat:
    """A pupil's place, or the family that is known by its eldest child's place.

    Args:
        district: School district from 0.
        level: Index into `LEVELS`.
        number: Class from 1.
        seat: Seat in the class from 0.
    """

    district: int
    level: int
    number: int
    seat: int

    @property
    def index(self) -> int:
        """A number of its own among all seats."""
        return ((self.district * len(LEVELS) + self.level) * 4 + self.number) * _SEATS + self.seat

    @property
    def school_name(self) -> str:
        """The school that its level belongs to."""
        kind = (self.level >= _KINDERGARTEN) + (self.level >= _PRIMARY) + (self.level >= _LOWER)
        return school(kind, self.district)

    @property
    def first_birth_year(self) -> int:
        """Year from whose September on, for twelve months, its class was born."""
        return _FIRST_YEAR - self.level

    def family(self) -> "Seat":
        """The eldest child's seat: the own one, a twin's, or that of a sister or brother two years above."""
        if self.number == 2 and self.seat == 15:  # noqa: PLR2004 - twins whom the school has parted
            return Seat(self.district, self.level, 1, self.seat)
        if self.seat == 8 and (self.level + self.number) % 2 == 0:  # noqa: PLR2004 - twins side by side
            return Seat(self.district, self.level, self.number, 7)
        above = self.level + 2
        # Only every other pair of levels looks up, so that no family is reached in two steps.
        if self.seat in (3, 20, 30) and self.level % 4 >= 2 and above < len(LEVELS):  # noqa: PLR2004
            return Seat(self.district, above, self.number, self.seat)
        return self


def _district_classes() -> tuple[tuple[int, int], ...]:
    """Level and number of a district's classes, those first that even a small sample should have."""
    first = ((3, 1), (3, 2), (5, 1), (2, 1), (9, 1), (12, 1))
    wanted = [(level, number) for level in range(len(LEVELS)) for number in range(1, 4 if level > 2 else 3)]  # noqa: PLR2004
    return first + tuple(each for each in wanted if each not in first)


DISTRICT = _district_classes()


def pupils_of(people: int) -> int:
    """How many pupils a town of that many people has in the sample."""
    return max(1, people // _PEOPLE_PER_PUPIL)


def districts_of(people: int) -> int:
    """How many school districts the town has."""
    return -(-_class_count(people) // len(DISTRICT))


def _class_count(people: int) -> int:
    return max(1, round(pupils_of(people) / _USUAL_SIZE))


def seats(people: int) -> Iterator[Seat]:
    """All seats, school by school, class by class."""
    count = _class_count(people)
    usual, larger = divmod(pupils_of(people), count)
    done = 0
    for district in range(districts_of(people)):
        for level, number in sorted(DISTRICT[: count - done]):
            for seat in range(usual + (done < larger) + _sway(done, count, usual)):
                yield Seat(district, level, number, seat)
            done += 1


def _sway(order: int, count: int, usual: int) -> int:
    """What a class has more than the usual size; its neighbour has as many fewer."""
    if usual < _FULL_SIZE or order ^ 1 >= count:
        return 0
    sway = _SWAY[order // 2 % len(_SWAY)]
    return -sway if order % 2 else sway
