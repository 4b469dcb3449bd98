"""How many posters, banners and columns the places of a town need (CHK-10; R14 三.1 and 三.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is missing of one artefact at one place.

    Args:
        place: The place's name.
        artefact: `column`, `point`, `banner`, `window` or `poster`.
        required: How many the rule asks for.
        posted: How many are there.
    """

    place: str
    artefact: str
    required: int
    posted: int

    @property
    def missing(self) -> int:
        """How many are still to be made or put up."""
        return self.required - self.posted


def required(
    places: Iterable[tuple[str, str, int]],
    quotas: Mapping[str, Mapping[str, int]],
    kinds: Mapping[str, str],
) -> dict[str, dict[str, int]]:
    """What each place needs: place -> artefact -> number.

    Args:
        places: (name, kind as the list calls it, how many of them) of each place.
        quotas: `Ruleset.quotas`.
        kinds: `Ruleset.place_kinds`; a kind that neither knows needs nothing.
    """
    needed: dict[str, dict[str, int]] = {}
    for name, kind, count in places:
        for artefact, each in quotas.get(kinds.get(kind, kind), {}).items():
            of_place = needed.setdefault(name, {})
            of_place[artefact] = of_place.get(artefact, 0) + each * max(count, 0)
    return needed


def shortfalls(
    needed: Mapping[str, Mapping[str, int]], posted: Mapping[tuple[str, str], int]
) -> list[Shortfall]:
    """Where something is missing, in the order of the places.

    Args:
        needed: What `required` says.
        posted: (place, artefact) -> how many are there.
    """
    compared = [
        Shortfall(place, artefact, number, posted.get((place, artefact), 0))
        for place, artefacts in needed.items()
        for artefact, number in artefacts.items()
    ]
    return [each for each in compared if each.missing > 0]
