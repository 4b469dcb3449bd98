"""A log that was anchored elsewhere cannot be built anew unseen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.anchor import Anchor, anchor_text, anchors_in, lost
from campaigner.domain.log import Entry, chained
from tests.conftest import NOW


def chain(*kinds: str) -> list[Entry]:
    entries: list[Entry] = []
    for kind in kinds:
        entries.append(chained(entries[-1] if entries else None, NOW, kind, "", "a", {}))
    return entries


def anchor_of(entry: Entry) -> Anchor:
    return Anchor(entry.seq, entry.hash)


@given(st.integers(1, 10**6), st.binary(min_size=32, max_size=32), st.sampled_from(["", "> ", ">> ", "　"]))
def test_what_was_sent_is_found_again_also_in_a_quoted_mail(seq: int, digest: bytes, quote: str) -> None:
    anchor = Anchor(seq, digest.hex())
    text = anchor_text("幸福镇反诈中心", NOW, anchor)
    mail = "您好：\r\n" + "".join(f"{quote}{line}\r\n" for line in text.splitlines()) + "此致\r\n"
    assert anchors_in(mail) == [anchor]


@pytest.mark.parametrize(
    "text",
    [
        "", "campaigner-anchor 1 seq=3 hash=abc", f"campaigner-anchor 2 seq=3 hash={'a' * 64}",
        f"campaigner-anchor 1 seq=3 hash={'a' * 65}",
    ],
)  # fmt: skip
def test_what_is_no_anchor(text: str) -> None:
    assert anchors_in(text) == []


def test_a_log_that_went_on_still_has_it() -> None:
    entries = chain("planned", "generated", "approved")
    assert lost(entries, [anchor_of(entries[0]), anchor_of(entries[1])]) == ""


def test_a_log_that_was_cut_or_built_anew_has_not() -> None:
    entries = chain("planned", "generated", "approved")
    assert "no longer in the log" in lost(entries[:2], [anchor_of(entries[2])])
    assert "built anew" in lost(chain("planned", "returned", "approved"), [anchor_of(entries[1])])
