"""What the log says of refusals and deletions, reckoned up, so that the store can be compared with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from campaigner.domain.log import Entry

REFUSED, ACCEPTS, ERASED, PURGED, GENERATED, RECOVERED = (
    "refused", "accepts", "erased", "purged", "generated", "recovered",
)  # fmt: skip
TOLD = (REFUSED, ACCEPTS, ERASED, PURGED, GENERATED, RECOVERED)
"""Kinds of entries that a reckoning is made of."""
SIZE = 1 << 128
"""Marks are sums modulo this."""
_EVERYTHING = frozenset({"recipients"})
"""What a purge of earlier versions took: it did not say."""


@dataclass(slots=True)
class Entered:
    """The refusals that one entry tells of, without those that later entries took out.

    Args:
        seq: Number of the entry.
        source: How they came.
        phones: How many they are.
        mark: Sum of the keyed hashes of the phones, modulo `SIZE`.
    """

    seq: int
    source: str
    phones: int
    mark: int


@dataclass(slots=True)
class Reckoning:
    """What the store must hold by the log, and what not.

    Args:
        entered: Refusals by the number of the entry that tells of them and has their mark.
        older: How many refusals entries without a mark tell of: of earlier versions, and those a restore carried over.
        unsaid: Numbers of the entries that may each have taken out one refusal and do not say which.
        restored: Number of the last entry that tells of a restore; 0 if there is none.
        erased: Pseudonym of each person who was deleted and did not ask for messages again -> number of the entry.
        forgiven: How many of them asked for messages again at most, by entries that do not say who.
        purged: Code of a run -> number of the entry, and classes that were deleted of it and not written since.
    """

    entered: dict[int, Entered] = field(default_factory=dict)
    older: int = 0
    unsaid: list[int] = field(default_factory=list)
    restored: int = 0
    erased: dict[str, int] = field(default_factory=dict)
    forgiven: int = 0
    purged: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)


def reckon(entries: Iterable[Entry]) -> Reckoning:
    """Reckon up what entries say of refusals and deletions; of phones they have keyed hashes only.

    Args:
        entries: Those of the kinds `TOLD`, in order.
    """
    found = Reckoning()
    for entry in entries:
        told = entry.fields
        if entry.kind == REFUSED:
            _entered(found, entry, told)
        elif entry.kind == RECOVERED:
            found.older += int(told.get("refusals", 0))
            found.restored = entry.seq
        elif entry.kind == ACCEPTS:
            _taken_out(found, entry, told)
            found.erased.pop(str(told.get("subject", "")), None)
            found.forgiven += "refusals" not in told
        elif entry.kind == ERASED:
            _taken_out(found, entry, told)
            found.erased[str(told.get("subject", ""))] = entry.seq
        elif entry.kind == PURGED and entry.run:
            classes = frozenset(told.get("deleted", _EVERYTHING))
            _seq, before = found.purged.get(entry.run, (0, frozenset[str]()))
            found.purged[entry.run] = entry.seq, before | classes
        elif entry.kind == GENERATED:
            found.purged.pop(entry.run, None)
    return found


def _entered(found: Reckoning, entry: Entry, told: dict[str, Any]) -> None:
    phones = int(told["phones"])
    if "mark" in told:
        source = str(told.get("source", "reply"))
        found.entered[entry.seq] = Entered(entry.seq, source, phones, int(str(told["mark"]), 16))
    else:
        found.older += phones


def _taken_out(found: Reckoning, entry: Entry, told: dict[str, Any]) -> None:
    """Take out what an entry says that it took out, or remember that it does not say."""
    if "refusals" not in told:
        found.unsaid.append(entry.seq)
        return
    group = found.entered.get(int(told.get("entered", 0)))
    if group is None:
        found.older -= int(told["refusals"])
        return
    group.phones -= int(told["refusals"])
    group.mark = (group.mark - int(str(told["mark"]), 16)) % SIZE
