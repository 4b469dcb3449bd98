"""Where a form was drawn, an approver names the content on it; forms of voided content are marked and prove nothing."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from campaigner.answers.evidence import Packed, pack_month
from campaigner.answers.slip import slip_pdf
from campaigner.domain.lifecycle import RunState
from campaigner.errors import ApprovalError
from campaigner.office.reminding import remind
from campaigner.road.forms import content_code, mark_forms, place_of
from campaigner.road.generate import generate
from campaigner.road.review import approve, send_back
from campaigner.road.vouching import form_drawn
from tests.answers.test_evidence import checked, unpacked
from tests.offices.road import APPROVER
from tests.offices.small import Small, campaign

RUN, OTHER = "c-20261207-0900", "c-20261214-0900"
MARK = "-已作废"
SATURDAY, SUNDAY, MONDAY = "2026-12-05T10:00", "2026-12-06T10:00", "2026-12-07T09:00"


@pytest.fixture
def small(office: Path) -> Small:
    made = Small(office)
    made.prepare(SATURDAY, RUN, approved=False)
    return made


def slip(small: Small, code: str = RUN) -> Path:
    """What `campaigner slip` does."""
    work = small.at(SATURDAY)
    run = small.run(code)
    form = slip_pdf(work, run)
    place = place_of(work, run)
    form_drawn(work, run, form)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(form)
    return place


def rewritten(small: Small, title: str = "改过的标题", text: str = "") -> None:
    """The author has it back, changes it, and writes it again."""
    send_back(small.at(SATURDAY), small.run(RUN), "改字")
    small.write(campaign().replace('title = "测试"', f'title = "{title}"'))
    if text:
        template = small.folder / "templates" / "sms" / "general.txt.jinja"
        template.write_text(template.read_text("utf-8").rstrip("\n") + f"{text}\n", "utf-8")
    small.plan_at(SATURDAY)
    generate(small.at(SATURDAY), small.run(RUN))


def given(small: Small, *contents: str, code: str = RUN) -> RunState:
    return approve(small.at(SUNDAY, APPROVER), small.run(code), contents=contents).state


def refused(small: Small, *contents: str) -> str:
    with pytest.raises(ApprovalError) as caught:
        given(small, *contents)
    assert small.run(RUN).state is RunState.GENERATED
    return str(caught.value)


def lying(small: Small) -> list[str]:
    return sorted(path.name for path in (small.folder / "out" / "approval").iterdir())


def packed(small: Small) -> Packed:
    return pack_month(small.at("2026-12-31T09:00"), date(2026, 12, 1))


# ---- the digest is asked for ----


def test_without_a_form_nobody_asks(small: Small) -> None:
    assert given(small) is RunState.APPROVED


def test_a_form_that_was_drawn_asks_for_its_content(small: Small, tmp_path: Path) -> None:
    form = slip(small)
    said = refused(small)
    assert "--content" in said
    assert form.name in said
    assert "消息摘要" in said
    assert small.run(RUN).digest[:12] not in said
    form.rename(tmp_path / "taken-away.pdf")
    assert f"campaigner slip {RUN}" in refused(small)
    assert given(small, small.run(RUN).digest[:12]) is RunState.APPROVED


def test_a_form_that_only_lies_there_asks_too(small: Small) -> None:
    folder = small.folder / "out" / "approval"
    folder.mkdir(parents=True)
    (folder / f"{RUN}-签字.jpg").write_bytes(b"scan")
    assert f"{RUN}-签字.jpg" in refused(small)
    assert given(small, small.run(RUN).digest) is RunState.APPROVED


def test_the_form_of_the_clock_asks_too(small: Small) -> None:
    (_asked,) = remind(small.at(SUNDAY))
    assert "--content" in refused(small)
    wide = small.run(RUN).digest[:12].upper().translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789ABCDEF"})
    assert given(small, f" {wide} ") is RunState.APPROVED


@pytest.mark.parametrize("wrong", ["", "5a96", "zzzzzzzzzzzz", "李所长"])
def test_what_is_no_digest_is_none(small: Small, wrong: str) -> None:
    slip(small)
    assert "至少12位" in refused(small, wrong)


def test_a_digest_that_was_given_counts_where_nobody_asks(small: Small) -> None:
    assert "已作废" in refused(small, "0" * 12)


def test_what_was_signed_is_not_what_is_approved(small: Small) -> None:
    slip(small)
    signed = small.run(RUN).digest[:12]
    rewritten(small, text="请转告家人。")
    assert small.run(RUN).digest[:12] != signed
    said = refused(small, signed)
    assert f"campaigner slip {RUN}" in said
    assert "voided content" in said
    slip(small)
    refused(small, signed)
    assert given(small, small.run(RUN).digest[:12]) is RunState.APPROVED


def test_the_same_messages_under_other_settings_are_told_apart(small: Small) -> None:
    slip(small)
    messages, settings = small.run(RUN).digest[:12], small.run(RUN).planned.content_hash[:12]
    assert content_code(small.at(SATURDAY), small.run(RUN)) == messages
    rewritten(small)
    assert small.run(RUN).digest[:12] == messages
    now = small.run(RUN).planned.content_hash[:12]
    assert now != settings
    slip(small)
    assert "内容摘要" in refused(small, messages)
    assert "已作废" in refused(small, f"{messages}-{settings}")
    assert content_code(small.at(SATURDAY), small.run(RUN)) == f"{messages}-{now}"
    assert given(small, f"{messages}-{now}") is RunState.APPROVED


def test_a_list_of_digests_holds_that_of_each_run(small: Small) -> None:
    slip(small)
    refused(small, "0" * 12, "1" * 12)
    assert given(small, "0" * 12, small.run(RUN).digest[:12]) is RunState.APPROVED


# ---- forms of voided content ----


@pytest.fixture
def returned(small: Small) -> Small:
    slip(small)
    send_back(small.at(SATURDAY), small.run(RUN), "改字")
    return small


def test_a_run_that_is_sent_back_voids_its_form(returned: Small) -> None:
    (name,) = lying(returned)
    assert MARK in name
    assert returned.run(RUN).digest[:8] in name


def test_what_is_written_again_as_it_was_is_as_it_was(returned: Small) -> None:
    generate(returned.at(SATURDAY), returned.run(RUN))
    (name,) = lying(returned)
    assert MARK not in name


def test_a_plan_that_voids_a_run_voids_its_form(small: Small) -> None:
    slip(small)
    small.write(campaign().replace('title = "测试"', 'title = "另一标题"'))
    small.plan_at(SATURDAY)
    assert [MARK in name for name in lying(small)] == [True]


def test_an_approval_that_meets_other_settings_voids_the_form(small: Small) -> None:
    slip(small)
    small.write(campaign().replace('title = "测试"', 'title = "另一标题"'))
    with pytest.raises(ApprovalError, match="plan and generate it again"):
        given(small, small.run(RUN).digest)
    assert [MARK in name for name in lying(small)] == [True]


def test_forms_of_what_was_approved_stay_as_they_are(small: Small) -> None:
    slip(small)
    given(small, small.run(RUN).digest)
    small.daemon(MONDAY)
    assert small.run(RUN).state is RunState.RELEASED
    assert mark_forms(small.at(MONDAY)) == []
    assert lying(small) == [f"{RUN}.pdf"]


def test_a_scan_beside_stays_and_is_named(small: Small) -> None:
    form = slip(small)
    scan = form.with_name(f"{RUN}-签字.pdf")
    scan.write_bytes(b"%PDF signed")
    (small.folder / "out" / "approval" / "another.pdf").write_bytes(b"%PDF")
    said: list[str] = []
    work = small.at(SATURDAY)
    send_back(replace(work, say=said.append), small.run(RUN), "改字")
    assert scan.read_bytes() == b"%PDF signed"
    assert len(said) == 1
    assert scan.name in said[0]
    assert "已作废" in said[0]
    assert "another" not in said[0]


def test_a_scan_over_the_form_stays_and_the_next_form_lies_beside_it(small: Small) -> None:
    form = slip(small)
    form.write_bytes(b"%PDF signed")
    rewritten(small, text="请转告家人。")
    assert form.read_bytes() == b"%PDF signed"
    second = slip(small)
    assert second.name == f"{RUN}-{small.run(RUN).digest[:8]}.pdf"
    second.write_bytes(b"%PDF signed, too")
    third = slip(small)
    assert third.name == f"{RUN}-{small.run(RUN).digest[:8]}-2.pdf"
    assert form.read_bytes() == b"%PDF signed"


def test_no_file_is_overwritten_when_forms_are_marked(small: Small) -> None:
    form = slip(small)
    short = small.run(RUN).digest[:8]
    taken = form.with_name(f"{RUN}-{short}{MARK}.pdf")
    taken.write_bytes(b"somebody's")
    shutil.copyfile(form, form.with_name(f"{RUN}-copy.pdf"))
    send_back(small.at(SATURDAY), small.run(RUN), "改字")
    assert taken.read_bytes() == b"somebody's"
    assert sum(MARK in name for name in lying(small)) == 3
    generate(small.at(SATURDAY), small.run(RUN))
    assert taken.read_bytes() == b"somebody's"


def test_a_name_that_is_taken_leaves_the_mark(returned: Small) -> None:
    (name,) = lying(returned)
    bare = returned.folder / "out" / "approval" / name.replace(MARK, "")
    bare.write_bytes(b"somebody's")
    generate(returned.at(SATURDAY), returned.run(RUN))
    assert bare.read_bytes() == b"somebody's"
    assert name in lying(returned)


def test_a_form_that_cannot_be_renamed_is_named(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    slip(small)

    def stuck(_self: Path, _target: Any) -> None:
        raise PermissionError(13, "Permission denied")

    send_back(small.at(SATURDAY), small.run(RUN), "改字")
    (name,) = lying(small)
    (small.folder / "out" / "approval" / name).rename(small.folder / "out" / "approval" / f"{RUN}.pdf")
    monkeypatch.setattr(Path, "rename", stuck)
    (marked,) = mark_forms(small.at(SATURDAY), RUN)
    assert marked.stuck == "Permission denied"
    assert all("Permission denied" in line for line in marked.lines)
    assert lying(small) == [f"{RUN}.pdf"]


def test_the_clock_takes_away_its_own_form_though_it_was_marked(small: Small) -> None:
    (first,) = remind(small.at(SUNDAY))
    rewritten(small, text="请转告家人。")
    assert [MARK in name for name in lying(small)] == [True]
    list(remind(small.at(MONDAY)))
    assert lying(small) == [f"{RUN}-{small.run(RUN).digest[:8]}.pdf"]
    assert not first.slip.exists()


# ---- evidence ----


def test_the_evidence_has_only_the_form_of_what_was_approved(small: Small, tmp_path: Path) -> None:
    slip(small)
    first = small.run(RUN).digest
    rewritten(small, text="请转告家人。")
    generate(small.at(SATURDAY), small.run(OTHER))
    slip(small)
    slip(small, OTHER)
    assert small.run(RUN).digest != first
    given(small, small.run(RUN).digest[:12])
    small.daemon(MONDAY)
    done = packed(small)
    assert done.amiss == ()
    folder = unpacked(done, tmp_path / "pack")
    found = {
        path.parent.name: path
        for path in sorted(folder.rglob("*"))
        if path.parent.name.startswith("approval")
    }
    assert {place: path.name for place, path in found.items()} == {
        "approval": f"{RUN}.pdf",
        "approval-voided": f"{RUN}-{first[:8]}{MARK}.pdf",
        "approval-waiting": f"{OTHER}.pdf",
    }
    assert checked(folder)[0] == 0
    shutil.copyfile(found["approval-voided"], found["approval"])
    code, said = checked(folder)
    assert code == 1
    assert "not of the approved content" in said
    assert "不是所批准内容的审批单" in said


def test_a_form_of_what_was_approved_does_not_stand_apart(small: Small, tmp_path: Path) -> None:
    slip(small)
    given(small, small.run(RUN).digest[:12])
    small.daemon(MONDAY)
    folder = unpacked(packed(small), tmp_path / "pack")
    (folder / "approval-voided").mkdir()
    (folder / "approval" / f"{RUN}.pdf").rename(folder / "approval-voided" / f"{RUN}.pdf")
    code, said = checked(folder)
    assert code == 1
    assert "stands apart" in said


def test_the_script_needs_nothing_of_this_program(small: Small, tmp_path: Path) -> None:
    folder = unpacked(packed(small), tmp_path / "pack")
    script = (folder / "verify.py").read_text("utf-8")
    assert "import campaigner" not in script
    assert "from campaigner" not in script
    assert script.startswith('"""')


def test_a_file_that_cannot_be_read_counts_as_a_scan(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    form = slip(small)

    def unreadable(_file: Path) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("campaigner.road.forms.file_sha256", unreadable)
    send_back(small.at(SATURDAY), small.run(RUN), "改字")
    assert lying(small) == [form.name]
    generate(small.at(SATURDAY), small.run(RUN))
    assert place_of(small.at(SATURDAY), small.run(RUN)).name == f"{RUN}-{small.run(RUN).digest[:8]}.pdf"


def test_files_of_a_run_are_those_under_its_name(small: Small) -> None:
    form = slip(small)
    for name in ("a.pdf", f"{RUN[:-1]}1.pdf", "z.pdf"):
        form.with_name(name).write_bytes(b"x")
    form.with_name(f"{RUN}-link.pdf").symlink_to(form)
    form.with_name(f"{RUN}-folder").mkdir()
    assert refused(small).splitlines()[0].endswith(f"({form.name})")
