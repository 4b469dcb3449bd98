"""What the configuration no longer asks for does not go out, whatever was prepared and approved before."""

from collections.abc import Callable
from pathlib import Path

import pytest

from campaigner.answers.account import log_entries, verify
from campaigner.answers.explain import Person, explain
from campaigner.answers.pending import pending, standing_besides
from campaigner.domain.lifecycle import RunState
from campaigner.errors import NotAskedError, UsageError
from campaigner.road.asking import settle_all
from campaigner.road.clearance import Urgency
from campaigner.road.deliver import export
from campaigner.road.generate import generate
from campaigner.road.holding import cancel, resume
from campaigner.road.release import What
from campaigner.road.review import approve
from campaigner.store import approvals, messages
from tests.fakes.carrier import Script
from tests.offices.office import turns
from tests.offices.road import APPROVER
from tests.offices.small import PHONES, SAME, Small, campaign

RUN = "c-20261207-0900"
SUNDAY, MONDAY = "2026-12-06T10:00", "2026-12-07T09:00"
EDITS = {
    "campaign-paused": [campaign(more="paused = true")],
    "campaign-gone": [],
    "campaign-gone, renamed": [campaign(name="elderly")],
    "schedule-moved": [campaign('{ cron = "0 15 * * mon" }')],
    "schedule-moved, to dates": [campaign("{ dates = [2026-12-08T09:00:00] }")],
    "schedule-ended": [campaign('{ cron = "0 9 * * mon", end = 2026-12-06T23:00:00 }')],
    "schedule-starts-later": [campaign('{ cron = "0 9 * * mon", start = 2026-12-08T00:00:00 }')],
}
EDITS["channel-changed"] = [
    campaign().replace("channels.sms = { template", 'channels.sms = { segment = "few", template')
]


@pytest.fixture
def small(office: Path) -> Small:
    return Small(office)


@pytest.mark.parametrize("edit", EDITS)
def test_what_was_approved_and_is_no_longer_asked_for_does_not_go_out(small: Small, edit: str) -> None:
    small.prepare(SUNDAY, RUN)
    small.write(*EDITS[edit])
    found = small.daemon(MONDAY)
    assert small.exported() == []
    run = small.run(RUN)
    reason = edit.partition(",")[0]
    if run.state is RunState.WITHDRAWN:
        assert run.reason == reason
        assert any(line.text.startswith("withdrawn") for line in found)
    else:
        assert reason == "channel-changed"  # the plan asks for the run with its new segment
    with small.store.read() as connection:
        assert approvals.standing(connection, run) is None
    assert verify(small.store).broken == ""


@pytest.mark.parametrize("edit", EDITS)
def test_each_verb_asks_by_itself(small: Small, edit: str) -> None:
    """Without any plan before, and whoever calls it."""
    codes = {
        "generate": RUN,
        "approve": "c-20261214-0900",
        "export": "c-20261221-0900",
        "urgent": "c-20261228-0900",
    }
    small.plan_at(SUNDAY, days=31)
    for verb, code in codes.items():
        if verb != "generate":
            generate(small.at(SUNDAY), small.run(code))
        if verb in {"export", "urgent"}:
            approve(small.at(SUNDAY, APPROVER), small.run(code), again=SAME)
    small.write(*(text.replace("2026-12-08T00:00:00", "2027-01-01T00:00:00") for text in EDITS[edit]))
    verbs: dict[str, Callable[[], object]] = {
        "generate": lambda: generate(small.at(SUNDAY), small.run(codes["generate"])),
        "approve": lambda: approve(small.at(SUNDAY, APPROVER), small.run(codes["approve"])),
        "export": lambda: export(small.at(SUNDAY), small.run(codes["export"])),
        "urgent": lambda: export(small.at(SUNDAY), small.run(codes["urgent"]), Urgency("李所长", "急")),
    }
    for verb, code in codes.items():
        with pytest.raises(NotAskedError, match=r"no longer asked for[\s\S]*不再需要"):
            verbs[verb]()
        assert small.state(code) == ("withdrawn", edit.partition(",")[0])
        with small.store.read() as connection:
            assert messages.quantity(connection, small.run(code)) == 0
        entry = log_entries(small.store, code)[-1]
        assert (entry.kind, entry.fields["reason"]) == ("withdrawn", edit.partition(",")[0])
    assert small.exported() == []


def test_paused_at_one_minute_to_nine_nothing_is_sent_at_nine(small: Small) -> None:
    small.prepare(SUNDAY, RUN)
    assert small.daemon("2026-12-07T08:58") is not None
    assert small.state(RUN) == ("approved", "")
    small.write(campaign(more="paused = true"))
    assert small.daemon(MONDAY)
    assert small.exported() == []
    assert small.state(RUN) == ("withdrawn", "campaign-paused")
    small.write(campaign())
    again = small.daemon("2026-12-07T09:10")
    assert small.exported() == []
    assert not any(line.run == RUN for line in again)


