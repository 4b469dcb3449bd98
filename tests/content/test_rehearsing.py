"""Texts on the real rows: what is unfinished, empty or too long is found by the plan, with the lines of the list."""

from collections.abc import Callable
from pathlib import Path

import pytest

from campaigner.answers.check import check
from campaigner.answers.slip import slip_of, slip_pdf
from campaigner.content.wording import run_findings
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import PlannedRun
from campaigner.domain.problem import Level, Problem
from campaigner.errors import ApprovalError, RenderError, UsageError
from campaigner.road.generate import generate
from campaigner.road.review import approve
from campaigner.workspace.desk import Silent
from tests.conftest import NOW
from tests.offices.road import APPROVER, Road

CODE = "notice-20261207-0900"
SMS = "templates/sms/own.txt.jinja"
LIST = "audiences/own.csv"
HEADER = "姓名,手机号,性别,村社区,单位"
ROWS = ("甲一,13800000701,男,甲村,甲厂", "乙二,13800000702,女,,", "丙三,13800000703,男,乙村,甲厂")
GATEWAY = """[output]
folder = "out"
[gateways.carrier]
kind = "files"
signature = "幸福镇反诈中心"
suffix = "拒收请回复R"
price = 0.05
"""
TIP = "{{ warning.short }}"

Own = Callable[..., Road]


@pytest.fixture
def own(office: Path) -> Own:
    """Makes an office with one campaign of its own: a template's body, the rows of its list, more settings."""

    def make(
        body: str, rows: tuple[str, ...] = ROWS, header: str = HEADER, kind: str = "people", **more: str
    ) -> Road:
        channel, ending = more.get("channel", "sms"), "txt" if more.get("channel", "sms") == "sms" else "md"
        design = 'design = "bold"\n' if channel == "poster" else ""
        warnings = more.get("warnings", "['personal-data']")
        front = f'+++\nid = "{channel}/own"\nchannel = "{channel}"\nkind = "{kind}"\n{design}+++\n'
        (office / f"templates/{channel}/own.{ending}.jinja").write_text(front + body + "\n", "utf-8")
        (office / LIST).write_text("\n".join([header, *rows]) + "\n", "utf-8")
        config = (office / "config.toml").read_text("utf-8")
        config = config[: config.index("[output]")]
        (office / "config.toml").write_text(
            config
            + GATEWAY
            + f'[audiences.own]\nkind = "{kind}"\nfile = "{LIST}"\nbasis = "b"\npurpose = "p"\n'
            + 'keep_until = 2027-12-31\nsynthetic = true\n[segments.all]\naudience = "own"\n'
            + f'[campaigns.notice]\ntitle = "提醒"\nsegment = "all"\nwarnings = {warnings}\n'
            + 'schedule = { dates = [2026-12-07T09:00:00] }\ngateway = "carrier"\n'
            + f'channels.{channel} = {{ template = "{channel}/own"{more.get("options", "")} }}\n',
            "utf-8",
        )
        return Road(office)

    return make


def planned(road: Road) -> PlannedRun:
    (run,) = road.plan().runs
    return run


def found(road: Road, code: str) -> list[Problem]:
    return [problem for problem in planned(road).problems if problem.code == code]


def test_a_text_that_is_finished_has_no_problem(own: Own) -> None:
    road = own("{{ recipient.name }}您好：" + TIP)
    assert planned(road).problems == ()
    road.until_approved(CODE)
    assert road.run(CODE).state is RunState.APPROVED


LEFT = [
    ("{name}您好：" + TIP, (6, 1)),
    ("{ { recipient.name } }您好：" + TIP, (6, 1)),
    ("${姓名}您好：" + TIP, (6, 1)),
    ("提醒：" + TIP + "\nXX镇综治中心", (7, 1)),
    ("××年××月××日，" + TIP, (6, 1)),
    ("｛｛ recipient.name ｝｝您好：" + TIP, (6, 1)),
    ("{{ recipient.name }}您好：" + TIP + "（待补充）", (6, 44)),
]


