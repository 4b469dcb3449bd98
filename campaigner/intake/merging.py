"""Rows whose person, pupil or place stands in the list already: merged, added to, or somebody else after all.

Hardly any row is one, so that nothing is remembered of the others: who comes a second time waits, and the first row is
looked up in a second reading, which ends when all are found.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from campaigner.domain.people import ADDED, COLUMNS, DOUBT, JOINED, REPEATED, ROW_KEY, Block, Kind
from campaigner.domain.problem import Level, Problem
from campaigner.intake.faults import FileFault, problem_of
from campaigner.intake.identity import other_key
from campaigner.intake.seen import Seen

MERGED = frozenset({"row-merged", "merge-differs", "merge-joined"})
"""Codes of rows of somebody who stands in the list already."""
MOST = 20_000
"""Rows that wait at most before their first ones are looked up."""
_APART: Mapping[Kind, tuple[str, ...]] = {
    Kind.PEOPLE: ("village", "age", "gender", "household"),
    Kind.PUPILS: ("birth", "village", "gender", "age"),
    Kind.PLACES: (),
}
"""Columns in which two rows of one person cannot differ, where both say something."""
_GUARDIANS = (("guardian", "phone"), ("guardian2", "phone2"))
_OF_GUARDIANS = frozenset(name for pair in _GUARDIANS for name in pair)
_ONCE = frozenset({"birth", "roll"})
"""What makes two rows of one name one pupil, whoever its guardians are."""


class _Row(NamedTuple):
    """A row, and where it stands."""

    source: str
    line: int
    row: dict[str, Any]


@dataclass(slots=True)
class _Person:
    """Somebody who stands in the list.

    Args:
        source: File, with its sheet where there are several, in which it stands first.
        line: Where there.
        key: The number of the row.
        row: The cells.
        guardians: Names and phones of a pupil's guardians.
    """

    source: str
    line: int
    key: int
    row: Mapping[str, Any]
    guardians: set[tuple[str, int]] = field(default_factory=set)


class Merging:
    """Decides what becomes of rows whose key was met before.

    Args:
        kind: What they are.
        report: Takes what is told.
        again: Reads the list once more, cleaned, block by block.
        seen: The keys of everybody who has been handed out.
    """

    def __init__(
        self,
        kind: Kind,
        report: Callable[[Problem], None],
        again: Callable[[], Iterator[Block]],
        seen: Seen,
    ) -> None:
        self._kind = kind
        self._report = report
        self._again = again
        self._seen = seen
        self._waiting: list[_Row] = []
        self._labels = {column.name: column.label for column in COLUMNS[kind]}
        self._empty = {column.name: column.empty for column in COLUMNS[kind]}
        self.others = 0
        """Rows that are somebody else after all."""
        self.merged = 0
        """Rows of somebody who was handed out before."""

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, block: Block) -> None:
        """Rows whose key was met before."""
        rows = zip(block.lines, block.rows(), strict=True)
        self._waiting += [_Row(block.source, line, row) for line, row in rows]

    def settle(self) -> list[Block]:
        """Those of the waiting rows that have to be handed out all the same, and those that add a guardian.

        Returns:
            A block for each table that has some.

        Raises:
            FileFault: The list was changed meanwhile.
        """
        if not self._waiting:
            return []
        first = self._first()
        waiting, self._waiting = self._waiting, []
        known: dict[int, list[_Person]] = {}
        kept: dict[str, list[_Row]] = {}
        for one in waiting:
            key = one.row[ROW_KEY]
            if key not in first:
                raise FileFault("file-changed")
            more = self._settled(one, known.setdefault(key, [first[key]]))
            kept.setdefault(one.source, []).extend(more)
        return [self._block(source, rows) for source, rows in kept.items() if rows]

    def _block(self, source: str, rows: Sequence[_Row]) -> Block:
        names = dict.fromkeys(name for each in rows for name in each.row)
        columns = {name: [each.row.get(name, self._empty.get(name, 0)) for each in rows] for name in names}
        return Block(source, [each.line for each in rows], columns)

    def _first(self) -> dict[int, _Person]:
        """The first row of each key that waits."""
        wanted = {waiting.row[ROW_KEY] for waiting in self._waiting}
        found: dict[int, _Person] = {}
        sought = np.array(sorted(wanted), dtype=np.int64)
        for block in self._again():
            hits = np.isin(np.asarray(block.columns[ROW_KEY], dtype=np.int64), sought)
            if hits.any():
                hit = block.where(hits.tolist())
                for line, row in zip(hit.lines, hit.rows(), strict=True):
                    if row[ROW_KEY] not in found:
                        found[row[ROW_KEY]] = _Person(
                            block.source, line, row[ROW_KEY], row, set(_guardians(row))
                        )
            if len(found) == len(wanted):
                break
        return found

    def _settled(self, one: _Row, people: list[_Person]) -> Iterable[_Row]:
        """What of one row is handed out; the people who share its key may become one more."""
        row = one.row
        for person in people:
            if not self._apart(row, person):
                self.merged += 1
                return self._merged(one, person)
        apart = self._apart(row, people[0])
        key = other_key(row[ROW_KEY], *(row[name] for name in apart), *sorted(_guardians(row)))
        self._tell("same-identity", one, people[0], apart, Level.WARN)
        people.append(_Person(one.source, one.line, key, row, set(_guardians(row))))
        if not self._seen.fresh([key])[0]:
            # Somebody like this was settled before.
            self.merged += 1
            return []
        self.others += 1
        return [one._replace(row={**row, ROW_KEY: key})]

    def _apart(self, row: Mapping[str, Any], person: _Person) -> list[str]:
        """Columns that tell a row from a person; none if it is the same one."""
        same = self._kind is Kind.PEOPLE and row["phone"] and row["birth"]
        apart = [
            name for name in (() if same else _APART[self._kind])
            if row[name] != person.row[name] and self._said(row, name) and self._said(person.row, name)
        ]  # fmt: skip
        if self._kind is Kind.PUPILS and not any(self._said(row, name) for name in _ONCE):
            mine, theirs = set(_guardians(row)), person.guardians
            if mine and theirs and not _shared(mine, theirs):
                apart += [name for name in ("guardian", "phone") if self._said(row, name)]
        return apart

    def _said(self, row: Mapping[str, Any], name: str) -> bool:
        return bool(row[name] != self._empty[name])

    def _merged(self, one: _Row, person: _Person) -> list[_Row]:
        """Say what is merged with what; what a row says besides is handed out, under the number of the person."""
        row = one.row
        others = [name for name in self._empty if name not in _OF_GUARDIANS and self._said(row, name)]
        more = [name for name in others if not self._said(person.row, name)]
        differing = [name for name in others if name not in more and row[name] != person.row[name]]
        phones = {phone for _name, phone in person.guardians}
        fresh = [(name, phone) for name, phone in _guardians(row) if phone and phone not in phones]
        if differing:
            self._tell("merge-differs", one, person, differing, Level.WARN)
        if fresh or more or not differing:
            self._tell("merge-joined" if fresh or more else "row-merged", one, person, (), Level.INFO)
        person.guardians |= set(_guardians(row))
        person.row = {**person.row, **{name: row[name] for name in more}}
        common = {
            "opted_out": bool(row.get("opted_out") or person.row.get("opted_out")),
            DOUBT: row.get(DOUBT, 0) | person.row.get(DOUBT, 0),
            ROW_KEY: person.key,
        }
        if self._kind is Kind.PLACES:
            del common["opted_out"]
        found = [one._replace(row={**person.row, **common, JOINED: REPEATED})] if more else []
        blank = {"guardian": "", "phone": 0, JOINED: ADDED}
        return found + [
            one._replace(row={**row, **common, **blank, "guardian2": name, "phone2": phone})
            for name, phone in fresh
        ]

    def _tell(self, code: str, one: _Row, person: _Person, names: Sequence[str], level: Level) -> None:
        labels = "、".join(self._labels[name] for name in names)
        first = str(person.line) if person.source == one.source else f"{person.line} ({person.source})"
        detail = {"first": first, "labels": labels}
        self._report(problem_of(code, one.source, one.line, detail=detail, level=level))


def _guardians(row: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Names and phones of a row's guardians; nothing for people."""
    return [
        (row[name], row[phone])
        for name, phone in _GUARDIANS
        if name in row and phone in row and (row[name] or row[phone])
    ]


def _shared(mine: set[tuple[str, int]], theirs: set[tuple[str, int]]) -> bool:
    """Whether two rows have a guardian in common, by name or by phone."""
    return any(
        (name and name == other) or (phone and phone == number)
        for name, phone in mine
        for other, number in theirs
    )
