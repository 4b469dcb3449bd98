"""The threat model claims nothing that no test tries."""

import re

from tests.conftest import ROOT

PAGE = (ROOT / "docs/threat-model.md").read_text("utf-8")
HOLDS = PAGE.partition("## What holds")[2].partition("## What remains")[0]


def test_each_line_that_holds_names_tests_that_exist() -> None:
    rows = [line for line in HOLDS.splitlines() if line.startswith("| ") and not line.startswith("| how")]
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(tests/[^`]+\.py)`", row)
        assert named, row
        for name in named:
            assert "def test_" in (ROOT / name).read_text("utf-8"), name
