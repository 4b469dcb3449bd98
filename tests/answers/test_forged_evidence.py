"""Whoever alters an unpacked pack and makes its list of contents fit again is found out, with file and entry."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from campaigner.answers.account import log_entries, verify
from campaigner.answers.evidence import Packed
from campaigner.answers.slip import slip_pdf
from campaigner.exports.pack_verify import GENESIS, sha256
from campaigner.exports.signing import OfficeKey, office_key
from campaigner.office.purging import purge
from campaigner.road.review import send_back
from campaigner.road.vouching import form_drawn
from campaigner.store import log
from tests.answers.test_evidence import checked, pack, unpacked
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, SECOND_MONDAY, Office, sent
from tests.offices.road import APPROVER, AUTHOR, unguard_log

Forge = Callable[[Path], None]


@pytest.fixture
def month(office: Path) -> Office:
    """A month with batches, letters and forms."""
    made = Office(office).ready(FIRST_MONDAY, PARENTS)
    for code in (FIRST_MONDAY, PARENTS):
        drawn(made, code)
    made.out(MONDAY, FIRST_MONDAY)
    made.out("2026-12-10T08:00", PARENTS)
    return made


def drawn(office: Office, code: str) -> Path:
    """The form of a run, as `campaigner slip` draws it."""
    form = slip_pdf(office.work(), office.run(code))
    form_drawn(office.work(), office.run(code), form)
    place = office.folder / "out" / "approval" / f"{code}.pdf"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(form)
    return place


def relisted(folder: Path) -> None:
    """Make the list of contents fit, as whoever forges a pack would; only its signature is beyond him."""
    free = {"contents.json", "contents.json.sig", "signing.pub"}
    listed = {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() not in free
    }
    (folder / "contents.json").write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", "utf-8")


def signed_anew(folder: Path, key: OfficeKey) -> None:
    (folder / "contents.json.sig").write_bytes(key.signature((folder / "contents.json").read_bytes()))
    (folder / "signing.pub").write_bytes(key.public_key())


def replaced(file: Path, old: str, new: str) -> None:
    content = file.read_bytes().decode("utf-8")
    assert old in content
    file.write_bytes(content.replace(old, new).encode())


def other_text(folder: Path) -> None:
    (folder / "texts" / f"{FIRST_MONDAY}.txt").write_text("【短信】中奖了\n", "utf-8")


def other_approver(folder: Path) -> None:
    replaced(folder / "runs.csv", APPROVER, "王局长")


def other_figure(folder: Path) -> None:
    line = next(x for x in (folder / "runs.csv").read_text("utf-8-sig").splitlines() if FIRST_MONDAY in x)
    sms = line.split(",")[-3]
    replaced(folder / "runs.csv", f",{sms},", ",99,")


def other_title(folder: Path) -> None:
    line = next(x for x in (folder / "runs.csv").read_text("utf-8-sig").splitlines() if FIRST_MONDAY in x)
    replaced(folder / "runs.csv", line.split(",")[2], "别的活动")


def swapped_manifests(folder: Path) -> None:
    one, other = sorted((folder / "manifests").iterdir())
    one.rename(folder / "x")
    other.rename(one)
    (folder / "x").rename(other)


def dropped_manifest(folder: Path) -> None:
    shutil.rmtree(folder / "manifests" / PARENTS)


def dropped_forms(folder: Path) -> None:
    shutil.rmtree(folder / "approval")


def other_form(folder: Path) -> None:
    (folder / "approval" / f"{PARENTS}.pdf").write_bytes(b"%PDF-1.7 another")


def planted(folder: Path) -> None:
    (folder / "approval" / "more.pdf").write_bytes(b"%PDF-1.7")


def cut(folder: Path) -> None:
    lines = (folder / "log.jsonl").read_text("utf-8").splitlines()[:-3]
    (folder / "log.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    shutil.rmtree(folder / "manifests")


def rechained(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Alter entries of the log and take every hash from there on again."""
    previous, lines = GENESIS, []
    for line in (folder / "log.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        change(entry)
        plain = [
            *(entry[key] for key in ("seq", "at", "kind", "run", "actor", "data")),
            previous,
        ]
        previous = hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()
        lines.append(json.dumps({**entry, "previous": plain[-1], "hash": previous}, ensure_ascii=False))
    (folder / "log.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def chain_with_another_approver(folder: Path) -> None:
    rechained(folder, lambda e: e.update(actor="县局领导") if e["kind"] == "approved" else None)


FORGED = [
    pytest.param(other_text, f"texts/{FIRST_MONDAY}.txt: not the text that was generated (entry 3)", id="texts"),
    pytest.param(other_approver, f"runs.csv: {FIRST_MONDAY}: the log has another approval (entry 4)", id="approver"),
    pytest.param(other_figure, f"runs.csv: {FIRST_MONDAY}: the log has ", id="figure"),
    pytest.param(other_title, f"runs.csv: {FIRST_MONDAY}: title or recipients are others", id="title"),
    pytest.param(swapped_manifests, f"{PARENTS}: the log names another manifest (entry ", id="swap"),
    pytest.param(dropped_manifest, f"manifests/{PARENTS}: missing (entry ", id="drop"),
    pytest.param(dropped_forms, f"approval/{FIRST_MONDAY}.pdf: missing; entry ", id="drop forms"),
    pytest.param(other_form, f"approval/{PARENTS}.pdf: the log knows no such form", id="form"),
    pytest.param(planted, "approval/more.pdf: entry ", id="planted"),
    pytest.param(cut, "log.jsonl: its end, with the entry of this pack, was cut off", id="cut"),
    pytest.param(chain_with_another_approver, "contents.json: not what key ", id="rechain"),
]  # fmt: skip


@pytest.mark.parametrize(("forge", "says"), FORGED)
def test_a_forged_pack_does_not_hold_and_says_where(
    month: Office, tmp_path: Path, forge: Forge, says: str
) -> None:
    folder = unpacked(pack(month), tmp_path / "pack")
    assert checked(folder) == (0, checked(folder)[1])
    forge(folder)
    relisted(folder)
    status, said = checked(folder)
    assert (status, "All of it holds" in said) == (1, False)
    assert says in said
    assert "contents.json: not what key" in said


@pytest.mark.parametrize(("forge", "says"), FORGED[:-1])
def test_what_is_signed_with_the_offices_own_key_is_found_by_the_log(
    month: Office, tmp_path: Path, forge: Forge, says: str
) -> None:
    """An insider has the key; the chain, whose head is printed, still says what was packed."""
    folder = unpacked(pack(month), tmp_path / "pack")
    forge(folder)
    relisted(folder)
    signed_anew(folder, month_key(month))
    status, said = checked(folder)
    assert (status, "contents.json: not what key" in said) == (1, False)
    assert says in said


def month_key(office: Office) -> OfficeKey:
    return office_key(office.folder)


def test_a_new_chain_signed_with_the_offices_own_key_has_another_head(month: Office, tmp_path: Path) -> None:
    packed = pack(month)
    folder = unpacked(packed, tmp_path / "pack")
    assert checked(folder, "--head", packed.head)[0] == 0
    assert checked(folder, "--head", f"{packed.head[:16]} {packed.head[16:32]}")[0] == 0
    chain_with_another_approver(folder)
    replaced(folder / "runs.csv", APPROVER, "县局领导")
    sums = sha256((folder / "runs.csv").read_bytes())

    def fitting(entry: dict[str, Any]) -> None:
        if entry["kind"] == "collected":
            told = json.loads(entry["data"])
            told["files"]["runs.csv"] = sums
            entry["data"] = json.dumps(told, ensure_ascii=False)

    rechained(folder, fitting)
    relisted(folder)
    signed_anew(folder, month_key(month))
    status, said = checked(folder, "--head", packed.head[:16])
    assert status == 1
    assert "another last entry than was printed" in said
    assert said.count("\n! ") == 0


def test_another_key_is_not_the_one_that_the_log_names_nor_the_one_that_was_given(
    month: Office, tmp_path: Path
) -> None:
    folder = unpacked(pack(month), tmp_path / "pack")
    (tmp_path / "known.pub").write_bytes((folder / "signing.pub").read_bytes())
    assert checked(folder, "--key", str(tmp_path / "known.pub"))[0] == 0
    signed_anew(folder, OfficeKey(Ed25519PrivateKey.generate()))
    status, said = checked(folder)
    assert status == 1
    assert "signing.pub: entry " in said
    assert "not made with key" in checked(folder, "--key", str(tmp_path / "known.pub"))[1]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("contents.json.sig", "nothing says who made this pack"),
        ("signing.pub", "the signature is NOT CHECKED"),
    ],
)
def test_nothing_holds_that_was_not_checked(month: Office, tmp_path: Path, name: str, says: str) -> None:
    folder = unpacked(pack(month), tmp_path / "pack")
    (folder / name).unlink()
    status, said = checked(folder)
    assert (status, "All of it holds" in said) == (1, False)
    assert says in said


