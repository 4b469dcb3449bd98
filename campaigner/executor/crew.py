"""Parts handed out to workers, a few ahead, their results in order; one whose worker died is handed out again."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Protocol, TypeVar

from campaigner.errors import ExecutorError
from campaigner.executor.task import Sealed

_P = TypeVar("_P")
_R = TypeVar("_R")

AHEAD = 2
"""Parts for each who works: the one he works on, and the one he takes next."""
TRIES = 3
"""How often a part is handed out: one that kills each of its workers is not to take the whole machine with it."""


class LostError(Exception):
    """The worker that had a part is gone, and no result came."""


class Pending(Protocol):
    """A result that is on its way."""

    def result(self) -> Any:
        """The result, waited for; or what the partition function raised."""
        ...

    def cancel(self) -> Any:
        """It is not wanted any more."""
        ...


@dataclass(slots=True)
class _Begun:
    """A part that was handed out."""

    part: Sealed
    pending: Pending
    tries: int = 1


class Crew(ABC):
    """Workers that work on parts. `over` is as good as `map`; see `Over`."""

    @abstractmethod
    def begin(self, function: Sealed, part: Sealed) -> Pending:
        """Hand out a part."""

    @abstractmethod
    def wait(self, pending: Pending) -> Sealed:
        """The result of a part.

        Raises:
            LostError: Its worker is gone; it may be handed out again.
        """

    def forget(self, pending: Pending) -> None:
        """A result is not wanted any more."""
        pending.cancel()

    @abstractmethod
    def hands(self) -> int:
        """How many parts are worked on at the same time."""

    def room(self) -> int:
        """How many parts may be out at once, so that nobody waits and memory stays flat."""
        return AHEAD * self.hands()

    @abstractmethod
    def close(self) -> None:
        """Let the workers go."""

    def over(self, partition: Callable[[_P], _R], parts: Iterable[_P], /) -> Iterator[_R]:
        """The results of a partition function in order of the parts.

        A single part is worked on here: to start a process, or ask a cluster, takes longer.

        Raises:
            ExecutorError: A part cost each of its workers the life, or there are no workers.
        """
        given = _UpToFault(parts)
        first = list(islice(given, 2))
        if len(first) < 2:  # noqa: PLR2004 - one, or none
            yield from map(partition, first)
        else:
            yield from _Handout(self, Sealed.of(partition)).results(chain(first, given))
        if given.fault is not None:
            raise given.fault


class _UpToFault(Iterator[_P]):
    """Parts as far as they can be read: with `map`, what stood before a fault has long been worked on.

    Args:
        parts: All of them.
    """

    def __init__(self, parts: Iterable[_P]) -> None:
        self._parts = iter(parts)
        self.fault: Exception | None = None
        """Why they ended early."""

    def __next__(self) -> _P:
        try:
            return next(self._parts)
        except StopIteration:
            raise
        except Exception as fault:  # noqa: BLE001 - raised again, behind what came before it
            self.fault = fault
            raise StopIteration from None


class _Handout:
    """The parts of one call of `over`."""

    def __init__(self, crew: Crew, function: Sealed) -> None:
        self._crew = crew
        self._function = function
        self._out: deque[_Begun] = deque()

    def results(self, parts: Iterable[Any]) -> Iterator[Any]:
        room = self._crew.room()
        try:
            for part in parts:
                sealed = Sealed.of(part)
                self._out.append(_Begun(sealed, self._crew.begin(self._function, sealed)))
                if len(self._out) >= room:
                    yield self._next()
            while self._out:
                yield self._next()
        finally:
            for begun in self._out:
                self._crew.forget(begun.pending)

    def _next(self) -> Any:
        begun = self._out[0]
        while True:
            try:
                result = self._crew.wait(begun.pending)
            except LostError as lost:
                self._again(begun, lost)
            else:
                self._out.popleft()
                return result.opened()

    def _again(self, begun: _Begun, lost: LostError) -> None:
        if begun.tries == TRIES:
            raise ExecutorError(
                f"{TRIES} workers died over the same part: {lost}; is there memory enough for them?\n"
                f"处理同一部分时有 {TRIES} 个工作进程先后中断：请检查内存是否够用，或把 [executor] 的 "
                "workers 调小"
            ) from None
        begun.tries += 1
        begun.pending = self._crew.begin(self._function, begun.part)
