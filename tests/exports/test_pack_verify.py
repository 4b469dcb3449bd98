"""The script of a pack checks Ed25519 by itself, and approvals as the domain does."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.approval import OUT, VOIDS
from campaigner.domain.approved import unapproved
from campaigner.domain.log import Entry, chained
from campaigner.domain.people import same_person
from campaigner.exports import pack_signature, pack_verify
from campaigner.exports.signing import OfficeKey, key_id

NOW = datetime(2026, 12, 1, tzinfo=UTC)
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
]


@pytest.mark.parametrize(("key", "content", "signature"), RFC_8032)
def test_vectors_of_the_standard(key: str, content: str, signature: str) -> None:
    assert pack_verify.signed(bytes.fromhex(content), bytes.fromhex(signature), bytes.fromhex(key))


@settings(max_examples=40, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), content=st.binary(max_size=300), flip=st.integers(0, 511))
def test_a_signature_holds_as_made_and_with_no_bit_turned(seed: bytes, content: bytes, flip: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw(), private.sign(content)
    assert pack_verify.signed(content, signature, key)
    turned = bytearray(signature)
    turned[flip // 8] ^= 1 << flip % 8
    assert not pack_verify.signed(content, bytes(turned), key)
    assert not pack_verify.signed(content + b"x", signature, key)


def test_a_second_form_of_a_signature_and_what_is_none_do_not_hold() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key, signature = private.public_key().public_bytes_raw(), private.sign(b"x")
    more = (int.from_bytes(signature[32:], "little") + pack_signature.ORDER).to_bytes(32, "little")
    for bad in (signature[:32] + more, signature[:63], signature + b"\0", b"", b"\xff" * 64):
        assert not pack_verify.signed(b"x", bad, key)
    assert not pack_verify.signed(b"x", signature, key[:31])
    assert not pack_verify.signed(b"x", signature, b"\xff" * 32)


def test_a_key_is_read_and_named_as_the_office_does(tmp_path: Path) -> None:
    key = OfficeKey(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    (tmp_path / "signing.pub").write_bytes(key.public_key())
    assert pack_verify.name_of(pack_verify.key_of(tmp_path / "signing.pub")) == key_id(
        key.private.public_key()
    )
    (tmp_path / "none.pub").write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    with pytest.raises(ValueError, match="no Ed25519 key"):
        pack_verify.key_of(tmp_path / "none.pub")


@given(st.text(max_size=6), st.text(max_size=6))
def test_names_are_compared_as_everywhere(one: str, other: str) -> None:
    assert (pack_verify.person(one) == pack_verify.person(other)) == same_person(one, other)


KINDS = sorted({*VOIDS, *OUT, "approved", "erased", "printed", "overridden", "vouched"})
WHOM: list[dict[str, Any]] = [{}, {"account": "games"}, {"login": "games"}, {"login": "mail", "people": True}]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*KINDS, "generated", "approved", *OUT]), st.sampled_from(["王", "李", " 王", "daemon"]),
        st.sampled_from("ab"), st.integers(1, 3), st.sampled_from(WHOM),
    ),
    max_size=9,
)  # fmt: skip
Step = tuple[str, str, str, int, dict[str, Any]]


def history(steps: Sequence[Step]) -> list[Entry]:
    found: list[Entry] = []
    for kind, actor, digest, quantity, whom in steps:
        facts = {"digest": digest, "before": "a", "content": "", "quantity": quantity, **whom}
        found.append(chained(found[-1] if found else None, NOW, kind, "r", actor, facts))
    return found


def as_packed(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    return [
        {
            "seq": e.seq, "at": e.at.isoformat(timespec="microseconds"), "kind": e.kind, "run": e.run,
            "actor": e.actor, "data": e.data, "previous": e.previous, "hash": e.hash,
        }
        for e in entries
    ]  # fmt: skip


@settings(max_examples=600)
@given(STEPS)
def test_approvals_are_read_as_the_log_is_verified(steps: list[Step]) -> None:
    entries = history(steps)
    packed = as_packed(entries)
    out = any(kind in OUT for kind, *_ in steps)
    found = list(pack_verify.approvals(packed))
    assert list(pack_verify.chain(packed)) == []
    if out:
        assert bool(found) == bool(unapproved(entries))


def test_a_chain_is_checked_in_any_spelling_of_its_data() -> None:
    packed = as_packed(history([("generated", "王", "a", 1, {}), ("approved", "李", "a", 1, {})]))
    packed[0]["data"] = json.dumps(json.loads(packed[0]["data"]), indent=1)
    assert list(pack_verify.chain(packed)) == ["log entry 1: does not follow / 第1条记录接不上"]
