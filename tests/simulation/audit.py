"""An audit of a simulated office: what its files, its store and its carrier show, by means of its own.

Nothing of the program decides here: files are read with csv and json, the store with SQL.
"""

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.campaigns import CLOSES, OPENS, QUIET, Plan
from tests.simulation.carrier import Network
from tests.simulation.reading import reading
from tests.simulation.world import World

ZONE = ZoneInfo("Asia/Shanghai")
GAP, WEEK, SAME_TEXT = timedelta(hours=20), timedelta(days=7), timedelta(days=10)
_PHONE, _HOUSEHOLD = 2, 5
_KEPT = timedelta(days=180)
"""How long an office keeps what it sent that says nothing else."""
_ENDING = timedelta(days=13)
"""Within which every run has ended."""
_TO_GUARDIANS = "家长您好"
"""Letters to parents go by the school's list, which knows no households; texts to them say so at their start."""
_ENDED = {"released", "expired", "missed", "cancelled", "withdrawn", "held"}
_DIGITS = str.maketrans({chr(ord("０") + n): str(n) for n in range(10)})


@dataclass(frozen=True, order=True)
class Contact:
    """One SMS to one phone."""

    at: datetime
    run: str
    phone: int
    text: str


@dataclass
class Report:
    """What was found; `faults` must be empty."""

    runs: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    contacts: int = 0
    generated: int = 0
    put_off: int = 0
    entries: int = 0
    unknown: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        if len(self.faults) < 50:
            self.faults.append(text)


def audit(folder: Path, expected: Mapping[str, Plan], world: World, kept: timedelta = _KEPT) -> Report:
    """Look at everything.

    Args:
        folder: The office.
        expected: Code of each run that must exist.
        world: Where it lived; with the carrier's own books, and with what was taken of its output and when.
        kept: How long it keeps files and texts of a run that has ended.
    """
    network = world.network
    report = Report()
    with reading(folder) as store:
        _runs(store, expected, report)
        gone = dict(_gone(store))
        books(store, report)
        _carrier(store, network, report)
        _forgotten(folder, store, world.now - kept - _ENDING, report)
    filed = list(_filed(world, report))
    _quantities(filed, gone, expected, report)
    sent = [Contact(at, "a run over the line", phone, text) for at, phone, text in network.taken]
    contacts = sorted(filed + sent)
    report.contacts = len(contacts)
    _hours(contacts, report)
    _once(filed, report)
    _caps(contacts, _households(folder), report)
    _refusals(contacts, network, report)
    return report


def _runs(store: Any, expected: Mapping[str, Plan], report: Report) -> None:
    """Every run that must exist does, once, and has ended."""
    found = store.execute("SELECT code, state FROM run").fetchall()
    counted = Counter(code for code, _state in found)
    report.faults += [f"{code} exists {count} times" for code, count in counted.items() if count > 1]
    states = dict(found)
    for code in expected:
        state = states.get(code, "missing")
        report.ends[state] += 1
        if state not in _ENDED:
            report.fault(f"{code} is {state}")
    last = max(expected).rsplit("-", 2)[1] if expected else ""
    horizon = max((code.rsplit("-", 2)[1] for code in expected), default=last)
    report.faults += [
        f"{code} should not exist"
        for code in states
        if code not in expected and code.rsplit("-", 2)[1] <= horizon
    ]
    report.runs = len(expected)


def _gone(store: Any) -> Iterator[tuple[str, int]]:
    yield from store.execute(
        "SELECT run.code, sum(sms) FROM run_release JOIN run ON run.id = run_id WHERE out GROUP BY run.code"
    )


def books(store: Any, report: Report) -> None:
    """What was generated is out, or the log says what became of it."""
    entries = store.execute("SELECT kind, run, data FROM log ORDER BY seq").fetchall()
    report.entries = len(entries)
    released: Counter[str] = Counter()
    never: Counter[str] = Counter()
    for kind, run, data in entries:
        facts = json.loads(data)
        if kind in {"exported", "sent"}:
            released[run] += facts["quantity"]
            report.put_off += sum(facts.get("put_off", {}).values())
        if kind in {"exported", "sent", "waits"}:
            never[run] += facts.get("opted_out", 0)
        if kind in {"expired", "cancelled"} or (kind == "missed" and "never" in facts):
            never[run] += facts["never"]
    for code, state, quantity in store.execute("SELECT code, state, quantity FROM run"):
        if state in _ENDED and released[code]:
            report.generated += quantity
            if quantity != released[code] + never[code]:
                report.fault(f"{code}: {quantity} generated, {released[code]} out, {never[code]} never")


def _carrier(store: Any, network: Network, report: Report) -> None:
    """What the log says was sent reached the carrier, or a power cut left it unknown."""
    sent = lost = 0
    for kind, data in store.execute("SELECT kind, data FROM log WHERE kind IN ('sent', 'unknown')"):
        facts = json.loads(data)
        if kind == "sent":
            sent += facts["quantity"]
        else:
            lost += facts["quantity"]
    report.unknown = lost
    never_came = sent - len(network.taken) - network.refused
    if not 0 <= never_came <= lost:
        report.fault(
            f"{sent} sent, {len(network.taken)} + {network.refused} at the carrier, {lost} lost track of"
        )


