import tomllib
from datetime import date
from pathlib import Path

import pytest

from campaigner.domain.people import Audience, Block, Kind
from campaigner.domain.problem import Problem
from campaigner.domain.segment import Filter, parse_filter
from campaigner.intake.audience import AudienceReader
from campaigner.starter.audiences import DEFAULT_PEOPLE
from tests.checking import balanced

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
SAMPLES = {
    name: Audience(name, Kind(told["kind"]), told["file"])
    for name, told in CONFIG["audiences"].items()
    if told.get("synthetic")
}
SEGMENTS = {name: told for name, told in CONFIG["segments"].items() if told["audience"] in SAMPLES}
TODAY, DAY = date(2026, 12, 1), 20261201


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_read_without_a_problem(name: str) -> None:
    problems: list[Problem] = []
    reader = AudienceReader(SAMPLES[name], ROOT, TODAY, problems.append)
    assert sum(map(len, reader.blocks())) == reader.totals.recipients
    assert {problem.code for problem in problems} <= {"row-merged"}
    assert balanced(reader.totals)
    assert reader.totals.refused == 0
    # The rows say themselves that they are invented, even where config.toml forgets it.
    assert reader.synthetic
    if name == "residents":
        assert reader.totals.rows == DEFAULT_PEOPLE
        assert 0 < reader.totals.merged < 20


def blocks(audience: Audience) -> list[Block]:
    return list(AudienceReader(audience, ROOT, TODAY, lambda _: None, block_rows=500).blocks())


@pytest.mark.parametrize("name", SEGMENTS)
def test_shipped_segments_find_somebody_in_the_sample(name: str) -> None:
    audience = SAMPLES[SEGMENTS[name]["audience"]]
    chosen = parse_filter(SEGMENTS[name].get("filter", ""), audience.kind, "config.toml")
    assert isinstance(chosen, Filter), chosen
    masks = [(block, chosen.mask(block, DAY)) for block in blocks(audience)]
    assert all(mask == [chosen.matches(row, DAY) for row in block.rows()] for block, mask in masks)
    taken, rows = sum(sum(mask) for _, mask in masks), sum(len(mask) for _, mask in masks)
    assert 0 < taken < rows or (taken == rows and not chosen.text)
