"""A finished message, what it is pinned to, and the hash that binds an approval to it."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from campaigner.domain.campaign import Channel

SLIP_LENGTH = 12
"""Characters of a receipt code: 60 bits, so that codes cannot be guessed from one another."""

_PIECE = 2_000
"""Messages that are hashed at a time, so that their lines stay near the processor."""

_BETWEEN = 3
"""Signs that part the fields of a message when it is hashed."""


class Outgoing(NamedTuple):
    """One SMS on its way out: our number for it, the phone, the finished text."""

    id: int
    phone: int
    text: str


class Message(NamedTuple):
    """Finished wording for one recipient on one channel.

    Args:
        recipient: Recipient key: the phone for SMS, the row's key otherwise.
        body: The finished text; for letters and posters the JSON of the finished sheet.
        parts: SMS parts; 0 on paper.
        copies: Sheets to print.
        label: What print lists call the recipient: a pupil, a place; "" for SMS.
        folder: Where it belongs when sorted: school and class, or estate.
        position: Place within that folder, such as the roll number.
        slip: Receipt code; "" where none is wanted.
        household: Number of the household that the recipient belongs to; 0 if unknown, or if nobody asks.
    """

    recipient: int
    body: str
    parts: int = 0
    copies: int = 1
    label: str = ""
    folder: str = ""
    position: int = 0
    slip: str = ""
    household: int = 0


def wording_hash(words: str) -> str:
    """SHA-256 of a text that many messages share."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


class Digest:
    """Hash over the finished messages of a run, in order: what was approved is what goes out (CHK-05)."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(
        self, channel: Channel, recipients: Sequence[int], copies: Sequence[int], bodies: Sequence[str]
    ) -> None:
        """Take in messages of one channel, column by column; how they are cut into calls is the same."""
        for start in range(0, len(recipients), _PIECE):
            piece = slice(start, start + _PIECE)
            self._take(channel.value, recipients[piece], copies[piece], bodies[piece])

    def _take(
        self, head: str, recipients: Sequence[int], copies: Sequence[int], bodies: Sequence[str]
    ) -> None:
        if _all_alike(copies) and _all_alike(bodies):
            self._hash.update(_alike(head, recipients, copies[0], _told_apart(bodies[0])))
            return
        whole = _lines(head, recipients, copies, bodies)
        if whole.count("\x1e") != len(bodies) or whole.count("\x1f") != _BETWEEN * len(bodies):
            whole = _lines(head, recipients, copies, [_told_apart(body) for body in bodies])
        self._hash.update(whole.encode("utf-8", "surrogatepass"))

    def value(self) -> str:
        """The hash so far, in hex."""
        return self._hash.hexdigest()


def _lines(head: str, recipients: Sequence[int], copies: Sequence[int], bodies: Sequence[str]) -> str:
    return "".join(
        f"{head}\x1f{recipient}\x1f{copy}\x1f{body}\x1e"
        for recipient, copy, body in zip(recipients, copies, bodies, strict=True)
    )


def _told_apart(body: str) -> str:
    """A text that can never be taken for several messages: with its length before it, if it has what parts them."""
    return f"\x1f{len(body)}\x1f{body}" if "\x1e" in body or "\x1f" in body else body


def _all_alike(values: Sequence[Any]) -> bool:
    return values.count(values[0]) == len(values)


def _alike(head: str, recipients: Sequence[int], copies: int, body: str) -> bytes:
    """What is hashed of messages that differ in their recipient only: the text is put into bytes once for all."""
    end = f"\x1f{copies}\x1f{body}\x1e".encode("utf-8", "surrogatepass")
    begin = f"{head}\x1f".encode()
    between = "\0".join(map(str, recipients)).encode().replace(b"\0", end + begin)
    return begin + between + end


def content_hash(parts: Mapping[str, Any]) -> str:
    """Hash over settings, templates and warnings, the same for equal content in any order of keys."""
    canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def reference(run: str) -> str:
    """What is printed small on paper so that a sheet can be traced to its run; it tells nobody the campaign's name.

    Args:
        run: Code of the run; its day stays readable.
    """
    day = run.rsplit("-", 2)[-2]
    return f"{day}-{hashlib.sha256(run.encode()).hexdigest()[:6]}"


def slip_code(salt: bytes, run: str, recipient: int) -> str:
    """Opaque code of a receipt slip: says nothing of the person, and is the same when printed again.

    Args:
        salt: Secret of this store, 16 to 64 bytes.
        run: Code of the run.
        recipient: Recipient key.
    """
    digest = hashlib.blake2b(f"{run}/{recipient}".encode(), key=salt, digest_size=10).digest()
    return base64.b32encode(digest).decode()[:SLIP_LENGTH]
