"""Cases from seeds: pieces cut, doubled, exchanged and replaced by what breaks parsers; same number, same case."""

from collections.abc import Callable, Sequence
from random import Random

Case = str | bytes

NASTY = (
    "",
    "\0",
    "\n",
    "\r",
    "\r\n",
    "\t",
    " ",
    "　",
    "\ufeff",
    "\u202e",
    "\u2028",
    "\x1b[2J",
    "\ud800",
    "\ufffd",
    "\ue000",
    "𠮷",
    "٣",
    "²",
    "０",
    "〇",
    "Ⅷ",
    "'",
    '"',
    '"""',
    "\\",
    "/",
    "..",
    ",",
    ";",
    "|",
    "=",
    "==",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "[[",
    "]]",
    "{{",
    "}}",
    "{%",
    "%}",
    "#",
    "+++",
    "%",
    "%s",
    "&",
    "?",
    "-",
    "+",
    "_",
    ".",
    "e",
    "0",
    "-1",
    "1e999",
    "9" * 20,
    "9" * 5000,
    "nan",
    "inf",
    "-0.0",
    "__class__",
    "None",
    "True",
    "lambda: 0",
    "not ",
    " and ",
    " or ",
    " in ",
    "0x10",
    "1_000",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "13800138000",
    "+86",
    "T00:00:00Z",
    "<",
    ">",
    "<a ",
    "&#x0;",
    "a" * 300,
    "(" * 200,
    "[" * 200,
    "=cmd|x",
    "\n\n",
    "\x1e",
    "\x85",
)
NASTY_BYTES = (
    b"",
    b"\0",
    b"\xff",
    b"\x80",
    b"\x7f",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\x10",
    b"\xfe\xff",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"PK\x03\x04",
    b"\r\n",
    b"%",
    b"%00",
    b"%zz",
    b"&",
    b"=",
    b"+",
    b"\xd8\x00",
    b"\x05\x00\x03",
    b"\x06\x08\x04",
    b"id:",
    b"stat:",
    b"9" * 40,
    b"A" * 300,
)


def case(seeds: Sequence[Case], words: Sequence[str], chance: Random) -> Case:
    """One case: a seed after one to four changes.

    Args:
        seeds: Well-formed inputs, all texts or all bytes.
        words: Further pieces of texts that mean something here.
        chance: Decides.
    """
    made = seeds[chance.getrandbits(16) % len(seeds)]
    pieces: Sequence[Case] = NASTY_BYTES if isinstance(made, bytes) else (*NASTY, *words)
    for _ in range(1 + chance.getrandbits(2)):
        change = _CHANGES[chance.getrandbits(8) % len(_CHANGES)]
        made = change(made, pieces, seeds, chance)
    return made[:20_000]


def _place(made: Case, chance: Random) -> int:
    return chance.getrandbits(20) % (len(made) + 1)


def _stretch(made: Case, chance: Random) -> tuple[int, int]:
    start = _place(made, chance)
    return start, min(len(made), start + 1 + chance.getrandbits(chance.getrandbits(3)))


def _insert(made: Case, pieces: Sequence[Case], _seeds: Sequence[Case], chance: Random) -> Case:
    at = _place(made, chance)
    return made[:at] + pieces[chance.getrandbits(16) % len(pieces)] + made[at:]  # type: ignore[operator]


def _exchange(made: Case, pieces: Sequence[Case], _seeds: Sequence[Case], chance: Random) -> Case:
    start, end = _stretch(made, chance)
    return made[:start] + pieces[chance.getrandbits(16) % len(pieces)] + made[end:]  # type: ignore[operator]


def _cut(made: Case, _pieces: Sequence[Case], _seeds: Sequence[Case], chance: Random) -> Case:
    start, end = _stretch(made, chance)
    return made[:start] + made[end:]  # type: ignore[operator]


def _end(made: Case, _pieces: Sequence[Case], _seeds: Sequence[Case], chance: Random) -> Case:
    return made[: _place(made, chance)]


def _double(made: Case, _pieces: Sequence[Case], _seeds: Sequence[Case], chance: Random) -> Case:
    start, end = _stretch(made, chance)
    return made[:end] + made[start:end] * (1 + chance.getrandbits(3)) + made[end:]  # type: ignore[operator]


def _splice(made: Case, _pieces: Sequence[Case], seeds: Sequence[Case], chance: Random) -> Case:
    other = seeds[chance.getrandbits(16) % len(seeds)]
    return made[: _place(made, chance)] + other[_place(other, chance) :]  # type: ignore[operator]


def _flip(made: Case, _pieces: Sequence[Case], _seeds: Sequence[Case], chance: Random) -> Case:
    if not made:
        return made
    at = chance.getrandbits(20) % len(made)
    if isinstance(made, bytes):
        return made[:at] + bytes((made[at] ^ (1 << chance.getrandbits(3)),)) + made[at + 1 :]
    return (
        made[:at]
        + chr(chance.getrandbits(8) if chance.getrandbits(1) else chance.getrandbits(16))
        + made[at + 1 :]
    )


_CHANGES: Sequence[Callable[[Case, Sequence[Case], Sequence[Case], Random], Case]] = (
    _insert,
    _exchange,
    _exchange,
    _cut,
    _end,
    _double,
    _splice,
    _flip,
    _flip,
)
