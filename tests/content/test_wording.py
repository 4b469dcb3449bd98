from pathlib import Path

import pytest

from campaigner.answers.account import log_entries
from campaigner.answers.check import check, check_sources, check_text_file
from campaigner.app import open_app
from campaigner.artefacts import registry
from campaigner.content.wording import run_findings
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.errors import ApprovalError, ConfigError
from campaigner.road.review import approve
from campaigner.store import messages
from campaigner.workspace.desk import Silent
from tests.conftest import NOW
from tests.offices.road import APPROVER, Road, without

ELDERLY = "elderly-monday-20261207-0900"
SMS = "templates/sms/elderly.txt.jinja"


@pytest.fixture
def road(office: Path) -> Road:
    return Road(office)


def generated(road: Road, old: str, new: str) -> Road:
    """A run whose plan did not see what its texts say, as when only some recipients' texts are faulty."""
    changed = road.edit(SMS, old, new)
    changed.keep()
    return changed


def test_every_shipped_text_passes(road: Road) -> None:
    road.keep()
    for run in road.plan().runs:
        written = road.generate(run.code)
        campaign = road.app.desk.config.campaigns[run.campaign]
        assert run_findings(road.work(), written, campaign) == []
        assert road.approve(run.code).state is RunState.APPROVED


BLOCKED = [
    pytest.param("请立即点击链接 t.cn/x 核实。", "chk-26", id="a link"),
    pytest.param("凡不安装国家反诈中心APP的一律不予办理。", "chk-01", id="a forced app"),
    pytest.param("装了国家反诈中心APP就不会被骗。", "chk-02", id="an exaggeration"),
    pytest.param("拿不准打 96111。", "chk-19", id="a wrong number"),
]


@pytest.mark.parametrize(("words", "code"), BLOCKED)
def test_the_plan_names_what_no_text_may_say(road: Road, words: str, code: str) -> None:
    changed = generated(road, "长辈您好：", f"长辈您好：{words}")
    run = changed.run(ELDERLY)
    assert code in {problem.code for problem in run.planned.problems}
    assert run.planned.blocked
    assert all(p.source == SMS and p.message_zh for p in run.planned.problems if p.code == code)


def test_one_recipients_text_is_enough_to_stop_the_run(road: Road) -> None:
    condition = "{% if recipient.village != '' %}请立即点击链接 t.cn/x 核实。{% endif %}长辈您好："
    changed = generated(road, "长辈您好：", condition)
    run = changed.run(ELDERLY)
    forced = without(run, planned=without(run.planned, problems=()))  # type: ignore[arg-type]
    from campaigner.road.generate import generate

    generate(changed.work(), forced)
    with pytest.raises(ApprovalError, match=r"(?s)nobody can let pass.*CHK-26.*t\.cn"):
        changed.approve(ELDERLY)
    with pytest.raises(ApprovalError, match="nobody can let pass"):
        approve(changed.work(APPROVER), changed.run(ELDERLY), {"CHK-26": "我负责"})
    assert changed.run(ELDERLY).state is RunState.GENERATED


def test_a_warning_passes_by_name_and_reason_only(road: Road) -> None:
    changed = generated(road, "长辈您好：", "做核酸检测时也请当心。长辈您好：")
    run = changed.generate(ELDERLY)
    with pytest.raises(ApprovalError, match=r"(?s)needs a look.*CHK-22.*--override CHK-22=REASON"):
        changed.approve(ELDERLY)
    with pytest.raises(ApprovalError, match="CHK-22"):
        approve(changed.work(APPROVER), run, {"CHK-16": "别的规则"})
    done = approve(changed.work(APPROVER), run, {"CHK-22": "本镇仍有采样点"})
    assert done.state is RunState.APPROVED
    entries = [entry for entry in log_entries(changed.store, ELDERLY) if entry.kind == "overridden"]
    assert [(entry.actor, entry.fields["rule"], entry.fields["reason"]) for entry in entries][-1] == (
        APPROVER, "CHK-22", "本镇仍有采样点",
    )  # fmt: skip


def test_what_was_let_pass_once_needs_no_second_word(road: Road) -> None:
    changed = generated(road, "长辈您好：", "做核酸检测时也请当心。长辈您好：")
    changed.generate(ELDERLY)
    approve(changed.work(APPROVER), changed.run(ELDERLY), {"CHK-22": "本镇仍有采样点"})
    again = changed.edit("config.toml", "price = 0.05", "price = 0.06")
    again.keep()
    again.generate(ELDERLY)
    assert again.approve(ELDERLY).state is RunState.APPROVED


