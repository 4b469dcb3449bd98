"""Headers that speak of receiving messages or refusing them, understood the right way round or not at all."""

import re
import unicodedata
from enum import StrEnum
from functools import cache

from campaigner.intake.lexicon import CONSENTS, NOTES, OPT_OUTS, REFUSING_REMARK, TRADITIONAL, words

_REMARK = re.compile(REFUSING_REMARK)

_WORDS = words("headers")["permission"]
_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_MARKS = re.compile(r"[\s*:_\-/、,.。·'\"“”#()\[\]【】〔〕?!;&]")
_NOTES = re.compile(NOTES, re.IGNORECASE)
_SPEAKS = re.compile("|".join(_WORDS["speaks"]))
_CLAUSES = re.compile(r"[,，;；、/。]")
_SAID_FIRST = re.compile(r"(?P<said>.+?)(?:请|则|的)*(?:填写|填|写|选|打|为|=|:)(?P<mark>.+)")
_MARK_FIRST = re.compile(r"(?P<mark>.{1,3}?)(?:表示|代表|为|即|=|:)(?P<said>.+)")


class Permission(StrEnum):
    """What a yes in a column says; the first two are names of columns."""

    OPTED_OUT = "opted_out"
    CONSENT = "consent"
    UNCLEAR = "unclear"


_KINDS: dict[str, Permission | None] = {
    **dict.fromkeys(_WORDS["neutral"]),
    **dict.fromkeys(_WORDS["refuses"], Permission.OPTED_OUT),
    **dict.fromkeys(_WORDS["consents"], Permission.CONSENT),
}
_TOKEN = re.compile("|".join(re.escape(word) for word in sorted(_KINDS, key=len, reverse=True)))
_OTHER = {Permission.OPTED_OUT: Permission.CONSENT, Permission.CONSENT: Permission.OPTED_OUT}


@cache
def permission_of(header: str) -> Permission | None:
    """What a header says of receiving messages: a yes is a refusal, a yes is a consent, or nobody can tell.

    Args:
        header: As the clerk wrote it; a remark in brackets behind it counts, such as （不接收填否）.

    Returns:
        None where it speaks of something else.
    """
    folded = simplified(unicodedata.normalize("NFKC", header).casefold())
    if any(c == "\ufffd" or unicodedata.category(c) == "Cs" for c in folded):
        # Nobody knows what it would say.
        return Permission.UNCLEAR
    folded = "".join(c for c in folded if unicodedata.category(c)[0] != "C" or c.isspace())
    if not _SPEAKS.search(_MARKS.sub("", folded)):
        return None
    found = {_polarity(_BRACKETS.sub("", folded))}
    for note in map(str.strip, _BRACKETS.findall(folded)):
        if _SPEAKS.search(note) or not _NOTES.fullmatch(note):
            found |= _note(note)
    return found.pop() if len(found) == 1 else Permission.UNCLEAR


def simplified(text: str) -> str:
    """A text with the traditional characters of our words in simplified ones."""
    for old, new in TRADITIONAL.items():
        text = text.replace(old, new)
    return text


def _polarity(text: str) -> Permission:
    """What words say of which nothing may be left over, and which must not turn each other round."""
    plain = _MARKS.sub("", text)
    kinds = {kind for word in _TOKEN.findall(plain) if (kind := _KINDS[word]) is not None}
    return kinds.pop() if len(kinds) == 1 and not _TOKEN.sub("", plain) else Permission.UNCLEAR


def _note(note: str) -> set[Permission]:
    """What each clause of a remark says, such as 退订填是 or 是=接收."""
    clauses = [clause.strip() for clause in _CLAUSES.split(note) if clause.strip()]
    if all(_yes(clause) is not None for clause in clauses):
        # 是/否 says how to answer, not what the answer means.
        return set()
    return {_clause(clause) for clause in clauses}


def _clause(clause: str) -> Permission:
    for form in (_SAID_FIRST, _MARK_FIRST):
        match = form.fullmatch(clause)
        mark = _yes(match["mark"]) if match else None
        if match and mark is not None:
            said = _polarity(match["said"])
            return said if mark or said is Permission.UNCLEAR else _OTHER[said]
    return Permission.UNCLEAR


def _yes(mark: str) -> bool | None:
    """Whether a mark is a plain yes or no; None for anything else."""
    word = mark.strip("\"'“”‘’《》")
    one, other = OPT_OUTS.get(word), CONSENTS.get(word)
    if isinstance(one, str):
        # N and X may be a refusal in themselves; beside another answer they are a no.
        one = False
    return one if one is other and word else None


def says_no(text: str) -> bool:
    """Whether a text says in plain words that messages are not wanted, such as 退订; an answer such as 是 does not."""
    plain = simplified(unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf")
    return _REMARK.search(plain) is not None
