import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaigner.cli import COMMANDS, cli, main

ELDERLY = "elderly-monday-20261207-0900"
DECEMBER = ("--from", "2026-12-01", "--to", "2026-12-31")


def call(office: Path, *args: str) -> Result:
    return CliRunner().invoke(
        cli,
        ["-C", str(office), "--now", "2026-11-24T10:00", *args],
        standalone_mode=False,
        catch_exceptions=False,
    )


def status(*args: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(args))
    return int(stop.value.code or 0)


def test_help_names_every_command() -> None:
    text = CliRunner().invoke(cli, ["--help"]).output
    assert all(f"  {name} " in text for name in COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert "Example:" in result.output
    assert COMMANDS[name].rstrip(".") in " ".join(result.output.split())


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from campaigner.cli import cli;"
        "CliRunner().invoke(cli, ['--help']);"
        "print([m for m in ('pandas','pyarrow','sqlalchemy','sqlmodel','typst','jinja2','rich') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_road_by_commands(office: Path) -> None:
    planned = json.loads(call(office, "plan", *DECEMBER, "--json").output)
    counts = {
        (run["run"], channel["channel"]): channel["recipients"]
        for run in planned["runs"]
        for channel in run["channels"]
    }
    assert len(planned["runs"]) == 12
    generated = call(office, "generate")
    assert generated.return_value == 0
    assert "approve RUN --by NAME" in generated.output
    approved = call(office, "approve", "--all", "--by", "李所长")
    assert approved.output.count("2026") == 12
    exported = call(office, "export")
    assert exported.output.count("out/") == 12
    for (code, channel), count in counts.items():
        if channel == "sms":
            batch = next((office / "out" / code / "sms").glob("*.csv"))
            assert len(batch.read_text("utf-8-sig").splitlines()) - 1 == count
    assert "was out already" in call(office, "export", ELDERLY).output
    assert "Nothing waits" in call(office, "export").output
    log = json.loads(call(office, "log", "--json").output)
    assert [entry["seq"] for entry in log] == list(range(1, len(log) + 1))
    assert "The chain holds: 37 entries" in call(office, "log", "verify").output
    shown = call(office, "log", "--run", ELDERLY).output
    assert [word for word in ("generated", "approved", "exported") if word in shown] == [
        "generated",
        "approved",
        "exported",
    ]


def test_planning_shows_tables_differences_and_calendars(office: Path) -> None:
    first = call(office, "plan", *DECEMBER)
    assert "Kept: 12 new." in first.output
    assert "Left out, over all runs:" in first.output
    assert "kept as it was" in call(office, "plan", *DECEMBER).output
    assert "No difference" in call(office, "plan", *DECEMBER, "--diff").output
    config = office / "config.toml"
    config.write_text(config.read_text("utf-8").replace("0 9 * * mon", "0 10 * * mon"), "utf-8")
    difference = call(office, "plan", *DECEMBER, "--diff").output
    assert "dropped" in difference
    assert "elderly-monday-20261207-1000" in difference
    assert len(json.loads(call(office, "plan", *DECEMBER, "--diff", "--json").output)) == 8
    calendar = call(office, "plan", *DECEMBER, "--ics").output
    assert calendar.count("BEGIN:VEVENT") == 12
    assert "DTSTART;TZID=Asia/Shanghai:20261207T100000" in calendar


def test_a_plan_without_dates_takes_31_days_from_now(office: Path) -> None:
    planned = json.loads(call(office, "plan", "--json").output)
    assert (planned["from"][:10], planned["to"][:10]) == ("2026-11-24", "2026-12-25")


def test_preview_masks_and_draws(office: Path) -> None:
    call(office, "plan", *DECEMBER)
    result = call(office, "preview", "parents-letter", "--count", "1", "--to", str(office / "look"))
    assert re.search(r"1\d\d\*\*\*\*\d{4}", result.output)
    assert not re.search(r"1[3-9]\d{9}", result.output)
    assert "**同学家长" in result.output or "*同学家长" in result.output
    assert {path.suffix for path in (office / "look").iterdir()} == {".pdf", ".png"}


def test_return_and_explain(office: Path) -> None:
    call(office, "plan", *DECEMBER)
    call(office, "generate", ELDERLY, "--by", "赵干事")
    returned = call(office, "return", ELDERLY, "--by", "李所长", "--reason", "换主题")
    assert "is returned: 换主题" in returned.output
    explained = json.loads(call(office, "explain", "residents:2", "--run", ELDERLY, "--json").output)
    assert explained[0]["line"] == 2
    assert "residents" in call(office, "explain", "residents:2").output
    nobody = call(office, "explain", "19999999999", "--run", ELDERLY)
    assert nobody.return_value == 1
    assert "Nobody found" in nobody.output


def test_check_lists_problems_and_exits_1(office: Path) -> None:
    assert call(office, "check").return_value == 0
    config = office / "config.toml"
    config.write_text(config.read_text("utf-8").replace("suffix =", "sufix ="), "utf-8")
    result = call(office, "check")
    assert result.return_value == 1
    assert re.search(r"config\.toml:\d+:\d+: .*did you mean `suffix`", result.stderr)
    assert "不认识的配置项" in result.stderr
    data = json.loads(call(office, "check", "--json").output)
    assert data["problems"][0]["code"] == "config-unknown-key"
    assert data["totals"]["pupils"]["refused"] == 0


def test_bad_rows_are_listed_and_good_rows_go_on(office: Path) -> None:
    with (office / "audiences" / "residents.csv").open("a", encoding="utf-8", newline="") as file:
        file.write("坏人甲,1.38E+10,1950-01-01,男,,,,,,,,,是\r\n")
    result = call(office, "plan", *DECEMBER, "--json")
    assert result.return_value == 1
    data = json.loads(result.output)
    assert data["totals"]["residents"]["refused"] == 1
    assert [problem["code"] for problem in data["problems"]] == ["phone-damaged"]
    assert len(data["runs"]) == 12


def test_demo_ends_with_what_was_made(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli,
        ["demo", str(tmp_path / "demo"), "--people", "150"],
        standalone_mode=False,
        catch_exceptions=False,
    )
    assert result.return_value == 0
    assert "What was made" in result.output
    assert "the chain holds" in result.output
    assert (tmp_path / "demo" / "out").is_dir()


def test_init_by_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli, ["init", str(tmp_path / "new"), "--people", "50"], catch_exceptions=False
    )
    assert "50 invented people" in result.output
    assert (tmp_path / "new" / "config.toml").is_file()


