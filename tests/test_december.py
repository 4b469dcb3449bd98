"""The rehearsal of a December as docs/december.md has it: every line ends well, and what the page says comes true."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaigner.cli import cli

PAGE = (Path(__file__).parent.parent / "docs" / "december.md").read_text("utf-8")
STEP = re.compile(r"(<!-- append: \S+ -->\n)?```(toml|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def on_the_forms() -> list[str]:
    """What the second person reads on the form of each run that waits, and types."""
    shown = CliRunner().invoke(cli, ["pending", "--json"], standalone_mode=False)
    contents = [one["content"] for one in json.loads(shown.stdout) if one["state"] == "generated"]
    return [word for content in contents for word in ("--content", content)]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each line of the page -> what came of it."""
    found: dict[str, str] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("december"))
        for _append, kind, content in STEP.findall(PAGE):
            if kind == "toml":
                with Path("config.toml").open("a", encoding="utf-8") as file:
                    file.write(f"\n{content}")
                continue
            for line in content.splitlines():
                if line.startswith("cd "):
                    patch.chdir(line[3:])
                    continue
                words = shlex.split(line)[1:]
                if words[-2:] == ["--content", "DIGEST"]:
                    words[-2:] = on_the_forms()
                result = CliRunner().invoke(cli, words, standalone_mode=False)
                assert result.exception is None, f"{line}: {result.exception!r}"
                assert not result.return_value, f"{line}\n{result.output}"
                found[line.removeprefix("campaigner ")] = result.output
    return found


def test_what_falls_into_the_night_goes_out_in_the_morning(said: dict[str, str]) -> None:
    plan = said["--now 2026-11-30T17:00 plan --from 2026-12-01 --to 2026-12-31"]
    (line,) = [line for line in plan.splitlines() if line.startswith("12-31") and "年终结算提醒" in line]
    assert line.rstrip().endswith("planned, goes out 01-01 Fri 08:00")


def test_who_has_the_same_text_within_a_fortnight_is_told(said: dict[str, str]) -> None:
    plan = said["--now 2026-11-30T17:00 plan --from 2026-12-01 --to 2026-12-31"]
    (line,) = [line for line in plan.splitlines() if line.startswith("year-end-20261231-2130: ")]
    assert "get this very text from another run within 14 days (finance-month-end-20261225-0930)" in line


def test_the_first_week(said: dict[str, str]) -> None:
    assert "young-adults-month-20261205-1900" in said["--now 2026-12-03T09:00 pending"]
    assert "young-adults-month-20261205-1900: released" in said["--now 2026-12-05T19:00 daemon --once"]


def test_what_is_due_later_waits(said: dict[str, str]) -> None:
    early, due = said["--now 2026-12-07T07:30 daemon --once"], said["--now 2026-12-07T09:00 daemon --once"]
    assert "elderly-monday-20261207-0900: released" not in early
    assert "elderly-monday-20261207-0900: released" in due


def test_what_is_held_back_goes_after_the_word(said: dict[str, str]) -> None:
    assert "parents-letter-20261210-0800: released" not in said["--now 2026-12-10T08:00 daemon --once"]
    assert "parents-letter-20261210-0800: released" in said["--now 2026-12-10T11:01 daemon --once"]


def test_the_machine_was_off_and_the_end_of_the_month(said: dict[str, str]) -> None:
    assert "elderly-monday-20261214-0900" in said["--now 2026-12-16T09:00 daemon --once"]
    assert "expired" in said["--now 2026-12-31T22:00 daemon --once"]
    assert "The chain holds" in said["log verify"]


def test_the_month_is_packed(said: dict[str, str]) -> None:
    packed = said["--now 2026-12-31T22:10 log evidence --month 2026-12"]
    assert "evidence-2026-12.zip" in packed
    assert "13 runs" in packed
