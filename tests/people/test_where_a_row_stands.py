"""In which file, and at which line, somebody's row of an exported batch stands; how letters are put into files."""

import json
from pathlib import Path

import pytest

from campaigner.artefacts.letter import _chunks
from campaigner.domain.message import Message
from campaigner.exports.layout import letter_file
from campaigner.people.takeouts import _place
from campaigner.store.takeouts import Takeout
from tests.conftest import NOW

FILES = {
    "sms/ab-001-1.csv": {"batch": 1, "rows": 3, "header": 1},
    "sms/ab-001-2.csv": {"batch": 1, "rows": 2, "header": 1},
    "sms/ab-001-1.jsonl": {"batch": 1, "rows": 5, "header": 0},
    "sms/ab-002.csv": {"batch": 2, "rows": 9, "header": 1},
    "letters/甲.pdf": {},
}


def takeout(position: int, file: str = "sms/ab-001-1.csv") -> Takeout:
    return Takeout(
        message=1, run="ab-20261207-0900", release=1, batch=1, file=file, position=position, due_at=NOW,
        entered_at=NOW, source="hand", phone=13800000901,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("position", "file", "line"),
    [
        (1, "sms/ab-001-1.csv", 2),
        (3, "sms/ab-001-1.csv", 4),
        (4, "sms/ab-001-2.csv", 2),
        (5, "sms/ab-001-2.csv", 3),
    ],
)
def test_a_batch_that_was_cut_is_counted_file_by_file(
    tmp_path: Path, position: int, file: str, line: int
) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"files": FILES}), "utf-8")
    assert _place(tmp_path, takeout(position)) == (file, line)


def test_lines_of_a_form_without_header_are_counted_from_one(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"files": FILES}), "utf-8")
    assert _place(tmp_path, takeout(5, "sms/ab-001-1.jsonl")) == ("sms/ab-001-1.jsonl", 5)


def test_of_a_folder_that_is_gone_the_batch_is_named(tmp_path: Path) -> None:
    assert _place(tmp_path, takeout(5)) == ("sms/ab-001-1.csv", 6)
    assert _place(tmp_path, takeout(5, "sms/a.jsonl")) == ("sms/a.jsonl", 5)


def test_no_two_classes_share_a_file() -> None:
    names: dict[str, int] = {}
    made = [letter_file("一小", name, part, names) for name, part in (("三/1", 1), ("三_1", 1), ("三/1", 2))]
    assert made == ["letters/一小/三_1.pdf", "letters/一小/三_1 (2).pdf", "letters/一小/三_1-2.pdf"]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 8])
def test_letters_come_in_pieces_that_leave_none_out(count: int) -> None:
    letters = [Message(number, "x", 0) for number in range(count)]
    pieces = list(_chunks(letters, 4))
    assert [one for piece in pieces for one in piece] == letters
    assert [len(piece) for piece in pieces] == [4] * (count // 4) + ([count % 4] if count % 4 else [])
