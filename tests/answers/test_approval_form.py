"""The slip of real runs: its figures are the store's, and nobody's name or number is on it."""

import csv
import hashlib
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from campaigner.answers.slip import WITHHELD, slip_of, slip_pdf
from campaigner.answers.specimens import Masking, read_texts
from campaigner.app import open_app
from campaigner.artefacts import registry
from campaigner.content.briefs import channel_plan
from campaigner.content.wording import run_findings
from campaigner.domain.campaign import Channel
from campaigner.domain.planning import REASON_TITLES, Run
from campaigner.errors import StateError
from campaigner.road.review import approve, send_back
from campaigner.store import messages
from campaigner.workspace.desk import Silent
from tests.conftest import NOW, peer
from tests.offices.road import APPROVER, Road

ELDERLY = "elderly-monday-20261207-0900"
PARENTS = "parents-letter-20261210-0800"
POSTERS = "lift-posters-20261201-0800"
HALLS = "hall-posters-20261201-0800"
SMS = "templates/sms/elderly.txt.jinja"
GUARDIANS = "templates/sms/guardians.txt.jinja"
LETTER = "templates/letter/guardians.md.jinja"


@pytest.fixture
def road(office: Path) -> Road:
    made = Road(office)
    made.keep()
    return made


def edited(road: Road, file: str, old: str, new: str) -> Road:
    changed = road.edit(file, old, new)
    changed.keep()
    return changed


