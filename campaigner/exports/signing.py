"""The office's signature under a manifest, Ed25519 (RFC 8032): others can tell that an export is whole and ours."""

import base64
import binascii
import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from campaigner.errors import StoreError, UsageError
from campaigner.exports.layout import PUBLIC_KEY
from campaigner.exports.parcel import fsync_folder

FOLDER = "keys"
PRIVATE_KEY = "signing.key"
_OWN_COPIES = {"store.key": "CAMPAIGNER_STORE_KEY_FILE", "backup.key": "CAMPAIGNER_BACKUP_KEY_FILE"}
"""Keys of which each login may keep a copy, and the variable that says where."""
_HEAD = "campaigner signature 1"


@dataclass(frozen=True, slots=True)
class OfficeKey:
    """The key with which an office signs.

    Args:
        private: The key itself; never shown.
    """

    private: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"OfficeKey({key_id(self.private.public_key())})"

    def signature(self, content: bytes) -> bytes:
        """The content of a signature's file: what it is, which key, the signature in base64."""
        signature = base64.b64encode(self.private.sign(content)).decode()
        return f"{_HEAD}\ned25519 {key_id(self.private.public_key())}\n{signature}\n".encode()

    def public_key(self) -> bytes:
        """The public key in PEM, as openssl reads it too."""
        return _pem(self.private.public_key())


def office_key(folder: Path) -> OfficeKey:
    """The office's key, made where there is none yet.

    Args:
        folder: The working folder; the key is `keys/signing.key` in it, for the user's eyes only.

    Raises:
        StoreError: It cannot be read or made, or others may read it; says the way out.
    """
    place = folder / FOLDER / PRIVATE_KEY
    try:
        if not place.exists():
            lay(place, _drawn())
        refuse_open(place, StoreError)
        key = serialization.load_pem_private_key(place.read_bytes(), None)
    except OSError as error:
        raise StoreError(
            f"the key {FOLDER}/{PRIVATE_KEY} cannot be used: {error.strerror}\n"
            f"私钥 {FOLDER}/{PRIVATE_KEY} 无法使用（{error.strerror}）：请检查文件和读取权限"
        ) from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise StoreError(
            f"{FOLDER}/{PRIVATE_KEY} is no Ed25519 key in PEM; put the right one back, or move it away and export "
            "again: a new key is made, which the receivers must be told\n"
            f"{FOLDER}/{PRIVATE_KEY} 不是 PEM 格式的 Ed25519 私钥：请放回原来的私钥；或把它移走后重新导出，"
            "会生成新私钥，须告知接收单位"
        )
    _show(place.with_name(PUBLIC_KEY), _pem(key.public_key()))
    return OfficeKey(key)


def refuse_open(path: Path, kind: type[Exception]) -> None:
    """Refuse a secret file that others may read; Windows keeps rights elsewhere and is not asked.

    Args:
        path: The file.
        kind: The error to raise.

    Raises:
        OSError: It cannot be looked at.
    """
    if os.name == "nt":
        return
    found = path.stat()
    if found.st_uid not in {os.geteuid(), 0}:
        raise kind(foreign(path))
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise kind(
            f"{path.name} can be read by others; run: chmod 600 {path}\n"
            f"{path.name} 能被其他用户读取，请运行：chmod 600 {path}"
        )


def foreign(path: Path) -> str:
    """Why a secret file of another login is not read, with the way out: never to open the file itself."""
    known = path.name in _OWN_COPIES
    line, line_zh = f"{path.name} is for another login's eyes alone", f"{path.name} 只供另一个系统用户读取"
    if not known:
        return f"{line}; work as its owner (docs/several-logins.md)\n{line_zh}，请用该用户操作"
    name = _OWN_COPIES[path.name]
    return (
        f"{line}; keep a copy that only you can read, and name it:  export {name}=FILE  (docs/several-logins.md)\n"
        f"{line_zh}；请把密钥另存为只有自己能读的文件，并设置环境变量 {name}=该文件"
    )


def _drawn() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def lay(place: Path, content: bytes) -> bool:
    """Write a secret file for its owner's eyes only, whole or not at all; of two who do so at once, one does.

    Returns:
        Whether it is this content; False if there was one already.

    Raises:
        OSError: It cannot be written.
    """
    place.parent.mkdir(mode=0o700, exist_ok=True)
    draft = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, place)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    fsync_folder(place.parent)
    return True


def _show(place: Path, content: bytes) -> None:
    """The public key beside the private one, to be given away."""
    if not place.exists() or place.read_bytes() != content:
        place.write_bytes(content)


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(key: Ed25519PublicKey) -> str:
    """A key's short name, to be compared by phone: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def read_public_key(path: Path) -> Ed25519PublicKey:
    """A public key from a file.

    Raises:
        UsageError: There is none in it.
    """
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"the key {path} cannot be read: {error.strerror}\n"
            f"无法读取公钥 {path}（{error.strerror}）：请检查路径和读取权限"
        ) from None
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(
            f"{path} is no public Ed25519 key in PEM, such as the office's {FOLDER}/{PUBLIC_KEY}\n"
            f"{path} 不是 PEM 格式的 Ed25519 公钥：请使用发送单位的 {FOLDER}/{PUBLIC_KEY}"
        )
    return key


def flaw(content: bytes, signature: bytes, key: Ed25519PublicKey) -> str:
    """Why a signature does not prove that the content is the key owner's; "" if it does.

    Args:
        content: What was signed.
        signature: The content of the signature's file.
        key: The key that must have signed.
    """
    try:
        head, by, written = signature.decode("ascii").splitlines()
        kind, identity = by.split(" ")
        raw = base64.b64decode(written, validate=True)
    except (ValueError, binascii.Error):
        return "the signature's file cannot be read"
    if head != _HEAD or kind != "ed25519":
        return "the signature is of an unknown kind"
    if identity != key_id(key):
        return f"it was signed with key {identity}, not with key {key_id(key)}"
    try:
        key.verify(raw, content)
    except InvalidSignature:
        return f"the manifest is not what key {identity} signed"
    return ""
