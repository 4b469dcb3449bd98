"""A refusal never fails open: what cannot be read holds back every SMS, what was read is kept, what is out is named."""

from pathlib import Path

import pytest

from campaigner.answers.account import log_entries
from campaigner.answers.explain import Person, explain
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.problem import blocks
from campaigner.errors import StateError, UsageError
from campaigner.exports.layout import notice
from campaigner.exports.whole import check_folder
from campaigner.office.subjects import erase
from campaigner.people import listed
from campaigner.people.refusing import lift, refuse, settle_file
from campaigner.people.takeouts import standing, taken_out
from campaigner.road.ahead import plan_horizon
from campaigner.road.reconcile import import_optouts
from campaigner.road.release import What
from campaigner.store import messages, refusals
from tests.offices.office import FIRST_MONDAY, MONDAY, SECOND_MONDAY, Office, turns

SATURDAY = "2026-12-05T10:00"
OTHER = '\n[audiences.other]\nkind = "people"\nfile = "audiences/other.csv"\nsynthetic = true\n'


@pytest.fixture
def opened(office: Path) -> Office:
    """An office with a second list, of which no campaign knows."""
    made = Office(office).set(OTHER)
    write(made, "姓名,手机号,退订\n甲一,13800000921,是\n")
    return made


def write(office: Office, content: str | bytes | None) -> None:
    path = office.folder / "audiences" / "other.csv"
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def sms_phone(office: Office, code: str) -> int:
    with office.store.read() as connection:
        phone, _household = next(messages.recipients(connection, office.run(code), Channel.SMS))
    return phone