def _forgotten(folder: Path, store: Any, before: datetime, report: Report) -> None:
    """Of what was due before a day, neither files nor texts are left."""
    day = f"{before:%Y%m%d}"
    for path in sorted((folder / "out").glob("[!.]*/*/*")):
        code = path.relative_to(folder / "out").parts[0].split(".")[0]
        if code.rsplit("-", 2)[1] < day:
            report.fault(f"{path.relative_to(folder)} should have been deleted")
    query = "SELECT DISTINCT code FROM run JOIN message ON run_id = run.id WHERE body != '' OR wording_id IS NOT NULL"
    for (code,) in store.execute(query):
        if code.rsplit("-", 2)[1] < day:
            report.fault(f"texts of {code} should have been deleted")


def _filed(world: World, report: Report) -> Iterator[Contact]:
    shown = world.shown
    for place in sorted(world.taken.glob("*")):
        manifest = json.loads((place / "manifest.json").read_text("utf-8"))
        says = datetime.fromisoformat(manifest["send_from"]).astimezone(UTC)
        if abs(says - shown[place.name].astimezone(UTC)) > timedelta(minutes=1):
            report.fault(f"{place.name} says {says} and came at {shown[place.name]}")
        for file in sorted(place.glob("sms/*.csv")):
            with file.open(encoding="utf-8-sig", newline="") as rows:
                for phone, text, *_rest in list(csv.reader(rows))[1:]:
                    yield Contact(says, manifest["run"], int(phone), text)


def _quantities(
    filed: Sequence[Contact], gone: Mapping[str, int], expected: Mapping[str, Plan], report: Report
) -> None:
    counted = Counter(contact.run for contact in filed)
    for code, plan in expected.items():
        if plan.gateway == "carrier" and counted[code] != gone.get(code, 0):
            report.fault(f"{code}: {counted[code]} in files, {gone.get(code, 0)} in the store")


def _hours(contacts: Sequence[Contact], report: Report) -> None:
    for moment in sorted({contact.at for contact in contacts}):
        local = moment.astimezone(ZONE)
        if not OPENS <= local.time() < CLOSES or local.date() in QUIET:
            report.fault(f"something went out at {local}")


def _once(filed: Sequence[Contact], report: Report) -> None:
    counted = Counter((contact.run, contact.phone) for contact in filed)
    for (run, _phone), count in counted.items():
        if count > 1:
            report.fault(f"{run} went {count} times to one phone")


def _caps(contacts: Sequence[Contact], households: Mapping[int, str], report: Report) -> None:
    phones: defaultdict[int, list[Contact]] = defaultdict(list)
    homes: defaultdict[str, list[datetime]] = defaultdict(list)
    for contact in contacts:
        phones[contact.phone].append(contact)
        if contact.phone in households and _TO_GUARDIANS not in contact.text:
            homes[households[contact.phone]].append(contact.at)
    for rows in phones.values():
        _phone_caps(rows, report)
    for moments in homes.values():
        for early, late in zip(moments, moments[_HOUSEHOLD:], strict=False):
            if late - early < WEEK:
                report.fault(f"a household had more than {_HOUSEHOLD} in a week up to {late}")


def _phone_caps(rows: Sequence[Contact], report: Report) -> None:
    for first, second in pairwise(rows):
        if second.at - first.at < GAP:
            report.fault(f"gap of {second.at - first.at} between {first.run} and {second.run} at {second.at}")
    for first, third in zip(rows, rows[_PHONE:], strict=False):
        if third.at - first.at < WEEK:
            report.fault(f"more than {_PHONE} in a week up to {third.run} at {third.at}")
    last: dict[str, datetime] = {}
    for row in rows:
        if row.text in last and row.at - last[row.text] < SAME_TEXT:
            report.fault(f"{row.run} brought the same text again after {row.at - last[row.text]}")
        last[row.text] = row.at


def _refusals(contacts: Sequence[Contact], network: Network, report: Report) -> None:
    """Nobody is written to who wrote back before."""
    for contact in contacts:
        refused = network.refusals.get(contact.phone)
        if refused is not None and contact.at > refused:
            report.fault(f"{contact.run} went to a phone that had refused, at {contact.at}")


def _households(folder: Path) -> dict[int, str]:
    """Phone -> household of those who stand once in the list."""
    found: dict[int, str] = {}
    seen: Counter[int] = Counter()
    with (folder / "audiences" / "residents.csv").open(encoding="utf-8-sig", newline="") as rows:
        for row in csv.DictReader(rows):
            digits = re.sub(r"\D", "", row["手机号"].translate(_DIGITS))[-11:]
            if len(digits) == 11 and row["户号"]:
                seen[int(digits)] += 1
                found[int(digits)] = f"{row['村社区']}/{row['户号']}"
    return {phone: home for phone, home in found.items() if seen[phone] == 1}
