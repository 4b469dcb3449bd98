"""`urgent`, `pause`, `resume` and `cancel` at the command line: what they say, what they leave, what they refuse."""

from pathlib import Path

import pytest

from campaigner.errors import CampaignerError, StateError, UsageError
from tests.cli.test_commands import DECEMBER, ELDERLY, call, status

CAMPAIGN = ELDERLY.rsplit("-", 2)[0]
WHO = ("--by", "李所长", "--reason", "核实投诉")


@pytest.fixture
def approved(office: Path) -> Path:
    """An office whose run to the elderly is approved and goes out in two weeks."""
    call(office, "plan", *DECEMBER)
    call(office, "generate", ELDERLY)
    call(office, "approve", ELDERLY, "--by", "李所长")
    return office


def kinds(office: Path) -> str:
    return call(office, "log", "--run", ELDERLY).output


@pytest.mark.parametrize("command", ["urgent", "pause", "cancel"])
@pytest.mark.parametrize(
    "given", [(), ("--by", "李所长"), ("--reason", "核实投诉")], ids=["neither", "no reason", "no name"]
)
def test_nothing_is_held_or_hurried_without_name_and_reason(
    approved: Path, command: str, given: tuple[str, ...]
) -> None:
    before = kinds(approved)
    assert status("-C", str(approved), command, ELDERLY, *given) == 2
    assert kinds(approved) == before


@pytest.mark.parametrize("name", [ELDERLY, CAMPAIGN], ids=["the run", "its campaign"])
def test_a_pause_holds_until_it_is_taken_off(approved: Path, name: str) -> None:
    held = call(approved, "pause", name, *WHO).output
    assert f"{name} is held back. Next:  campaigner resume {name}" in held
    assert "was held back already" in call(approved, "pause", name, *WHO).output
    with pytest.raises(StateError, match="李所长"):
        call(approved, "export", ELDERLY)
    call(approved, "resume", name, "--by", "李所长")
    assert "out/" in call(approved, "export", ELDERLY).output


def test_a_cancelled_run_never_goes(approved: Path) -> None:
    said = call(approved, "cancel", ELDERLY, *WHO).output
    assert f"{ELDERLY} is called off: 0 messages are out" in said
    assert "cancelled" in kinds(approved)
    with pytest.raises(CampaignerError):
        call(approved, "export", ELDERLY)
    with pytest.raises(CampaignerError):
        call(approved, "cancel", ELDERLY, *WHO)
    assert not (approved / "out" / ELDERLY).exists()


def test_an_urgent_run_goes_out_once_and_the_log_says_why(approved: Path) -> None:
    said = call(approved, "urgent", ELDERLY, "--by", "李所长", "--reason", "连发三起").output
    assert "messages out" in said
    assert str(Path("out") / ELDERLY) in said
    assert (approved / "out" / ELDERLY / "manifest.json").is_file()
    assert "urgent" in kinds(approved)
    assert "was out already" in call(approved, "urgent", ELDERLY, *WHO).output


@pytest.mark.parametrize("blank", ["", "  "], ids=["empty", "blanks"])
def test_an_urgent_release_needs_words_not_blanks(approved: Path, blank: str) -> None:
    with pytest.raises(UsageError, match="needs a name and a reason"):
        call(approved, "urgent", ELDERLY, "--by", "李所长", "--reason", blank)


def test_an_urgent_release_does_not_stand_in_for_an_approval(office: Path) -> None:
    call(office, "plan", *DECEMBER)
    call(office, "generate", ELDERLY)
    with pytest.raises(CampaignerError):
        call(office, "urgent", ELDERLY, *WHO)
    assert not (office / "out" / ELDERLY).exists()


@pytest.mark.parametrize("command", ["urgent", "cancel"])
def test_an_unknown_run_is_named(approved: Path, command: str) -> None:
    with pytest.raises(UsageError, match="nobody"):
        call(approved, command, "nobody-20261207-0900", *WHO)