# ---- what honest offices pack ----


def holds(office: Office, packed: Packed, folder: Path) -> str:
    assert packed.amiss == ()
    status, said = checked(unpacked(packed, folder), "--head", packed.head)
    assert (status, "All of it holds" in said) == (0, True), said
    assert verify(office.store).broken == ""
    return said


def test_a_month_of_live_sms_and_letters_holds(office: Path, script: Script, tmp_path: Path) -> None:
    live = Office(office).live().ready(FIRST_MONDAY, PARENTS)
    drawn(live, PARENTS)
    sent(live, FIRST_MONDAY, MONDAY)
    sent(live, PARENTS, "2026-12-10T08:00")
    assert script.sent
    assert "printed" in live.kinds(PARENTS)
    assert "printed" not in live.kinds(FIRST_MONDAY)
    packed = pack(live)
    holds(live, packed, tmp_path / "pack")
    assert (tmp_path / "pack" / "manifests" / PARENTS / "manifest.json").is_file()


def test_a_print_folder_of_a_live_run_that_was_put_in_its_place_is_found(
    office: Path, script: Script, tmp_path: Path
) -> None:
    live = Office(office).live().ready(PARENTS)
    sent(live, PARENTS, "2026-12-10T08:00")
    assert script.sent
    replaced(live.folder / "out" / PARENTS / "manifest.json", '"digest": "', '"digest": "0')
    packed = pack(live)
    assert {line.split(":")[0] for line in packed.amiss} == {f"manifests/{PARENTS}/manifest.json", PARENTS}
    status, said = checked(unpacked(packed, tmp_path / "pack"))
    assert status == 1
    assert f"{PARENTS}: the log names another manifest" in said