WRONG = [
    pytest.param(["plann"], "Did you mean `plan`?", id="misspelt command"),
    pytest.param(["plan", "--from", "tomorrow"], "2026-12-01", id="day in words"),
    pytest.param(["plan", "--from", "2026-12-02", "--to", "2026-12-01"], "before", id="days turned round"),
    pytest.param(["--now", "noon", "plan"], "--now wants a time", id="time in words"),
    pytest.param(["preview", "no-such-run"], "there is no run", id="run that does not exist"),
    pytest.param(["approve", "--by", "李所长"], "name the runs", id="approve nothing"),
    pytest.param(["approve", ELDERLY], "--by", id="approve by nobody"),
    pytest.param(["explain", "?"], "give a mobile number", id="explain nobody"),
    pytest.param(["demo", "."], "not empty", id="demo in a full folder"),
    pytest.param(["init", "."], "", id="init in a full folder"),
]


@pytest.mark.parametrize(("args", "word"), WRONG)
def test_wrong_use_exits_2(
    office: Path,
    args: list[str],
    word: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(office)
    assert status(*args) == 2
    assert word in capsys.readouterr().err


def test_no_working_folder_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status("-C", str(tmp_path), "plan") == 1
    assert "campaigner init" in capsys.readouterr().err


def test_done_exits_0() -> None:
    assert status("--version") == 0


def test_wrong_order_exits_2(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(office, "plan", *DECEMBER)
    assert status("-C", str(office), "export", ELDERLY) == 2
    assert "comes first" in capsys.readouterr().err


def test_a_blocked_run_is_left_out_and_said(office: Path) -> None:
    config = office / "config.toml"
    config.write_text(config.read_text("utf-8").replace('"sms/elderly"', '"sms/guardians"'), "utf-8")
    call(office, "plan", *DECEMBER)
    result = call(office, "generate")
    assert result.return_value == 1
    assert f"left out {ELDERLY}" in result.stderr
    assert "parents-letter" in result.output
