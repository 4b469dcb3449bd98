"""The same people, the same text, again: told by plan, pending, form and approval, whatever campaign it comes from."""

import json
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from campaigner.answers.account import log_entries
from campaigner.answers.pending import pending
from campaigner.answers.slip import slip_of
from campaigner.cli import cli
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.message import Message
from campaigner.domain.repeats import Count, Repeats
from campaigner.errors import ApprovalError, OvertakenError
from campaigner.road.clearance import Urgency
from campaigner.road.generate import generate
from campaigner.road.keeping import keep, kept_runs
from campaigner.road.plan import make_plan
from campaigner.road.repeats import disclosure_for, plan_repeats, repeats_of
from campaigner.road.review import approve, send_back
from campaigner.store import approvals, messages, repeats, runs
from campaigner.store.engine import open_store
from campaigner.workspace.desk import Silent
from tests.conftest import NOW, without_caps
from tests.offices.office import Office
from tests.offices.road import APPROVER, FIRST, LAST

CAMPAIGN = """
[campaigns.{name}]
title = "测试"
segment = "{segment}"
warnings = ["fake-leader"]
schedule = {{ {schedule} }}
gateway = "carrier"
channels.sms = {{ template = "{template}" }}
"""
MORNING = "c-20261207-0900"
AFTERNOON = "c-20261207-1500"


def campaign(
    name: str = "c",
    schedule: str = 'cron = "0 9 7 12 *"',
    segment: str = "merchants",
    template: str = "sms/general",
) -> str:
    return CAMPAIGN.format(name=name, schedule=schedule, segment=segment, template=template)


@pytest.fixture
def uncapped(office: Path) -> Office:
    """An office whose config sets no caps."""
    config = office / "config.toml"
    config.write_text(without_caps(config.read_text("utf-8")), "utf-8")
    return Office(office)


def planned(office: Office, moment: str = "2026-12-06T10:00") -> dict[str, Repeats]:
    work = office.at(moment)
    plan = make_plan(work.desk, FIRST, LAST, work.now, Silent())
    keep(work, plan)
    return dict(plan_repeats(work, plan, kept_runs(work.store, plan)))


def sent_in_the_morning(office: Office) -> Office:
    """`c` went out on 7 December at nine."""
    morning = office.set(campaign())
    planned(morning)
    morning.generate(MORNING)
    morning.approve(MORNING)
    morning.out("2026-12-07T09:00", MORNING)
    return morning


def changed(office: Office, old: str, new: str) -> Office:
    config = office.folder / "config.toml"
    content = config.read_text("utf-8")
    assert old in content
    config.write_text(content.replace(old, new), "utf-8")
    office.store.close()
    return Office(office.folder)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('cron = "0 9 7 12 *"', 'cron = "0 15 7 12 *"', AFTERNOON),
        ("[campaigns.c]", "[campaigns.renamed]", "renamed-20261207-1500"),
    ],
)
def test_a_run_with_another_hour_or_name_is_known_by_its_text(
    uncapped: Office, old: str, new: str, code: str
) -> None:
    office = changed(sent_in_the_morning(uncapped), old, new)
    if "renamed" in code:
        # A campaign that is new has no run from before it was first seen.
        office = changed(office, 'cron = "0 9 7 12 *"', 'cron = "0 15 7 12 *"')
    phones = len(office.phones(MORNING))
    assert phones > 1
    seen = planned(office, "2026-12-07T15:00")[code]
    assert (seen.had, seen.had_from, seen.coming) == (Count(phones, phones), (MORNING,), Count())
    work = office.at("2026-12-07T15:00")
    run = generate(work, office.run(code))
    assert repeats_of(work, run).had == Count(phones, phones)
    assert [one.repeats.had.most for one in pending(work) if one.run.code == code] == [phones]
    assert any(
        f"{phones}个在14天内已发过同样内容（{MORNING}）" in line for line in slip_of(work, run).notices
    )
    second = office.at("2026-12-07T15:00", APPROVER)
    with pytest.raises(ApprovalError, match=r"--again REASON") as refused:
        approve(second, run)
    assert MORNING in str(refused.value)
    assert "--again 理由" in str(refused.value)
    assert office.run(code).state is RunState.GENERATED
    approve(second, run, again="早上的号码有误，13800138000来电")
    (entry,) = [entry for entry in log_entries(office.store, code) if entry.kind == "approved"]
    assert entry.fields["again"]["had"] == [phones, phones]
    assert entry.fields["again"]["bound"] == phones
    assert "早上的号码有误" in entry.fields["again"]["reason"]
    assert "13800138000" not in entry.data
    with office.store.read() as connection:
        standing = approvals.standing(connection, run)
    assert standing
    assert standing.repeats == phones
    office.out("2026-12-07T15:00", code)
    assert office.run(code).state is RunState.RELEASED
    assert any("已发过同样内容" in line for line in slip_of(work, office.run(code)).notices)