UNREADABLE = {
    "missing": None,
    "empty": b"",
    "damaged": b"PK\x03\x04nothing",
    "no header": "甲一,13800000921,是\n",
    "unclear header": "姓名,手机号,短信\n甲一,13800000921,是\n",
    "error": "姓名,手机号,退订\n甲一,13800000921,#N/A\n",
    "word": "姓名,手机号,退订\n甲一,13800000921,看情况\n",
    "no row": "姓名,手机号,退订\n甲一,13800000921,是,,多\n",
    "number": "姓名,手机号,退订\n甲一,1380000092,是\n",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_list_that_may_hide_a_refusal_stops_every_sms_on_its_whole_road(content, opened: Office) -> None:
    opened.keep()
    write(opened, content)
    plan = opened.plan()
    for run in plan.runs:
        assert blocks(run.problems) == listed.has_sms(run), run.code
    held = next(p for r in plan.runs for p in r.problems if p.code == "refusals-unreadable")
    assert "audiences/other.csv" in held.message
    assert "audiences/other.csv" in held.message_zh
    paper = next(run.code for run in plan.runs if not listed.has_sms(run))
    assert opened.generate(paper).state is RunState.GENERATED
    with pytest.raises(StateError, match=r"audiences/other\.csv"):
        opened.generate(FIRST_MONDAY)


def test_it_stops_approval_and_release_and_all_goes_on_when_it_is_there_again(opened: Office) -> None:
    opened.keep()
    opened.generate(FIRST_MONDAY)
    good = (opened.folder / "audiences" / "other.csv").read_bytes()
    write(opened, None)
    with pytest.raises(StateError, match="所有短信一律不发"):
        opened.approve(FIRST_MONDAY)
    write(opened, good)
    opened.approve(FIRST_MONDAY)
    write(opened, None)
    with pytest.raises(StateError, match=r"other\.csv"):
        opened.out(SATURDAY, FIRST_MONDAY)
    failed = [turn for turn in turns(opened, MONDAY) if turn.what is What.FAILED]
    assert [turn.run for turn in failed] == [FIRST_MONDAY]
    phone = sms_phone(opened, FIRST_MONDAY)
    answers = explain(opened.at(MONDAY), Person(phone=phone), [opened.run(FIRST_MONDAY)])
    assert {answer.verdict for answer in answers if answer.channel is Channel.SMS} == {"held"}
    write(opened, good)
    assert opened.out(MONDAY, FIRST_MONDAY).sms


def test_a_list_of_places_has_no_refusals(office: Path) -> None:
    opened = Office(office)
    (office / "audiences" / "places.csv").unlink()
    assert not list(listed.unread(opened.app.desk))


def test_a_refusal_that_was_read_is_not_forgotten_with_the_list(opened: Office) -> None:
    opened.keep()
    phone = 13800000921
    with opened.store.read() as connection:
        (kept,) = [one for one in refusals.every(connection) if one.phone == phone]
    assert (kept.source, kept.place) == ("list:other", "audiences/other.csv:2:退订")
    write(opened, "姓名,手机号\n甲一,13800000921\n")
    assert opened.keep() == []
    problems = {problem.code for problem in listed.contradictions(opened.work())}
    assert problems == {"refusals-forgotten"}
    with opened.store.read() as connection:
        assert phone in refusals.phones(connection)
    write(opened, "姓名,手机号,退订\n甲一,13800000921,否\n")
    (problem,) = listed.contradictions(opened.work())
    assert (problem.code, problem.line, problem.column) == ("refusal-contrary", 2, "退订")
    lifted = lift(opened.work(), phone, "本人来电要求恢复")
    assert (lifted.was_kept, lifted.listed) == (True, ())
    assert listed.enter_listed(opened.work()) == 0


def test_the_list_has_the_last_word_against_a_lifting(opened: Office) -> None:
    opened.keep()
    lifted = lift(opened.work(), 13800000921, "本人来电")
    assert lifted.listed == ("audiences/other.csv:2:退订",)
    assert listed.enter_listed(opened.work()) == 1
    with pytest.raises(UsageError):
        lift(opened.work(), 13800000921, " ")


def test_who_was_deleted_is_not_entered_again_from_a_list(opened: Office) -> None:
    opened.keep()
    erase(opened.work(), 13800000921, "本人要求")
    assert listed.enter_listed(opened.work()) == 0
    with opened.store.read() as connection:
        assert 13800000921 not in refusals.phones(connection)


@pytest.fixture
def exported(office: Path) -> Office:
    opened = Office(office).ready(FIRST_MONDAY)
    opened.out(SATURDAY, FIRST_MONDAY)
    return opened


def rows(office: Office) -> list[str]:
    (path,) = (office.folder / "out" / FIRST_MONDAY / "sms").glob("*.csv")
    return path.read_text("utf-8-sig").splitlines()


def test_a_refusal_after_an_export_names_file_and_line_until_it_is_taken_out(exported: Office) -> None:
    lines = rows(exported)
    phone = int(lines[3].split(",")[0])
    work = exported.at("2026-12-06T10:00", "王经办")
    assert refuse(work, [phone], "hand") == 1
    (one,) = standing(work)
    assert (one.line, one.due, one.past) == (4, "2026-12-07 09:00", False)
    assert str(phone) not in one.english + one.chinese
    assert f"{one.folder}/{one.file}".endswith(".csv")
    place = notice(exported.folder / "out", FIRST_MONDAY)
    assert "第4行" in place.read_text("utf-8-sig")
    assert str(phone) not in place.read_text("utf-8-sig")
    assert check_folder(exported.folder / "out" / FIRST_MONDAY, None).differs == []
    (answer,) = [
        a
        for a in explain(work, Person(phone=phone), [exported.run(FIRST_MONDAY)])
        if a.channel is Channel.SMS
    ]
    assert "line 4" in answer.why
    with pytest.raises(UsageError):
        taken_out(work, FIRST_MONDAY, [9], "")
    assert taken_out(work, FIRST_MONDAY, [4], "平台已撤") == 1
    assert (standing(work), place.exists()) == ([], False)
    entry = log_entries(exported.store)[-1]
    assert (entry.kind, entry.fields["quantity"]) == ("taken-out", 1)
    assert refuse(work, [phone], "hand") == 0
    assert standing(work) == []


def test_a_list_that_marks_somebody_after_the_export_is_as_good_as_his_word(exported: Office) -> None:
    phone = int(rows(exported)[1].split(",")[0])
    again = exported.set(OTHER)
    write(again, f"姓名,手机号,退订\n甲一,{phone},是\n")
    listed.enter_listed(again.at("2026-12-06T10:00"))
    (one,) = standing(again.at("2026-12-06T10:00"))
    assert (one.line, one.takeout.source) == (2, "list:other")


def test_what_is_long_out_is_nobodys_to_take_out(exported: Office) -> None:
    phone = int(rows(exported)[1].split(",")[0])
    refuse(exported.at("2026-12-20T10:00"), [phone], "hand")
    assert standing(exported.at("2026-12-20T10:00")) == []


def test_a_file_of_refusals_that_is_not_read_whole_holds_back_every_sms(
    opened: Office, tmp_path: Path
) -> None:
    opened.keep()
    file = tmp_path / "refused.csv"
    file.write_text("手机号\n13800000611\n1380000061\n", "utf-8")
    totals, fresh, problems = import_optouts(opened.work(), file)
    assert (totals.refused, fresh, blocks(problems)) == (1, 1, True)
    with pytest.raises(StateError, match=r"refused\.csv"):
        opened.generate(FIRST_MONDAY)
    plan_horizon(opened.at("2026-12-01T09:00"))
    assert opened.run(SECOND_MONDAY).planned.blocked
    file.write_text("手机号\n13800000611\n13800000612\n", "utf-8")
    import_optouts(opened.work(), file)
    plan_horizon(opened.at("2026-12-01T09:00"))
    assert not opened.run(SECOND_MONDAY).planned.blocked
    assert opened.generate(FIRST_MONDAY).state is RunState.GENERATED


def test_a_person_may_settle_such_a_file(opened: Office, tmp_path: Path) -> None:
    file = tmp_path / "refused.csv"
    file.write_text("手机号\n13800000611\n不详\n", "utf-8")
    import_optouts(opened.work(), file)
    assert listed.file_holds(opened.store)
    with pytest.raises(UsageError):
        settle_file(opened.work(), "refused.csv", "")
    settle_file(opened.work(), "refused.csv", "该行没有号码")
    assert listed.file_holds(opened.store) == []
    with pytest.raises(UsageError):
        settle_file(opened.work(), "refused.csv", "再说一次")


@pytest.mark.parametrize("header", ["退订", "同意接收短信"])
def test_a_column_in_no_character_set_holds_all_back_and_breaks_nothing_off(
    opened: Office, header: str
) -> None:
    content = f"姓名,手机号,{header}\n甲一,13800000921,是\n".encode()
    for word in (header, "是"):
        content = content.replace(word.encode(), b"\xff\x81")
    write(opened, content)
    plan_horizon(opened.at(SATURDAY))
    with pytest.raises(UsageError, match="refusals-unreadable"):
        opened.generate(FIRST_MONDAY)
