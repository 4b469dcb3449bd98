"""What is left of states that were forgotten: how many SMS of a run were in which state, and nothing of whom."""

from sqlalchemy import Connection, func, insert, select, update

from campaigner.domain.delivery import DeliveryState
from campaigner.domain.planning import Run
from campaigner.store import deliveries
from campaigner.store.tables import RunRow, TallyRow

_TALLY = TallyRow.__table__  # type: ignore[attr-defined]
_RUN = RunRow.__table__  # type: ignore[attr-defined]


def add(connection: Connection, run_id: int, gateway: str, state: str, quantity: int, parts: int) -> None:
    """Count states that are about to be forgotten."""
    mine = (_TALLY.c.run_id == run_id, _TALLY.c.gateway == gateway, _TALLY.c.state == state)
    changed = connection.execute(
        update(_TALLY)
        .where(*mine)
        .values(quantity=_TALLY.c.quantity + quantity, parts=_TALLY.c.parts + parts)
    ).rowcount
    if not changed:
        connection.execute(
            insert(_TALLY).values(run_id=run_id, gateway=gateway, state=state, quantity=quantity, parts=parts)
        )


def counts(connection: Connection, run: Run) -> dict[DeliveryState, int]:
    """How many SMS of a run are, or were, in which state."""
    found = deliveries.counts(connection, run)
    query = (
        select(_TALLY.c.state, func.sum(_TALLY.c.quantity))
        .where(_TALLY.c.run_id == run.id)
        .group_by(_TALLY.c.state)
    )
    for word, count in connection.execute(query):
        state = DeliveryState(word)
        found[state] = found.get(state, 0) + int(count)
    return found


def all_counts(connection: Connection) -> dict[str, dict[DeliveryState, int]]:
    """How many SMS of each run are, or were, in which state, by the run's code."""
    found = deliveries.all_counts(connection)
    query = (
        select(_RUN.c.code, _TALLY.c.state, func.sum(_TALLY.c.quantity))
        .join(_TALLY, _TALLY.c.run_id == _RUN.c.id)
        .group_by(_RUN.c.code, _TALLY.c.state)
    )
    for code, word, count in connection.execute(query):
        states = found.setdefault(code, {})
        state = DeliveryState(word)
        states[state] = states.get(state, 0) + int(count)
    return found
