"""Where a store belongs: on which machine and in which place; a copy of it elsewhere must not send a second time."""

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How the place where a store is found stands to the one where it belongs."""

    HOME = "home"
    """It is where it belongs."""
    UNKNOWN = "unknown"
    """No version of campaigner has written yet where it belongs."""
    MOVED = "moved"
    """It was moved on this machine: nothing is left in its former place."""
    COPY = "copy"
    """Its original is still in its place, on this machine."""
    FOREIGN = "foreign"
    """It belongs to another machine, where its original may be at work."""


OWN = frozenset({Standing.HOME, Standing.UNKNOWN, Standing.MOVED})
"""Standings in which runs may go out."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A place on a machine.

    Args:
        machine: An opaque id of the machine, which never changes.
        place: The store's file, as the machine resolves it.
    """

    machine: str
    place: str


def standing(kept: Installation | None, here: Installation, *, original: bool) -> Standing:
    """How a store that was found here stands to where it belongs.

    Args:
        kept: Where it belongs; None if that was never written.
        here: Where it was found.
        original: Whether another file than this one is in the place that was kept.
    """
    if kept is None:
        return Standing.UNKNOWN
    if kept.machine != here.machine:
        return Standing.FOREIGN
    if kept.place == here.place:
        return Standing.HOME
    return Standing.COPY if original else Standing.MOVED