def test_two_campaigns_in_one_minute_are_told_before_anything_is_generated(uncapped: Office) -> None:
    moment = "dates = [2026-12-07T09:00:00]"
    office = uncapped.set(campaign("c", moment) + campaign("d", moment))
    found = planned(office)
    c, d = "c-20261207-0900", "d-20261207-0900"
    phones = found[c].total
    assert phones > 1
    assert (found[c].coming, found[c].coming_from) == (Count(phones, phones), (d,))
    assert (found[d].coming, found[d].coming_from) == (Count(phones, phones), (c,))
    # One of them is written: what is known of the other is its number, and for the plan its list.
    run = office.generate(c)
    assert planned(office)[c].coming == Count(phones, phones)
    assert repeats_of(office.work(), run).coming == Count(0, phones)
    other = office.generate(d)
    assert repeats_of(office.work(), run).coming == Count(phones, phones)
    # The first yes leads to one text for each; the second one would lead to two.
    office.approve(c)
    with pytest.raises(ApprovalError, match="--again"):
        office.approve(d)
    approve(office.work(APPROVER), other, again="两个活动都要发")
    # Whoever approved last knew of both, so that either may go first.
    office.out("2026-12-07T09:00", d)
    office.out("2026-12-07T09:00", c)
    assert office.run(c).state is office.run(d).state is RunState.RELEASED


def test_texts_that_say_the_same_by_another_template_are_the_same(uncapped: Office) -> None:
    template = uncapped.folder / "templates" / "sms" / "general.txt.jinja"
    content = template.read_text("utf-8")
    assert 'id = "sms/general"' in content
    copy = content.replace('id = "sms/general"', 'id = "sms/again"')
    template.with_name("again.txt.jinja").write_text(copy, "utf-8")
    moment = "dates = [2026-12-07T09:00:00]"
    other = campaign("d", moment, template="sms/again")
    found = planned(uncapped.set(campaign("c", moment) + other))
    assert found["c-20261207-0900"].coming_from == ("d-20261207-0900",)


def test_another_text_or_another_month_is_no_repetition(uncapped: Office) -> None:
    moment = "dates = [2026-12-07T09:00:00]"
    later = "dates = [2026-12-21T09:00:00]"
    different = campaign("e", moment).replace("fake-leader", "fake-police")
    found = planned(uncapped.set(campaign("c", moment) + campaign("d", later) + different))
    assert not {"c-20261207-0900", "d-20261221-0900", "e-20261207-0900"} & set(found)


def test_a_cap_widens_the_window_and_still_leaves_the_word_to_a_person(uncapped: Office) -> None:
    capped = uncapped.set('\n[caps]\nsame_text = "30 days"\n' + campaign(schedule="dates = [2026-12-05T09:00:00]") +
        campaign("d", "dates = [2026-12-28T09:00:00]"))  # fmt: skip
    found = planned(capped, "2026-12-04T10:00")
    assert found["d-20261228-0900"].within == timedelta(days=30)
    assert found["d-20261228-0900"].coming_from == ("c-20261205-0900",)
    capped.generate("c-20261205-0900")
    capped.approve("c-20261205-0900")
    capped.generate("d-20261228-0900")
    with pytest.raises(ApprovalError, match="puts off those who had it"):
        capped.approve("d-20261228-0900")


