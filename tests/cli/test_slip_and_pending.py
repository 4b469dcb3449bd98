import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaigner.cli import cli
from campaigner.errors import ApprovalError, StateError

ELDERLY = "elderly-monday-20261207-0900"
PARENTS = "parents-letter-20261210-0800"
DECEMBER = ("--from", "2026-12-01", "--to", "2026-12-31")


def call(office: Path, *args: str, now: str = "2026-11-24T10:00") -> Result:
    return CliRunner().invoke(
        cli, ["-C", str(office), "--now", now, *args], standalone_mode=False, catch_exceptions=False
    )


@pytest.fixture
def generated(office: Path) -> Path:
    """A working folder in which two runs wait."""
    call(office, "plan", *DECEMBER)
    call(office, "generate", ELDERLY)
    call(office, "generate", PARENTS)
    return office


def test_a_slip_goes_to_the_approval_folder(generated: Path) -> None:
    file = generated / "out" / "approval" / f"{ELDERLY}.pdf"
    shown = call(generated, "slip", "elderly-monday-20261207")
    assert shown.return_value in {None, 0}
    assert f"drawn: {file}" in shown.output
    assert f"campaigner approve {ELDERLY} --by NAME" in shown.output
    first = file.read_bytes()
    assert first.startswith(b"%PDF-")
    call(generated, "slip", ELDERLY, now="2026-12-01T10:00")
    assert file.read_bytes() == first


def test_a_slip_goes_where_it_is_wanted(generated: Path, tmp_path: Path) -> None:
    file = tmp_path / "for" / "signing.pdf"
    call(generated, "slip", ELDERLY, "--out", str(file))
    assert file.read_bytes().startswith(b"%PDF-")
    assert not (generated / "out" / "approval").exists()


def test_a_planned_run_has_no_slip(office: Path) -> None:
    call(office, "plan", *DECEMBER)
    with pytest.raises(StateError, match="is planned"):
        call(office, "slip", ELDERLY)
    assert not (office / "out" / "approval").exists()


def test_pending_lists_what_waits(generated: Path) -> None:
    shown = call(generated, "pending").output
    assert shown.index(ELDERLY) < shown.index(PARENTS)
    for wanted in (
        "12-07 Mon 09:00",
        "12 d 23 h",
        "老年人周一提醒",
        "王经办",
        "11-24 10:00",
        "campaigner slip RUN",
    ):
        assert wanted in shown
    assert "OVERDUE" not in shown
    assert not (generated / "out").exists()


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("2026-12-07T08:59", " 1 min "),
        ("2026-12-07T06:30", " 2 h 30 min "),
        ("2026-12-05T06:30", " 2 d 2 h "),
        ("2026-12-07T09:00", " 0 min "),
        ("2026-12-08T10:00", " -1 d 1 h "),
    ],
)
def test_how_long_until_it_is_due(generated: Path, now: str, wanted: str) -> None:
    (line,) = [line for line in call(generated, "pending", now=now).output.splitlines() if ELDERLY in line]
    assert wanted in line
    assert ("OVERDUE" in line) is wanted.startswith(" -")


def test_pending_for_programs(generated: Path) -> None:
    first, second = json.loads(call(generated, "pending", "--json", now="2026-12-08T09:00").output)
    assert (first["run"], second["run"]) == (ELDERLY, PARENTS)
    assert (first["overdue"], second["overdue"]) == (True, False)
    assert first["seconds_left"] == -86400
    assert first["due"] == "2026-12-07T09:00:00+08:00"
    assert first["waiting_since"] == "2026-11-24T10:00:00+08:00"
    assert first["cost_yuan"] == f"{first['parts'] * 0.05:.2f}"
    assert first["slip"] is None
    drawn = json.loads(call(generated, "pending", "--json", "--slips").output)
    assert all(Path(one["slip"]).read_bytes().startswith(b"%PDF-") for one in drawn)


