"""What must hold of an office at the end of its history: every run has ended, once, says why, and adds up."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from tests.simulation.offices.oracle import Fault, Oracle, split
from tests.simulation.offices.record import Contact, Entry, Ledger, Record
from tests.simulation.offices.settings import moment

ENDED = {"released", "expired", "skipped", "cancelled", "dropped", "withdrawn", "missed"}
_GOING_OUT = {"exported", "sent"}
_ENDING = {
    "released": {"exported", "sent", "waits"}, "expired": {"expired"}, "skipped": {"missed"},
    "missed": {"missed"}, "cancelled": {"cancelled"}, "dropped": {"planned", "withdrawn"},
    "withdrawn": {"withdrawn"},
}  # fmt: skip
"""State -> kinds of log entries of which one explains it."""
_REASONS = ("why", "reason", "rule", "not_after")
_WRITTEN = ENDED | {"generated", "approved", "partly", "returned", "held"}
_GRACE = 31
"""Minutes by which a run may be late that was not missed."""


def at_the_end(record: Record, oracle: Oracle, settled: int) -> Iterator[Fault]:
    """Faults of an office whose clock ran on long enough after its history.

    Args:
        record: What it did.
        oracle: What was asked of it.
        settled: Minute before which every run must have ended.
    """
    states, entries = record.states(), record.entries()
    for code, state in sorted(states.items()):
        yield from _end_of(code, state, entries, settled)
    yield from _books(states, record.quantities(), record.ledger(), oracle.contacts)
    yield from _outages(oracle, put_off(entries))


def _end_of(code: str, state: str, entries: Sequence[Entry], settled: int) -> Iterator[Fault]:
    own = [entry for entry in entries if entry.run == code or _named(entry, code)]
    if state not in ENDED:
        if split(code)[1] < settled:
            yield Fault("ends", f"{code} is still {state}; last {own[-1].kind if own else 'nothing'}")
        return
    telling = [entry for entry in own if entry.kind in _ENDING[state]]
    if not telling:
        yield Fault("explained", f"{code} is {state}, and nothing in the log says why")
    elif state not in {"released", "dropped"} and not any(telling[-1].facts.get(word) for word in _REASONS):
        yield Fault("explained", f"{code} is {state}, and {telling[-1].kind} gives no reason")
    over = False
    for entry in own:
        if entry.kind in _GOING_OUT and over:
            yield Fault("ends", f"{code} was {entry.kind} after it had ended")
        ending = entry.kind in {"expired", "cancelled"} or (entry.kind == "missed" and "never" in entry.facts)
        over = (over or ending) and not _named(entry, code)


def _named(entry: Entry, code: str) -> bool:
    return any(code in value for value in entry.facts.values() if isinstance(value, list))


def _books(
    states: Mapping[str, str],
    quantities: Mapping[str, int],
    ledger: Sequence[Ledger],
    contacts: Sequence[Contact],
) -> Iterator[Fault]:
    """Written = out + waiting + never, for a reason each; and what is out is what was seen."""
    rows: defaultdict[str, list[Ledger]] = defaultdict(list)
    for row in ledger:
        rows[row.run].append(row)
    seen: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for contact in contacts:
        seen[contact.run][contact.phone] += 1
    filed = {contact.run for contact in contacts if contact.gateway == "carrier"}
    for code, state in sorted(states.items()):
        mine = rows[code]
        if state in _WRITTEN and len(mine) != quantities[code]:
            yield Fault("books", f"{code}: {quantities[code]} written, {len(mine)} accounted for")
        if state in ENDED and any(row.release == 0 for row in mine):
            yield Fault("books", f"{code} is {state}, and somebody of it waits")
        if any(row.release < 0 and not row.why for row in mine):
            yield Fault("books", f"{code}: somebody never gets it, for no reason")
        out = Counter(row.phone for row in mine if row.release > 0)
        if code in filed and out != seen[code]:
            yield Fault("books", f"{code}: {out.total()} out in the store, {seen[code].total()} in files")
        if seen[code] - out:
            yield Fault("books", f"{code}: {(seen[code] - out).total()} out that the store does not know")


def put_off(entries: Sequence[Entry]) -> set[str]:
    """Runs that had their turn in time, and of which a cap or a quiet day put all off: they were not missed."""
    found: set[str] = set()
    missed: set[str] = set()
    for entry in entries:
        if entry.kind == "missed":
            missed.add(entry.run)
        elif entry.kind == "waits" and entry.run not in missed:
            found.add(entry.run)
    return found


def _outages(oracle: Oracle, in_time: Collection[str] = ()) -> Iterator[Fault]:
    """Of the missed runs of one campaign, one goes out."""
    firsts: dict[str, Contact] = {}
    for contact in oracle.contacts:
        firsts.setdefault(contact.run, contact)
    late: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for code, first in firsts.items():
        name, due = split(code)
        if not first.urgent and code not in in_time and first.seen > oracle.settings.opening(due) + _GRACE:
            late[name, first.step].append(code)
    for (name, _step), codes in late.items():
        if len(codes) > 1:
            when = f"{moment(firsts[codes[0]].seen):%a %d %H:%M}"
            yield Fault("outage", f"{len(codes)} missed runs of {name} went out at {when}")