def test_a_run_of_which_nobody_is_left_in_the_ledger_counts_as_all_it_may_be(uncapped: Office) -> None:
    office = changed(sent_in_the_morning(uncapped), 'cron = "0 9 7 12 *"', 'cron = "0 15 7 12 *"')
    phones = len(office.phones(MORNING))
    planned(office, "2026-12-07T15:00")
    with office.store.begin() as connection:
        gone = {"run": office.run(MORNING).id}
        connection.execute(text("DELETE FROM ledger WHERE run_id = :run"), gone)
    run = generate(office.at("2026-12-07T15:00"), office.run(AFTERNOON))
    assert repeats_of(office.at("2026-12-07T15:00"), run).had == Count(0, phones)
    with pytest.raises(ApprovalError, match="at most"):
        approve(office.at("2026-12-07T15:00", APPROVER), run)


def test_an_approval_that_is_overtaken_by_another_is_asked_again(uncapped: Office) -> None:
    moment = "dates = [2026-12-07T09:00:00]"
    office = uncapped.set(campaign("c", moment) + campaign("d", moment))
    planned(office)
    c, d = office.generate("c-20261207-0900"), office.generate("d-20261207-0900")
    stale = disclosure_for(office.work(APPROVER), d)
    assert stale.bound == 0
    office.approve(c.code)
    from campaigner.road import review

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(review, "disclosure_for", lambda _work, _run: stale)
        with pytest.raises(OvertakenError, match="meanwhile"):
            office.approve(d.code)
    assert office.run(d.code).state is RunState.GENERATED


def test_a_release_finds_more_repetitions_than_were_approved(uncapped: Office) -> None:
    moment = "dates = [2026-12-07T09:00:00]"
    office = uncapped.set(campaign("c", moment) + campaign("d", moment))
    planned(office)
    c, d = office.generate("c-20261207-0900"), office.generate("d-20261207-0900")
    office.approve(c.code)
    approve(office.work(APPROVER), d, again="都要发")
    office.out("2026-12-07T09:00", c.code)
    with office.store.begin() as connection:
        connection.execute(text("UPDATE approval SET repeats = 0 WHERE run_id = :run"), {"run": d.id})
    for urgency in (None, Urgency("李所长", "急")):
        with pytest.raises(ApprovalError, match="approve it again") as refused:
            office.out("2026-12-07T09:00", d.code, urgency)
        if urgency is None:
            assert "须重新审批" in str(refused.value)
            assert office.run(d.code).state is RunState.GENERATED
            approve(office.at("2026-12-07T09:00", APPROVER), office.run(d.code), again="都要发")
            with office.store.begin() as connection:
                connection.execute(text("UPDATE approval SET repeats = 0 WHERE run_id = :run"), {"run": d.id})
    assert [entry.kind for entry in log_entries(office.store, d.code)].count("lapsed") == 2


def test_an_approval_of_an_older_version_is_not_asked_for_what_it_did_not_count(uncapped: Office) -> None:
    office = sent_in_the_morning(uncapped)
    office = changed(office, 'cron = "0 9 7 12 *"', 'cron = "0 15 7 12 *"')
    planned(office, "2026-12-07T15:00")
    run = generate(office.at("2026-12-07T15:00"), office.run(AFTERNOON))
    approve(office.at("2026-12-07T15:00", APPROVER), run, again="补发")
    with office.store.begin() as connection:
        connection.execute(text("UPDATE approval SET repeats = NULL WHERE run_id = :run"), {"run": run.id})
    assert office.out("2026-12-07T15:00", AFTERNOON).sms


def test_what_is_sent_back_is_no_longer_counted_as_approved(uncapped: Office) -> None:
    moment = "dates = [2026-12-07T09:00:00]"
    office = uncapped.set(campaign("c", moment) + campaign("d", moment))
    planned(office)
    c, d = office.generate("c-20261207-0900"), office.generate("d-20261207-0900")
    office.approve(c.code)
    send_back(office.work(APPROVER), office.run(c.code), "换一个主题")
    assert office.approve(d.code).state is RunState.APPROVED


