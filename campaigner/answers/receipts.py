"""What became of messages that went out: their states, why some failed, and what came back that settled nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigner.domain.delivery import DeliveryState
from campaigner.domain.matching import Found
from campaigner.domain.planning import Run
from campaigner.domain.roles import Deed
from campaigner.store import deliveries, references, runs, tallies
from campaigner.store.deliveries import Unsettled
from campaigner.workspace.desk import Work

UNSAID = "no cause said (运营商未说明)"
"""Stands for a cause that the carrier did not give."""


@dataclass(frozen=True, slots=True)
class Receipts:
    """What carriers told of the messages of all runs.

    Args:
        states: Run -> how many of its SMS are in which state.
        causes: Run -> why SMS failed, as the carrier said it -> how many; only runs that have such and still know.
        nobodys: Gateway -> why receipts settled nothing -> how many.
    """

    states: Mapping[str, Mapping[DeliveryState, int]]
    causes: Mapping[str, Mapping[str, int]]
    nobodys: Mapping[str, Mapping[Found, int]]

    def as_data(self) -> dict[str, dict[str, int]]:
        """For other programs."""
        data = {
            code: {state.value: count for state, count in sorted(states.items())}
            for code, states in sorted(self.states.items())
        }
        failed = {
            f"{code} {cause or UNSAID}": count
            for code, causes in self.causes.items()
            for cause, count in causes.items()
        }
        strays = {
            f"{gateway} {why.value}": count
            for gateway, whys in self.nobodys.items()
            for why, count in whys.items()
        }
        return data | ({"failed": failed} if failed else {}) | ({"settled nothing": strays} if strays else {})


def receipts(work: Work) -> Receipts:
    """What became of the messages of every run.

    Raises:
        RoleError: The actor may not look.
    """
    states = states_of(work)
    return Receipts(states, _causes(work, states), nobodys(work))


def states_of(work: Work) -> dict[str, dict[DeliveryState, int]]:
    """How many SMS of each run are in which state."""
    work.ask(Deed.LOOK)
    with work.store.read() as connection:
        return tallies.all_counts(connection)


def nobodys(work: Work) -> Mapping[str, Mapping[Found, int]]:
    """How many receipts came over links and settled nothing, by gateway and why."""
    with work.store.read() as connection:
        return references.nobodys(connection)


def _causes(work: Work, found: Mapping[str, Mapping[DeliveryState, int]]) -> dict[str, Mapping[str, int]]:
    with work.store.read() as connection:
        causes = {
            code: deliveries.causes(connection, runs.find(connection, code), DeliveryState.FAILED)
            for code, states in sorted(found.items())
            if states.get(DeliveryState.FAILED)
        }
    return {code: each for code, each in causes.items() if each}


def unsettled(work: Work, run: Run | None) -> list[Unsettled]:
    """Messages of which nobody knows whether they went out."""
    work.ask(Deed.LOOK)
    with work.store.read() as connection:
        return list(deliveries.unsettled(connection, run))
