"""docs/schedules.md is held to the code: its examples are read, its tables are what is shipped."""

import re
import tomllib

import pytest

from campaigner.almanac.season import season
from campaigner.config import load_config
from campaigner.domain.calendar import parse_point
from campaigner.domain.cron.model import CronError
from campaigner.domain.cron.text import parse_text
from campaigner.domain.dayrule import parse_during, parse_rule
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "schedules.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FRAME = """
[office]
name = "幸福镇反诈中心"
place = "幸福镇"
[terms.known]
first = 2025-09-01
last = 2026-01-20
[audiences.places]
kind = "places"
file = "places.csv"
[segments.all]
audience = "places"
"""
CAMPAIGN = 'segment = "all"\nwarnings = ["w"]\nchannels.poster = { template = "poster/bold" }\n'


def whole(example: str) -> str:
    """An example with what it leaves out."""
    if example.startswith("schedule"):
        example = f"[campaigns.c]\n{example}"
    return FRAME + re.sub(r"(?m)^(\[campaigns\..*\]\n)", rf"\1{CAMPAIGN}", example)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_read(example: str, tmp_path) -> None:
    text = whole(example)
    assert tomllib.loads(text)
    (tmp_path / "config.toml").write_text(text, "utf-8")
    _config, problems = load_config(tmp_path)
    assert problems == []


def words_of(heading: str, column: int) -> list[str]:
    """What stands in code marks in one column of the first table below a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("| ")]
    return [word for row in rows[1:] for word in re.findall(r"`([^`]+)`", row[column])]


@pytest.mark.parametrize("text", words_of("Rules", 1))
def test_every_rule_that_is_shown_is_one(text: str) -> None:
    assert parse_rule(text, season())


@pytest.mark.parametrize("text", words_of("In Chinese", 0))
def test_every_text_that_is_shown_is_a_schedule(text: str) -> None:
    assert parse_text(text).cron.comes


def in_some_field(text: str) -> bool:
    """Whether a cron line may have it as one of its fields."""
    fields = ["0", "9", "*", "*", "*"]
    return any(_taken(" ".join([*fields[:place], text, *fields[place + 1 :]])) for place in range(5))


@pytest.mark.parametrize("text", words_of("Cron lines", 2))
def test_every_name_that_is_shown_is_taken(text: str) -> None:
    assert in_some_field(text)


@pytest.mark.parametrize("text", words_of("Cron lines that are refused", 2))
def test_everything_that_is_advised_is_taken(text: str, tmp_path) -> None:
    if "=" not in text:
        assert _taken(text) if " " in text else in_some_field(text)
        return
    at = ', at = "09:00"' if text.startswith("rule") else ""
    (tmp_path / "config.toml").write_text(whole(f"schedule = {{ {text}{at} }}"), "utf-8")
    _config, problems = load_config(tmp_path)
    assert problems == []


@pytest.mark.parametrize("text", words_of("Cron lines that are refused", 0))
def test_everything_that_is_said_to_be_refused_is(text: str) -> None:
    if " " in text or text.startswith("@"):
        assert not _taken(text)
    else:
        assert not in_some_field(text) or text == "*/40"


def _taken(line: str) -> bool:
    try:
        return bool(parse_text(line))
    except CronError:
        return False


def test_every_repetition_that_is_shown_is_one() -> None:
    shown = words_of("Occasions", 0)
    assert len(shown) == 6
    for text in shown:
        parse_during(text.strip('"'))


def test_the_season_calendar_is_the_shipped_one() -> None:
    section = PAGE.partition("\n## The season calendar\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", section, re.MULTILINE)
    shown = {name: [cell.strip().strip("`") for cell in rest.split("|")] for name, rest in rows}
    assert list(shown) == list(season())
    for name, occasion in season().items():
        title, first, last, day, types, audiences, certainty = shown[name]
        dates = [points[0].text if points else "" for points in (occasion.start, occasion.end, occasion.day)]
        assert [first, last, day] == dates
        assert (title, certainty) == (occasion.title, occasion.certainty)
        assert (types, audiences) == ("、".join(occasion.types), "、".join(occasion.audiences))


def test_every_way_to_write_a_day_is_one() -> None:
    section = PAGE.partition("Dates are written like this:")[2].partition("Change an occasion")[0]
    quoted = re.findall(r'`"([^"]+)"`', section)
    assert len(quoted) == 6
    assert all(parse_point(text) for text in quoted)
