"""A gateway that cannot hear replies loses refusals: check, plan, the approval form and doctor say so."""

from collections.abc import Collection
from pathlib import Path

import pytest

from campaigner.answers.check import check
from campaigner.answers.slip import slip_of
from campaigner.delivery.registry import kind, kinds
from campaigner.domain.campaign import Channel, GatewayPlan
from campaigner.domain.lifecycle import RunState
from campaigner.domain.problem import Level
from campaigner.errors import GatewayError
from campaigner.office.soundness.finding import Grade
from campaigner.office.soundness.ways_out import gateway_state
from campaigner.people import unheard
from campaigner.people.unheard import UNHEARD, unheard_of, unheard_problems
from campaigner.store import runs
from campaigner.workspace.desk import Silent
from tests.offices.office import FIRST_MONDAY, MONDAY, Office, at

ALIYUN = """kind = "aliyun"
templates = ["SMS_1=谨防诈骗。拒收请回复R"]
"""


def clouded(office: Office, more: str = "") -> Office:
    """The office with Aliyun as its way out."""
    path = office.folder / "config.toml"
    kept = [
        line
        for line in path.read_text("utf-8").splitlines()
        if not line.startswith(("formats =", "rows_per_file ="))
    ]
    text = "\n".join(kept).replace('kind = "files" ', f"{ALIYUN}{more}# ", 1)
    path.write_text(text, "utf-8")
    office.store.close()
    return Office(office.folder)


def plan(word: str, **options: object) -> GatewayPlan:
    found = kind(word)
    assert found is not None
    return GatewayPlan(
        "out", word, "某中心", "拒收请回复R", 45, {s.name: s.default for s in found.settings} | options
    )


DEAF = {
    "aliyun": ({}, ("access_key_id", "access_key_secret"), True),
    "aliyun, listening": ({"listen": "127.0.0.1:18081"}, ("push_token",), False),
    "aliyun, no token": ({"listen": "127.0.0.1:18081"}, (), True),
    "aliyun, token unknown": ({"listen": "127.0.0.1:18081"}, None, False),
    "tencent": ({}, (), False),
    "tencent, not asking": ({"pull_seconds": 0}, (), True),
    "tencent, listening": ({"pull_seconds": 0, "listen": "127.0.0.1:18081"}, None, False),
    "kannel": ({}, ("username", "password", "reply_token"), False),
    "kannel, no token": ({}, ("username", "password"), True),
    "kannel, token unknown": ({}, None, False),
    "kannel, not listening": ({"listen": ""}, None, True),
    "smpp": ({}, None, False),
    "files": ({}, None, False),
}


@pytest.mark.parametrize(("options", "secrets", "deaf"), DEAF.values(), ids=DEAF)
def test_who_hears_replies(
    request: pytest.FixtureRequest, options: dict[str, object], secrets: Collection[str] | None, deaf: bool
) -> None:
    word = request.node.callspec.id.split(",")[0]
    found = unheard_of(plan(word, **options), secrets)
    assert (found is not None) == deaf
    assert found is None or (found.advice and found.advice_zh)


def test_each_kind_that_sends_by_itself_says_what_it_hears_or_always_hears() -> None:
    """A new kind has to be put here by somebody who has thought of it."""
    always = {"smpp", "cmpp", "gammu", "loopback"}
    asks_nobody = {"files", "sftp"}  # the carrier's own page has the replies, see docs/gateways/files.md
    assert set(kinds()) - always - asks_nobody == {"aliyun", "tencent", "kannel"}


def test_check_plan_and_the_approval_form_say_so(office: Path) -> None:
    there = clouded(Office(office))
    line = 1 + (there.folder / "config.toml").read_text("utf-8").splitlines().index("[gateways.carrier]")
    found = [
        problem for problem in check(there.app.desk, at(MONDAY), Silent()).problems if problem.code == UNHEARD
    ]
    assert [(p.place.split(":")[:2], p.level) for p in found] == [(["config.toml", str(line)], Level.WARN)]
    assert "set `listen` and the secret `push_token`" in found[0].message
    assert "请设置 listen 和密钥 push_token" in found[0].message_zh
    there.keep()
    work = there.at("2026-12-04T09:00")
    with work.store.read() as connection:
        planned = [run.planned for run in runs.in_states(connection, RunState)]
    with_sms = {run.code for run in planned if any(t.channel is Channel.SMS for t in run.tallies)}
    warned = {run.code for run in planned if UNHEARD in {problem.code for problem in run.problems}}
    assert FIRST_MONDAY in warned
    assert warned == with_sms
    assert {run.code for run in planned} - warned
    run = there.generate(FIRST_MONDAY)
    assert [notice for notice in slip_of(work, run).notices if "回复退订的不会被记下" in notice]


def test_its_advice_makes_it_hear(office: Path) -> None:
    there = clouded(Office(office), 'listen = "127.0.0.1:18081"\n')
    assert unheard_problems(there.app.desk, "carrier") == []
    assert unheard_problems(there.app.desk, "nothing") == []


def test_doctor_warns_and_asks_only_for_the_secrets_that_are_needed() -> None:
    keys = ("access_key_id", "access_key_secret")
    deaf = gateway_state(plan("aliyun"), lambda _plan: keys, reach=False)
    assert (deaf.level, deaf.found) == (
        Grade.WARN,
        "aliyun, has access_key_id, access_key_secret; it hears no receipts and no replies: refusals by reply are lost",
    )
    assert "回复退订的不会被记下" in deaf.advice_zh
    listening = plan("aliyun", listen="127.0.0.1:18081")
    assert gateway_state(listening, lambda _plan: (*keys, "push_token"), reach=False).level is Grade.OK
    missing = gateway_state(listening, lambda _plan: keys, reach=False)
    assert (missing.level, missing.found) == (Grade.BAD, "aliyun, without its push_token")
    kannel = gateway_state(plan("kannel"), lambda _plan: ("username", "password"), reach=False)
    assert kannel.found.endswith("it hears no replies: refusals by reply are lost")


def test_a_kind_whose_package_is_missing_is_told_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_name: str) -> None:
        raise GatewayError("gateways of kind `x` need a package")

    monkeypatch.setattr(unheard, "kind", absent)
    assert unheard_of(GatewayPlan("out", "x", "", "", 45, {})) is None
