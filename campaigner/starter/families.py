"""Invented families of pupils: the same adults wherever they are asked for, as guardians or as residents."""

from dataclasses import dataclass

from campaigner.starter.classes import Seat
from campaigner.starter.dice import Dice
from campaigner.starter.names import SURNAMES, given_name
from campaigner.starter.town import Home, Town

_ADULTS = 3


@dataclass(frozen=True, slots=True)
class Adult:
    """A grown-up.

    Args:
        name: Family name and given name.
        gender: 男 or 女.
        year: Year of birth.
        birth: The whole date as yyyy-mm-dd.
        phone: Index into the phone book.
    """

    name: str
    gender: str
    year: int
    birth: str
    phone: int


@dataclass(frozen=True, slots=True)
class Family:
    """Who brings a pupil up.

    Args:
        surname: The children's family name.
        adults: Everybody grown up at home.
        guardians: One or two of them, as the school knows them.
        home: Where they live.
        opted_out: Whether they want no more messages.
        first_name: Number of the eldest child's given name.
    """

    surname: str
    adults: tuple[Adult, ...]
    guardians: tuple[Adult, ...]
    home: Home
    opted_out: bool
    first_name: int


def adult(dice: Dice, surname: str, gender: str, year: int, phone: int) -> Adult:
    """Somebody born in that year, with a name and a birthday."""
    birth = f"{year}-{dice.between(1, 12):02d}-{dice.between(1, 28):02d}"
    return Adult(surname + given_name(dice, gender, year), gender, year, birth, phone)


def family_at(seat: Seat, seed: int, town: Town) -> Family:
    """The family of the eldest child's seat."""
    dice = Dice("family", seed, seat.index)
    surname, own, home = dice.pick(SURNAMES), dice.pick(SURNAMES), town.home(dice)
    phone = seat.index * _ADULTS
    year = seat.first_birth_year - dice.between(23, 34)
    mother = adult(dice, own, "女", year, phone)
    father = adult(dice, surname, "男", year - dice.between(-1, 5), phone + 1)
    grandmother = adult(dice, dice.pick(SURNAMES), "女", year - dice.between(22, 28), phone + 2)
    way = dice.between(1, 100)
    adults: tuple[Adult, ...]
    guardians: tuple[Adult, ...]
    if way <= 12:  # noqa: PLR2004 - the parents work away
        adults, guardians = (grandmother, father), (grandmother, father)
    elif way <= 15:  # noqa: PLR2004
        adults = guardians = (grandmother,)
    elif way <= 28:  # noqa: PLR2004
        adults = guardians = (mother,)
    elif way <= 33:  # noqa: PLR2004
        adults = guardians = (father,)
    else:
        guardians = (father, mother) if way % 2 else (mother, father)
        adults = (father, mother, grandmother) if way % 5 == 0 else (father, mother)
    return Family(surname, adults, guardians, home, dice.chance(0.01), dice.between(0, 99))