@pytest.mark.parametrize(("body", "place"), LEFT)
def test_what_is_left_of_a_form_blocks_with_its_place(own: Own, body: str, place: tuple[int, int]) -> None:
    road = own(body)
    problems = found(road, "chk-30")
    assert problems
    assert {problem.source for problem in problems} == {SMS}
    assert place in {(problem.line, problem.column) for problem in problems}
    assert planned(road).blocked
    road.keep()
    with pytest.raises(UsageError, match="CHK-30"):
        road.generate(CODE)
    checked = [p for p in check(road.app.desk, NOW, Silent()).problems if p.code == "chk-30"]
    assert place in {(problem.line, problem.column) for problem in checked}


@pytest.mark.parametrize(
    "words", ["{{ office.place }}提醒您：别信。", "别信陌生来电（待补充）。", "TODO 别信陌生来电。"]
)
def test_what_a_warning_brings_is_found_in_its_own_file(own: Own, words: str) -> None:
    road = own("提醒：" + TIP)
    file = "templates/warnings/personal-data.toml"
    text = (road.folder / file).read_text("utf-8")
    short = text[text.index('short = "') :].split('"')[1]
    changed = road.edit(file, short, words)
    number = text[: text.index('short = "')].count("\n") + 1
    assert (file, number) in {(problem.source, problem.line) for problem in found(changed, "chk-30")}


def test_rows_whose_field_is_empty_are_counted_with_their_lines(own: Own) -> None:
    road = own("{{ recipient.village }}的{{ recipient.name }}您好：" + TIP)
    (hole,) = found(road, "chk-32")
    assert (hole.level, hole.source, hole.line, hole.column) == (Level.WARN, SMS, 6, 4)
    assert f"line 3 of {LIST}" in hole.message
    assert "第3行：没有村社区，文字会成为“的某人您好" in hole.message_zh
    assert "乙二" not in hole.message + hole.message_zh


def test_who_approves_sees_the_empty_rows_and_answers_for_them(own: Own) -> None:
    road = own("{{ recipient.village }}的{{ recipient.name }}您好：" + TIP)
    road.keep()
    run = road.generate(CODE)
    with pytest.raises(ApprovalError, match=r"(?s)needs a look.*CHK-32.*line 3 of.*--override CHK-32=REASON"):
        road.approve(CODE)
    (finding,) = run_findings(road.work(), run, road.app.desk.config.campaigns["notice"])
    assert finding.rule == "CHK-32"
    assert "第3行" in finding.explanation_zh
    done = approve(road.work(APPROVER), run, {"CHK-32": "该户没有登记村名"})
    assert done.state is RunState.APPROVED


def test_the_approval_form_names_the_empty_rows(own: Own) -> None:
    road = own("{{ recipient.village }}的{{ recipient.name }}您好：" + TIP)
    road.keep()
    road.generate(CODE)
    (remark,) = slip_of(road.work(), road.run(CODE)).remarks
    assert remark.level is Level.WARN
    assert "第3行：没有村社区" in remark.why
    assert "第3行：没有村社区" in remark.sentence


GUARDED = [
    "{% if recipient.village %}{{ recipient.village }}的{% endif %}{{ recipient.name }}您好：",
    "{{ recipient.village or '本镇' }}的{{ recipient.name }}您好：",
    "{{ recipient.village | default('本镇', true) }}的{{ recipient.name }}您好：",
    "{{ recipient.village if recipient.village else '本镇' }}的{{ recipient.name }}您好：",
]


@pytest.mark.parametrize("body", GUARDED)
def test_a_template_that_asks_first_has_no_hole(own: Own, body: str) -> None:
    assert planned(own(body + TIP)).problems == ()


JOINED = [
    "{{ recipient.village ~ '的' }}{{ recipient.name }}您好：",
    "{% set v = recipient.village %}{{ v }}的{{ recipient.name }}您好：",
    "{{ recipient['village'] }}的{{ recipient.name }}您好：",
    "{{ recipient.village | trim }}的{{ recipient.name }}您好：",
]