def test_pending_draws_the_slips_that_can_be_drawn(generated: Path) -> None:
    config = generated / "config.toml"
    text = config.read_text("utf-8")
    config.write_text(text.replace('title = "老年人周一提醒"', 'title = "老年人周二提醒"'), "utf-8")
    shown = call(generated, "pending", "--slips").output
    assert f"drawn: {generated / 'out' / 'approval' / PARENTS}.pdf" in shown
    assert shown.count("drawn:") == 1
    (line,) = [line for line in shown.splitlines() if ELDERLY in line]
    assert "settings changed: plan and generate again" in line


def test_nothing_waits(office: Path) -> None:
    result = call(office, "pending")
    assert result.return_value in {None, 0}
    assert "Nothing waits for approval" in result.output
    assert "campaigner generate" in result.output
    assert json.loads(call(office, "pending", "--json").output) == []


# ---- approve what was seen ----


def content_of(shown: str) -> str:
    (line,) = [line for line in shown.splitlines() if line.startswith("content: ")]
    return line.split()[1]


def test_every_screen_shows_the_same_twelve_characters(generated: Path) -> None:
    content = content_of(call(generated, "slip", ELDERLY).output)
    assert len(content) == 12
    assert content_of(call(generated, "preview", ELDERLY).output) == content
    assert content in call(generated, "pending").output
    assert json.loads(call(generated, "pending", "--json").output)[0]["content"] == content
    approved = call(generated, "approve", ELDERLY, "--by", "李所长", "--content", content)
    assert approved.return_value == 0
    assert content in approved.output
    told = json.loads(call(generated, "log", "--json", "--run", ELDERLY).output)
    digests = {entry["kind"]: entry["data"]["digest"][:12] for entry in told if "digest" in entry["data"]}
    assert digests == dict.fromkeys(("generated", "drawn", "approved"), content)
    lines = [line for line in call(generated, "log").output.splitlines() if f"content {content}" in line]
    assert len(lines) == 3


def test_of_all_that_waits_only_what_was_named_is_approved(generated: Path) -> None:
    call(generated, "pending", "--slips")
    contents = {one["run"]: one["content"] for one in json.loads(call(generated, "pending", "--json").output)}
    refused = call(generated, "approve", "--all", "--by", "李所长")
    assert refused.return_value == 1
    assert refused.output.count("not approved: ") == 2
    strange = ("--content", "0" * 12)
    some = call(generated, "approve", "--all", "--by", "李所长", "--content", contents[ELDERLY], *strange)
    assert some.return_value == 1
    assert f"not approved: run {PARENTS} has other content" in some.output
    assert f"no run approved here has content {'0' * 12}" in some.output
    assert [one["run"] for one in json.loads(call(generated, "pending", "--json").output)] == [PARENTS]
    rest = call(generated, "approve", "--all", "--by", "李所长", "--content", contents[PARENTS])
    assert rest.return_value == 0


def test_the_signed_slip_of_a_text_that_was_changed_since(generated: Path) -> None:
    signed = content_of(call(generated, "slip", ELDERLY).output)
    template = generated / "templates" / "sms" / "elderly.txt.jinja"
    call(generated, "return", ELDERLY, "--by", "王经办", "--reason", "改字")
    template.write_text(template.read_text("utf-8").rstrip("\n") + "请转告家人。\n", "utf-8")
    call(generated, "plan", *DECEMBER)
    call(generated, "generate", ELDERLY)
    for named in ((), ("--content", signed)):
        with pytest.raises(ApprovalError, match=f"campaigner slip {ELDERLY}|{ELDERLY}"):
            call(generated, "approve", ELDERLY, "--by", "李所长", *named)
    fresh = content_of(call(generated, "slip", ELDERLY).output)
    assert fresh != signed
    assert call(generated, "approve", ELDERLY, "--by", "李所长", "--content", fresh).return_value == 0
    names = sorted(path.name for path in (generated / "out" / "approval").glob(f"{ELDERLY}*"))
    assert names == [f"{ELDERLY}-{signed[:8]}-已作废.pdf", f"{ELDERLY}.pdf"]
