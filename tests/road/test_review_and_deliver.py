import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.answers.account import log_entries, verify
from campaigner.app import open_app
from campaigner.delivery.files import FilesGateway
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.errors import ApprovalError, GatewayError, StateError, StoreError
from campaigner.exports.layout import MANIFEST
from campaigner.road.clearance import cleared
from campaigner.road.keeping import keep
from campaigner.road.plan import make_plan
from campaigner.road.review import approve, send_back
from campaigner.store import messages, runs
from campaigner.workspace.desk import Silent
from tests.conftest import NOW
from tests.offices.road import APPROVER, AUTHOR, FIRST, LAST, Road, unguard_log

ELDERLY = "elderly-monday-20261207-0900"
PARENTS = "parents-letter-20261210-0800"


@pytest.fixture
def road(office: Path) -> Road:
    made = Road(office)
    made.keep()
    return made


@pytest.mark.parametrize("name", [AUTHOR, "王 经办", " 王经办 "])
def test_the_author_does_not_approve(road: Road, name: str) -> None:
    road.generate(ELDERLY)
    with pytest.raises(ApprovalError, match="somebody else must approve"):
        road.approve(ELDERLY, name)


def test_an_approval_needs_a_name_and_a_generated_run(road: Road) -> None:
    with pytest.raises(StateError, match="only a generated run"):
        road.approve(ELDERLY)
    road.generate(ELDERLY)
    with pytest.raises(ApprovalError, match="needs a name"):
        road.approve(ELDERLY, " ")
    assert road.approve(ELDERLY).state is RunState.APPROVED


def test_settings_changed_before_the_approval(road: Road) -> None:
    road.generate(ELDERLY)
    changed = road.edit("config.toml", 'suffix = "拒收请回复R"', 'suffix = "退订回T"')
    with pytest.raises(ApprovalError, match="plan and generate it again"):
        changed.approve(ELDERLY)
    assert changed.run(ELDERLY).state is RunState.PLANNED


def test_a_run_goes_back_with_a_reason_and_comes_again(road: Road) -> None:
    run = road.generate(ELDERLY)
    with pytest.raises(ApprovalError, match="a name and a reason"):
        send_back(road.work(APPROVER), run, " ")
    back = send_back(road.work(APPROVER), run, "换一个主题")
    assert (back.state, back.returned_reason) == (RunState.RETURNED, "换一个主题")
    with pytest.raises(StateError, match="only a generated or approved run is returned"):
        send_back(road.work(APPROVER), back, "再改")
    assert road.generate(ELDERLY).returned_reason == ""
    assert [entry.kind for entry in log_entries(road.store, ELDERLY)] == [
        "generated",
        "returned",
        "generated",
    ]


def test_two_approvers_at_once(road: Road) -> None:
    run = road.generate(ELDERLY)
    approve(road.work(APPROVER), run)
    with pytest.raises(StateError, match="another process"):
        approve(road.work("赵主任"), run)