@pytest.mark.parametrize("body", JOINED)
def test_a_hole_is_found_however_it_is_written(own: Own, body: str) -> None:
    assert [problem.line for problem in found(own(body + TIP), "chk-32")] == [6]


def test_a_column_that_no_row_fills_blocks(own: Own) -> None:
    road = own(
        "{{ recipient.village }}的{{ recipient.name }}您好：" + TIP,
        ("甲一,13800000701,男,,", "乙二,13800000702,男,,"),
    )
    (problem,) = found(road, "column-empty")
    assert problem.level is Level.BLOCK
    assert "2行都没有村社区" in problem.message_zh


def test_a_pupils_list_without_school_and_class_blocks_the_letter(own: Own) -> None:
    body = "# 一封信\n\n孩子在{{ recipient.school }}{{ recipient.class_name }}学习。\n\n{{ warning.long }}"
    road = own(
        body, ("甲一,13800000701", "乙二,13800000702"), "学生姓名,家长手机号", "pupils", channel="letter"
    )
    assert len(found(road, "column-empty")) == 2


def test_many_lines_are_counted_and_some_named(own: Own) -> None:
    rows = [f"甲一,138000{n:05d},男,{'甲村' if n % 2 else ''},甲厂" for n in range(1, 41)]
    (hole,) = found(own("{{ recipient.village }}的街坊您好：" + TIP, tuple(rows)), "chk-32")
    assert "line 3, 5, 7, 9, 11 and 15 more of" in hole.message
    assert "等20行" in hole.message_zh


def test_a_text_that_says_nothing_to_some_blocks_and_names_them(own: Own) -> None:
    road = own('{% if recipient.unit == "甲厂" %}提醒您：' + TIP + "{% endif %}")
    (problem,) = found(road, "chk-31")
    assert f"line 3 of {LIST}" in problem.message
    assert planned(road).blocked


@pytest.mark.parametrize(
    ("channel", "body", "kind", "header", "rows"),
    [
        ("letter", "# 一封信\n\n尊敬的{{ recipient.name }}：", "people", HEADER, ROWS),
        ("poster", "# 别信\n\n96110", "places", "名称,类型", ("一号楼,单元门",)),
    ],
)
def test_a_sheet_without_content_blocks(
    own: Own, channel: str, body: str, kind: str, header: str, rows: tuple[str, ...]
) -> None:
    road = own(body, rows, header, kind, channel=channel)
    assert found(road, "chk-31")
    assert planned(road).blocked


CELLS = ["待补充", "XX", "{{村}}", "None村", "____", "[村名]", "TODO"]


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_cell_leaves_open_blocks_with_its_line(own: Own, cell: str) -> None:
    rows = (*ROWS, f"丁四,13800000704,男,{cell},甲厂")
    body = "{% if recipient.village %}{{ recipient.village }}的{% endif %}{{ recipient.name }}您好："
    road = own(body + TIP, rows)
    (problem,) = found(road, "chk-30")
    assert (problem.source, problem.line, problem.column) == (LIST, 5, "村社区")
    assert planned(road).blocked


def test_a_row_that_is_too_long_is_named_by_the_plan(own: Own) -> None:
    rows = (*ROWS, f"丁四,13800000704,男,甲村,{'甲' * 160}")
    road = own("{{ recipient.unit }}{{ recipient.unit }}{{ recipient.unit }}您好：" + TIP, rows)
    (problem,) = found(road, "template-row")
    assert f"line 5 of {LIST}" in problem.message
    assert "第5行" in problem.message_zh
    assert planned(road).blocked


def test_a_list_that_got_worse_since_the_plan_stops_with_its_line(own: Own) -> None:
    road = own("{{ recipient.name }}您好：" + TIP)
    road.keep()
    path = road.folder / LIST
    path.write_text(path.read_text("utf-8") + "TODO,13800000709,男,甲村,甲厂\n", "utf-8")
    again = road.reopened()
    with pytest.raises(RenderError, match=rf"{LIST}:5"):
        generate(again.work(), again.run(CODE))
    assert again.run(CODE).state is RunState.PLANNED


