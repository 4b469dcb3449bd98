"""Who may approve, what his yes covers, how long it holds: settled without a store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from campaigner.domain.approval import (
    Approval,
    By,
    Differs,
    Leaving,
    LoggedApproval,
    barred,
    rebound,
    retitled,
    standing,
)
from campaigner.domain.log import Entry, chained
from campaigner.domain.roles import DAEMON
from campaigner.domain.second_person import Author, Unfit, unfit

SHANGHAI = timezone(timedelta(hours=8))
NOW = datetime(2026, 12, 7, 9, tzinfo=SHANGHAI)
LATER = NOW + timedelta(days=7)
WRITER = Author("王经办", "wang", accountable=True)
KEPT = Approval("李所长", NOW, "c1", "d1", 10, 12, LATER, 0)
LEAVING = Leaving(content="c1", digest="d1", quantity=10, gateway="g1", title="测试")
FACTS = KEPT.facts(made_of="m1", gateway="g1", until=LATER, tied=False)
GENERATED = "generated", "王经办", {"digest": "d1", "title": "测试", "login": "wang"}
APPROVED = "approved", "李所长", FACTS


def log(*steps: tuple[str, str, dict[str, Any]]) -> list[Entry]:
    entries: list[Entry] = []
    for kind, actor, data in steps:
        entries.append(chained(entries[-1] if entries else None, NOW, kind, "r-1", actor, data))
    return entries


@pytest.mark.parametrize(
    ("by", "login", "author", "tied", "also", "why"),
    [
        ("李所长", "li", WRITER, True, "", None),
        ("王 经办", "li", WRITER, True, "", Unfit.AUTHOR),
        ("李所长", "li", WRITER, True, "李所长", Unfit.AUTHOR),
        ("李所长", "wang", WRITER, True, "", Unfit.LOGIN),
        ("李所长", "wang", WRITER, False, "", None),
        ("李所长", None, WRITER, True, "", None),
        (DAEMON, "li", WRITER, True, "", Unfit.DAEMON),
        ("李所长", "li", Author(DAEMON), True, "", Unfit.UNVOUCHED),
        ("李所长", "li", Author(), True, "", None),
    ],
)
def test_who_may_approve(
    by: str, login: str | None, author: Author, tied: bool, also: str, why: Unfit | None
) -> None:
    assert unfit(by, login, author, tied=tied, also=also) is why


def test_what_the_daemon_of_an_earlier_version_wrote_asked_for_no_word() -> None:
    assert unfit("李所长", None, Author(DAEMON), tied=False, word=False) is None
    assert unfit(DAEMON, None, Author(DAEMON), tied=False, word=False) is Unfit.DAEMON


def test_an_approval_is_read_from_the_log_as_it_was_written() -> None:
    found = standing(log(GENERATED, APPROVED))
    assert found is not None
    assert (found.by, found.content, found.digest, found.quantity) == ("李所长", "c1", "d1", 10)
    assert (found.made_of, found.gateway, found.until, found.by_login) == ("m1", "g1", LATER, False)
    assert "people" not in KEPT.facts(made_of="", gateway="", until=LATER, tied=None)


@pytest.mark.parametrize(
    ("kept", "leaving", "steps", "at", "by", "word"),
    [
        (None, {}, (GENERATED, APPROVED), NOW, By.NONE, "no approval"),
        (replace(KEPT, digest="d2"), {}, (GENERATED, APPROVED), NOW, By.OTHER, "is not what 李所长 approved"),
        (replace(KEPT, content_hash="c2"), {}, (GENERATED, APPROVED), NOW, By.OTHER, "is not what 李所长 approved"),
        (KEPT, {"quantity": 11}, (GENERATED, APPROVED), NOW, By.MORE, "11 messages; 10 were approved"),
        (KEPT, {}, (GENERATED, APPROVED), LATER + timedelta(seconds=1), By.TIME, "2026-12-14 09:00"),
        (KEPT, {}, (GENERATED,), NOW, By.LOG, "no approval of it that stands"),
        (KEPT, {}, (GENERATED, APPROVED, ("returned", "李所长", {})), NOW, By.LOG, "no approval of it that stands"),
        (KEPT, {}, (GENERATED, ("approved", "王经办", FACTS)), NOW, By.LOG, "generated and approved it"),
        (KEPT, {"gateway": "g2"}, (GENERATED, APPROVED), NOW, By.LOG, "its gateway is not the one"),
        (KEPT, {"title": "别的"}, (GENERATED, APPROVED), NOW, By.LOG, "its title is not the one"),
        (
            replace(KEPT, expires_at=None), {}, (GENERATED, APPROVED), LATER + timedelta(seconds=1), By.LOG,
            "held until 2026-12-14 09:00",
        ),
    ],
)  # fmt: skip
def test_what_bars_a_run(
    kept: Approval | None, leaving: dict[str, Any], steps: Sequence[Any], at: datetime, by: By, word: str
) -> None:
    bar = barred(kept, log(*steps), replace(LEAVING, **leaving), at, begun=False, tied=False)
    assert bar is not None
    assert bar.by is by
    assert word in bar.why


def test_what_was_approved_goes_and_what_has_begun_in_time_is_finished() -> None:
    entries = log(GENERATED, APPROVED)
    assert barred(KEPT, entries, LEAVING, LATER, begun=False, tied=False) is None
    assert barred(KEPT, entries, replace(LEAVING, quantity=9), NOW, begun=False, tied=True) is None
    begun = [*entries, chained(entries[-1], NOW, "exported", "r-1", "clock", {"digest": "d1", "quantity": 1})]
    assert barred(KEPT, begun, LEAVING, LATER + timedelta(days=9), begun=True, tied=False) is None


def test_the_log_of_an_earlier_version_says_no_title() -> None:
    assert retitled(log(("generated", "王经办", {"digest": "d1"})), "测试") == ""


def test_a_yes_follows_those_who_were_taken_out() -> None:
    assert rebound("d1", "d1", "d2") == "d2"
    assert rebound("d0", "d1", "d2") == "d0"
    assert rebound("", None, "d2") == ""


GIVEN = standing(log(GENERATED, APPROVED))
NOW_SAME = {"gateway": "g1", "named": True, "made_of": "m1", "content": "other"}


@pytest.mark.parametrize(
    ("older", "now", "what"),
    [
        ({}, {}, None),
        ({}, {"gateway": "g2"}, Differs.GATEWAY),
        ({}, {"named": False}, Differs.WARNINGS),
        ({}, {"made_of": "m2"}, Differs.MAKING),
        ({"gateway": ""}, {"gateway": "g2"}, None),
        ({"made_of": ""}, {}, Differs.MAKING),
        ({"made_of": ""}, {"content": "c1", "made_of": "m2"}, None),
    ],
)
def test_what_is_no_longer_as_it_was_approved(
    older: dict[str, Any], now: dict[str, Any], what: Differs | None
) -> None:
    assert isinstance(GIVEN, LoggedApproval)
    assert replace(GIVEN, **older).differs(**{**NOW_SAME, **now}) is what