def test_a_log_of_an_earlier_version_holds(
    office: Path, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its entries have neither titles nor texts, and no manifest of what was printed beside a live sending."""
    monkeypatch.setattr("campaigner.road.generate.wording_facts", lambda *_: {})
    monkeypatch.setattr("campaigner.road.deliver.paper_printed", lambda *_: None)
    live = Office(office).live().ready(FIRST_MONDAY, PARENTS)
    sent(live, PARENTS, "2026-12-10T08:00")
    assert script.sent
    older = [e for e in log_entries(live.store) if e.kind == "sent"]
    with live.store.begin() as connection:
        unguard_log(connection)
        facts = {key: value for key, value in older[0].fields.items() if key != "paper"}
        connection.execute(text("DELETE FROM log WHERE seq = :seq"), {"seq": older[0].seq})
        log.append(connection, older[0].at, "sent", PARENTS, older[0].actor, facts)
    place = live.folder / "out" / "approval" / f"{PARENTS}.pdf"
    place.parent.mkdir()
    place.write_bytes(slip_pdf(live.work(), live.run(PARENTS)))
    holds(live, pack(live), tmp_path / "pack")
    assert (tmp_path / "pack" / "approval" / f"{PARENTS}.pdf").is_file()


def test_a_month_after_a_purge_holds(month: Office, tmp_path: Path) -> None:
    purge(month.at("2027-07-07T09:00"))
    packed = pack(month)
    holds(month, packed, tmp_path / "pack")
    assert not (tmp_path / "pack" / "texts").exists()


def test_a_run_returned_and_written_again_holds_with_both_forms(month: Office, tmp_path: Path) -> None:
    month.generate(SECOND_MONDAY)
    first = drawn(month, SECOND_MONDAY)
    first.rename(first.with_name(f"{SECOND_MONDAY}-1.pdf"))
    send_back(month.work(APPROVER), month.run(SECOND_MONDAY), "改一下")
    month.generate(SECOND_MONDAY)
    drawn(month, SECOND_MONDAY)
    month.approve(SECOND_MONDAY)
    month.out("2026-12-14T09:00", SECOND_MONDAY)
    holds(month, pack(month), tmp_path / "pack")


def test_a_title_that_was_changed_after_it_went_out_is_the_one_of_then(month: Office, tmp_path: Path) -> None:
    title = month.app.desk.config.segments["elderly"].title
    later = month.set(**{f'title = "{title}"': 'title = "别的人"'})
    holds(later, pack(later), tmp_path / "pack")
    assert title in (tmp_path / "pack" / "runs.csv").read_text("utf-8-sig")


def test_forms_that_nobody_drew_are_left_out_and_named(month: Office, tmp_path: Path) -> None:
    scan = month.folder / "out" / "approval" / f"{PARENTS}-签字.pdf"
    scan.write_bytes(b"%PDF-1.7 scan")
    packed = pack(month)
    assert [line.split(":")[0] for line in packed.amiss] == [f"approval/{scan.name}"]
    folder = unpacked(packed, tmp_path / "pack")
    assert not (folder / "approval" / scan.name).exists()
    assert checked(folder)[0] == 0


def test_what_was_deleted_before_it_was_packed_is_named(month: Office, tmp_path: Path) -> None:
    (month.folder / "out" / PARENTS / "manifest.json").unlink()
    with month.store.begin() as connection:
        connection.execute(text("DELETE FROM wording"))
    packed = pack(month)
    names = [line.split(":")[0] for line in packed.amiss]
    assert names == [
        f"texts/{FIRST_MONDAY}.txt",
        f"manifests/{PARENTS}/manifest.json",
        f"texts/{PARENTS}.txt",
    ]
    status, said = checked(unpacked(packed, tmp_path / "pack"))
    assert status == 1
    assert f"texts/{FIRST_MONDAY}.txt: not the text that was generated" in said
    assert f"manifests/{PARENTS}: missing (entry " in said


def test_a_text_altered_in_the_store_is_found(month: Office, tmp_path: Path) -> None:
    with month.store.begin() as connection:
        connection.execute(text("UPDATE wording SET text = '中奖了'"))
    packed = pack(month)
    assert packed.broken
    status, said = checked(unpacked(packed, tmp_path / "pack"))
    assert status == 1
    assert f"texts/{FIRST_MONDAY}.txt: not the text that was generated (entry 3)" in said


def test_a_month_holds_whose_roles_changed_just_before_it_was_packed(month: Office, tmp_path: Path) -> None:
    """The change has an entry of its own, right before that of the pack."""
    given = f'\n[people.w]\nname = "{AUTHOR}"\nusers = ["w"]\nroles = ["author"]\n'
    later = month.set(given)
    holds(later, pack(later), tmp_path / "pack")
