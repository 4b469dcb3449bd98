"""One office lived through: a story of steps, each looked at by the oracle, and an inspection in the end.

A step is a tuple `(minute, verb, ...)`; what it names that is not there is left undone, so that any steps may be
taken out of a story and the rest still means something.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from random import Random

from tests.simulation.insider import looking
from tests.simulation.insider.hands import FORBIDDEN, Hands
from tests.simulation.insider.inspection import Inspection, no_paper
from tests.simulation.insider.office import Offices
from tests.simulation.insider.oracle import Fault, Oracle
from tests.simulation.insider.people import People
from tests.simulation.insider.rows import Rows
from tests.simulation.insider.scene import Scene, Step, Story, moment
from tests.simulation.insider.ways import BOOKS
from tests.simulation.surroundings import alone, brought, quiet

_WAYS = "tests.simulation.insider.ways"
_KINDS = {"insider-line": f"{_WAYS}:Line", "insider-server": f"{_WAYS}:Server"}
"""The ways out of these offices."""


@contextmanager
def surroundings() -> Iterator[None]:
    """What is the same for all these offices."""
    before = os.umask(0o077)
    with ExitStack() as stack:
        for one in (brought(**_KINDS), alone(), quiet(), no_paper()):
            stack.enter_context(one)
        try:
            yield
        finally:
            os.umask(before)


class World:
    """An office, and what happens in it.

    Args:
        offices: Where it is.
        story: What happens.
    """

    def __init__(self, offices: Offices, story: Story) -> None:
        self._story = story
        self._scene = Scene(offices.fresh(), story)
        self._oracle = Oracle(self._scene)
        self._people = People(self._scene)
        self._who = (self._people, Hands(self._scene), Rows(self._scene))
        self._inspection = Inspection(self._scene, offices.key)
        self.trace: list[str] = []
        self.alarms: list[str] = []

    @property
    def left(self) -> int:
        """How many messages, files and folders left."""
        return self._oracle.left

    def live(self) -> list[Fault]:
        """Live through the story; what must not have happened and nothing tells of."""
        BOOKS.append(self._scene.books)
        try:
            found = [fault for step in self._story.steps for fault in self._one(step)]
            return self._judged(found)
        finally:
            BOOKS.remove(self._scene.books)

    def _one(self, step: Step) -> list[Fault]:
        self._scene.minute, verb, *given = step
        who = next(who for who in self._who if hasattr(who, verb))
        self._scene.crossed |= isinstance(who, Rows) or verb in FORBIDDEN
        said = getattr(who, verb)(*given) or ""
        found = self._oracle.look(program=who is self._people)
        crash, self._people.crash = self._people.crash, ""
        if crash and not self._scene.crossed:
            found.append(Fault("crash", crash))
        told = "; ".join([*(f"! {fault.text}" for fault in found), *([said] if said else [])])
        self.trace.append(f"{moment(step[0]):%m-%d %H:%M} {' '.join(map(str, step[1:]))}: {told[:300]}")
        return found

    def _judged(self, found: list[Fault]) -> list[Fault]:
        states = looking.states(self._scene.folder) if not self._scene.crossed else {}
        self.trace.append(f"in the end: {states or 'see above'}, {self.left} left")
        if self._story.honest:
            self.alarms = list(self._inspection.alarms())
            found += [Fault("false-alarm", line) for line in self.alarms]
        else:
            self._inspection.right()
            planted = [name for name in self._oracle.planted() if self._inspection.whole(name)]
            found += [
                Fault("planted", f"{name} holds what nobody approved, and is whole") for name in planted
            ]
            if found:
                self.alarms = list(self._inspection.alarms())
                return [] if self.alarms else found
        if not self.alarms and self._story.seed % 4 == 0:
            dice = Random(self._story.seed)
            list(self._inspection.alarms())
            forged = [self._inspection.forged(dice) for _try in range(3)]
            found += [Fault("forged", f"{done}, and the pack holds") for done in forged if done]
        return found
