"""Texts that somebody changes in the store between the check of a release and the moment they are read do not leave."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.domain.lifecycle import RunState
from campaigner.errors import StoreError
from campaigner.road.deliver import export
from campaigner.road.send import send
from campaigner.road.wire import Wire
from campaigner.store.engine import Store
from campaigner.workspace.desk import Bar, Unwatched, Work
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, Office, at

POSTERS = "lift-posters-20261201-0800"
OTHER = "点这里领取补贴，拒收请回复R"


class Meddling:
    """Progress of somebody who changes the store as soon as a run was checked for its release."""

    def __init__(self, store: Store, change: str) -> None:
        self._store, self._change = store, change

    @contextmanager
    def bar(self, label: str, total: int | None) -> Iterator[Bar]:
        assert total is None or total >= 0
        yield Unwatched()
        if label.startswith("checking"):
            with self._store.begin() as connection:
                connection.execute(text(self._change))


@pytest.fixture
def at_desk(office: Path) -> Office:
    return Office(office)


def meddled(work: Work, change: str) -> Work:
    return replace(work, progress=Meddling(work.store, change))


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (FIRST_MONDAY, f"UPDATE wording SET text = '{OTHER}'"),
        (FIRST_MONDAY, f"UPDATE message SET body = '{OTHER}', wording_id = NULL"),
        (FIRST_MONDAY, "UPDATE message SET recipient = 13800009999 WHERE id = 1"),
        (PARENTS, "UPDATE message SET body = replace(body, '孩子', '微信')"),
        (POSTERS, "UPDATE wording SET text = text || ' '"),
        (POSTERS, "UPDATE message SET copies = copies + 100"),
    ],
)
def test_a_change_between_check_and_reading_leaves_no_folder(at_desk: Office, code: str, change: str) -> None:
    at_desk.ready(code)
    with pytest.raises(StoreError, match="内容被改动"):
        export(meddled(at_desk.work(), change), at_desk.run(code))
    assert not list((at_desk.folder / "out").glob(f"*{code}*"))
    assert at_desk.run(code).state is RunState.APPROVED


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE message SET body = '{OTHER}', wording_id = NULL",
        "UPDATE message SET recipient = 13800009999 WHERE id = (SELECT max(id) FROM message WHERE channel = 'sms')",
    ],
)
def test_a_change_before_the_first_block_leaves_nothing_with_the_carrier(
    at_desk: Office, script: Script, change: str
) -> None:
    live = at_desk.live().ready(FIRST_MONDAY)
    work = meddled(live.at(MONDAY), change)
    wire = Wire(live.store, lambda: at(MONDAY))
    try:
        with pytest.raises(StoreError, match="内容被改动"):
            send(work, live.run(FIRST_MONDAY), wire)
    finally:
        wire.close()
    assert script.sent == []
    assert live.run(FIRST_MONDAY).state is RunState.APPROVED
