"""The cap on the same text goes by what is read, not by the file that it was written with."""

from pathlib import Path

import pytest

from campaigner.domain.lifecycle import RunState
from campaigner.road.review import approve
from tests.offices.road import APPROVER
from tests.offices.small import PHONES, Small, campaign

SATURDAY, MONDAY, TUESDAY = "2026-12-05T10:00", "2026-12-07T09:00", "2026-12-08T09:00"
FIRST, SECOND = "c-20261207-0900", "d-20261208-0900"
CAPS = '[caps]\nsame_text = "10 days"\n'


@pytest.mark.parametrize(
    ("words", "state"), [("反诈提醒：", RunState.PARTLY), ("镇里提醒：", RunState.RELEASED)]
)
def test_the_same_words_of_another_template_wait(office: Path, words: str, state: RunState) -> None:
    small = Small(office)
    templates = small.folder / "templates" / "sms"
    text = (templates / "general.txt.jinja").read_text("utf-8")
    text = text.replace("反诈提醒：", words).replace("sms/general", "sms/copy")
    (templates / "copy.txt.jinja").write_text(text, "utf-8")
    other = campaign('{ cron = "0 9 * * tue" }', name="d").replace("sms/general", "sms/copy")
    small.write(campaign(), other, CAPS)
    small.prepare(SATURDAY, FIRST, SECOND, approved=False)
    for code in (FIRST, SECOND):
        approve(small.at(SATURDAY, APPROVER), small.run(code), again="两个计划同一周提醒")
    assert small.out(MONDAY, FIRST).quantity == len(PHONES)
    second = small.out(TUESDAY, SECOND)
    assert (second.run.state, second.waits) == (state, len(PHONES) if state is RunState.PARTLY else 0)
