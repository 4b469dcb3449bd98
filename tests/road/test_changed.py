"""What is under way goes on as it was approved, over the gateway that was approved, whoever sends the rest."""

from dataclasses import replace
from pathlib import Path

import pytest

from campaigner.answers.account import log_entries
from campaigner.answers.pending import pending
from campaigner.answers.slip import slip_pdf
from campaigner.errors import ApprovalError, StateError
from campaigner.road.asking import Asking
from campaigner.road.changed import WRITTEN_OF, changed, logged_approval
from campaigner.road.generate import generate
from campaigner.road.holding import resume
from campaigner.road.keeping import differences
from campaigner.road.plan import make_plan
from campaigner.road.review import approve
from campaigner.road.send import send
from campaigner.road.wire import Wire
from tests.fakes.carrier import Script
from tests.offices.office import at
from tests.offices.road import APPROVER
from tests.offices.small import PHONES, Small

RUN, SUNDAY, MONDAY = "c-20261207-0900", "2026-12-06T10:00", "2026-12-07T09:00"
LATER = "2026-12-07T09:30"


@pytest.fixture
def live(office: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> Small:
    assert script.opened == 0
    monkeypatch.setattr("campaigner.road.blocks.BLOCK", 1)
    monkeypatch.setattr("campaigner.road.blocks._AHEAD", 1)
    made = Small(office, "fake")
    made.prepare(SUNDAY, RUN)
    return made


def edited_after(live: Small, script: Script, count: int, file: str, old: str, new: str) -> None:
    """Somebody edits a file of the folder when so many messages are out."""
    path = live.folder / file

    def edit(_ear: object) -> None:
        text = path.read_text("utf-8")
        if len(script.sent) == count and old in text:
            path.write_text(text.replace(old, new), "utf-8")

    script.after_block = edit


EDITS = [
    pytest.param("config.toml", 'signature = "测试镇反诈中心"', 'signature = "别的单位"', id="gateway"),
    pytest.param("config.toml", 'place = "测试镇"', 'place = "外镇"', id="office"),
    pytest.param("config.toml", '"personal-data"', '"unknown-links"', id="warnings"),
    pytest.param(
        "templates/sms/general.txt.jinja", "{{ warning.short }}", "{{ warning.short }}改", id="template"
    ),
]


@pytest.mark.parametrize(("file", "old", "new"), EDITS)
def test_the_rest_stops_and_goes_on_when_all_is_as_it_was(
    live: Small, script: Script, file: str, old: str, new: str
) -> None:
    edited_after(live, script, 2, file, old, new)
    (line,) = [line for line in live.daemon(MONDAY) if line.run == RUN]
    assert "changed since it was approved" in line.text
    assert len(script.sent) == 2
    script.after_block = lambda _ear: None
    (again,) = [line for line in live.daemon(LATER) if line.run == RUN]
    assert again.bad
    assert "put them back as they were" in again.text
    assert len(script.sent) == 2
    path = live.folder / file
    path.write_text(path.read_text("utf-8").replace(new, old), "utf-8")
    live.daemon("2026-12-07T10:00")
    assert sorted(message.phone for message in script.sent) == list(PHONES)


def test_a_second_sender_with_other_settings_gets_no_part(live: Small, script: Script) -> None:
    edited_after(live, script, 2, "config.toml", 'signature = "测试镇反诈中心"', 'signature = "别的单位"')
    live.daemon(MONDAY)
    wire = Wire(live.store, lambda: at(LATER))
    with pytest.raises(ApprovalError, match="the settings of gateway carrier"):
        send(live.at(LATER), live.run(RUN), wire)
    wire.close()
    assert len(script.sent) == 2


def test_a_schedule_that_moves_on_stops_nothing_that_is_under_way(live: Small, script: Script) -> None:
    edited_after(live, script, 2, "config.toml", 'cron = "0 9 * * mon"', 'cron = "0 9 * * mon,thu"')
    live.daemon(MONDAY)
    assert sorted(message.phone for message in script.sent) == list(PHONES)


def test_the_log_names_the_gateway_that_it_went_out_by(live: Small) -> None:
    live.daemon(MONDAY)
    entries = log_entries(live.store, RUN)
    (approved,) = [entry.fields for entry in entries if entry.kind == "approved"]
    (sent,) = [entry.fields for entry in entries if entry.kind == "sent"]
    assert sent["gateway_kind"] == "fake"
    assert sent["gateway_hash"] == approved["gateway"] != ""
    assert approved["made_of"]


def test_held_for_its_schedule_and_let_go_it_is_still_bound_to_its_gateway(
    live: Small, script: Script
) -> None:
    edited_after(live, script, 2, "config.toml", "channels.sms", "paused = true\nchannels.sms")
    live.daemon(MONDAY)
    script.after_block = lambda _ear: None
    resume(live.at(MONDAY, APPROVER), RUN, "其余村民已得到通知")
    path = live.folder / "config.toml"
    path.write_text(path.read_text("utf-8").replace('suffix = "拒收请回复R"', 'suffix = "退订回T"'), "utf-8")
    live.daemon(LATER)
    assert len(script.sent) == 2
    path.write_text(path.read_text("utf-8").replace('suffix = "退订回T"', 'suffix = "拒收请回复R"'), "utf-8")
    live.daemon("2026-12-07T10:00")
    assert sorted(message.phone for message in script.sent) == list(PHONES)


def test_what_an_older_approval_does_not_say_alters_nothing(live: Small) -> None:
    desk, run = live.at(MONDAY).desk, live.run(RUN)
    with live.store.read() as connection:
        approval = logged_approval(connection, run)
    assert approval
    assert changed(Asking(desk), run, None) == ""
    assert changed(Asking(desk), run, replace(approval, gateway="")) == ""
    assert changed(Asking(desk), run, replace(approval, gateway="other")) == "the settings of gateway carrier"
    assert changed(Asking(desk), run, replace(approval, made_of="other")) == "settings, template or warning"
    without = replace(desk, config=replace(desk.config, campaigns={}))
    assert changed(Asking(without), run, replace(approval, made_of="other")) == ""


def test_a_warning_whose_turn_is_another_day_alters_nothing(live: Small) -> None:
    """With `rotate` the day says which of them it is, and the schedule may move on."""
    desk, run = live.at(MONDAY).desk, live.run(RUN)
    with live.store.read() as connection:
        approval = logged_approval(connection, run)
    campaign = desk.config.campaigns[run.planned.campaign]

    def said(warnings: tuple[str, ...], *, rotate: bool) -> str:
        other = replace(campaign, warnings=warnings, rotate=rotate)
        config = replace(desk.config, campaigns={campaign.name: other})
        return changed(Asking(replace(desk, config=config)), run, approval)

    assert said(("unknown-links", "personal-data"), rotate=True) == ""
    assert said(("unknown-links", "personal-data"), rotate=False) == "the warnings"
    assert said(("unknown-links",), rotate=True) == "the warnings"


def test_what_a_run_was_written_of_counts_with_its_schedule(live: Small) -> None:
    """Under way the schedule may move on; before that it is part of what was written and approved."""
    desk, run = live.at(MONDAY).desk, live.run(RUN)
    with live.store.read() as connection:
        approval = logged_approval(connection, run)
    campaign = desk.config.campaigns[run.planned.campaign]
    later = replace(campaign, schedule=replace(campaign.schedule, end=at("2027-12-31T00:00")))
    moved = Asking(replace(desk, config=replace(desk.config, campaigns={campaign.name: later})))
    assert changed(Asking(desk), run) == ""
    assert changed(moved, run) == WRITTEN_OF
    assert changed(moved, run, approval) == ""
    assert changed(Asking(replace(desk, config=replace(desk.config, campaigns={}))), run) == WRITTEN_OF


def test_one_answer_wherever_it_is_asked(office: Path) -> None:
    """List, form, plan, author, approver and release say the same of a run whose text was edited."""
    small = Small(office)
    small.prepare(SUNDAY, RUN, approved=False)
    (one,) = pending(small.at(SUNDAY))
    assert not one.changed
    template = small.folder / "templates" / "sms" / "general.txt.jinja"
    template.write_text(
        template.read_text("utf-8").replace("{{ warning.short }}", "{{ warning.short }}改"), "utf-8"
    )
    work, run = small.at(SUNDAY, APPROVER), small.run(RUN)
    (one,) = pending(work)
    assert one.changed
    with pytest.raises(StateError, match="changed since run"):
        slip_pdf(work, run)
    plan = make_plan(work.desk, at(SUNDAY), at("2026-12-08T00:00"), work.now, work.progress)
    assert [change.what for change in differences(small.store, work.desk, plan, work.now)] == ["voided"]
    with pytest.raises(ApprovalError, match=r"changed since run .* was generated"):
        approve(work, run)
    assert small.state(RUN)[0] == "planned"
    with pytest.raises(StateError, match="changed since it was planned"):
        generate(small.at(SUNDAY), small.run(RUN))
