"""The collector of cycles, where messages come in great numbers."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 50_000
"""New objects after which it looks for the first time: some thousand messages' worth."""


@contextmanager
def old_left_alone() -> Iterator[None]:
    """Spare the collector of cycles what is there now; for a block, or as a decorator.

    Messages and answers come in such numbers that it would look through all objects of the program again and again:
    a third of the time that sending or reading texts takes, a seventh of writing them. Those that live a moment it
    looks through less often: another eighth.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
