"""The whole road of one SMS campaign to all residents: plan, generate, approve, export."""

import csv
import hashlib
import os
import re
import sqlite3
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
from harness import Case
from jinja2 import Template
from people import write_people
from place import audience_file, office
from place import people as quantity
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, create_engine, select

from campaigner.app import App, open_app
from campaigner.domain.planning import Run
from campaigner.road.deliver import export
from campaigner.road.generate import generate
from campaigner.road.keeping import keep, kept_runs
from campaigner.road.plan import make_plan
from campaigner.road.review import approve
from campaigner.starter.folder import write_folder
from campaigner.store.engine import Store, open_store
from campaigner.workspace.desk import Silent

SETUP = """
[campaigns.all-month]
title = "全体居民提醒"
segment = "residents"
warnings = ["brushing-rebates"]
schedule = { cron = "0 9 1 * *" }
gateway = "carrier"
channels.sms = { template = "sms/general" }
"""
NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
_PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_TEXT = "【幸福镇反诈中心】反诈提醒：凡是要您先垫钱、再返利的网上任务，都是诈骗。拿不准，打96110问一问。拒收请回复R"
_JUNK = str.maketrans(dict.fromkeys(" -") | {chr(ord("０") + n): str(n) for n in range(10)})


def prepare(folder: Path, people: int) -> None:
    """The office that every round reads."""
    write_folder(folder, 100, 1)
    write_people(folder / "audiences" / "residents.csv", people)
    config = (folder / "config.toml").read_text("utf-8")
    head = config[: config.index("[campaigns.")].replace('"csv", "xlsx"', '"csv"')
    (folder / "config.toml").write_text(head + SETUP, "utf-8")


def road(folder: Path) -> int:
    """Plan, generate, approve, export: everything that a clerk does, into a store that is encrypted."""
    return _gone(folder / "office")


def plain_road(folder: Path) -> int:
    """The same into a store that is not encrypted."""
    place = folder / "plain"
    place.mkdir()
    open_store(f"sqlite:///{place / 'campaigner.db'}").close()
    return _gone(place)


def _gone(place: Path) -> int:
    _link(place)
    app = open_app(place, NOW, NOW)
    store = app.store()
    written = generate(app.work(store, "a", Silent()), _planned(app, store))
    approved = approve(app.work(store, "b", Silent()), written)
    return export(app.work(store, "a", Silent()), approved).run.quantity


def _planned(app: App, store: Store) -> Run:
    """The run; the plan with all that it found in the list is done with, as it is after `campaigner plan`."""
    first = NOW.replace(month=12, day=1, hour=0)
    plan = make_plan(app.desk, first, first.replace(day=31), NOW, Silent())
    keep(app.work(store, "a", Silent()), plan)
    (run,) = kept_runs(store, plan)
    return run


def _link(place: Path) -> None:
    place.mkdir(exist_ok=True)
    for name in ("config.toml", "templates", "audiences"):
        if not (place / name).exists():
            (place / name).symlink_to(office() / name)


def lean_road(folder: Path) -> int:
    """The floor: read, clean, drop repeats, queue with a unique key, write one file, hash it."""
    base = sqlite3.connect(folder / "floor.db", isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE message(run INT, phone INT, body TEXT, PRIMARY KEY(run, phone)) WITHOUT ROWID")
    phones = set()
    with audience_file().open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        place = next(reader).index("手机号")
        for row in reader:
            match = _PHONE.fullmatch(row[place].translate(_JUNK))
            if match:
                phones.add(int(match[1]))
    base.execute("BEGIN")
    base.executemany("INSERT INTO message VALUES (1, ?, ?)", [(phone, _TEXT) for phone in sorted(phones)])
    base.execute("COMMIT")
    with (folder / "floor.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows(base.execute("SELECT phone, body FROM message"))
        file.flush()
        os.fsync(file.fileno())
    hashlib.sha256((folder / "floor.csv").read_bytes()).hexdigest()
    return len(phones)


class _Apart(SQLModel, registry=registry()):
    """Tables that are none of ours, whoever imports this."""


class RoadMessage(_Apart, table=True):
    """As most would write it."""

    id: int | None = Field(default=None, primary_key=True)
    phone: str = Field(index=True)
    body: str
    state: str = "queued"


def naive_road(folder: Path) -> int:
    """A data frame row by row, one object each, one commit at the end, a file."""
    return _naive(folder, min(quantity(), 10_000), each=False)


def naive_road_each(folder: Path) -> int:
    """The same with a commit for each message."""
    return _naive(folder, min(quantity(), 500), each=True)


def _naive(folder: Path, rows: int, *, each: bool) -> int:
    frame = pd.read_csv(audience_file(), dtype=str, nrows=rows).fillna("")
    template = Template(_TEXT)
    engine = create_engine(f"sqlite:///{folder / f'naive-{each}.db'}")
    RoadMessage.metadata.create_all(engine)
    seen: set[str] = set()
    with Session(engine) as session:
        for _index, row in frame.iterrows():
            match = _PHONE.fullmatch(row["手机号"].translate(_JUNK))
            if match and match[1] not in seen and row["退订"] != "是":
                seen.add(match[1])
                session.add(RoadMessage(phone=match[1], body=template.render(**row)))
                if each:
                    session.commit()
        session.commit()
        with (folder / f"naive-{each}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for message in session.exec(select(RoadMessage).where(RoadMessage.state == "queued")):
                writer.writerow([message.id, message.phone, message.body])
                message.state = "sent"
                session.add(message)
        session.commit()
    return len(seen)


CASES = (
    Case("whole road", road, lean_road, naive_road),
    Case("whole road, naive commits each", road, lean_road, naive_road_each, most=100_000),
    Case("encrypted road, x plain", road, plain_road),
)