def test_what_is_exported_is_what_was_planned(road: Road) -> None:
    approved = road.until_approved(PARENTS)
    done = road.export(PARENTS)
    tallies = {tally.channel.value: tally for tally in done.run.planned.tallies}
    with next(done.folder.glob("sms/*.csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == tallies["sms"].recipients
    assert len({row["手机号码"] for row in rows}) == len(rows)
    manifest = json.loads((done.folder / MANIFEST).read_text("utf-8"))
    assert manifest["quantity"] == approved.quantity
    assert manifest["synthetic"] is True
    letters = [facts["rows"] for name, facts in manifest["files"].items() if name.endswith(".pdf")]
    assert sum(letters) == tallies["letter"].recipients
    receipts = (done.folder / "letters" / "回执登记表.csv").read_text("utf-8-sig").splitlines()
    assert len(receipts) == tallies["letter"].recipients + 1


def test_batches_are_cut_by_the_gateways_size(road: Road) -> None:
    changed = road.edit("config.toml", "rows_per_file = 50000", "rows_per_file = 10")
    changed.until_approved(ELDERLY)
    done = changed.export(ELDERLY)
    sizes = [
        len(path.read_text("utf-8-sig").splitlines()) - 1 for path in sorted(done.folder.glob("sms/*.csv"))
    ]
    assert sum(sizes) == done.run.quantity
    assert all(size == 10 for size in sizes[:-1])


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_exporting_twice_gives_the_same_files_and_no_second_send(road: Road) -> None:
    road.until_approved(PARENTS)
    first = road.export(PARENTS)
    before = files(first.folder)
    again = road.export(PARENTS)
    assert again.again
    assert not again.restored
    assert files(first.folder) == before
    assert [entry.kind for entry in log_entries(road.store, PARENTS)].count("exported") == 1


def test_what_an_earlier_version_exported_has_its_manifest_in_the_log_alone(road: Road) -> None:
    road.until_approved(PARENTS)
    first = road.export(PARENTS)
    with road.store.begin() as connection:
        connection.execute(text("UPDATE run_release SET manifest = ''"))
    again = road.export(PARENTS)
    assert (again.again, again.manifest, again.restored) == (True, first.manifest, ())


def test_a_release_that_is_smaller_than_the_log_says_is_told(road: Road) -> None:
    road.until_approved(PARENTS)
    road.export(PARENTS)
    with road.store.begin() as connection:
        connection.execute(text("DELETE FROM ledger WHERE channel = 'sms'"))
    assert "is not as large as entry" in verify(road.store).broken


def test_nothing_goes_out_without_approval(road: Road) -> None:
    road.generate(ELDERLY)
    with pytest.raises(ApprovalError, match=f"`campaigner approve {ELDERLY} --by NAME` comes first"):
        road.export(ELDERLY)
    with road.store.begin() as connection:
        runs.move(connection, road.run(ELDERLY), RunState.APPROVED, NOW)
    with pytest.raises(ApprovalError, match="no approval that stands"):
        road.export(ELDERLY)


@pytest.mark.parametrize(
    ("statement", "error", "word"),
    [
        pytest.param("UPDATE wording SET text = text || '。'", StoreError, "not those that were approved", id="text"),
        pytest.param(
            "UPDATE message SET recipient = recipient + 1 WHERE id = (SELECT min(id) FROM message)",
            StoreError, "not those that were approved", id="phone",
        ),
        pytest.param(
            "INSERT INTO message SELECT id + 1, run_id, channel, 13800138000, wording_id, body, parts, copies, label,"
            " folder, position, slip, household FROM message WHERE id = (SELECT max(id) FROM message)",
            ApprovalError, "were approved", id="one more",
        ),
        pytest.param("UPDATE approval SET digest = 'x'", ApprovalError, "is not what", id="approval of something else"),
        pytest.param("UPDATE approval SET quantity = 1", ApprovalError, "1 were approved", id="approval of fewer"),
    ],
)  # fmt: skip
def test_what_was_not_approved_does_not_go_out(
    road: Road, statement: str, error: type[Exception], word: str
) -> None:
    road.until_approved(ELDERLY)
    with road.store.begin() as connection:
        connection.execute(text(statement))
    with pytest.raises(error, match=word):
        road.export(ELDERLY)
    assert not (road.app.desk.config.output / ELDERLY).exists()


def test_settings_changed_after_the_approval_void_it(road: Road) -> None:
    road.until_approved(ELDERLY)
    changed = road.edit("config.toml", 'suffix = "拒收请回复R"', 'suffix = "退订回T"')
    with pytest.raises(ApprovalError, match="which is void now"):
        changed.export(ELDERLY)
    assert changed.run(ELDERLY).state is RunState.PLANNED
    assert log_entries(changed.store, ELDERLY)[-1].kind == "voided"


def test_own_rules_are_part_of_what_was_approved(road: Road) -> None:
    road.until_approved(ELDERLY)
    (road.folder / "templates" / "rules.toml").write_text(
        '[numbers.official]\n"0571-87654321" = "本县反诈中心"\n', encoding="utf-8"
    )
    with pytest.raises(ApprovalError, match="which is void now"):
        road.reopened().export(ELDERLY)


def test_a_change_elsewhere_voids_nothing(road: Road) -> None:
    road.until_approved(ELDERLY)
    changed = road.edit("config.toml", 'title = "财务人员月末提醒"', 'title = "月末提醒"')
    assert changed.export(ELDERLY).run.state is RunState.RELEASED


def test_invented_people_never_reach_a_real_gateway(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    road.until_approved(ELDERLY)
    monkeypatch.setattr(FilesGateway, "real", True)
    with pytest.raises(GatewayError, match="invented people"):
        road.export(ELDERLY)
    assert road.run(ELDERLY).state is RunState.APPROVED


def test_a_synthetic_mark_in_the_file_is_enough(road: Road) -> None:
    config = road.folder / "config.toml"
    config.write_text(config.read_text("utf-8").replace("synthetic = true", ""), "utf-8")
    plan = road.reopened().plan()
    assert all(run.synthetic for run in plan.runs)


def test_a_gateway_that_is_gone(road: Road) -> None:
    road.until_approved(ELDERLY)
    changed = road.edit("config.toml", "[gateways.carrier]", "[gateways.other]")
    with pytest.raises(GatewayError, match="not in config"):
        changed.export(ELDERLY)


def test_a_refusing_gateway_leaves_nothing_behind(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise GatewayError("the platform is closed")

    road.until_approved(ELDERLY)
    monkeypatch.setattr(FilesGateway, "ship", refuse)
    with pytest.raises(GatewayError, match="closed"):
        road.export(ELDERLY)
    assert list(road.app.desk.config.output.iterdir()) == []
    assert road.run(ELDERLY).state is RunState.APPROVED
    monkeypatch.undo()
    assert road.export(ELDERLY).run.state is RunState.RELEASED


def test_what_others_laid_into_the_folder_stays(road: Road) -> None:
    road.until_approved(PARENTS)
    folder = road.export(PARENTS).folder
    (folder / "carrier").mkdir()
    (folder / "carrier" / "receipt.txt").write_text("ok", "utf-8")
    next(folder.glob("sms/*.csv")).unlink()
    assert len(road.export(PARENTS).restored) == 1
    assert (folder / "carrier" / "receipt.txt").read_text("utf-8") == "ok"


@pytest.mark.parametrize("name", ["王\u200b经办", "王经办\u202e", "王\n经办"])
def test_an_author_in_disguise_does_not_approve(road: Road, name: str) -> None:
    road.generate(ELDERLY)
    with pytest.raises(ApprovalError, match="somebody else must approve"):
        road.approve(ELDERLY, name)


def test_names_and_reasons_act_on_no_screen(road: Road) -> None:
    run = road.generate(ELDERLY)
    send_back(road.work("李\x1b[31m所长"), run, "换\n主题\x07")
    entry = log_entries(road.store, ELDERLY)[-1]
    assert (entry.actor, entry.fields["reason"]) == ("李 [31m所长", "换 主题")


def test_the_log_holds_and_tampering_is_found(road: Road) -> None:
    road.until_approved(PARENTS)
    road.export(PARENTS)
    found = verify(road.store)
    assert (found.broken, found.runs) == ("", 1)
    assert found.entries == 5
    with road.store.begin() as connection:
        unguard_log(connection)
        connection.execute(text("UPDATE log SET data = replace(data, ':', ' :') WHERE seq = 3"))
    assert "entry 3 was changed" in verify(road.store).broken


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE message SET body = body || ' ' WHERE channel = 'letter'", "not those that were exported"),
        ("DELETE FROM run", "no longer in the store"),
    ],
)
def test_changed_messages_are_found(road: Road, statement: str, word: str) -> None:
    road.until_approved(PARENTS)
    road.export(PARENTS)
    with road.store.begin() as connection:
        connection.execute(text(statement))
    assert word in verify(road.store).broken


def test_an_empty_log_holds(office: Path) -> None:
    assert verify(Road(office).store).entries == 0


def test_an_approved_run_can_still_be_returned(road: Road) -> None:
    run = road.until_approved(ELDERLY)
    assert send_back(road.work(APPROVER), run, "发现错字").state is RunState.RETURNED
    with pytest.raises(ApprovalError, match=f"`campaigner generate {ELDERLY}` comes first"):
        road.export(ELDERLY)
    road.generate(ELDERLY)
    with pytest.raises(ApprovalError, match=f"`campaigner approve {ELDERLY} --by NAME` comes first"):
        road.export(ELDERLY)


def test_what_comes_next_is_what_the_state_asks_for(road: Road) -> None:
    with pytest.raises(ApprovalError, match=f"未生成：请先运行 campaigner generate {ELDERLY}"):
        road.export(ELDERLY)
    road.until_approved(ELDERLY)
    road.export(ELDERLY)
    with pytest.raises(ApprovalError, match=r"is released\n.*已全部发出$"):
        cleared(road.work(), road.run(ELDERLY))


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)", "were cut off"),
        ("DELETE FROM log", "were cut off"),
        ("UPDATE run SET state = 'released' WHERE code LIKE 'finance%'", "no entry tells of it"),
    ],
)
def test_a_cut_off_log_is_found(road: Road, statement: str, word: str) -> None:
    road.until_approved(PARENTS)
    road.export(PARENTS)
    with road.store.begin() as connection:
        unguard_log(connection)
        connection.execute(text(statement))
    assert word in verify(road.store).broken


