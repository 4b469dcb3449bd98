"""An office for a pack of daemons that are killed, and what must hold of it afterwards."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from campaigner.answers.account import verify
from campaigner.starter.folder import write_folder
from tests.conftest import without_caps
from tests.opened import store_of
from tests.simulation.audit import Report, books
from tests.simulation.counting import Centre, login
from tests.simulation.reading import reading

START = datetime(2026, 12, 7, 7, tzinfo=ZoneInfo("Asia/Shanghai"))
SPEED = 3600.0
"""An hour of the office is a second of ours."""
_CAMPAIGN = """
[campaigns.{name}]
title = "{name}"
segment = "{segment}"
warnings = ["{warning}"]
schedule = {{ every = "{every} hours", start = 2026-12-07T{hour:02d}:00:00 }}
{rest}
not_after = "3 days"
misfire = "each"
"""
"""Every late run goes, too: how many are late depends on the machine, and this is about kills."""
_SMS = 'channels.sms = {{ template = "sms/{template}" }}\ngateway = "{gateway}"'
_CAMPAIGNS = (
    ("elderly", "elderly", "elder-fraud", 7, 8, _SMS.format(template="elderly", gateway="carrier")),
    ("young", "young-adults", "fake-loans", 9, 9, _SMS.format(template="young-adults", gateway="line")),
    ("everybody", "residents", "personal-data", 24, 10, _SMS.format(template="general", gateway="line")),
    ("students", "students", "fake-shopping", 5, 8, _SMS.format(template="students", gateway="line")),
    ("merchants", "merchants", "fake-loans", 6, 9, _SMS.format(template="general", gateway="carrier")),
    ("banks", "banks", "fake-leader", 24, 11, 'channels.poster = { template = "poster/steps" }'),
)


def write_office(folder: Path, people: int, carrier: Centre, store: str = "") -> None:
    """An office whose campaigns come every few hours, half in files and half over the line."""
    write_folder(folder, people, 5, store)
    config = folder / "config.toml"
    shipped = config.read_text("utf-8")
    head = without_caps(shipped[: shipped.index("[campaigns.")]).replace('"csv", "xlsx"', '"csv"')
    names = ("name", "segment", "warning", "every", "hour", "rest")
    body = "".join(_CAMPAIGN.format(**dict(zip(names, line, strict=True))) for line in _CAMPAIGNS)
    line = f'[gateways.line]\n{carrier.settings()}\nsignature = "幸福镇反诈中心"\nsuffix = "拒收请回复R"\n'
    caps = '[caps]\ngap = "2 hours"\nper_phone = "6 per 1 day"\n[daemon]\nhorizon = "2 days"\nahead = "20 hours"\n'
    config.write_text(head + line + caps + body, "utf-8")
    login(folder, "line")


def look(folder: Path, carrier: Centre) -> Report:
    """What does not hold: something lost, something twice, the chain broken, half a file."""
    report = Report()
    with reading(folder) as store:
        books(store, report)
        _files(folder, store, report)
        _line(store, carrier, report)
        report.runs = store.execute("SELECT count(*) FROM run WHERE state = 'released'").fetchone()[0]
    opened = store_of(folder)
    broken = verify(opened).broken
    opened.close()
    if broken:
        report.fault(f"log: {broken}")
    left = [path.name for path in (folder / "out").glob(".*")]
    if left:
        report.fault(f"left lying in the output: {left}")
    return report


def _files(folder: Path, store: Any, report: Report) -> None:
    """Each phone of a run stands in one file, and the files are those that the log names."""
    logged = {
        json.loads(data)["manifest"]: json.loads(data)["quantity"]
        for (data,) in store.execute("SELECT data FROM log WHERE kind = 'exported'")
    }
    counted: Counter[tuple[str, str]] = Counter()
    shown = set()
    for place in sorted((folder / "out").glob("[!.]*")):
        if place.name == "approval":
            continue
        manifest = (place / "manifest.json").read_bytes()
        shown.add(sha256(manifest).hexdigest())
        run = json.loads(manifest)["run"]
        counted.update((run, phone) for phone in _phones(place))
    report.contacts += sum(counted.values())
    if shown != set(logged):
        report.fault(
            f"{len(shown)} folders, {len(logged)} in the log, {len(shown & set(logged))} of them the same"
        )
    for (run, _phone), count in counted.items():
        if count > 1:
            report.fault(f"{run} stands {count} times in files for one phone")


def _phones(place: Path) -> Iterator[str]:
    for file in sorted(place.glob("sms/*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as rows:
            yield from (row[0] for row in list(csv.reader(rows))[1:])


def _line(store: Any, carrier: Centre, report: Report) -> None:
    """Phone by phone: what the store holds for taken is at the carrier, and what is there more is unknown."""
    known: Counter[int] = Counter()
    unknown: Counter[int] = Counter()
    query = "SELECT recipient, state, count(*) FROM delivery JOIN message ON id = message_id GROUP BY 1, 2"
    for phone, state, count in store.execute(query):
        (unknown if state == "unknown" else known)[phone] += count
        if state == "sending":
            report.fault("a message is still being sent")
    taken = carrier.taken()
    report.contacts += sum(taken.values())
    report.unknown = sum(unknown.values())
    for phone in taken | known | unknown:
        if not known[phone] <= taken[phone] <= known[phone] + unknown[phone]:
            report.fault(f"{taken[phone]} at the carrier, {known[phone]} known, {unknown[phone]} unknown")
