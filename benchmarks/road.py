"""`make bench`: one SMS campaign to all residents, and letters to parents, against their floors.

Usage: python benchmarks/road.py [PEOPLE] [ROUNDS]
"""

import csv
import hashlib
import json
import os
import re
import sqlite3
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from harness import Measure, compare, report, show

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
CODE = "all-month-20261201-0900"
LETTERS = 1_000
_PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_JUNK = str.maketrans(dict.fromkeys(" -") | {chr(ord("０") + n): str(n) for n in range(10)})


def prepare(folder: Path, people: int) -> None:
    """The office that every round reads."""
    from campaigner.starter.folder import write_folder

    write_folder(folder, people, 1)
    config = (folder / "config.toml").read_text("utf-8")
    head = config[: config.index("[campaigns.")].replace('"csv", "xlsx"', '"csv"')
    (folder / "config.toml").write_text(head + SETUP, "utf-8")


def office() -> Path:
    """Where `prepare` put it."""
    return Path(os.environ["CAMPAIGNER_BENCH_OFFICE"])


def road(folder: Path) -> int:
    """Plan, generate, approve, export: everything that a clerk does."""
    from campaigner.app import open_app
    from campaigner.stages.deliver import export
    from campaigner.stages.desk import Silent
    from campaigner.stages.generate import generate
    from campaigner.stages.keeping import keep, kept_runs
    from campaigner.stages.plan import make_plan
    from campaigner.stages.review import approve

    _link(folder)
    app = open_app(folder / "office", NOW, NOW)
    store = app.store()
    first = NOW.replace(month=12, day=1, hour=0)
    plan = make_plan(app.desk, first, first.replace(day=31), NOW, Silent())
    keep(app.work(store, "a", Silent()), plan)
    (run,) = kept_runs(store, plan)
    written = generate(app.work(store, "a", Silent()), run)
    approved = approve(app.work(store, "b", Silent()), written)
    return export(app.work(store, "a", Silent()), approved).run.quantity


def _link(folder: Path) -> None:
    place = folder / "office"
    place.mkdir(exist_ok=True)
    for name in ("config.toml", "templates", "audiences"):
        if not (place / name).exists():
            (place / name).symlink_to(office() / name)


def lean_road(folder: Path) -> int:
    """The floor: read, clean, drop repeats, queue with a unique key, write one file, hash it."""
    text = "【幸福镇反诈中心】反诈提醒：凡是要您先垫钱、再返利的网上任务，都是诈骗。拿不准，打96110问一问。拒收请回复R"
    base = sqlite3.connect(folder / "floor.db", isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE message(run INT, phone INT, body TEXT, PRIMARY KEY(run, phone)) WITHOUT ROWID")
    phones = set()
    with (office() / "audiences" / "residents.csv").open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        place = next(reader).index("手机号")
        for row in reader:
            match = _PHONE.fullmatch(row[place].translate(_JUNK))
            if match:
                phones.add(int(match[1]))
    base.execute("BEGIN")
    base.executemany("INSERT INTO message VALUES (1, ?, ?)", [(phone, text) for phone in sorted(phones)])
    base.execute("COMMIT")
    with (folder / "floor.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows(base.execute("SELECT phone, body FROM message"))
        file.flush()
        os.fsync(file.fileno())
    hashlib.sha256((folder / "floor.csv").read_bytes()).hexdigest()
    return len(phones)


def _letters() -> list[object]:
    from campaigner.rendering.letter import Letter
    from campaigner.rendering.markdown import parse

    text = (
        "# 致家长的一封信\n\n尊敬的家长：\n\n"
        + "凡是要您先付钱的，都先停一停。" * 12
        + "\n\n- 先问家人\n- 再打96110\n\n> 不轻信，不转账。"
    )
    return [
        Letter(
            parse(text),
            f"幸福镇中心小学 三年级1班 学生{n} 家长",
            f"学生{n}",
            "三年级1班",
            f"CODE{n:08d}",
            n + 1,
        )
        for n in range(LETTERS)
    ]


def print_letters(_folder: Path) -> int:
    """A thousand letters in classes of forty."""
    from campaigner.rendering.letter import Sheet, letters_pdf

    letters = _letters()
    sheet = Sheet(("幸福镇综治中心",), "2026年12月10日")
    for start in range(0, LETTERS, 40):
        letters_pdf(letters[start : start + 40], sheet)  # type: ignore[arg-type]
    return LETTERS


def lean_letters(folder: Path) -> int:
    """The floor: the same words as plain justified paragraphs, one bare compile of the engine for each class."""
    import typst

    from campaigner.rendering.fonts import font_folders

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(f) for f in font_folders()]
    )
    source = folder / "floor.typ"
    source.write_text(
        '#set text(font: "Noto Sans SC", lang: "zh")\n#set par(justify: true)\n'
        "#for (i, l) in json(bytes(sys.inputs.data)).enumerate() { if i > 0 { pagebreak() }; for p in l { par(p) } }\n",
        "utf-8",
    )
    words = [
        ["致家长的一封信", f"学生{n}", "凡是要您先付钱的，都先停一停。" * 12, "不轻信，不转账。"]
        for n in range(LETTERS)
    ]
    for start in range(0, LETTERS, 40):
        data = json.dumps(words[start : start + 40])
        typst.compile(str(source), font_paths=fonts, sys_inputs={"data": data})
    return LETTERS


def main(people: int, rounds: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["CAMPAIGNER_BENCH_OFFICE"] = str(folder / "office")
        show(f"preparing {people:,} invented people")
        prepare(folder / "office", people)
        measures: list[Measure] = [
            compare("whole road, SMS", road, lean_road, folder, rounds),
            compare("letters, classes of 40", print_letters, lean_letters, folder, rounds),
        ]
    report(measures, "road.json")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*numbers, *(100_000, 3)[len(numbers) :])
