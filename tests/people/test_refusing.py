"""Who wants no more messages is entered once."""

from pathlib import Path

from campaigner.answers.account import log_entries
from campaigner.people.refusing import lift, refuse
from tests.offices.office import MONDAY, Office

PHONE, OTHER = 13800138000, 13900139000


def test_a_phone_that_is_listed_already_is_no_news(office: Path) -> None:
    opened = Office(office)
    work = opened.at(MONDAY)
    assert refuse(work, [PHONE], "hand") == 1
    assert refuse(work, [PHONE], "hand") == 0
    assert refuse(work, [PHONE, OTHER], "file") == 1
    told = [entry.fields["phones"] for entry in log_entries(opened.store) if entry.kind == "refused"]
    assert told == [1, 1]


def test_who_was_not_listed_need_not_be_taken_out(office: Path) -> None:
    opened = Office(office)
    work = opened.at(MONDAY)
    refuse(work, [PHONE], "hand")
    assert not lift(work, OTHER, "本人要求").was_kept
    assert lift(work, PHONE, "本人要求").was_kept
    assert [entry.kind for entry in log_entries(opened.store)] == ["refused", "accepts"]