def test_a_campaign_that_goes_on_has_its_coming_runs_again_without_their_approval(small: Small) -> None:
    later = "c-20261214-0900"
    small.prepare(SUNDAY, RUN, later)
    small.write(campaign(more="paused = true"))
    assert {change.what for change in small.plan_at(MONDAY)} == {"withdrawn"}
    small.write(campaign())
    found = {(change.what, change.code) for change in small.plan_at("2026-12-08T10:00")}
    assert found == {("new", later), ("new", "c-20261221-0900")}
    assert small.state(RUN)[0] == "withdrawn"
    assert small.state(later) == ("planned", "")
    with small.store.read() as connection:
        assert approvals.standing(connection, small.run(later)) is None


def test_a_date_that_was_moved_goes_out_once(small: Small) -> None:
    small.write(campaign("{ dates = [2026-12-07T09:00:00] }"))
    small.prepare(SUNDAY, RUN)
    moved = "c-20261208-0900"
    small.write(campaign("{ dates = [2026-12-08T09:00:00] }"))
    small.prepare(SUNDAY, moved)
    small.daemon(MONDAY)
    small.daemon("2026-12-08T09:00")
    assert small.exported() == [moved]
    assert small.state(RUN) == ("withdrawn", "schedule-moved")


def test_a_plan_of_some_days_compares_the_runs_of_all_days(small: Small) -> None:
    far = "c-20261214-0900"
    small.prepare(SUNDAY, RUN, far)
    small.write(campaign('{ cron = "0 9 * * tue" }'))
    found = {(change.what, change.code) for change in small.plan_at(SUNDAY, days=1)}
    assert found == {("withdrawn", RUN), ("withdrawn", far)}


@pytest.mark.parametrize(
    ("faulty", "why"),
    [
        ("not toml [", "cannot be used"),
        (campaign(more="pausd = true"), "campaigns.c cannot be used"),
        (campaign("{ cron = 3 }"), "campaigns.c cannot be used"),
        (campaign() + '[segments.all2]\naudience = "nobody"\n', ""),
        (campaign() + "[windows]\nsmss = 3\n", "config.toml cannot be used"),
        (campaign() + '[calendar]\nholidays = ["x"]\n', ""),
        (
            campaign('{ rule = "every working day", at = "09:00" }') + '[calendar]\nholidays = ["x"]\n',
            "calendar",
        ),
    ],
)
def test_what_cannot_be_read_is_not_withdrawn_and_does_not_go_out(
    small: Small, faulty: str, why: str
) -> None:
    small.prepare(SUNDAY, RUN)
    work = small.at(MONDAY)
    small.write(faulty)
    if not why:
        export(work, small.run(RUN))
        assert small.exported() == [RUN]
        return
    with pytest.raises(NotAskedError, match=why):
        export(work, small.run(RUN))
    assert small.state(RUN) == ("approved", "")
    assert small.exported() == []
    small.write(campaign())
    export(small.at(MONDAY), small.run(RUN))
    assert small.exported() == [RUN]


def test_a_template_that_is_missing_for_a_moment_takes_no_approval_away(small: Small) -> None:
    small.prepare(SUNDAY, RUN)
    template = small.folder / "templates" / "sms" / "general.txt.jinja"
    text = template.read_text("utf-8")
    template.unlink()
    assert [change.what for change in small.plan_at(MONDAY) if change.code == RUN] == []
    small.daemon(MONDAY)
    assert (small.state(RUN)[0], small.exported()) == ("approved", [])
    template.write_text(text, "utf-8")
    small.daemon(MONDAY)
    assert small.exported() == [RUN]


def test_the_approval_is_bound_to_the_schedule(small: Small) -> None:
    small.prepare(SUNDAY, RUN)
    small.write(campaign('{ cron = "0 9 * * mon,thu" }'))
    assert ("voided", RUN) in {(change.what, change.code) for change in small.plan_at(SUNDAY)}
    assert small.state(RUN)[0] == "planned"


# ---- on its way out ----


