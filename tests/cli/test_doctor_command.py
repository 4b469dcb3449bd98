import json
from pathlib import Path

from click.testing import CliRunner, Result

from campaigner.cli import cli


def call(office: Path, *args: str) -> Result:
    return CliRunner().invoke(
        cli, ["-C", str(office), "doctor", *args], standalone_mode=False, catch_exceptions=False
    )


def test_one_line_for_each_check(office: Path) -> None:
    result = call(office)
    assert result.return_value == 0
    assert "ok   config: 8 campaigns, 3 audiences" in result.output
    assert result.output.endswith("16 checks: 16 ok, 0 warn, 0 bad.\n")


def test_what_is_bad_has_advice_in_two_languages_and_exit_status_1(office: Path) -> None:
    (office / "audiences" / "pupils.csv").unlink()
    result = call(office, "--reach")
    assert result.return_value == 1
    lines = result.output.splitlines()
    place = lines.index("bad  audience pupils: audiences/pupils.csv is not there")
    assert lines[place + 1 : place + 3] == [
        "     put the list there, or change [audiences.pupils]",
        "     名单文件不存在：请放入文件，或修改 [audiences.pupils]",
    ]


def test_json_has_the_same(office: Path) -> None:
    data = json.loads(call(office, "--json").output)
    assert data["counts"] == {"ok": 16, "warn": 0, "bad": 0}
    assert data["findings"][0] == {
        "name": "config", "level": "ok", "advice": "", "advice_zh": "",
        "found": "8 campaigns, 3 audiences; `campaigner check` reads templates and lists too",
    }  # fmt: skip


def test_a_folder_that_is_none_is_bad(tmp_path: Path) -> None:
    result = call(tmp_path / "nowhere")
    assert result.return_value == 1
    assert "bad  config: there is no config.toml" in result.output