def words(road: Road, run: Run, tmp_path: Path) -> str:
    """What pdftotext reads on the slip of a run, without white space."""
    file = tmp_path / "slip.pdf"
    file.write_bytes(slip_pdf(road.work(), run))
    read = subprocess.run(
        [peer("pdftotext"), "-raw", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    return re.sub(r"\s", "", read)


def everybody(road: Road) -> set[str]:
    """Names and phones of all lists of people."""
    found: set[str] = set()
    for name, columns in {
        "residents.csv": ("姓名", "手机号"),
        "pupils.csv": ("学生姓名", "监护人姓名", "监护人手机", "监护人2姓名", "监护人2手机"),
    }.items():
        with (road.folder / "audiences" / name).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert set(columns) & set(rows[0])
        found |= {row[column].strip() for row in rows for column in columns if column in row}
    return {each for each in found if len(each) > 1}


@pytest.mark.parametrize("code", [ELDERLY, PARENTS, POSTERS, HALLS])
def test_figures_on_paper_are_those_of_the_store(road: Road, code: str, tmp_path: Path) -> None:
    run = road.generate(code)
    read = words(road, run, tmp_path)
    with road.store.read() as connection:
        totals = {
            Channel(channel): tuple(figures)
            for channel, *figures in connection.execute(
                sql(
                    "SELECT channel, count(*), sum(parts), sum(copies) FROM message"
                    " WHERE run_id = :run GROUP BY channel"
                ),
                {"run": run.id},
            )
        }
        shared = [words for c in totals for words in messages.wordings(connection, run, c).values()]
    assert sum(count for count, _parts, _copies in totals.values()) == run.quantity
    assert f"不超过{run.quantity:,}份" in read
    assert run.digest[:12] in read
    assert run.planned.content_hash[:12] in read
    for tally in run.planned.tallies:
        count, parts, copies = totals[tally.channel]
        unit = {Channel.SMS: "人", Channel("letter"): "封", Channel("poster"): "处"}[tally.channel]
        assert f"符合条件{tally.matched:,}{unit}列入发送{count:,}{unit}" in read
        for reason, left_out in tally.excluded.items():
            assert f"{REASON_TITLES[reason][1]}{left_out:,}{unit}" in read
        if tally.channel is Channel.SMS:
            assert f"{parts:,}条×0.05元/条={tally.cost.yuan}元" in read
            assert re.sub(r"\s", "", shared[0]) in read
        else:
            assert f"{copies:,}张" in read
    assert run.author in read
    assert "2026年11月24日10:00" in read
    assert "用语规则检查：未发现问题" in read
    assert "演练（虚构人员）" in read


@pytest.mark.parametrize("code", [ELDERLY, PARENTS])
def test_nobody_is_named_on_paper(road: Road, code: str, tmp_path: Path) -> None:
    run = road.generate(code)
    read = words(road, run, tmp_path)
    assert [each for each in everybody(road) if each in read] == []


def test_the_same_run_is_the_same_file(road: Road) -> None:
    run = road.generate(PARENTS)
    first = slip_pdf(road.work(), run)
    later = open_app(road.folder, NOW + timedelta(days=3), NOW + timedelta(days=3))
    assert slip_pdf(later.work(road.store, APPROVER, Silent()), run) == first
    assert slip_pdf(road.work(), road.approve(PARENTS)) == first


def test_the_letter_in_the_picture_has_no_name(road: Road) -> None:
    run = road.generate(PARENTS)
    work = road.work()
    campaign = work.desk.config.campaigns["parents-letter"]
    plan = channel_plan(work.desk, run, Channel("letter"))
    (tally,) = [each for each in run.planned.tallies if each.channel is Channel("letter")]
    with road.store.read() as connection:
        texts = read_texts(connection, run, tally)
    assert texts.distinct == tally.recipients
    (body, *_more) = Masking(work, run, campaign, plan).bodies(texts.chosen)
    text = registry.artefact(Channel("letter")).readable(body or "")
    label = texts.chosen[0].label
    assert label not in (body or "")
    assert f"{label[0]}{'*' * (len(label) - 1)}同学家长" in text
    (section, _sms) = slip_of(work, run).sections
    assert len(section.pictures) == 1
    assert section.paper == "A4，带回执"


def test_guardians_in_a_letter_are_nobody_in_particular(road: Road) -> None:
    changed = edited(road, LETTER, "同学家长{% else %}", "同学家长{{ recipient.guardian }}{% else %}")
    run = changed.generate(PARENTS)
    work = changed.work()
    plan = channel_plan(work.desk, run, Channel("letter"))
    with changed.store.read() as connection:
        texts = read_texts(connection, run, run.planned.tallies[0])
    masking = Masking(work, run, work.desk.config.campaigns["parents-letter"], plan)
    assert "某同学家长某" in registry.artefact(Channel("letter")).readable(
        masking.bodies(texts.chosen)[0] or ""
    )


def test_personal_texts_show_the_longest_and_two_more(road: Road, tmp_path: Path) -> None:
    changed = edited(
        road, SMS, "长辈您好：", "{{ recipient.village }}{% if recipient.gender == '男' %}的老哥哥{% endif %}您好："
    )  # fmt: skip
    run = changed.generate(ELDERLY)
    (section,) = slip_of(changed.work(), run).sections
    with changed.store.read() as connection:
        bodies = list(messages.texts(connection, run, Channel.SMS))
    assert section.texts == len(set(bodies)) > 3
    assert len(section.specimens) == 3
    assert len({specimen.text for specimen in section.specimens}) == 3
    assert {specimen.text for specimen in section.specimens} <= set(bodies)
    assert section.specimens[0].characters == max(map(len, bodies))
    assert sum(count for _parts, count in section.spread) == len(bodies)
    assert sum(parts * count for parts, count in section.spread) == run.parts
    assert re.fullmatch(r"最长的一条，发往1\d\d\*{4}\d{4}", section.specimens[0].note)
    assert f"不同内容{section.texts}种" in words(changed, run, tmp_path)


def test_names_in_texts_are_masked(road: Road, tmp_path: Path) -> None:
    changed = edited(road, SMS, "长辈您好：", "{{ recipient.name }}您好：")
    run = changed.generate(ELDERLY)
    with changed.store.read() as connection:
        bodies = list(messages.texts(connection, run, Channel.SMS))
    read = words(changed, run, tmp_path)
    assert any(each in "".join(bodies) for each in everybody(changed))
    assert [each for each in everybody(changed) if each in read] == []
    (section,) = slip_of(changed.work(), run).sections
    assert all(re.search(r"】\w\*{1,2}您好", specimen.text) for specimen in section.specimens)
    assert [specimen.characters for specimen in section.specimens] == [
        len(specimen.text) for specimen in section.specimens
    ]


def test_both_guardians_are_masked(road: Road, tmp_path: Path) -> None:
    changed = edited(road, GUARDIANS, "家长您好", "{{ recipient.guardian }}您好，{{ recipient.name }}的家长")
    run = changed.generate(PARENTS)
    read = words(changed, run, tmp_path)
    assert re.search(r"】\w\*{1,2}您好，\w\*{1,2}的家长", read)
    assert [each for each in everybody(changed) if each in read] == []


def test_names_that_the_list_no_longer_has_are_nobody(road: Road, tmp_path: Path) -> None:
    changed = edited(road, SMS, "长辈您好：", "{{ recipient.name }}您好：")
    run = changed.generate(ELDERLY)
    people = everybody(changed)
    path = changed.folder / "audiences" / "residents.csv"
    header, *rows = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([header, *(f"改{row}" for row in rows)]), "utf-8")
    read = words(changed, run, tmp_path)
    assert "某您好：" in read
    assert "收件人以“某”代替" in read
    assert [each for each in people if each in read] == []


def test_a_finding_with_its_sentence_and_who_let_it_pass(road: Road, tmp_path: Path) -> None:
    changed = edited(road, SMS, "长辈您好：", "做核酸检测时也请当心。长辈您好：")
    run = changed.generate(ELDERLY)
    (remark,) = slip_of(changed.work(), run).remarks
    assert remark.sentence == "做核酸检测时也请当心。"
    assert remark.rule.startswith("CHK-22 ")
    assert remark.passed == ""
    assert "发现1处（共检查1条文字），其中1处尚待处理" in words(changed, run, tmp_path)
    approved = approve(changed.work(APPROVER), run, {"CHK-22": "本镇仍有采样点"})
    (remark,) = slip_of(changed.work(), approved).remarks
    assert remark.passed == f"{APPROVER}同意保留，理由：本镇仍有采样点"
    assert "其中0处尚待处理" in words(changed, approved, tmp_path)


def test_a_sentence_that_names_somebody_is_masked_or_withheld(road: Road, tmp_path: Path) -> None:
    changed = edited(
        road, LETTER, "您好！", "您好！做核酸检测时也请当心。{{ recipient.name }}做核酸检测时不要扫码。"
    )
    run = changed.generate(PARENTS)
    first, *masked, withheld = slip_of(changed.work(), run).remarks
    assert (first.sentence, first.places) == ("做核酸检测时也请当心。", 1)
    assert len(masked) == 3
    assert all(re.fullmatch(r"\w\*{1,2}做核酸检测时不要扫码。", remark.sentence) for remark in masked)
    assert withheld.sentence == WITHHELD
    findings = run_findings(changed.work(), run, changed.app.desk.config.campaigns["parents-letter"])
    assert sum(remark.places for remark in (first, *masked, withheld)) == len(findings)
    read = words(changed, run, tmp_path)
    assert f"（共{withheld.places}处）" in read
    assert [each for each in everybody(changed) if each in read] == []


def test_a_sentence_that_no_shown_text_has_is_withheld(road: Road) -> None:
    changed = edited(road, LETTER, "您好！", "您好！{{ recipient.guardian }}做核酸检测时不要扫码。")
    (remark,) = slip_of(changed.work(), changed.generate(PARENTS)).remarks
    assert remark.sentence == WITHHELD


def test_markup_of_templates_is_printed_as_it_stands(road: Road, tmp_path: Path) -> None:
    hostile = "#pagebreak*星*@r=*"
    changed = edited(road, SMS, "长辈您好：", f"{hostile}长辈您好：")
    assert hostile in words(changed, changed.generate(ELDERLY), tmp_path)


def test_a_template_for_others_is_told(road: Road, tmp_path: Path) -> None:
    changed = edited(
        road, "config.toml", 'template = "sms/elderly" }', 'template = "sms/general", segment = "students" }'
    )
    changed = edited(changed, "templates/sms/general.txt.jinja", "segments = []", 'segments = ["elderly"]')
    run = changed.generate(ELDERLY)
    (notice, *_more) = slip_of(changed.work(), run).notices
    assert re.sub(r"\s", "", notice) in words(changed, run, tmp_path)


def test_own_rules_stand_on_it_with_their_hash(road: Road, tmp_path: Path) -> None:
    assert not any("本单位规则" in notice for notice in slip_of(road.work(), road.generate(ELDERLY)).notices)
    rules = road.folder / "templates" / "rules.toml"
    rules.write_text('[numbers.official]\n"0571-87654321" = "本县反诈中心"\n', encoding="utf-8")
    changed = road.reopened()
    changed.keep()
    shown = words(changed, changed.generate(ELDERLY), tmp_path)
    assert "另认可号码0571-87654321（本县反诈中心）" in shown
    assert hashlib.sha256(rules.read_bytes()).hexdigest()[:12] in shown


def test_a_slip_is_of_a_run_that_can_be_approved(road: Road) -> None:
    with pytest.raises(StateError, match="is planned; a slip is drawn of a generated run"):
        slip_pdf(road.work(), road.run(ELDERLY))
    run = road.generate(ELDERLY)
    returned = send_back(road.work(APPROVER), run, "改日期")
    with pytest.raises(StateError, match="is returned"):
        slip_pdf(road.work(), returned)
    again = road.generate(ELDERLY)
    changed = road.edit("config.toml", "price = 0.05", "price = 0.06")
    with pytest.raises(StateError, match=r"changed since run .* was generated"):
        slip_pdf(changed.work(), again)


def test_a_rehearsed_time_is_said_to_be_one(road: Road) -> None:
    rehearsed = open_app(road.folder, NOW, NOW + timedelta(days=9))
    from campaigner.road.generate import generate

    run = generate(rehearsed.work(road.store, "王经办", Silent()), road.run(HALLS))
    slip = slip_of(road.work(), run)
    assert slip.prepared == "2026年11月24日 10:00（演练时间）"
    (section,) = slip.sections
    assert section.paper == "A3，大字版，带裁切线"


def test_a_run_that_reaches_nobody_says_so(road: Road, tmp_path: Path) -> None:
    changed = edited(road, "config.toml", 'filter = "age >= 60"', 'filter = "age >= 160"')
    read = words(changed, changed.generate(ELDERLY), tmp_path)
    for wanted in ("没有收件人", "不超过0份", "共检查0条文字", "没有任何接收对象"):
        assert wanted in read


def test_posters_that_differ_are_shown_up_to_three(road: Road) -> None:
    changed = edited(
        road, "templates/poster/bold.md.jinja", "拿不准，打", "{{ recipient.name }}提醒：拿不准，打"
    )
    run = changed.generate(POSTERS)
    (section,) = slip_of(changed.work(), run).sections
    assert section.texts > 3
    assert len(set(section.pictures)) == 3
