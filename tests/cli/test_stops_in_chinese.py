"""What a clerk meets when a command stops: the English line, the Chinese one below it, and the exit status."""

import re
import sys
from pathlib import Path

import click
import pytest

from campaigner.cli import main
from campaigner.cli.wrong_use import in_chinese
from campaigner.rendering import fonts, pdf
from tests.called import called
from tests.cli.test_commands import DECEMBER, ELDERLY, call
from tests.cli.test_next_steps import KANNEL, change_gateway, until_approved

NOW = "2026-11-24T10:00"
PROBLEMS, WRONG_USE, CUT_OFF = 1, 2, 130


def stopped(office: Path, *words: str) -> tuple[int, list[str]]:
    """The exit status, and what stands on the error output; nothing may stand on the other."""
    done = called(office, NOW, *words)
    assert done.stdout == ""
    return done.returncode, [line for line in done.stderr.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (("log", "evidence", "--month", "2026-13"), "`2026-13` is no month", "“2026-13”不是月份：请写成 2026-12 这样"),
        (("backup",), "there is no key for backups", "还没有备份密钥：请先运行 campaigner backup --new-key"),
        (("purge",), "say who deletes, with --by NAME", "请用 --by 写明由谁删除"),
        (("explain", "nobody"), "give a mobile number", "请写手机号，或名单名加文件中的行号"),
        (("plan", "--from", "2026-12-05", "--to", "2026-12-01"), "is before --from", "请改正起止日期"),
        (("plan", "--from", "明天"), "wants a day such as 2026-12-01", "日期要写成 2026-12-01 这样，不能写成“明天”"),
        (("restore", "a.sealed", "--reason", "硬盘损坏"), "there is no backup a.sealed", "找不到备份 a.sealed：请核对"),
        (("approve", "--by", "李所长"), "name the runs, or say --all", "请写明任务编号，或用 --all 批准全部"),
        (("unknown", "settle", "--as", "delivered", "--by", "王经办", "--reason", "电话"),
         "name the messages", "请写明短信编号，或用 --run 指定一个任务"),
        (("receipts", "import", "--gateway", "nobody", "config.toml"),
         "there is no gateway `nobody`", "config.toml 中没有出口“nobody”，已有的出口：carrier"),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_done_says_why_and_what_next(
    office: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], english: str, chinese: str
) -> None:
    monkeypatch.chdir(office)
    code, lines = stopped(office, *words)
    assert code == WRONG_USE
    assert english in lines[0]
    assert lines[0].startswith("Error: ")
    assert chinese in lines[1]
    assert len(lines) == len(("English", "Chinese"))


@pytest.mark.parametrize(
    ("words", "chinese"),
    [
        (("approve", ELDERLY), "缺少 --by，请补上；写法见 campaigner approve --help"),
        (("slip",), "缺少 RUN，请补上；写法见 campaigner slip --help"),
        (("approve", ELDERLY, "--name", "李"), "没有选项 --name，请改正；写法见 campaigner approve --help"),
        (("approve", ELDERLY, "--by"), "选项 --by 的写法不对（后面缺少内容，或不该带内容）"),
        (
            ("preview", ELDERLY, "--count", "几份"),
            "--count 的值不对，请改正；写法见 campaigner preview --help",
        ),
        (("aprove",), "没有这个命令，请改正；全部命令见 campaigner --help"),
        (("log", "verfy"), "没有这个命令，请改正；全部命令见 campaigner --help"),
        (("pending", "13800001111"), "命令写法不对，请改正；写法见 campaigner pending --help"),
    ],
)
def test_a_slip_of_the_pen_is_told_in_chinese_below(
    office: Path, words: tuple[str, ...], chinese: str
) -> None:
    code, lines = stopped(office, *words)
    assert code == WRONG_USE
    assert lines[-2].startswith("Error: ")
    assert lines[-1].startswith(chinese)
    assert "13800001111" not in "".join(lines)


def test_a_group_without_a_command_shows_its_help_alone(office: Path) -> None:
    shown = called(office, NOW, "reports")
    assert "Commands:" in shown.stdout + shown.stderr
    assert "写法" not in shown.stdout + shown.stderr


def test_a_value_of_no_option_is_called_so() -> None:
    assert in_chinese(click.BadParameter("no")) == "参数 的值不对，请改正；写法见 campaigner --help"


