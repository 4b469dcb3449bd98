import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaigner.cli import COMMANDS, cli, main
from campaigner.errors import UsageError

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
    assert "The chain holds: 38 entries" in call(office, "log", "verify").output
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
    assert "withdrawn" in difference
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
    only = call(office, "preview", "parents-letter", "--channel", "sms", "--to", str(office / "none")).output
    assert "letter:" not in only
    assert "part(s)" in only


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
    assert "config-unknown-key" in {problem["code"] for problem in data["problems"]}
    assert data["totals"]["pupils"]["refused"] == 0


def test_bad_cells_are_listed_and_their_rows_go_on(office: Path) -> None:
    with (office / "audiences" / "residents.csv").open("a", encoding="utf-8", newline="") as file:
        file.write("坏人甲,1.38E+10,1950-01-01,男,,,,,,,,,是\r\n")
    result = call(office, "plan", *DECEMBER, "--json")
    assert result.return_value == 0
    data = json.loads(result.output)
    assert data["totals"]["residents"]["set_aside"] == 1
    assert [problem["code"] for problem in data["problems"] if problem["level"] != "info"] == [
        "phone-damaged"
    ]
    assert len(data["runs"]) == 12
    (list_,) = {
        json.dumps(c["list"]) for run in data["runs"] for c in run["channels"] if c["segment"] == "elderly"
    }
    assert json.loads(list_)["set_aside"] == 1


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
    pytest.param(["plan", "--to", "9999-12-31"], "end of the calendar", id="the last day of all"),
    pytest.param(["plan", "--ics", "--json"], "two forms", id="two forms at once"),
    pytest.param(["approve", "--all", "--by", " "], "wants a name", id="approve by a blank"),
    pytest.param(["approve", "x", "--all", "--by", "李"], "not both", id="some and all"),
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


def test_reports_from_import_to_draft(office: Path, tmp_path: Path) -> None:
    path = tmp_path / "周报.txt"
    text = "幸福镇反诈周报\n\n　　本周接报警情20起，其中刷单返利类12起，占60%。所长李建国提醒老年人不轻信、不转账。\n"
    path.write_text(text, "utf-8")
    assert "campaigner reports import FILE" in call(office, "reports", "findings").output
    imported = call(office, "reports", "import", str(path))
    assert "周报.txt" in imported.output
    assert "report-name" in imported.stderr
    assert "李建国" not in imported.output + imported.stderr
    again = json.loads(call(office, "reports", "import", str(path), "--json").output)
    assert [problem["code"] for problem in again["problems"]] == ["report-known"]
    assert len(again["files"][0]["reports"]) == 1
    shown = call(office, "reports", "findings")
    assert "刷单返利" in shown.output
    assert "agrees" in shown.output
    only = json.loads(call(office, "reports", "findings", "--kind", "scam-type", "--json").output)
    assert [finding["canonical"] for finding in only["findings"]] == ["刷单返利"]
    assert "李建国" not in json.dumps(only, ensure_ascii=False)
    assert "drawn" in call(office, "reports", "findings", "--html", str(tmp_path / "f.html")).output
    assert "<mark" in (tmp_path / "f.html").read_text("utf-8")
    assert "no draft is needed" in call(office, "reports", "draft").output
    (office / "templates" / "warnings" / "brushing-rebates.toml").unlink()
    coverage = call(office, "reports", "draft", "--coverage").output
    assert "draft:" not in coverage
    assert "刷单返利" in coverage
    assert "draft:" in call(office, "reports", "draft").output
    assert call(office, "reports", "import", str(tmp_path / "none.txt")).return_value == 1


def test_somebody_elses_text_and_sources(office: Path, tmp_path: Path) -> None:
    path = tmp_path / "notice.txt"
    path.write_text("各位居民，请立即点击链接 t.cn/abc 登记领取补贴。", "utf-8")
    result = call(office, "check", str(path))
    assert result.return_value == 1
    assert "notice.txt:1:" in result.stderr
    data = json.loads(call(office, "check", str(path), "--json").output)
    assert {problem["code"] for problem in data["problems"]} == {"chk-26"}
    path.write_text("某社区防骗工作总结，本月走访居民，提醒大家谨防刷单返利诈骗，不轻信不转账。", "utf-8")
    assert call(office, "check", "--sources", str(path)).return_value == 1


def test_a_warning_is_let_pass_with_a_reason(office: Path) -> None:
    template = office / "templates" / "sms" / "elderly.txt.jinja"
    template.write_text(
        template.read_text("utf-8").replace("长辈您好", "做核酸时也请当心。长辈您好"), "utf-8"
    )
    call(office, "plan", *DECEMBER)
    call(office, "generate", ELDERLY)
    with pytest.raises(UsageError, match="RULE=REASON"):
        call(office, "approve", ELDERLY, "--by", "李所长", "--override", "CHK-22")
    approved = call(office, "approve", ELDERLY, "--by", "李所长", "--override", "chk-22=仍有采样点")
    assert "Approved by 李所长" in approved.output
    assert "仍有采样点" in call(office, "log").output


def test_nothing_to_do_is_said(office: Path) -> None:
    assert "campaigner plan" in call(office, "generate").output
    assert "Nothing waits for approval" in call(office, "approve", "--all", "--by", "李所长").output


def test_one_refused_run_does_not_hold_up_the_others(office: Path) -> None:
    template = office / "templates" / "sms" / "elderly.txt.jinja"
    template.write_text(
        template.read_text("utf-8").replace("长辈您好", "做核酸时也请当心。长辈您好"), "utf-8"
    )
    call(office, "plan", *DECEMBER)
    call(office, "generate")
    result = call(office, "approve", "--all", "--by", "李所长")
    assert result.return_value == 1
    assert result.stderr.count("not approved") == 4
    assert "parents-letter" in result.output


def test_a_campaigns_own_name_wins_over_longer_ones(office: Path) -> None:
    config = office / "config.toml"
    config.write_text(
        config.read_text("utf-8").replace("[campaigns.finance-month-end]", "[campaigns.elderly]"), "utf-8"
    )
    call(office, "plan", *DECEMBER)
    assert "elderly-20261225-0930" in call(office, "generate", "elderly").output


def test_a_month_is_packed_and_a_word_that_is_no_month_is_told(office: Path) -> None:
    assert "0 runs, 1 entries" in call(office, "log", "evidence", "--month", "2026-11").output
    with pytest.raises(UsageError, match="write it as 2026-12"):
        call(office, "log", "evidence", "--month", "November")
