"""What is the same for everybody in a simulated world: a kind of gateway, nobody else who sends, no noise."""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import EntryPoint, EntryPoints

from campaigner.delivery import registry
from campaigner.road import sharing


@contextmanager
def brought(**kinds: str) -> Iterator[None]:
    """Kinds of gateways as an installed package would bring them, by name: `module:Class`."""
    real = registry.entry_points
    ours = [EntryPoint(name, place, registry.GROUP) for name, place in kinds.items()]
    known = EntryPoints([*real(group=registry.GROUP), *ours])
    registry.entry_points = lambda group: known.select(group=group)  # type: ignore[assignment]
    registry.kind.cache_clear()
    try:
        yield
    finally:
        registry.entry_points = real  # type: ignore[assignment]
        registry.kind.cache_clear()


def simulated_kind() -> AbstractContextManager[None]:
    """The kind `simulated`."""
    return brought(simulated="tests.simulation.carrier:Simulated")


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else sends in this world: who sent when the power was cut is dead at once, though its process goes on."""
    before, sharing.SILENCE = sharing.SILENCE, 0.0
    try:
        yield
    finally:
        sharing.SILENCE = before


@contextmanager
def quiet() -> Iterator[None]:
    """No log on the screen."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