@pytest.mark.parametrize(
    ("code", "channel", "word"),
    [
        ("parents-letter-20261210-0800", Channel("letter"), "同学家长"),
        ("lift-posters-20261201-0800", Channel("poster"), "96110"),
        (ELDERLY, Channel.SMS, "【幸福镇反诈中心】"),
    ],
)
def test_what_a_reader_reads(road: Road, code: str, channel: Channel, word: str) -> None:
    road.keep()
    run = road.generate(code)
    with road.store.read() as connection:
        _id, message = next(messages.ordered(connection, run, channel))[0]
    text = registry.artefact(channel).readable(message.body)
    assert word in text
    assert '{"' not in text


def test_a_template_and_a_warning_are_checked_at_their_lines(road: Road) -> None:
    changed = road.edit("templates/sms/finance.txt.jinja", "付款前", "请回复Y确认。付款前").edit(
        "templates/warnings/romance.toml", 'method = "', 'method = "请拨打 96 111 核实。'
    )
    problems = check(changed.app.desk, NOW, Silent()).problems
    places = {(problem.code, problem.source) for problem in problems}
    assert ("chk-26", "templates/sms/finance.txt.jinja") in places
    assert ("chk-19", "templates/warnings/romance.toml") in places
    assert all(problem.line for problem in problems if problem.source.startswith("templates/warnings"))


def test_what_is_not_finished_in_a_warning_is_told_at_its_character(road: Road) -> None:
    """Behind escapes, in lists over several lines, and below a line that looks like the head of a table."""
    path = road.folder / "templates" / "warnings" / "romance.toml"
    text = path.read_text("utf-8")
    text = text.replace('"没见面、不了解底细，不谈钱",', '"没见面\\u3001待补充",').replace(
        'long = "', 'long = """\\\n[温馨提示]见过XX镇居民吗。'
    )
    path.write_text(text.replace('就要停下来。"', '就要停下来。"""'), "utf-8")
    problems = check(open_app(road.folder, NOW, NOW).desk, NOW, Silent()).problems
    found = [(one.code, one.line, one.column) for one in problems if one.source.endswith("romance.toml")]
    assert ("chk-30", 9, 13) in found
    assert ("chk-30", 16, 9) in found


def test_own_rules_stand_beside_the_shipped_ones(road: Road) -> None:
    (road.folder / "templates" / "rules.toml").write_text("[[pattern]\n", "utf-8")
    codes = {problem.code for problem in open_app(road.folder, NOW, NOW).desk.problems}
    assert codes == {"rules-unusable"}
    with pytest.raises(ConfigError, match="rules-unusable"):
        road.reopened()  # nothing that writes goes on without them


def test_somebody_elses_text(road: Road, tmp_path: Path) -> None:
    path = tmp_path / "notice.txt"
    path.write_text("各位居民：\n请点击链接 t.cn/abc 登记，逾期不登记的停发补贴。\n谨防刷单诈骗。", "utf-8")
    problems = check_text_file(road.app.desk, path, NOW)
    assert {problem.line for problem in problems} == {2}
    assert "chk-26" in {problem.code for problem in problems}
    assert [p.code for p in check_text_file(road.app.desk, tmp_path / "none.txt", NOW)] == [
        "report-unreadable"
    ]
    (tmp_path / "empty.txt").write_bytes(b"")
    assert [p.code for p in check_text_file(road.app.desk, tmp_path / "empty.txt", NOW)] == ["report-empty"]


def test_sources_that_no_report_has(road: Road, tmp_path: Path) -> None:
    reports = "\n".join(
        f"防诈骗工作总结{number}\n\n　　{number}月，某社区开展防诈骗宣传活动，提醒居民谨防刷单诈骗，受到好评。\n"
        for number in range(1, 16)
    )
    path = tmp_path / "reports.txt"
    path.write_text(reports, "utf-8")
    assert check_sources(road.app.desk, path) == []
    path.write_text(reports[: reports.index("防诈骗工作总结15")], "utf-8")
    found = check_sources(road.app.desk, path)
    assert {problem.code for problem in found} == {"source-missing"}
    assert all("R15" in problem.message for problem in found)
    path.write_bytes(b"")
    assert [problem.code for problem in check_sources(road.app.desk, path)] == ["report-empty"]


@pytest.mark.parametrize(
    ("old", "new", "code", "section"),
    [
        ('suffix = "拒收请回复R"', 'suffix = "退订请点击链接 t.cn/x"', "chk-26", "[gateways.carrier]"),
        ('name = "幸福镇反诈中心" ', 'name = "国家防诈中心" ', "chk-19", "[office]"),
        ('label = "扫码拨打96110"', 'label = "咨询拨打 96111"', "chk-19", "[qr.hotline]"),
    ],
)
def test_what_recipients_read_of_the_settings_is_checked(
    road: Road, old: str, new: str, code: str, section: str
) -> None:
    changed = road.edit("config.toml", old, new)
    problems = check(changed.app.desk, NOW, Silent()).problems
    (line, *_more) = [p.line for p in problems if (p.code, p.source) == (code, "config.toml")]
    assert (road.folder / "config.toml").read_text("utf-8").splitlines()[(line or 0) - 1] == section