def test_a_run_that_is_not_approved_says_who_comes_next(office: Path) -> None:
    call(office, "plan", *DECEMBER)
    call(office, "generate", ELDERLY)
    code, lines = stopped(office, "export", ELDERLY)
    assert code == WRONG_USE
    assert lines[0].startswith(f"Error: run {ELDERLY} is generated")
    assert (
        lines[1] == f"任务 {ELDERLY} 已生成、待批准：请先由审批人运行 campaigner approve {ELDERLY} --by 姓名"
    )


def test_a_run_that_is_out_of_turn_is_not_generated(office: Path) -> None:
    call(office, "plan", *DECEMBER)
    call(office, "generate", ELDERLY)
    call(office, "approve", ELDERLY, "--by", "李所长")
    code, lines = stopped(office, "generate", ELDERLY)
    assert code == WRONG_USE
    assert lines[1] == f"任务 {ELDERLY} 已批准：只有已计划或已退回的任务才能生成"


def test_a_gateway_of_the_wrong_kind_names_the_command_that_fits(office: Path) -> None:
    call(office, "plan", *DECEMBER)
    call(office, "generate", ELDERLY)
    call(office, "approve", ELDERLY, "--by", "李所长")
    code, lines = stopped(office, "send", ELDERLY)
    assert code == PROBLEMS
    assert "has no gateway that sends by itself" in lines[0]
    assert lines[1] == f"任务 {ELDERLY} 的出口不能直接发送：请用 campaigner export {ELDERLY} 导出文件"


def test_a_store_on_a_server_without_its_package_says_what_to_install(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = office / "config.toml"
    there = re.sub(
        r'(?m)^url = "[^"]*"', 'url = "postgresql://office@127.0.0.1/office"', config.read_text("utf-8")
    )
    config.write_text(there, "utf-8")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    code, lines = stopped(office, "pending")
    assert code == PROBLEMS
    assert lines == [
        "Error: a store on PostgreSQL needs a package more: pip install 'campaigner[postgresql]'",
        "使用 PostgreSQL 记录库还要安装软件包：pip install 'campaigner[postgresql]'",
    ]


def forget_fonts() -> None:
    """Let them be looked for again, whatever this process has drawn before."""
    for kept in (fonts.font_folders, fonts._printable, pdf._fonts):
        kept.cache_clear()


def test_what_cannot_be_drawn_is_told_in_both_languages(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(office, "plan", *DECEMBER)
    call(office, "generate", ELDERLY)
    monkeypatch.setattr(fonts, "PACKAGE", "no_such_fonts")
    forget_fonts()
    try:
        code, lines = stopped(office, "slip", ELDERLY)
    finally:
        forget_fonts()
    assert code == PROBLEMS
    assert lines == [
        "Error: the fonts are not installed; run `pip install justmytype-intl-cjk`",
        "字体没有安装：请运行 pip install justmytype-intl-cjk",
    ]


def test_a_file_of_the_system_is_told_in_chinese_too(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(*_args: object, **_options: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("campaigner.cli.cli.main", gone)
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(office), "pending"])
    assert ended.value.code == PROBLEMS
    assert capsys.readouterr().err.splitlines() == [
        "Error: the system: Input/output error",
        "无法读写 系统：请检查文件、文件夹和权限，再运行同一条命令",
    ]


def test_a_rehearsed_daemon_tells_of_a_stop_on_one_line_in_both_languages(office: Path) -> None:
    change_gateway(office, KANNEL)
    until_approved(office)
    (office / "credentials.toml").unlink()
    done = called(office, "2026-12-07T09:00", "daemon", "--once")
    told = [line for line in (done.stdout + done.stderr).splitlines() if "is not known" in line]
    assert told
    assert all("（出口 carrier：缺少密钥 username，请写入 credentials.toml）" in line for line in told), told


def test_ctrl_c_says_that_nothing_is_lost(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cut(*_args: object, **_options: object) -> None:
        raise click.exceptions.Abort

    monkeypatch.setattr("campaigner.cli.cli.main", cut)
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(office), "plan"])
    assert ended.value.code == CUT_OFF
    english, chinese = capsys.readouterr().err.splitlines()
    assert english.startswith("Stopped.")
    assert chinese == "已停止。已完成的部分都已保存；再次运行同一条命令会从那里继续。"
