"""The oracle sees each kind of fault, and none where there is none: it is shown messages that nobody sent."""

from dataclasses import replace

import pytest

from tests.simulation.offices.endings import _outages, put_off
from tests.simulation.offices.generator import history
from tests.simulation.offices.lists import CONSENT, Person, Sheet, phone
from tests.simulation.offices.oracle import Oracle
from tests.simulation.offices.record import Contact, Entry
from tests.simulation.offices.settings import DAY, Campaign, Gateway, Schedule, Segment, Settings
from tests.simulation.offices.shrinking import shrunk

NINE = 9 * 60
RUN = "c1-20270301-0900"
SETTINGS = Settings(
    campaigns={"c1": Campaign("s1", Schedule("weekly", NINE, (0, 1, 2, 3, 4)))},
    segments={"s1": Segment("one.csv")},
    gateways={"carrier": Gateway(per_hour=2, per_day=3), "line": Gateway()},
    per_phone=1, gap=20, same_text=48,
)  # fmt: skip
SHEET = Sheet((Person(1), Person(2), Person(3, village=1), Person(4, refuses=True)))


def oracle(settings: Settings = SETTINGS, sheet: Sheet = SHEET) -> Oracle:
    made = Oracle({"personal-data": "别给。"}, [(0, settings)], {"one.csv": sheet, "two.xlsx": SHEET})
    made.approved.add(RUN)
    made.written[RUN] = sheet
    return made


def contact(**other: object) -> Contact:
    text = SETTINGS.text(SETTINGS.campaigns["c1"], {"personal-data": "别给。"})
    usual = Contact(1, NINE, NINE, RUN, phone(1), text, "carrier", urgent=False)
    return replace(usual, **other)  # type: ignore[arg-type]


def rules(made: Oracle, *contacts: Contact) -> list[str]:
    return [fault.rule for fault in made.went_out(contacts)]


def test_what_was_asked_for_is_no_fault() -> None:
    assert rules(oracle(), contact(), contact(phone=phone(2))) == []


def campaign(**other: object) -> Settings:
    return replace(SETTINGS, campaigns={"c1": replace(SETTINGS.campaigns["c1"], **other)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(campaign(paused=True), id="paused"),
        pytest.param(replace(SETTINGS, campaigns={}), id="gone"),
        pytest.param(campaign(schedule=Schedule("weekly", NINE, (2,))), id="another day"),
        pytest.param(campaign(schedule=Schedule("weekly", NINE, (0,), end=NINE - 5)), id="ended"),
        pytest.param(campaign(gateway="line"), id="another way"),
        pytest.param(campaign(template="b"), id="another text"),
        pytest.param(replace(SETTINGS, segments={"s1": Segment("one.csv", "杨树村")}), id="another segment"),
    ],
)
def test_what_is_no_longer_asked_for(settings: Settings) -> None:
    made = oracle()
    made.versions.append((NINE - 1, settings))
    assert rules(made, contact()) == ["asked"]


def test_what_was_asked_for_after_its_moment() -> None:
    made = oracle(replace(SETTINGS, campaigns={}))
    made.versions.append((NINE + 1, SETTINGS))
    assert rules(made, contact(seen=NINE + 2, at=NINE + 2)) == ["asked"]


def test_refusals_of_every_source() -> None:
    assert rules(oracle(), contact(phone=phone(4))) == ["refused"]
    by_consent = replace(SHEET, column=CONSENT)
    assert rules(oracle(sheet=by_consent), contact(phone=phone(4))) == ["refused"]
    made = oracle()
    made.lists_were_read()
    made.sheets["one.csv"] = made.sheets["two.xlsx"] = replace(SHEET, column="")
    assert rules(made, contact(phone=phone(4))) == ["refused"]
    assert rules(oracle(sheet=replace(SHEET, damage="missing")), contact()) == ["unreadable"]


def test_approval_holds_hours_and_caps() -> None:
    held, ended, unapproved = oracle(), oracle(), oracle()
    held.held.add("c1")
    ended.ended.add(RUN)
    unapproved.approved.clear()
    assert [rules(made, contact()) for made in (held, ended, unapproved)] == [["approved"]] * 3
    assert rules(oracle(), contact(at=21 * 60)) == rules(oracle(), contact(at=NINE - 30)) == ["hours"]
    assert rules(oracle(), contact(), contact()) == ["same-text", "caps", "twice"]
    crowd = [contact(phone=phone(number)) for number in (1, 2, 3)]
    assert rules(oracle(), *crowd) == ["caps"]
    assert rules(oracle(), *(replace(one, urgent=True) for one in crowd)) == []


def test_two_missed_runs_of_one_campaign() -> None:
    made = oracle()
    late = [contact(run=f"c1-2027030{day}-0900", seen=3 * DAY, at=3 * DAY + NINE) for day in (1, 2)]
    made.contacts += late
    assert [fault.rule for fault in _outages(made)] == ["outage"]
    codes = [one.run for one in late]
    log = [Entry(1, "waits", codes[0], {}), Entry(2, "missed", codes[1], {}), Entry(3, "waits", codes[1], {})]
    assert put_off(log) == {codes[0]}
    assert list(_outages(made, {codes[0]})) == []
    made.contacts[1:] = [replace(late[1], run="c2-20270302-0900")]
    assert list(_outages(made)) == []


def test_days_are_worked_out_by_hand() -> None:
    fires = {
        Schedule("weekly", NINE, (4, 5), "next"): {0, 7, 11, 14},
        Schedule("weekly", NINE, (4,), "skip"): {11},
        Schedule("every", NINE, (3,), start=NINE): {0, 3, 6, 9, 12, 15},
        Schedule("term", NINE, (3,)): {2},
        Schedule("fair", NINE): {3},
    }
    settings = replace(SETTINGS, holidays=(4,), term=8)
    for schedule, days in fires.items():
        found = set(settings.minutes(campaign(schedule=schedule).campaigns["c1"], 15))
        assert {due for due in found if due >= 0} == {day * DAY + NINE for day in days}


def test_the_same_number_gives_the_same_office() -> None:
    assert history(7) == history(7)
    assert history(7) != history(8)


def test_a_history_becomes_as_short_as_it_can_be() -> None:
    past = history(5)
    wanted = {past.steps[3], past.steps[-2]}
    short = shrunk(past, lambda smaller: wanted <= set(smaller.steps))
    assert set(short.steps) == wanted
