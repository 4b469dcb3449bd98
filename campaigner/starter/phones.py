"""Invented mobile numbers: unique by arithmetic, so that ten million need no memory."""

# ruff: noqa: SIM905 - lists of words are easier to read and to mend as text

from campaigner.starter.dice import Dice

PREFIXES = (
    "130 131 132 133 134 135 136 137 138 139 150 151 152 153 155 156 157 158 159 166 "
    "173 175 176 177 178 180 181 182 183 184 185 186 187 188 189 191 193 195 198 199"
).split()
_PER_PREFIX = 10**8
SPACE = len(PREFIXES) * _PER_PREFIX
STEP = 2_472_135_957
"""Has no factor in common with `SPACE`, so that multiplying by it only changes the order of the numbers."""

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_SPELLINGS = 100


class PhoneBook:
    """A mobile number for each index below `SPACE`, no number twice.

    Args:
        seed: Another seed gives other numbers.
    """

    def __init__(self, seed: int) -> None:
        self._start = Dice("phones", seed).between(0, SPACE - 1)

    def number(self, index: int) -> str:
        """The eleven digits that belong to an index."""
        prefix, rest = divmod((self._start + index * STEP) % SPACE, _PER_PREFIX)
        return f"{PREFIXES[prefix]}{rest:08d}"


def spelled(number: str, dice: Dice) -> str:
    """The number as lists write it: mostly plain, else in one of the ways that cleaning undoes."""
    way = dice.between(1, _SPELLINGS)
    if way <= 84:  # noqa: PLR2004
        return number
    if way <= 91:  # noqa: PLR2004
        return f"{number[:3]}-{number[3:7]}-{number[7:]}"
    if way <= 95:  # noqa: PLR2004
        return f"+86 {number}"
    if way <= 98:  # noqa: PLR2004
        return f"{number[:3]} {number[3:7]} {number[7:]}"
    return number.translate(_FULL_WIDTH)
