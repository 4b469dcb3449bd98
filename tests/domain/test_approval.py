"""Whether the log approves what goes out, whatever rows of the store say."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigner.domain.approval import author_of, missing, standing
from campaigner.domain.approved import unapproved
from campaigner.domain.log import Entry, chained
from campaigner.domain.pausing import held
from campaigner.domain.second_person import Author

NOW = datetime(2026, 12, 7, tzinfo=UTC)
WHAT = {"content": "c1", "digest": "d1", "quantity": 10}
Step = tuple[str, str, dict[str, Any]]
GENERATED: Step = ("generated", "王经办", WHAT)
APPROVED: Step = ("approved", "李所长", WHAT)


def log(*steps: Step) -> list[Entry]:
    entries: list[Entry] = []
    for kind, actor, data in steps:
        entries.append(chained(entries[-1] if entries else None, NOW, kind, "r-1", actor, data))
    return entries


def out(quantity: int, digest: str = "d1", kind: str = "exported") -> Step:
    return kind, "clock", {"digest": digest, "quantity": quantity}


def test_a_yes_of_somebody_else_covers_what_he_saw() -> None:
    found = standing(log(GENERATED, APPROVED))
    assert found
    assert (found.by, found.author.name, found.quantity, found.seq) == ("李所长", "王经办", 10, 2)
    assert missing(log(GENERATED, APPROVED), content="c1", digest="d1", quantity=10) == ""


@pytest.mark.parametrize(
    ("steps", "what", "word"),
    [
        pytest.param((GENERATED,), {}, "no approval", id="nobody-approved"),
        pytest.param((), {}, "no approval", id="an-empty-log"),
        pytest.param((GENERATED, ("approved", "王 经办", WHAT)), {}, "somebody else", id="oneself"),
        pytest.param((GENERATED, APPROVED), {"digest": "d2"}, "not what 李所长 approved", id="other-texts"),
        pytest.param(
            (GENERATED, APPROVED), {"content": "c2"}, "not what 李所长 approved", id="other-settings"
        ),
        pytest.param((GENERATED, APPROVED), {"quantity": 11}, "11 messages; 10 were approved", id="more"),
        *(
            pytest.param((GENERATED, APPROVED, (kind, "x", {})), {}, "no approval", id=kind)
            for kind in ("returned", "voided", "lapsed", "withdrawn", "cancelled", "expired", "generated")
        ),
    ],
)
def test_why_the_log_does_not_approve(steps: Sequence[Step], what: dict[str, Any], word: str) -> None:
    assert word in missing(log(*steps), **{"content": "c1", "digest": "d1", "quantity": 10, **what})


def test_pauses_and_reminders_void_nothing() -> None:
    steps = (
        GENERATED,
        APPROVED,
        ("paused", "x", {}),
        ("resumed", "x", {}),
        ("missed", "x", {"rule": "late"}),
    )
    assert missing(log(*steps), content="c1", digest="d1", quantity=10) == ""


def test_who_was_erased_on_request_is_missing_from_what_was_approved() -> None:
    erased = ("erased", "x", {"before": "d1", "digest": "d2", "quantity": 1, "releases": {}})
    assert missing(log(GENERATED, APPROVED, erased), content="c1", digest="d2", quantity=9) == ""
    assert "not what" in missing(log(GENERATED, APPROVED, erased), content="c1", digest="d1", quantity=10)


@pytest.mark.parametrize(
    ("steps", "word"),
    [
        pytest.param((GENERATED, APPROVED, out(10)), "", id="all-at-once"),
        pytest.param((GENERATED, APPROVED, out(4), out(6, kind="sent")), "", id="in-parts"),
        pytest.param((GENERATED, out(10)), "without an approval", id="never-approved"),
        pytest.param(
            (GENERATED, APPROVED, ("returned", "x", {}), out(10)), "without an approval", id="returned"
        ),
        pytest.param((GENERATED, APPROVED, out(10, "d9")), "other messages", id="other-messages"),
        pytest.param((GENERATED, APPROVED, out(4), out(7)), "11 messages went out; 10", id="more-in-parts"),
        pytest.param(
            (GENERATED, ("approved", "王经办", WHAT), out(10)), "generated and approved", id="oneself"
        ),
        pytest.param((GENERATED, APPROVED, out(10), ("generated", "王经办", WHAT)), "", id="not-looked-back"),
    ],
)
def test_all_that_ever_left_was_approved(steps: Sequence[Step], word: str) -> None:
    found = unapproved(log(*steps))
    assert word in found
    assert bool(word) == bool(found)


def test_what_goes_out_is_bound_to_gateway_and_time() -> None:
    bound = {**WHAT, "gateway": "g1", "holds_until": "2026-12-09T09:00:00+08:00"}
    found = standing(log(GENERATED, ("approved", "李所长", bound)))
    assert found
    assert found.bars("g1", NOW) == ""
    assert "its gateway is not the one" in found.bars("g2", NOW)
    assert "held until 2026-12-09 09:00" in found.bars("g1", NOW + timedelta(days=3))
    begun = standing(log(GENERATED, ("approved", "李所长", bound), out(4)))
    assert begun
    assert begun.bars("g1", NOW + timedelta(days=3)) == ""


@pytest.mark.parametrize(
    ("hash_of", "why"), [("g1", ""), ("g2", "over another gateway"), ("", "over another gateway")]
)
def test_what_went_by_another_gateway_is_named(hash_of: str, why: str) -> None:
    approved = ("approved", "李所长", {**WHAT, "gateway": "g1"})
    went = ("exported", "clock", {"digest": "d1", "quantity": 4, "gateway_hash": hash_of})
    found = unapproved(log(GENERATED, approved, went))
    assert why in found
    assert bool(why) == bool(found)


@pytest.mark.parametrize(
    ("steps", "run", "campaign"),
    [
        pytest.param((("paused", "甲", {"name": "r-1"}),), "r-1", "r", id="a run"),
        pytest.param((("paused", "甲", {"name": "r"}),), "r-1", "r", id="its campaign"),
        pytest.param((("halted", "甲", {}),), "r-1", "r", id="by what fails"),
        pytest.param(
            (("paused", "乙", {"name": "r-1"}), ("resumed", "乙", {"name": "r-1"}), ("paused", "甲", {"name": "r"})),
            "r-1", "r", id="again",
        ),
    ],
)  # fmt: skip
def test_who_holds_it_back_by_the_log(steps: Sequence[Step], run: str, campaign: str) -> None:
    assert held(log(*steps), run, campaign) == f"甲 (entry {len(steps)})"
    assert (
        held(log(*steps, ("resumed", "乙", {"name": run}), ("resumed", "乙", {"name": "r"})), run, campaign)
        == ""
    )
    assert held(log(*steps), "other-1", "other") == ""


# ---- the daemon is nobody, and one login is one person ----

OURS = {"content": "c1", "digest": "d1", "quantity": 10}
BY_DAEMON: Step = ("generated", "daemon", WHAT | {"account": "mail"})
BY_OLD_DAEMON: Step = ("generated", "daemon", WHAT)
VOUCHED: Step = ("vouched", "王经办", WHAT | {"login": "games"})
YES: Step = ("approved", "李所长", WHAT | {"login": "mail", "people": True})


def wrote(login: str) -> Step:
    return "generated", "王经办", WHAT | {"login": login}


@pytest.mark.parametrize(
    ("steps", "word"),
    [
        pytest.param((BY_DAEMON, YES), "no author stood for it", id="the-daemon-alone"),
        pytest.param((BY_DAEMON, VOUCHED, YES), "", id="an-author-stands-for-it"),
        pytest.param((BY_DAEMON, YES, VOUCHED), "no author stood for it", id="too-late"),
        pytest.param(
            (BY_DAEMON, ("vouched", "李所长", WHAT), YES), "generated and approved it", id="the-approver-himself"
        ),
        pytest.param(
            (BY_DAEMON, ("vouched", "李所长", WHAT), VOUCHED, YES), "", id="the-last-who-stands-for-it-counts"
        ),
        pytest.param(
            (BY_DAEMON, ("vouched", "王经办", WHAT | {"digest": "d9"}), YES), "no author stood for it", id="other-texts"
        ),
        pytest.param((BY_DAEMON, VOUCHED, BY_DAEMON, YES), "no author stood for it", id="written-anew-since"),
        pytest.param(
            (BY_DAEMON, VOUCHED, ("approved", "Daemon", WHAT)), "in the daemon's name", id="approved-by-the-daemon"
        ),
        pytest.param((wrote("mail"), YES), "as the same user `mail`", id="two-names-of-one-login"),
        pytest.param((wrote("games"), YES), "", id="two-logins"),
        pytest.param((wrote("mail"), ("approved", "李所长", WHAT | {"login": "mail", "people": False})), "",
                     id="no-people-in-the-settings"),
        pytest.param((BY_DAEMON, ("vouched", "王经办", WHAT | {"login": "mail"}), YES), "as the same user `mail`",
                     id="stood-for-by-the-same-login"),
    ],
)  # fmt: skip
def test_whose_word_it_is(steps: Sequence[Step], word: str) -> None:
    for found in (missing(log(*steps), **OURS), unapproved(log(*steps, out(10)))):
        assert word in found
        assert bool(word) == bool(found)


def test_persons_who_have_logins_by_now_are_told_apart_at_release() -> None:
    steps = (wrote("mail"), ("approved", "李所长", WHAT | {"login": "mail", "people": False}))
    assert "as the same user" in missing(log(*steps), **OURS, by_login=True)
    assert missing(log(GENERATED, APPROVED), **OURS, by_login=True) == ""


def test_an_earlier_daemons_run_is_not_released_and_what_is_out_stays_in_order() -> None:
    assert "no author stood for it" in missing(log(BY_OLD_DAEMON, APPROVED), **OURS)
    assert unapproved(log(BY_OLD_DAEMON, APPROVED, out(10))) == ""


def test_an_author_stands_for_what_is_left_after_somebody_was_erased() -> None:
    erased = ("erased", "x", {"before": "d1", "digest": "d2", "quantity": 1, "releases": {}})
    less = {"content": "c1", "digest": "d2", "quantity": 9}
    steps = (BY_DAEMON, erased, ("vouched", "王经办", less), ("approved", "李所长", less))
    assert missing(log(*steps), **less) == ""
    assert "no author" in missing(log(BY_DAEMON, erased, VOUCHED, ("approved", "李所长", less)), **less)


def test_who_stands_for_a_run() -> None:
    assert author_of([]) == Author()
    assert author_of(log(BY_DAEMON)).is_daemon
    assert author_of(log(BY_DAEMON, VOUCHED)) == Author("王经办", "games", accountable=True)
