import csv
from pathlib import Path

import pytest

from campaigner.answers.check import check
from campaigner.answers.explain import Explanation, explain, person
from campaigner.answers.preview import draw, samples
from campaigner.app import open_app
from campaigner.content.briefs import channel_plan
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.people import ControlTotals
from campaigner.errors import RenderError, StateError, UsageError
from campaigner.workspace.desk import Silent
from tests.checking import balanced
from tests.conftest import NOW
from tests.offices.road import Road

ELDERLY = "elderly-monday-20261207-0900"
PARENTS = "parents-letter-20261210-0800"
POSTERS = "lift-posters-20261201-0800"


@pytest.fixture
def road(office: Path) -> Road:
    made = Road(office)
    made.keep()
    return made


def ask(road: Road, who: str, *codes: str) -> list[Explanation]:
    chosen = [road.run(code) for code in codes]
    return explain(road.work(), person(who, road.app.desk), chosen)


def add_resident(road: Road, **cells: str) -> None:
    path = road.folder / "audiences" / "residents.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([cells.get(name, "") for name in header])


@pytest.mark.parametrize(
    ("cells", "verdict", "word"),
    [
        pytest.param({"出生日期": "1950-01-01"}, "in", "age >= 60 is true (76)", id="in"),
        pytest.param({"出生日期": "1990-01-01"}, "outside", "age >= 60 is false (36)", id="too young"),
        pytest.param({}, "outside", "age >= 60 is unknown (empty)", id="age unknown"),
        pytest.param({"出生日期": "1950-01-01", "退订": "是"}, "left out", "has opted out", id="opted out"),
    ],
)
def test_why_somebody_is_in_or_not(road: Road, cells: dict[str, str], verdict: str, word: str) -> None:
    add_resident(road, 姓名="试验人", 手机号="19900000001", 样例数据="是", **cells)
    (answer,) = ask(road, "199-0000-0001", ELDERLY)
    assert (answer.verdict, answer.why) == (verdict, word)


def test_the_second_on_one_phone_is_left_out(road: Road) -> None:
    for name in ("试验甲", "试验乙"):
        add_resident(road, 姓名=name, 手机号="19900000001", 出生日期="1950-01-01", 样例数据="是")
    answers = ask(road, "19900000001", ELDERLY)
    assert [answer.verdict for answer in answers] == ["in", "left out"]
    assert "shares the phone" in answers[1].why


def test_a_line_is_asked_about_on_every_channel(road: Road) -> None:
    answers = ask(road, "pupils:2", ELDERLY, PARENTS)
    assert {answer.run for answer in answers} == {PARENTS}
    assert {answer.channel for answer in answers} == {Channel("letter"), Channel.SMS}
    assert all(answer.verdict in {"in", "left out"} for answer in answers)


def test_explanations_agree_with_the_plan(road: Road) -> None:
    total = 0
    with (road.folder / "audiences" / "places.csv").open(encoding="utf-8-sig") as file:
        lines = len(file.readlines())
    for line in range(2, lines + 1):
        total += sum(answer.verdict == "in" for answer in ask(road, f"places:{line}", POSTERS))
    assert total == road.run(POSTERS).planned.tallies[0].recipients


@pytest.mark.parametrize("who", ["nobody", "0571-88888888", "residents:x", "unknown:3", ""])
def test_a_question_about_nobody(road: Road, who: str) -> None:
    with pytest.raises(UsageError, match="residents:12"):
        person(who, road.app.desk)


def test_samples_of_every_channel(road: Road, tmp_path: Path) -> None:
    run = road.generate(PARENTS)
    found = samples(road.store, run, None, 2)
    assert [sample.channel for sample in found] == [Channel("letter")] * 2 + [Channel.SMS] * 2
    assert found[0].label in found[0].text
    assert found[2].text.startswith("【幸福镇反诈中心】")
    assert [s.channel for s in samples(road.store, run, Channel.SMS, 1)] == [Channel.SMS]
    written = draw(road.app.desk, run, found, tmp_path / "preview")
    assert [path.suffix for path in written] == [".pdf", ".png"] * 2
    assert all(path.stat().st_size > 5_000 for path in written)


def test_one_poster_is_drawn_once(road: Road, tmp_path: Path) -> None:
    run = road.generate(POSTERS)
    found = samples(road.store, run, None, 5)
    assert len(draw(road.app.desk, run, found, tmp_path)) == 2
    assert "96110" in found[0].text


def test_a_channel_that_is_gone(road: Road) -> None:
    with pytest.raises(StateError, match="no longer has channel poster"):
        channel_plan(road.app.desk, road.run(ELDERLY), Channel("poster"))


def test_a_faultless_folder(road: Road) -> None:
    checked = check(road.app.desk, NOW, Silent())
    assert {problem.code for problem in checked.problems} == {"row-merged"}
    assert all(balanced(total) for total in checked.totals.values())
    assert checked.counts["campaigns"] == 8


