"""One office lived through: a history of steps on a simulated clock, each looked at by the oracle.

A step is a tuple `(minute, verb, ...)`; what it names that is not there is left undone, so that any steps may be
taken out of a history and the rest still means something.
"""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from campaigner.answers.account import verify
from campaigner.errors import OvertakenError
from tests.opened import store_of
from tests.simulation.carrier import NETWORK
from tests.simulation.offices.endings import at_the_end
from tests.simulation.offices.files import Files
from tests.simulation.offices.machine import Machine
from tests.simulation.offices.oracle import Fault, Oracle, split
from tests.simulation.offices.people import People
from tests.simulation.offices.record import Record, line
from tests.simulation.offices.scene import History, Scene, Step, words_of_warnings
from tests.simulation.offices.settings import DAY, moment
from tests.simulation.surroundings import alone, quiet, simulated_kind
from tests.simulation.world import PowerCutError

SETTLING = 6 * DAY
"""Minutes after a history within which every run ends."""
_UNDER_WAY = {"planned", "generating", "generated", "returned", "withdrawn", "dropped"}
"""States in which no approval stands."""


class World:
    """An office, and the time that passes for it.

    Args:
        folder: Where to make it.
        history: What it is to live through.
        rules: Properties that are looked at; all if None.
    """

    def __init__(self, folder: Path, history: History, rules: frozenset[str] | None = None) -> None:
        self._history = history
        self._rules = rules
        oracle = Oracle(words_of_warnings(), [(0, history.settings)], dict(history.sheets))
        self._scene = Scene(folder, oracle, line(history.seed))
        self._record = Record(folder)
        self._files = Files(self._scene, history)
        self._people = People(self._scene)
        self._machine = Machine(self._scene, slips=history.slips)
        self._step = 0
        self.trace: list[str] = []

    def live(self) -> list[Fault]:
        """Live through the history and what comes after it; the faults of the first step that has any."""
        with ExitStack() as stack:
            for surrounding in (simulated_kind(), alone(), quiet(), self._scene.fuses()):
                stack.enter_context(surrounding)
            NETWORK.append(self._scene.carrier)
            before = os.umask(0o077)
            try:
                return self._live()
            finally:
                self._scene.left = None
                self._machine.stop()
                os.umask(before)
                NETWORK.remove(self._scene.carrier)

    def figures(self) -> tuple[int, Counter[str]]:
        """How many SMS went out, and how many runs came to which state."""
        return len(self._scene.oracle.contacts), Counter(self._scene.states.values())

    def _live(self) -> list[Fault]:
        last = max((step[0] for step in self._history.steps), default=0)
        for step in (*self._history.steps, *self._afterwards(last)):
            found = self._one(step)
            if found:
                return found
        self._machine.stop()
        return self._wanted([*at_the_end(self._record, self._scene.oracle, last), *self._chain()])

    def _afterwards(self, last: int) -> list[Step]:
        """Everything is put right, nobody approves anything any more, and the clock runs on."""
        right: list[Step] = [(last + 1, "repair"), (last + 1, "line", 0)]
        right += [(last + 1, "sheet", file, "damage", "") for file, _sheet in self._history.sheets]
        return [*right, *((minute, "turn") for minute in range(last + 2, last + SETTLING, 10 * 60))]

    def _one(self, step: Step) -> list[Fault]:
        scene = self._scene
        self._step += 1
        scene.minute, verb, *given = step
        scene.dead = scene.planned = False
        scene.carrier.minute = scene.minute
        said = self._act(verb, given)
        out = self._record.fresh_contacts(self._step, scene.minute, scene.carrier, urgent=verb == "urgent")
        now, entries = self._record.since()
        for entry in entries:
            if entry.kind in {"generated", "vouched"}:
                of_the_daemon = "account" in entry.facts
                (scene.unvouched.add if of_the_daemon else scene.unvouched.discard)(entry.run)
            if entry.kind == "generated":
                scene.oracle.written[entry.run] = scene.oracle.sheets[self._file_of(entry.run)]
        found = scene.oracle.went_out(out)
        if said.startswith("crash"):
            found.append(Fault("crash", f"{' '.join(map(str, step))}: {said}"))
        self._trace(step, said, len(out), now)
        self._learn(now, verb)
        return self._wanted(found)

    def _act(self, verb: str, given: list[Any]) -> str:
        """Do what a step says; what the program said to it."""
        word = verb.replace("-", "_")
        for who in (self._files, self._people, self._machine):
            act: Callable[..., str | None] | None = getattr(who, word, getattr(who, f"{word}_", None))
            if act is not None:
                break
        assert act is not None, verb
        try:
            return act(*given) or ""
        except PowerCutError:
            self._machine.fall_dead()
            return "cut"
        except OvertakenError as error:
            self._machine.fall_dead()
            return str(error)

    def _file_of(self, code: str) -> str:
        """The list from which a run's people come, by the settings in force or the last that knew its campaign."""
        name, _due = split(code)
        for _minute, settings in reversed(self._scene.oracle.versions):
            if name in settings.campaigns:
                return settings.segments[settings.campaigns[name].segment].audience
        return self._scene.oracle.settings.audiences[0]

    def _learn(self, now: dict[str, str], verb: str) -> None:
        """What holds from the end of this step on."""
        oracle, carrier = self._scene.oracle, self._scene.carrier
        if self._scene.planned:
            oracle.lists_were_read()
        if self._scene.dead:
            carrier.again |= carrier.written_back
        else:
            oracle.refused |= dict.fromkeys(carrier.written_back, "he wrote back")
        carrier.written_back.clear()
        for code, state in now.items():
            if self._scene.states.get(code) == state:
                continue
            if verb == "approve" and state == "approved":
                oracle.approved.add(code)
                oracle.ended.discard(code)
            elif state in _UNDER_WAY:
                oracle.approved.discard(code)
        self._scene.states = now

    def _wanted(self, found: list[Fault]) -> list[Fault]:
        return [fault for fault in found if self._rules is None or fault.rule in self._rules]

    def _trace(self, step: Step, said: str, out: int, now: dict[str, str]) -> None:
        before = self._scene.states
        moved = [
            f"{code} {before.get(code, '')}>{now[code]}" for code in now if before.get(code) != now[code]
        ]
        facts = [*([f"{out} out"] if out else []), *moved, *([said] if said else [])]
        self.trace.append(f"{moment(step[0]):%a %d %H:%M} {' '.join(map(str, step[1:]))}: {'; '.join(facts)}")

    def _chain(self) -> list[Fault]:
        if not (self._scene.folder / "campaigner.db").exists():
            return []
        store = store_of(self._scene.folder)
        try:
            broken = verify(store).broken
        finally:
            store.close()
        return [Fault("chain", broken)] if broken else []