@pytest.fixture
def live(office: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> Small:
    assert script.opened == 0
    monkeypatch.setattr("campaigner.road.blocks.BLOCK", 1)
    monkeypatch.setattr("campaigner.road.blocks._AHEAD", 1)
    return Small(office, "fake")


def paused_after(live: Small, script: Script, count: int) -> None:
    """The clerk pauses the campaign when so many messages are out."""

    def pause(_ear: object) -> None:
        if len(script.sent) == count:
            live.write(campaign(more="paused = true"))

    script.after_block = pause


def test_paused_in_mid_release_the_rest_stays(live: Small, script: Script) -> None:
    live.prepare(SUNDAY, RUN)
    paused_after(live, script, 2)
    live.daemon(MONDAY)
    assert len(script.sent) == 2
    assert live.state(RUN) == ("held", "campaign-paused")
    live.daemon("2026-12-07T09:30")
    assert len(script.sent) == 2
    assert [run.code for run in standing_besides(live.at(MONDAY)) if run.state is RunState.HELD] == [RUN]
    assert [e.kind for e in log_entries(live.store, RUN)][-2:] == ["sent", "held"]


def test_unpaused_a_held_run_still_waits_for_a_person(live: Small, script: Script) -> None:
    live.prepare(SUNDAY, RUN)
    paused_after(live, script, 2)
    live.daemon(MONDAY)
    live.write(campaign())
    live.daemon("2026-12-07T09:30")
    assert (live.state(RUN), len(script.sent)) == (("held", "campaign-paused"), 2)


def test_a_person_lets_the_rest_go_on(live: Small, script: Script) -> None:
    live.prepare(SUNDAY, RUN)
    paused_after(live, script, 2)
    live.daemon(MONDAY)
    with pytest.raises(UsageError, match="--reason"):
        resume(live.at(MONDAY, APPROVER), RUN)
    assert resume(live.at(MONDAY, APPROVER), RUN, "其余村民已得到通知")
    live.daemon("2026-12-07T09:30")
    assert sorted(message.phone for message in script.sent) == list(PHONES)
    assert live.state(RUN) == ("released", "")


def test_that_holds_only_for_the_reason_for_which_it_was_given(live: Small, script: Script) -> None:
    live.prepare(SUNDAY, RUN)
    paused_after(live, script, 2)
    live.daemon(MONDAY)
    resume(live.at(MONDAY, APPROVER), RUN, "其余村民已得到通知")
    live.write(campaign('{ cron = "0 9 * * mon", end = 2026-12-06T23:00:00 }'))
    live.daemon("2026-12-07T09:30")
    assert (live.state(RUN), len(script.sent)) == (("held", "schedule-ended"), 2)
    ended = cancel(live.at(MONDAY, APPROVER), live.run(RUN), "不再需要")
    assert (ended.out, ended.never) == (2, 2)
    assert live.state(RUN) == ("cancelled", "called-off:不再需要")


def test_paused_before_the_first_message_nothing_is_out_and_it_is_withdrawn(
    live: Small, script: Script
) -> None:
    live.prepare(SUNDAY, RUN)
    script.before = lambda _ear, _message: pytest.fail("a message left")
    work = live.at(MONDAY)
    assert work.in_force() is work.desk
    live.write(campaign(more="paused = true"))
    assert work.in_force() is not work.desk
    found = turns(live, MONDAY)
    assert {turn.what for turn in found} == {What.WITHDRAWN}
    assert RUN in {turn.run for turn in found}
    assert script.sent == []


def test_paused_while_files_are_built_nobody_sees_them(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    from campaigner.road import deliver

    small.prepare(SUNDAY, RUN)
    real = deliver._ship

    def pause(*given: object, **named: object) -> object:
        small.write(campaign(more="paused = true"))
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(deliver, "_ship", pause)
    with pytest.raises(NotAskedError):
        export(small.at(MONDAY), small.run(RUN))
    assert small.exported() == []
    assert small.state(RUN) == ("withdrawn", "campaign-paused")


# ---- what people see ----


def test_pending_and_explain_say_why(small: Small) -> None:
    small.prepare(SUNDAY, RUN, approved=False)
    small.write(campaign(more="paused = true"))
    (one,) = pending(small.at(SUNDAY))
    assert "paused = true" in one.demand.why[0]
    assert "暂停" in one.demand.why[1]
    small.daemon(SUNDAY)
    assert pending(small.at(SUNDAY)) == []
    assert RUN in {run.code for run in standing_besides(small.at(SUNDAY))}
    (said,) = explain(small.at(SUNDAY), Person(phone=PHONES[0]), [small.run(RUN)])
    assert said.verdict == "withdrawn"
    assert "paused = true" in said.why


def test_what_a_person_let_go_is_forgotten_once_it_is_asked_for_again(live: Small, script: Script) -> None:
    live.prepare(SUNDAY, RUN)
    paused_after(live, script, 2)
    live.daemon(MONDAY)
    resume(live.at(MONDAY, APPROVER), RUN, "其余村民已得到通知")
    assert live.run(RUN).let_go == "campaign-paused"
    live.write(campaign())
    settle_all(live.at(MONDAY))
    assert live.run(RUN).let_go == ""