def test_faults_of_every_kind_at_once(road: Road) -> None:
    add_resident(road, 姓名="试验人", 手机号="0571-88888888", 样例数据="是")
    changed = (
        road.edit("config.toml", 'cron = "0 9 * * mon"', 'cron = "0 9 * * 9"')
        .edit("config.toml", 'filter = "age >= 60"', 'filter = "agee >= 60"')
        .edit("templates/sms/finance.txt.jinja", "warning.short", "warning.shrt")
        .edit("templates/warnings/romance.toml", "status", "state")
    )
    config = changed.folder / "config.toml"
    config.write_text(config.read_text("utf-8").replace('kind = "files"', 'kind = "pigeons"', 1), "utf-8")
    problems = check(open_app(changed.folder, NOW, NOW).desk, NOW, Silent()).problems
    codes = {problem.code for problem in problems}
    assert {
        "config-unknown-kind", "config-cron", "filter-unknown-name", "template-unknown-variable", "template-missing",
        "warning-key-unknown", "phone-landline",
    } <= codes  # fmt: skip
    assert all(problem.line for problem in problems if problem.source != "config.toml")
    assert len(problems) == len(set(problems))


def test_a_written_run_is_explained_by_its_messages(road: Road) -> None:
    add_resident(road, 姓名="试验人", 手机号="19900000001", 出生日期="1950-01-01", 样例数据="是")
    road.generate(ELDERLY)
    add_resident(road, 姓名="迟到人", 手机号="19900000002", 出生日期="1950-01-01", 样例数据="是")
    path = road.folder / "audiences" / "residents.csv"
    text = path.read_text("utf-8-sig").replace("19900000001", "19900000003")
    path.write_text("\ufeff" + text, "utf-8", newline="")
    (late,) = ask(road, "19900000002", ELDERLY)
    assert late.verdict == "left out"
    assert "as it was generated" in late.why
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write("试验人,19900000001,1990-01-01" + "," * 9 + "是\r\n")
    (young,) = ask(road, "19900000001", ELDERLY)
    assert young.verdict == "in"
    assert "by today's lists outside" in young.why


def test_a_line_without_a_recipient_is_explained(road: Road) -> None:
    add_resident(road, 姓名="坏人", 手机号="0571-88888888", 样例数据="是")
    lines = len((road.folder / "audiences" / "residents.csv").read_text("utf-8-sig").splitlines())
    (outside,) = ask(road, f"residents:{lines}", ELDERLY)
    assert outside.verdict == "outside"
    assert "landline" in outside.why
    add_resident(road, 姓名="合计", 手机号="30")
    (refused,) = ask(road, f"residents:{lines + 1}", ELDERLY)
    assert refused.verdict == "refused"
    (merged,) = ask(road, "residents:33", ELDERLY)
    assert merged.verdict == "merged"
    assert "line 2" in merged.why
    (header,) = ask(road, "residents:1", ELDERLY)
    assert header.verdict == "no row"


def test_a_name_that_cannot_be_printed_is_found_before_the_approval(road: Road) -> None:
    path = road.folder / "audiences" / "pupils.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, first, *rest = csv.reader(file)
    first[header.index("学生姓名")] = "王\U00020bb7"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, first, *rest])
    with pytest.raises(RenderError, match=r"audiences/pupils\.csv:2: .*U\+20BB7"):
        road.generate(PARENTS)
    assert road.run(PARENTS).state is RunState.PLANNED


def test_a_letter_that_does_not_fit_is_found_before_the_approval(road: Road) -> None:
    changed = road.edit(
        "templates/letter/guardians.md.jinja", "您好！", "您好！" + "请多留意身边的骗局。" * 120
    )
    changed.keep()
    with pytest.raises(RenderError, match="does not fit on one page"):
        changed.generate(PARENTS)
    assert changed.run(PARENTS).state is RunState.PLANNED


@pytest.mark.parametrize("paused", ["", "\npaused = true"], ids=["planned", "paused"])
def test_a_faulty_schedule_is_listed_once(road: Road, paused: str) -> None:
    title = 'title = "老年人周一提醒"'
    changed = road.edit("config.toml", title, title + paused)
    faulty = changed.edit("config.toml", 'cron = "0 9 * * mon"', 'cron = "0 9 * * 9"')
    problems = check(faulty.app.desk, NOW, Silent()).problems
    assert [problem.code for problem in problems if problem.code != "row-merged"] == ["config-cron"]


def test_an_audience_that_no_campaign_needs_is_read_for_its_faults(road: Road) -> None:
    extra = '[audiences.spare]\nkind = "people"\nfile = "audiences/spare.csv"\n\n[audiences.pupils]'
    (road.folder / "audiences" / "spare.csv").write_text("姓名,手机号\n试验人,0571-88888888\n", "utf-8")
    checked = check(road.edit("config.toml", "[audiences.pupils]", extra).app.desk, NOW, Silent())
    assert checked.totals["spare"] == ControlTotals(rows=1, recipients=1, set_aside=1)
    codes = [problem.code for problem in checked.problems if problem.source == "audiences/spare.csv"]
    assert codes == ["phone-landline"]
