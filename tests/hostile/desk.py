"""What an attacker and his victim do at the office's desk: commands as they are typed."""

from pathlib import Path
from typing import NamedTuple

import pytest

from campaigner.cli import main

NOW = "2026-11-24T10:00"
ELDERLY = "elderly-monday-20261207-0900"
LETTER = "parents-letter-20261210-0800"
DECEMBER = ("--from", "2026-12-01", "--to", "2026-12-31")


class Said(NamedTuple):
    """How a command ended, and what it wrote where."""

    status: int
    out: str
    err: str


def call(capfd: pytest.CaptureFixture[str], office: Path, *args: str, now: str = NOW) -> Said:
    """Run a command as a shell would; an error that nobody foresaw comes through."""
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(office), "--now", now, *args])
    out, err = capfd.readouterr()
    return Said(int(ended.value.code or 0), out, err)


def road(capfd: pytest.CaptureFixture[str], office: Path, *codes: str) -> None:
    """Plan all, then generate, approve and export these runs."""
    for command in (
        ("plan", *DECEMBER),
        ("generate", *codes),
        ("approve", *codes, "--by", "李所长"),
        ("export", *codes),
    ):
        said = call(capfd, office, *command)
        assert said.status == 0, said


def replace_in(path: Path, old: str, new: str) -> None:
    """Change a file of the office."""
    text = path.read_text("utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
