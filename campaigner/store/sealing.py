"""Sealed files: encrypted and bound together chunk by chunk, so that nothing can be read, changed, cut or moved.

    magic (8) | key check (16) | salt (32) | key of the store (48) | chunk | chunk | ... | last chunk

Each file has a key of its own, derived from the office's key and the salt (HKDF-SHA256, RFC 5869). Each chunk is up to
1 MiB of the content, encrypted by ChaCha20-Poly1305 (RFC 8439) with its number and whether it is the last one as nonce,
and the head of the file as associated data. So a chunk in another place, or an end that is cut off, is found.

The content is a store, and opens with a key of its own: that is encrypted in the head, so that the office's key alone
is enough to put a backup back on another machine. Thirty-two zeros stand for a store that is not encrypted.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from campaigner.errors import StoreError

MAGIC = b"CPGNSEA1"
KEY_BYTES = 32
CHUNK = 1 << 20
"""Bytes of content in a chunk; the last one may have fewer."""
_TAG = 16
_CHECK = 16
_SALT = 32
_HEAD = len(MAGIC) + _CHECK + _SALT
_NO_KEY = bytes(KEY_BYTES)
_COUNTER = 11
"""Bytes of a nonce that count chunks; the twelfth says whether it is the last."""


def is_sealed(path: Path) -> bool:
    """Whether a file is a sealed one."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def seal(source: Path, target: Path, key: bytes, inner: bytes | None = None) -> None:
    """Write a sealed copy of a file, readable for its owner alone, and safe on the disk when this returns.

    Args:
        source: What to seal.
        target: Where the sealed file goes; it must not exist.
        key: 32 bytes.
        inner: The key with which the content opens, 32 bytes; None for a content that is not encrypted.
    """
    salt = secrets.token_bytes(_SALT)
    head = MAGIC + _derived(key, salt, b"campaigner sealed key check", _CHECK) + salt
    head += _inner_cipher(key, salt).encrypt(_nonce(0, last=True), inner or _NO_KEY, head)
    cipher = ChaCha20Poly1305(_derived(key, salt, b"campaigner sealed chunks", KEY_BYTES))
    with (
        source.open("rb") as content,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
    ):
        out.write(head)
        for number, (chunk, last) in enumerate(_chunks(content, CHUNK)):
            out.write(cipher.encrypt(_nonce(number, last=last), chunk, head))
        out.flush()
        os.fsync(out.fileno())


def unseal(source: Path, target: Path, key: bytes) -> bytes | None:
    """Write the content of a sealed file into a new file that only its owner may read.

    Returns:
        The key with which the content opens; None if it is not encrypted.

    Raises:
        StoreError: It is no sealed file, was sealed with another key, or is not as it was written; what was
            written so far is taken away.
    """
    try:
        with (
            source.open("rb") as file,
            os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
        ):
            head, inner = _head(file, source.name, key)
            for chunk in _opened(file, source.name, key, head):
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
            return inner
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _head(file: BinaryIO, name: str, key: bytes) -> tuple[bytes, bytes | None]:
    """The head of a sealed file, and the key within."""
    head = file.read(_HEAD)
    if len(head) < _HEAD or not head.startswith(MAGIC):
        raise StoreError(
            f"{name} is no sealed backup, or only the beginning of one\n"
            f"{name} 不是加密备份，或只有开头一部分：请重新复制，或换一个备份"
        )
    check, salt = head[len(MAGIC) : len(MAGIC) + _CHECK], head[-_SALT:]
    if not secrets.compare_digest(check, _derived(key, salt, b"campaigner sealed key check", _CHECK)):
        raise StoreError(
            f"{name} was sealed with another key; give the one with which it was made\n"
            f"{name} 是用另一个密钥加密的：请使用当时的备份密钥"
        )
    within = file.read(KEY_BYTES + _TAG)
    try:
        inner = _inner_cipher(key, salt).decrypt(_nonce(0, last=True), within, head)
    except InvalidTag:
        raise StoreError(
            f"{name} is damaged: its head is not what was written\n"
            f"备份 {name} 已损坏（开头与写入时不同）：请重新复制，或换一个备份"
        ) from None
    return head + within, None if inner == _NO_KEY else inner


def _inner_cipher(key: bytes, salt: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_derived(key, salt, b"campaigner sealed key of the store", KEY_BYTES))


def _opened(file: BinaryIO, name: str, key: bytes, head: bytes) -> Iterator[bytes]:
    salt = head[_HEAD - _SALT : _HEAD]
    cipher = ChaCha20Poly1305(_derived(key, salt, b"campaigner sealed chunks", KEY_BYTES))
    for number, (chunk, last) in enumerate(_chunks(file, CHUNK + _TAG)):
        yield _chunk(cipher, chunk, number, head, name, last=last)


def _chunk(
    cipher: ChaCha20Poly1305, chunk: bytes, number: int, head: bytes, name: str, *, last: bool
) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last=last), chunk, head)
    except InvalidTag:
        pass
    if last:
        try:
            cipher.decrypt(_nonce(number, last=False), chunk, head)
        except InvalidTag:
            pass
        else:
            raise StoreError(
                f"{name} is cut off: its end is missing; copy it again\n"
                f"备份 {name} 不完整，缺少结尾：请重新复制"
            )
    raise StoreError(
        f"{name} is damaged: part {number + 1} is not what was written, or not in its place\n"
        f"备份 {name} 已损坏（第 {number + 1} 部分与写入时不同或位置不对）：请换一个备份"
    )


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """The content in pieces, each with whether it is the last; a file without content has one empty piece."""
    chunk = file.read(size)
    while True:
        following = file.read(size)
        yield chunk, not following
        if not following:
            return
        chunk = following


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER) + bytes([last])


def _derived(key: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, purpose).derive(key)
