"""The page on files for carriers is held to the code: every key, value, word and setting; its example can be used."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from campaigner.delivery.profiles import DEFAULT, VALUES, Profile, read_profile, shipped
from campaigner.delivery.sftp import SftpGateway
from campaigner.domain.receipt import STATUS_FIELDS, Received
from campaigner.intake.carrierfile import WORDS

PAGE = (Path(__file__).parents[1] / "docs" / "gateways" / "files.md").read_text("utf-8")


def rows(heading: str) -> dict[str, str]:
    """First cell -> the rest, of the tables below a heading up to the next."""
    text = re.split(r"^##+ ", PAGE.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return dict(re.findall(r"^\| (`.+?) \| (.*) \|$", text, re.MULTILINE))


def words(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)))


def test_every_key_of_a_profile_is_explained() -> None:
    assert words(" ".join(rows("A profile of your own"))) == {each.name for each in fields(Profile)}
    assert set(VALUES) <= words(rows("A profile of your own")["`columns`"])


def test_every_shipped_profile_is_listed() -> None:
    listed = words(" ".join(rows("Profiles")))
    assert listed == set(shipped())
    assert f"| `{DEFAULT}` (default) |" in PAGE


def test_the_example_profile_can_be_used() -> None:
    (example,) = (code for code in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[[columns]]" in code)
    profile, problems = read_profile(example, "docs")
    assert problems == []
    assert profile is not None
    assert profile.stem("ab-1", 2, 3) == "ab1第002批第03份"


def test_every_setting_and_secret_of_sftp_is_explained() -> None:
    assert words(" ".join(rows("SFTP"))) == {setting.name for setting in SftpGateway.settings}
    assert set(SftpGateway.secrets) <= words(PAGE)


@pytest.mark.parametrize("received", list(Received))
def test_the_status_words_are_those_of_the_data(received: Received) -> None:
    listed = rows("Status files")[f"`{received}`"].split(", ")
    assert [word.casefold() for word in listed] == WORDS["words"][received]


def test_every_field_of_a_status_file_is_named() -> None:
    assert set(STATUS_FIELDS) <= words(PAGE)
    assert set(WORDS["status"]) == set(STATUS_FIELDS)
