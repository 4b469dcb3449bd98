import hashlib
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.campaign import Channel
from campaigner.domain.message import SLIP_LENGTH, Digest, content_hash, slip_code

Row = tuple[int, int, str]
ROWS: list[Row] = [(13800138000 + n, 1, f"text {n}") for n in range(7)]


def add(digest: Digest, channel: Channel, rows: list[Row]) -> None:
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    digest.add(channel, *columns)


@given(
    st.lists(
        st.tuples(st.integers(0), st.sampled_from([1, 2]), st.sampled_from(["", "\0", "凡是\ud800", "b"]))
    )
)
def test_a_digest_is_a_hash_over_one_line_for_each_message(rows: list[Row]) -> None:
    digest = Digest()
    add(digest, Channel("poster"), rows)
    lines = "".join(f"poster\x1f{recipient}\x1f{copies}\x1f{body}\x1e" for recipient, copies, body in rows)
    assert digest.value() == hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()


@given(st.lists(st.integers(0, 7), max_size=4))
def test_a_digest_does_not_depend_on_how_messages_are_cut(cuts: list[int]) -> None:
    whole, pieces = Digest(), Digest()
    add(whole, Channel.SMS, ROWS)
    edges = [0, *sorted(cuts), 7]
    for start, end in pairwise(edges):
        add(pieces, Channel.SMS, ROWS[start:end])
    assert whole.value() == pieces.value()


def test_a_digest_sees_channel_order_text_and_copies() -> None:
    def of(channel: Channel, rows: list[tuple[int, int, str]]) -> str:
        digest = Digest()
        add(digest, channel, rows)
        return digest.value()

    base = of(Channel.SMS, ROWS)
    others = [
        of(Channel("letter"), ROWS),
        of(Channel.SMS, ROWS[::-1]),
        of(Channel.SMS, [(phone, 2, text) for phone, _copies, text in ROWS]),
        of(Channel.SMS, [(phone, copies, text + "!") for phone, copies, text in ROWS]),
        of(Channel.SMS, ROWS[:-1]),
    ]
    assert base not in others
    assert len(set(others)) == len(others)


def test_content_hash_ignores_the_order_of_keys_only() -> None:
    assert content_hash({"a": 1, "b": [1, 2]}) == content_hash({"b": [1, 2], "a": 1})
    assert content_hash({"a": 1, "b": [1, 2]}) != content_hash({"a": 1, "b": [2, 1]})


def test_slip_codes_are_stable_opaque_and_different() -> None:
    salt = b"0" * 32
    codes = {slip_code(salt, "run", number) for number in range(2000)}
    assert len(codes) == 2000
    assert all(
        len(code) == SLIP_LENGTH and code.isalnum() and code.isupper() for code in codes if not code.isdigit()
    )
    assert slip_code(salt, "run", 5) == slip_code(salt, "run", 5)
    assert slip_code(b"1" * 32, "run", 5) != slip_code(salt, "run", 5)
    assert slip_code(salt, "other", 5) != slip_code(salt, "run", 5)