@pytest.mark.parametrize("seed", range(20))
def test_the_numbers_are_those_of_plain_sets(store_url: str, seed: int) -> None:
    """Groups that went, groups that wait, some of them never: compared with sets of phones."""
    from campaigner.store import outbox, releases
    from campaigner.store.releases import Release
    from tests.store.test_store import planned as planned_run

    dice = Random(seed)
    store = open_store(store_url)
    every = [13_800_000_000 + number for number in range(60)]
    went: set[int] = set()
    waits: set[int] = set()
    with store.begin() as connection:
        made = []
        for number in range(5):
            runs.add(connection, planned_run(f"r{number}"), NOW)
            run = runs.find(connection, f"r{number}")
            phones = sorted(dice.sample(every, dice.randint(1, 40)))
            messages.append(connection, run, Channel.SMS, [Message(phone, "x", 1) for phone in phones])
            messages.seal(connection, run, Channel.SMS)
            never = dice.sample(phones, len(phones) // 5)
            outbox.drop(connection, run, never, "opted-out")
            left = set(phones) - set(never)
            out: set[int] = set()
            if number and dice.random() < 0.7 and left:
                connection.execute(
                    text("INSERT INTO approval(run_id, by, at, content_hash, digest, quantity, parts, voided_why)"
                         " VALUES (:run, 'b', '2026-11-24 00:00:00+00:00', 'c', 'd', 99, 99, '')"),
                    {"run": run.id},
                )  # fmt: skip
                count = outbox.claim(connection, run, 1, NOW, dice.randint(1, len(left)))
                release = Release(1, NOW, count, count, count, whole=False, out=True, manifest="")
                releases.add(connection, run, release)
                query = text("SELECT recipient FROM ledger WHERE run_id = :run AND release_no = 1")
                out = set(connection.execute(query, {"run": run.id}).scalars())
            made.append((run, left))
            if number:
                went |= out
                waits |= left - out
    (mine, phones), *others = made
    with store.read() as connection:
        ledger = {
            number: set(
                connection.execute(
                    text("SELECT recipient FROM ledger WHERE run_id = :run AND release_no >= 0"),
                    {"run": run.id},
                ).scalars()
            )
            for number, (run, _left) in enumerate(others)
        }
        assert set().union(*ledger.values()) == went | waits
        groups = [
            repeats.Group(run.id, run.code, RunState.PARTLY, number, 1, kept=True)
            for run, _left in others for number in (0, 1)
        ]  # fmt: skip
        assert repeats.shared_phones(connection, mine, [g for g in groups if g.release]) == len(phones & went)
        assert repeats.shared_phones(connection, mine, [g for g in groups if not g.release]) == len(
            phones & waits
        )
        assert repeats.shared_phones(connection, mine, groups) == len(phones & (went | waits))
    store.close()


def called(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(folder), *words], catch_exceptions=True)


def test_the_commands_say_it(uncapped: Office) -> None:
    folder = uncapped.folder
    moment = "dates = [2026-12-07T09:00:00]"
    uncapped.set(campaign("c", moment) + campaign("d", moment)).store.close()
    now = ("--now", "2026-12-06T10:00")
    period = ("--from", "2026-12-07", "--to", "2026-12-07")
    shown = called(folder, *now, "plan", *period)
    assert "c-20261207-0900: " in shown.output
    assert "get this very text from another run within 14 days (d-20261207-0900)" in shown.output
    assert "在14天内还将从其他任务收到同样内容（d-20261207-0900）" in shown.output
    told = json.loads(called(folder, *now, "plan", "--json", *period).output)
    (one,) = [run for run in told["runs"] if run["run"] == "c-20261207-0900"]
    assert one["repeats"]["coming"] == [one["repeats"]["phones"]] * 2
    assert one["repeats"]["coming_from"] == ["d-20261207-0900"]
    called(folder, *now, "generate", "c-20261207-0900", "d-20261207-0900")
    listed = called(folder, *now, "pending")
    assert "get this very text from another run" in listed.output
    (first, _second) = [
        one for one in json.loads(called(folder, *now, "pending", "--json").output)
        if one["run"].endswith("-20261207-0900") and one["run"][0] in "cd"
    ]  # fmt: skip
    assert first["repeats"]["coming_from"] == ["d-20261207-0900"]
    approved = called(folder, *now, "approve", "c-20261207-0900", "--by", APPROVER)
    assert approved.exit_code == 0
    assert "收到同样内容" in approved.output
    refused = called(folder, *now, "approve", "d-20261207-0900", "--by", APPROVER)
    assert isinstance(refused.exception, ApprovalError)
    again = called(folder, *now, "approve", "d-20261207-0900", "--by", APPROVER, "--again", "两项都要")
    assert again.exit_code == 0
