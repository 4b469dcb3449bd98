"""An approver names the content that he has seen, as it stands on the form."""

from datetime import UTC, datetime

import pytest

from campaigner.domain.approved import approved_contents
from campaigner.domain.forms import Form, Unseen, code_of, forms_of, names, unseen
from campaigner.domain.log import Entry, chained

CONTENT, DIGEST, OTHER = "c" * 64, "d" * 64, "e" * 64
MINE, SAME_MESSAGES = Form(1, "x", CONTENT, DIGEST), Form(2, "y", OTHER, DIGEST)


@pytest.mark.parametrize(
    ("given", "forms", "asked", "why"),
    [
        pytest.param([], [], False, None, id="nobody asks"),
        pytest.param([], [MINE], True, Unseen.ASKED, id="nothing named"),
        pytest.param(["d" * 11], [MINE], True, Unseen.NO_DIGEST, id="too short"),
        pytest.param(["d" * 65], [MINE], True, Unseen.NO_DIGEST, id="too long"),
        pytest.param(["d" * 12, "?"], [MINE], True, Unseen.NO_DIGEST, id="one is none"),
        pytest.param(["d" * 12], [MINE], True, None, id="short"),
        pytest.param(["D" * 64], [MINE], True, None, id="whole, in capitals"),
        pytest.param([" dddd dddd dddd "], [MINE], True, None, id="in groups"),
        pytest.param(["e" * 12], [MINE], True, Unseen.VOIDED, id="another"),
        pytest.param(["e" * 12, "d" * 12], [MINE], True, None, id="among others"),
        pytest.param(["d" * 12], [MINE, SAME_MESSAGES], True, Unseen.SEVERAL, id="two settings"),
        pytest.param(["d" * 12], [SAME_MESSAGES], True, Unseen.SEVERAL, id="only of other settings"),
        pytest.param(["d" * 12 + "-" + "c" * 12], [MINE, SAME_MESSAGES], True, None, id="both named"),
        pytest.param(["d" * 12 + "\u2014" + "c" * 12], [MINE, SAME_MESSAGES], True, None, id="a long dash"),
        pytest.param(
            ["d" * 12 + "-" + "e" * 12], [MINE, SAME_MESSAGES], True, Unseen.VOIDED, id="other settings"
        ),
    ],
)
def test_what_is_named(given: list[str], forms: list[Form], *, asked: bool, why: Unseen | None) -> None:
    assert unseen(given, forms, CONTENT, DIGEST, asked=asked) is why


def test_the_code_of_a_content_is_as_long_as_it_must_be() -> None:
    assert code_of([MINE], CONTENT, DIGEST) == "d" * 12
    assert code_of([MINE, SAME_MESSAGES], CONTENT, DIGEST) == "d" * 12 + "-" + "c" * 12
    assert code_of([MINE, SAME_MESSAGES], CONTENT, "") == ""


def test_a_name_of_a_content() -> None:
    assert names("d" * 12, CONTENT, DIGEST)
    assert names("d" * 12 + "-" + "c" * 12, CONTENT, DIGEST)
    assert not names("d" * 12 + "-" + "e" * 12, CONTENT, DIGEST)
    assert not names("李所长", CONTENT, DIGEST)


def log_of(*kinds: str) -> list[Entry]:
    found: list[Entry] = []
    for number, kind in enumerate(kinds, 1):
        data = {"content": f"c{number}", "digest": f"d{number}", "quantity": 1, "sha256": f"s{number}"}
        found.append(
            chained(found[-1] if found else None, datetime(2026, 12, 1, tzinfo=UTC), kind, "r", "李", data)
        )
    return found


def test_forms_of_entries() -> None:
    assert forms_of(log_of("generated", "drawn", "approved")) == [Form(2, "s2", "c2", "d2")]
    assert forms_of(log_of("drawn"))[0].of == ("c1", "d1")


@pytest.mark.parametrize(
    ("kinds", "approved"),
    [
        (("generated",), set()),
        (("generated", "approved"), {("c2", "d2")}),
        (("generated", "approved", "returned"), set()),
        (("generated", "approved", "exported", "cancelled"), {("c2", "d2")}),
        (("generated", "approved", "printed", "expired"), {("c2", "d2")}),
        (("generated", "approved", "lapsed", "approved"), {("c4", "d4")}),
        (("generated", "approved", "exported", "lapsed", "approved"), {("c2", "d2"), ("c5", "d5")}),
    ],
)
def test_which_contents_were_approved(kinds: tuple[str, ...], approved: set[tuple[str, str]]) -> None:
    assert approved_contents(log_of(*kinds)) == approved