def test_the_log_tells_the_true_time_of_a_rehearsal(office: Path) -> None:
    later = NOW + timedelta(days=3)
    app = open_app(office, NOW, later)
    store = app.store()
    work = app.work(store, AUTHOR, Silent())
    keep(work, make_plan(app.desk, FIRST, LAST, work.now, Silent()))
    assert {entry.at for entry in log_entries(store)} == {later}
    assert {entry.fields["as_of"] for entry in log_entries(store)} == {NOW.isoformat()}


def test_who_opts_out_after_the_approval_is_not_written_to(road: Road) -> None:
    run = road.until_approved(ELDERLY)
    with road.store.read() as connection:
        phone, _household = next(messages.recipients(connection, run, Channel.SMS))
    with (road.folder / "audiences" / "pupils.csv").open("a", encoding="utf-8", newline="") as file:
        file.write(f"试验生,2016-01-01,男,试验小学,四年级,1班,1,试验人,{phone},,,,是,是\r\n")
    done = road.export(ELDERLY)
    assert done.quantity == run.quantity - 1
    assert done.run.state is RunState.RELEASED
    assert str(phone) not in next(done.folder.glob("sms/*.csv")).read_text("utf-8-sig")
    assert log_entries(road.store, ELDERLY)[-1].fields["opted_out"] == 1
    assert verify(road.store).broken == ""
