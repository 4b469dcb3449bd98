"""What looks like a person's name: one rule for pupils, residents and guardians."""

import re
import unicodedata

from campaigner.intake.faults import LONGEST_CELL
from campaigner.intake.lexicon import PERSONS

_WORDS = PERSONS["names"]
WORDS = frozenset({*_WORDS["words"], *PERSONS["lines"]["totals"], *PERSONS["lines"]["notes"]})
"""What stands where a name should stand, in lower case."""
TITLES = tuple(_WORDS["titles"])
_BEFORE = re.compile(rf"(?:{'|'.join(_WORDS['before'])})\s*[:：]?\s*(?=.{{2}})")
_HARMLESS = frozenset(_WORDS["harmless"])
_MESSAGES = re.compile("|".join(_WORDS["messages"]), re.IGNORECASE)

HAN = r"\u3400-\u9fff\uf900-\ufaff〇\U00020000-\U0003ffff"
_DOTS = re.compile("[\u00b7\u2022\u2027\u2219\u22c5\u25cf\u25aa\u30fb\uff65\u0387\u1427\u16eb.．｡。]")
_BRACKETS = re.compile(r"[（(\[［〔【〈<]([^（()\[\]［］〔〕【】〈〉<>）]*)[)）\]］〕】〉>]")
_SIGNATURE = re.compile("[【】]")
_QUOTES = "'\"`‘’“”"
_SPACED = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
_NAME = re.compile(rf"[{HAN}]+(?:·[{HAN}]+)*|[^\W\d_]+(?:[ .·'’-]{{1,2}}[^\W\d_]+)*\.?")
_HAN_ONLY = re.compile(rf"[{HAN}]+")
_DIGIT = re.compile(r"\d")
_LINK = re.compile(r"https?:|www\.|://|\.(?:com|cn|net|org|top|xyz)\b|@", re.IGNORECASE)
_BETWEEN = re.compile(r"[,，、;；/／|｜&+＋\n]")
_LONGEST_HAN, _LONGEST = 6, 40
"""Characters: of a Chinese name without a middle dot, and of any other."""
_COMPOUND = frozenset(_WORDS["compound"])
"""Family names of two characters."""
PLAIN = r"^[\x{3400}-\x{9fff}]{2,4}$"
"""A name that is looked at no closer unless it is one of `WORDS` or ends with one of `TITLES`; as RE2 has it."""


def name_of(cell: str) -> tuple[str, str]:
    """A name as texts print it, and the code of what is wrong with it.

    Args:
        cell: Without what nobody sees.

    Returns:
        The name, with one kind of middle dot and no space between Chinese characters, and ""; with `name-remark` a
        remark was taken off and the name can be used; with any other code it cannot.
    """
    text = cell.strip().removeprefix("=").strip(_QUOTES).strip()
    if not text:
        return "", ""
    code = ""
    if notes := _BRACKETS.findall(text):
        if _SIGNATURE.search(text):
            return "", "name-message"
        if not all(note.strip() in _HARMLESS for note in notes):
            return "", "name-unclear"
        text, code = _BRACKETS.sub("", text).strip(), "name-remark"
    fault, text = _judged(text)
    return ("", fault) if fault else (text, code)


def _judged(text: str) -> tuple[str, str]:  # noqa: PLR0911 - one answer for each fault
    """The fault of a text without brackets, and the name that it is."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if _LINK.search(folded) or _SIGNATURE.search(text) or _MESSAGES.search(text):
        return "name-message", ""
    if len(text) > LONGEST_CELL:
        return "text-too-long", ""
    if _SPACED.sub("", folded) in WORDS or not any(map(str.isalnum, folded)):
        return "name-word", ""
    if _DIGIT.search(text):
        return "name-digits", ""
    if _BETWEEN.search(text) or _is_two(text):
        return "name-two", ""
    plain = _SPACED.sub("", _DOTS.sub("·", text)) if _HAN_ONLY.search(text) else text
    plain = plain.strip("·") if _HAN_ONLY.search(text) else plain
    if _BEFORE.match(plain) or any(plain.endswith(title) and len(plain) > len(title) for title in TITLES):
        return "name-title", ""
    if not _NAME.fullmatch(plain):
        return "name-unclear", ""
    longest = _LONGEST_HAN if _HAN_ONLY.fullmatch(plain) else _LONGEST
    return ("name-long", "") if len(plain) > longest else ("", plain)


def _is_two(text: str) -> bool:
    """Whether spaces stand between names rather than between the characters of one."""
    parts = text.split()
    if len(parts) < 2 or not all(_HAN_ONLY.fullmatch(part) and len(part) > 1 for part in parts):  # noqa: PLR2004
        return False
    return not (len(parts) == 2 and parts[0] in _COMPOUND)  # noqa: PLR2004 - family name and given name
