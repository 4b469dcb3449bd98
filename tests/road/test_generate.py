from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.errors import NotAskedError, RenderError, StateError, UsageError
from campaigner.road import generate as stage
from campaigner.store import messages, runs
from tests.conftest import NOW
from tests.offices.road import AUTHOR, Road, without

ELDERLY = "elderly-monday-20261207-0900"
PARENTS = "parents-letter-20261210-0800"


@pytest.fixture
def road(office: Path) -> Road:
    made = Road(office)
    made.keep()
    return made


def test_what_is_written_is_what_was_planned(road: Road) -> None:
    for code in (ELDERLY, PARENTS, "lift-posters-20261201-0800"):
        before = road.run(code)
        after = road.generate(code)
        assert after.state is RunState.GENERATED
        assert after.planned.tallies == before.planned.tallies
        assert after.quantity == sum(tally.recipients for tally in after.planned.tallies)
        assert after.parts == sum(tally.parts for tally in after.planned.tallies)
        assert after.author == AUTHOR
        with road.store.read() as connection:
            ledger = connection.execute(
                text("SELECT count(*) FROM ledger WHERE run_id = :run"), {"run": after.id}
            ).scalar_one()
        assert ledger == after.quantity


def test_a_shared_text_is_kept_once(road: Road) -> None:
    run = road.generate(ELDERLY)
    with road.store.read() as connection:
        assert len(messages.wordings(connection, run, Channel.SMS)) == 1


def test_personal_texts_are_kept_each(road: Road) -> None:
    changed = road.edit("templates/sms/elderly.txt.jinja", "长辈您好", "{{ recipient.village }}长辈您好")
    changed.keep()
    run = changed.generate(ELDERLY)
    with changed.store.read() as connection:
        bodies = [m.body for block in messages.ordered(connection, run, Channel.SMS) for _id, m in block]
        assert messages.wordings(connection, run, Channel.SMS) == {}
    assert len(bodies) == run.quantity
    assert len(set(bodies)) > 1
    assert all(body.startswith("【幸福镇反诈中心】") and body.endswith("拒收请回复R") for body in bodies)


def test_generating_again_gives_the_same(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    first = road.generate(ELDERLY)
    monkeypatch.setattr(stage, "GROUP", 7)
    with road.store.begin() as connection:
        runs.move(connection, first, RunState.RETURNED, NOW)
    second = road.generate(ELDERLY)
    assert (second.digest, second.quantity) == (first.digest, first.quantity)


def test_a_run_that_was_cut_short_is_begun_again(road: Road) -> None:
    with road.store.begin() as connection:
        run = runs.find(connection, ELDERLY)
        runs.move(connection, run, RunState.GENERATING, NOW, attempt=1)
    assert road.generate(ELDERLY).state is RunState.GENERATED


def test_a_worker_that_was_overtaken_stops(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    real = messages.append

    def overtaken(connection: object, *rest: object, **more: object) -> None:
        monkeypatch.setattr(messages, "append", real)
        connection.execute(text("UPDATE run SET attempt = attempt + 1 WHERE code = :code"), {"code": ELDERLY})  # type: ignore[attr-defined]
        real(connection, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(messages, "append", overtaken)
    monkeypatch.setattr(stage, "GROUP", 3)
    with pytest.raises(StateError, match="taken over"):
        road.generate(ELDERLY)
    assert road.run(ELDERLY).state is RunState.GENERATING


def test_a_failing_text_leaves_the_run_planned(road: Road) -> None:
    body = "{{ 1 // ((recipient.roll | int) - 2) }}"
    changed = road.edit("templates/letter/guardians.md.jinja", "读完以后", body + "读完以后")
    changed.keep()
    run = changed.run(PARENTS)
    forced = without(run, planned=without(run.planned, problems=()))  # type: ignore[arg-type]
    with pytest.raises(RenderError, match=r"guardians\.md\.jinja:\d+: .*row \d+ of audiences/pupils\.csv"):
        stage.generate(changed.work(), forced)
    assert changed.run(PARENTS).state is RunState.PLANNED
    with changed.store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM message")).scalar_one() == 0


def test_a_text_that_becomes_too_long_is_refused(road: Road) -> None:
    changed = road.edit("templates/sms/elderly.txt.jinja", "长辈您好", "{{ recipient.name }}" * 300)
    changed.keep()
    run = changed.run(ELDERLY)
    with pytest.raises(
        UsageError, match=r"longer than 500 characters.*line \d+, \d+.* of audiences/residents\.csv"
    ):
        changed.generate(ELDERLY)
    forced = without(run, planned=without(run.planned, problems=()))  # type: ignore[arg-type]
    with pytest.raises(
        RenderError, match=r"longer than 500 characters.*row \d+.* of audiences/residents\.csv"
    ):
        stage.generate(changed.work(), forced)
    assert changed.run(ELDERLY).state is RunState.PLANNED


def test_only_what_is_planned_is_generated(road: Road) -> None:
    road.until_approved(ELDERLY)
    with pytest.raises(StateError, match="only a planned or returned run"):
        road.generate(ELDERLY)


def test_a_run_with_a_blocking_problem_is_not_generated(road: Road) -> None:
    changed = road.edit("config.toml", '"sms/elderly"', '"sms/guardians"')
    changed.keep()
    with pytest.raises(UsageError, match="cannot be generated"):
        changed.generate(ELDERLY)


def test_settings_that_changed_since_the_plan_ask_for_a_new_one(road: Road) -> None:
    changed = road.edit("config.toml", "price = 0.05", "price = 0.06")
    with pytest.raises(StateError, match="plan again"):
        changed.generate(ELDERLY)


def test_a_campaign_that_is_gone(road: Road) -> None:
    changed = road.edit("config.toml", "[campaigns.elderly-monday]", "[campaigns.elderly-tuesday]")
    with pytest.raises(NotAskedError, match="no longer in config"):
        changed.generate(ELDERLY)


def test_letters_have_codes_of_their_own_and_sms_have_none(road: Road) -> None:
    run = road.generate(PARENTS)
    with road.store.read() as connection:
        letters = [m for block in messages.ordered(connection, run, Channel("letter")) for _id, m in block]
        texts = [m for block in messages.ordered(connection, run, Channel.SMS) for _id, m in block]
    assert len({m.slip for m in letters}) == len(letters) > 0
    assert not any(m.label in m.slip or str(m.recipient) in m.slip for m in letters)
    assert {m.slip for m in texts} == {""}


def test_no_segment_name_reaches_a_recipient(road: Road) -> None:
    words = {w for s in road.app.desk.config.segments.values() for w in (s.name, s.title)}
    for change in road.plan().runs:
        run = road.generate(change.code)
        with road.store.read() as connection:
            for tally in run.planned.tallies:
                for block in messages.ordered(connection, run, tally.channel):
                    for _id, message in block:
                        assert not [word for word in words if word in message.body], message.body


def test_invented_people_are_known_by_the_list_that_is_written_from(road: Road) -> None:
    """The list that was planned with may be another one than that of the messages."""
    road = road.edit(
        "config.toml", "synthetic = true\n\n[audiences.pupils]", "synthetic = false\n\n[audiences.pupils]"
    )
    file = road.folder / "audiences" / "residents.csv"
    invented = file.read_text("utf-8-sig")
    assert "样例数据" in invented.splitlines()[0]
    file.write_text(invented.replace("样例数据", "备注", 1), "utf-8-sig")
    road.keep()
    assert not road.run(ELDERLY).planned.synthetic
    file.write_text(invented, "utf-8-sig")
    assert road.generate(ELDERLY).planned.synthetic
