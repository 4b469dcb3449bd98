"""Checks an Ed25519 signature with nothing but Python; stands within the script that checks a pack of evidence."""

import base64
import hashlib
from pathlib import Path

# ---- Ed25519 (RFC 8032, section 5.1): only the check of a signature, which needs no secret ----

SHOWN = 16
"""Characters of a hash that are printed."""
PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, PRIME) % PRIME
ROOT = pow(2, (PRIME - 1) // 4, PRIME)
SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of a public key (RFC 8410)."""
RAW = 32
Point = tuple[int, int, int, int]


def point(raw: bytes) -> Point | None:
    """A point of the curve from its 32 bytes; None if they are none."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(CURVE * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * ROOT % PRIME
    if y >= PRIME or (x * x - square) % PRIME or (sign and not x):
        return None
    x = PRIME - x if x & 1 != sign else x
    return x, y, 1, x * y % PRIME


def plus(one: Point, other: Point) -> Point:
    """The sum of two points."""
    low = (one[1] - one[0]) * (other[1] - other[0])
    high = (one[1] + one[0]) * (other[1] + other[0])
    mixed, scale = 2 * one[3] * other[3] * CURVE, 2 * one[2] * other[2]
    e, f, g, h = high - low, scale - mixed, scale + mixed, high + low
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def times(factor: int, base: Point) -> Point:
    """A multiple of a point."""
    found = (0, 1, 1, 0)
    while factor:
        found = plus(found, base) if factor & 1 else found
        base = plus(base, base)
        factor >>= 1
    return found


def signed(content: bytes, signature: bytes, key: bytes) -> bool:
    """Whether the owner of a key (32 bytes) made a signature (64 bytes)."""
    start = point((4 * pow(5, -1, PRIME) % PRIME).to_bytes(RAW, "little"))
    near, owner = point(signature[:RAW]), point(key)
    factor = int.from_bytes(signature[RAW:], "little")
    if len(signature) != 2 * RAW or len(key) != RAW or not near or not owner or not start or factor >= ORDER:
        return False
    mixed = int.from_bytes(hashlib.sha512(signature[:RAW] + key + content).digest(), "little") % ORDER
    left, right = times(factor, start), plus(near, times(mixed, owner))
    return not any((left[i] * right[2] - right[i] * left[2]) % PRIME for i in (0, 1))


def key_of(file: Path) -> bytes:
    """The 32 bytes of a public key in PEM.

    Raises:
        ValueError: It is none.
    """
    lines = file.read_text("ascii").split("\n")
    raw = base64.b64decode("".join(line for line in lines if "-" not in line).strip(), validate=True)
    if not raw.startswith(SPKI) or len(raw) != len(SPKI) + RAW:
        raise ValueError("no Ed25519 key")
    return raw[len(SPKI) :]


def sha256(content: bytes) -> str:
    """In hex."""
    return hashlib.sha256(content).hexdigest()


def name_of(key: bytes) -> str:
    """A key's short name, to be compared by phone."""
    return sha256(key)[:SHOWN]
