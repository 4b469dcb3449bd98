import re

import pytest

from campaigner.domain.retention import KEPT_TITLES, Kept, Retention
from campaigner.domain.subject import file_mark, pseudonym


def test_every_class_has_its_time_and_its_words() -> None:
    assert set(KEPT_TITLES) == set(Kept)
    kept = Retention()
    assert {kind: kept.of(kind).days for kind in Kept} == {
        Kept.TEXTS: 180, Kept.RECIPIENTS: 180, Kept.DELIVERIES: 180, Kept.EXPORTS: 180, Kept.BACKUPS: 90,
        Kept.INBOX: 180, Kept.PREVIEWS: 180, Kept.REPORTS: 180, Kept.LEFTOVERS: 7,
    }  # fmt: skip


def test_a_pseudonym_says_nothing_without_the_secret_and_the_same_with_it() -> None:
    secret, other = b"s" * 32, b"t" * 32
    assert pseudonym(secret, 13800138000) == pseudonym(secret, 13800138000)
    found = {pseudonym(secret, 13800138000), pseudonym(other, 13800138000), pseudonym(secret, 13800138001)}
    assert len(found) == 3


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("查询13800138000欧阳探甲.csv", ".csv"), ("a.tar.gz", ".gz"), ("13800138000", ""), (".csv", ".csv"),
        ("x.13800138000", ""), ("x.欧阳", ""), ("x.csvcsvcsv", ""), ("\udcff.csv", ".csv"),
    ],
)  # fmt: skip
def test_a_file_is_named_by_its_ending_and_by_letters_that_say_nothing(name: str, ending: str) -> None:
    mark = file_mark(b"s" * 32, name)
    assert re.fullmatch(rf"\*{re.escape(ending)}#[a-p]{{16}}", mark)
    assert mark == file_mark(b"s" * 32, name)
    assert mark not in {file_mark(b"t" * 32, name), file_mark(b"s" * 32, f"{name}x")}
