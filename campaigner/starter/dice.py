"""Invented data that is the same every time: a named throw depends on its name and on nothing before it."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


class Dice:
    """Throws for one named thing, such as household 17 of seed 1.

    Only `Random.random` is used, whose sequence Python promises to keep from version to version.

    Args:
        name: What the throws are for; equal names give equal throws.
    """

    __slots__ = ("_next",)

    def __init__(self, *name: str | int) -> None:
        self._next = Random("/".join(map(str, name))).random  # noqa: S311 - invented data, no secrets

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of some things, each as likely as the others."""
        return things[int(self._next() * len(things))]

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._next() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True in that share of throws, 0 to 1."""
        return self._next() < share