UNPRINTABLE = [
    "{{ warning.red_flags }}",
    "{{ warning.valid_until }}前：",
    "{{ warnings }}",
    "{{ warning }}",
    "{{ office.issuers }}",
    "{{ run.receipt }}",
    "{{ none }}",
    "{{ warning.advice[:2] }}",
    "{{ warning.short == 'x' }}",
]


@pytest.mark.parametrize("body", UNPRINTABLE)
def test_what_only_a_computer_reads_is_never_printed(own: Own, body: str) -> None:
    road = own(f"提醒：\n{body}" + TIP)
    problems = [*road.app.desk.problems, *planned(road).problems]
    assert 7 in {problem.line for problem in problems if problem.source == SMS} or any(
        f"{SMS}:7" in problem.message for problem in problems
    )
    assert planned(road).blocked


TWO = "['brushing-rebates', 'fake-customer-service']"


def test_two_warnings_of_which_one_is_left_out_block(own: Own) -> None:
    road = own("提醒：" + TIP, warnings=TWO)
    run = planned(road)
    (problem,) = found(road, "warning-unread")
    assert run.blocked
    assert run.shown == ("brushing-rebates",)
    assert "rotate = true" in problem.message
    assert "sms/own" in problem.message_zh
    lines = (road.folder / "config.toml").read_text("utf-8").splitlines()
    assert lines[(problem.line or 0) - 1].startswith("warnings")


BOTH = [
    "{% for each in warnings %}{{ each.short }}{% endfor %}",
    "{{ warnings[0].short }}{{ warnings[1].short }}",
    "{{ warning.short }}{{ (warnings | last).rule }}",
    "{% for each in warnings %}{{ each['headline'] }}。{% endfor %}",
]


@pytest.mark.parametrize("body", BOTH)
def test_a_template_that_writes_both_is_taken(own: Own, body: str) -> None:
    road = own("提醒：" + body, warnings=TWO)
    assert found(road, "warning-unread") == []
    assert planned(road).shown == ("brushing-rebates", "fake-customer-service")


ONE = [
    "{{ warnings[0].short }}",
    "{% for each in warnings[:1] %}{{ each.short }}{% endfor %}",
    "{{ warning.short }}{% for each in warnings %}{% endfor %}",
    "{% if warnings[1].short %}{{ warning.short }}{% endif %}",
]


@pytest.mark.parametrize("body", ONE)
def test_a_template_that_reads_but_does_not_show_the_second_is_not(own: Own, body: str) -> None:
    assert found(own("提醒：" + body, warnings=TWO), "warning-unread")


def test_a_poster_in_large_type_shows_one_warning_only(own: Own) -> None:
    points = "{% for line in each.large %}\n- {{ line }}\n{% endfor %}\n"
    body = "# {{ warning.headline }}\n\n{% for each in warnings %}\n" + points + "{% endfor %}"
    make = {
        "kind": "places",
        "header": "名称,类型",
        "rows": ("一号楼,单元门",),
        "channel": "poster",
        "warnings": TWO,
    }
    assert found(own(body, **make), "warning-unread") == []  # type: ignore[arg-type]
    large = own(body, options=", large = true", **make)  # type: ignore[arg-type]
    assert found(large, "warning-unread")


def test_a_warning_that_no_text_shows_is_asked_about(own: Own) -> None:
    road = own("提醒：别信陌生来电，拿不准打96110。")
    (problem,) = found(road, "warning-unread")
    assert problem.level is Level.WARN
    road.keep()
    road.generate(CODE)
    form = slip_of(road.work(), road.run(CODE))
    assert form.warnings == ()
    assert any("没有“个人信息保护”" in notice for notice in form.notices)
    assert slip_pdf(road.work(), road.run(CODE)).startswith(b"%PDF")
