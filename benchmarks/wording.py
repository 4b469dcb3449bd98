"""Rendering 10,000 distinct texts, alone and with every text read against the rules on wording.

Usage: python benchmarks/wording.py [TEXTS] [ROUNDS]
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from harness import show

from campaigner.artefacts import registry
from campaigner.domain.sms import parts
from campaigner.domain.wording.checker import Checker, TextContext
from campaigner.intake.ruleset import load_rules
from campaigner.rendering.letter import Letter, text_of, to_json
from campaigner.rendering.library import Template, Writer, read_library
from campaigner.rendering.markdown import parse
from campaigner.rendering.sms import finish

ROOT = Path(__file__).parent.parent
SMS = "{{ recipient.village }}长辈{{ recipient.name }}您好："


def sms_template(folder: Path) -> Template:
    """The shipped text for the elderly with village and name in front, so that every text is another."""
    from campaigner.domain.campaign import Channel
    from campaigner.rendering.library import read_template

    source = (ROOT / "templates" / "sms" / "elderly.txt.jinja").read_text("utf-8")
    path = folder / "elderly.txt.jinja"
    path.write_text(source.replace("长辈您好：", SMS), "utf-8")
    template, problems = read_template(path, folder, registry.artefact(Channel.SMS).form)
    assert template is not None, problems
    return template


def columns(count: int) -> dict[str, list[Any]]:
    """Invented recipients, each different."""
    names = [f"样{chr(0x4E00 + n // 100)}{chr(0x4E00 + n % 100)}" for n in range(count)]
    return {
        "name": names, "village": [f"和谐社区第{n % 40}组" for n in range(count)],
        "school": ["幸福镇中心小学"] * count, "class_name": [f"{n % 6}班" for n in range(count)],
        "grade": ["三年级"] * count, "gender": ["女"] * count,
    }  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def compare(name: str, render: Callable[[], list[str]], context: TextContext, rounds: int) -> None:
    """Print medians of rendering, of rendering with checking, and their ratio round by round."""
    rules = load_rules()
    alone, both = [], []
    for _round in range(rounds):
        alone.append(timed(render))
        both.append(
            timed(lambda: [found for text in render() if (found := Checker_for(rules, context).check(text))])
        )
    ratio = statistics.median(b / a for a, b in zip(alone, both, strict=True))
    show(f"{name:<10}{statistics.median(alone):>10.3f} s{statistics.median(both):>10.3f} s{ratio:>8.2f} x")


_CHECKERS: dict[int, Checker] = {}


def Checker_for(rules: Any, context: TextContext) -> Checker:  # noqa: N802
    """One checker for a round, as the review stage keeps one for a run."""
    return _CHECKERS.setdefault(id(context), Checker(rules, context))


def stages(count: int, rounds: int) -> None:
    """The stage that renders into the store, against the same and the reading of every text before approval."""
    import tempfile

    import road

    from campaigner.app import open_app
    from campaigner.content.wording import run_findings
    from campaigner.road.generate import generate
    from campaigner.road.keeping import keep, kept_runs
    from campaigner.road.plan import make_plan
    from campaigner.workspace.desk import Silent

    ratios, alone, reading = [], [], []
    for _round in range(rounds):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "office"
            road.prepare(folder, count)
            template = folder / "templates" / "sms" / "general.txt.jinja"
            head = "{{ recipient.village }}{{ recipient.name }}："
            template.write_text(template.read_text("utf-8").replace("反诈提醒：", head), "utf-8")
            app = open_app(folder, road.NOW, road.NOW)
            work = app.work(app.store(), "a", Silent())
            first = road.NOW.replace(month=12, day=1, hour=0)
            keep(work, make_plan(app.desk, first, first.replace(day=31), road.NOW, Silent()))
            (run,) = kept_runs(
                work.store, make_plan(app.desk, first, first.replace(day=31), road.NOW, Silent())
            )
            alone.append(timed(lambda: generate(work, run)))  # noqa: B023 - called at once
            run = kept_runs(
                work.store, make_plan(app.desk, first, first.replace(day=31), road.NOW, Silent())
            )[0]
            campaign = app.desk.config.campaigns[run.planned.campaign]
            reading.append(timed(lambda: run_findings(work, run, campaign)))  # noqa: B023 - called at once
            ratios.append((alone[-1] + reading[-1]) / alone[-1])
    both = statistics.median(alone) + statistics.median(reading)
    show(
        f"{'stages':<10}{statistics.median(alone):>10.3f} s{both:>10.3f} s{statistics.median(ratios):>8.2f} x"
    )


def main(count: int, rounds: int) -> None:
    """Measure texts and letters."""
    import tempfile

    templates, _problems = read_library(ROOT / "templates", ROOT, registry.forms())
    from campaigner.intake.warnings import read_catalogue
    from campaigner.rendering.analysis import OfficeFacts, RunFacts

    catalogue, _problems = read_catalogue(ROOT / "templates" / "warnings", ROOT)
    warning = catalogue["elder-fraud"]
    facts = {
        "warning": warning, "warnings": [warning], "office": OfficeFacts("中心", "幸福镇", ("中心",)),
        "run": RunFacts("2026年12月1日", 2026, 12, 1),
    }  # fmt: skip
    people = columns(count)
    with tempfile.TemporaryDirectory() as folder:
        sms = Writer(sms_template(Path(folder)), facts)
    letter = Writer(templates["letter/guardians"], {**facts, "warning": catalogue["game-items"]})

    def texts() -> list[str]:
        written, _faults = sms.block(people, count)
        done = [text or "" for text in finish(written, "幸福镇反诈中心", "拒收请回复R")]
        assert sum(map(parts, done)) >= count
        return done

    def letters() -> list[str]:
        written, _faults = letter.block(people, count)
        sheets = [
            Letter(parse(text or ""), name, name) for text, name in zip(written, people["name"], strict=True)
        ]
        assert all(map(to_json, sheets))
        return [text_of(sheet) for sheet in sheets]

    show(f"{'':<10}{'rendering':>12}{'and reading':>12}{'ratio':>9}   ({count:,} distinct texts)")
    compare("SMS", texts, TextContext("sms", ("elderly",), ("elderly",), today=date(2026, 12, 1)), rounds)
    compare(
        "letters", letters, TextContext("letter", ("guardians",), today=date(2026, 12, 1)), min(rounds, 3)
    )
    stages(count, min(rounds, 3))


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*numbers, *(10_000, 5)[len(numbers) :])
