"""Pinyin that content farms push between the characters, told from bracket remarks that mean something.

Interleaved pinyin reads the character beside it: 工(gong), 工（gōng）, 工[gong1], 工gong作. That is the
test, for one stretch at a time. Where a file is full of such stretches, others in the same dress go with
them; a remark that is no syllable, (APP) or (综治), never does. Source: domain research A0, and the other
dresses of sites of that kind.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Readings = Callable[[str], frozenset[str]]
"""A character -> its readings, without tone and with its number, ü as v: {"le", "le5", "liao", "liao3"}."""

KIND = "pinyin"

_FINALS = {
    "": "a o e ai ei ao ou an en ang eng er",
    "b": "a o ai ei ao an en ang eng i ie iao ian in ing u",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
    "f": "a o ei ou an en ang eng u",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
    "t": "a e ai ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan v ve ue",
    "l": "a o e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ve ue",
    "g": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "k": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "h": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "j": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "q": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "x": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "zh": "a e i ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "ch": "a e i ai ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "sh": "a e i ai ei ao ou an en ang eng u ua uo uai ui uan un uang",
    "r": "e i ao ou an en ang eng ong u ua uo ui uan un",
    "z": "a e i ai ei ao ou an en ang eng ong u uo ui uan un",
    "c": "a e i ai ao ou an en ang eng ong u uo ui uan un",
    "s": "a e i ai ao ou an en ang eng ong u uo ui uan un",
    "y": "a o e ao ou an in ang ing ong i u ue uan un",
    "w": "a o ai ei an en ang eng u",
}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_LATIN = "A-Za-zÀ-ÖØ-öø-ɏɑɡ\u0300-\u036f"
_WORD = rf"[{_LATIN}]{{1,40}}[0-5]?"
_OPEN, _CLOSE = "(（\\[［【〔{〈<", ")）\\]］】〕}〉>"
_BRACKETED = re.compile(
    rf"(?:(?<=[{_HAN}{_CLOSE}])[ \u3000])?"
    rf"(?P<open>[{_OPEN}]{{1,2}})[ \u3000]?"
    rf"(?P<body>{_WORD}(?:[ \u3000'’·,，/-]{{1,2}}{_WORD}){{0,7}})[ \u3000]?"
    rf"(?P<close>[{_CLOSE}]{{1,2}})(?:[ \u3000](?=[{_HAN}0-9，。、；：,;:!?）)（(“”《》]))?"
)
_SMALL = "a-zß-öø-ɏɑɡ\u0300-\u036f"
_BARE = re.compile(
    rf"(?<=[{_HAN}。，、；：”’,.;:!?)）])[ ]?"
    rf"(?P<body>[A-Z]?[{_SMALL}]{{1,24}})(?![{_SMALL}])(?P<tone>[1-5])?(?:[ ](?=[{_HAN}]))?"
)
_SPLIT = re.compile(r"[ \u3000'’·,，/-]+")
_IS_HAN = re.compile(f"[{_HAN}]")
_TONED = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜĀÁǍÀĒÉĚÈŌÓǑÒ\u0300\u0301\u0304\u030c]")

_REACH = 8
"""Characters before a stretch that it may read."""
_NEUTRAL = "5"
_ENOUGH = 3
_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    end: int
    words: tuple[str, ...]
    dress: tuple[str, str, str]
    reads: bool


def toneless(syllable: str) -> str:
    """A syllable without tone mark, tone number and capitals, ü as v.

    Args:
        syllable: In any spelling: gōng, gong1, GONG, lǜ, ｇｏｎｇ.
    """
    plain = unicodedata.normalize("NFKD", syllable.lower()).replace("u\u0308", "v")
    plain = plain.replace("ɑ", "a").replace("ɡ", "g").rstrip("012345")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def is_syllable(word: str) -> bool:
    """Whether Mandarin has this syllable, however its tone is written."""
    return toneless(word) in SYLLABLES


def pinyin_spans(text: str, readings: Readings) -> list[tuple[int, int, str]]:
    """Where interleaved pinyin stands.

    Args:
        text: Simplified text; full-width Latin letters already narrow.
        readings: The readings of a character, every one of a heteronym.
    """
    candidates = [*_candidates(text, readings)]
    verified: dict[tuple[str, str, str], list[bool]] = {}
    for candidate in candidates:
        verified.setdefault(candidate.dress, []).append(candidate.reads)
    noisy = {
        dress
        for dress, found in verified.items()
        if sum(found) >= _ENOUGH and sum(found) >= _SHARE * len(found)
    }
    return [
        (candidate.start, candidate.end, KIND)
        for candidate in candidates
        if _is_noise(candidate, candidate.dress in noisy)
    ]


def pinyin_lines(lines: list[tuple[int, int, str]], readings: Readings) -> list[tuple[int, int, str]]:
    """Lines that only spell out the line below or above them.

    Args:
        lines: Start, end and text of each line.
        readings: The readings of a character.
    """
    found = []
    for number, (start, end, text) in enumerate(lines):
        words = [toneless(word) for word in re.split(r"[\s,，。、；：!?]+", text) if word]
        if len(words) < _ENOUGH or not all(word in SYLLABLES for word in words):
            continue
        beside = [lines[n][2] for n in (number + 1, number - 1) if 0 <= n < len(lines)]
        if any(_spells(words, other, readings) for other in beside):
            found.append((start, end, KIND))
    return found


def _spells(words: list[str], text: str, readings: Readings) -> bool:
    characters = _IS_HAN.findall(text)
    if len(characters) < len(words) * _SHARE:
        return False
    agreeing = sum(word in readings(character) for word, character in zip(words, characters, strict=False))
    return agreeing >= _SHARE * len(words)


def _is_noise(candidate: _Candidate, in_noisy_dress: bool) -> bool:
    _, case, tone = candidate.dress
    bare = candidate.dress[0] == "bare"
    if in_noisy_dress:
        # Letters without brackets may be a real word, so each must read its neighbour even in a noisy file.
        return candidate.reads or (not bare and all(word in SYLLABLES for word in candidate.words))
    if case == "upper":
        return False
    return candidate.reads and (tone == "marked" or not bare)


def _candidates(text: str, readings: Readings) -> Iterator[_Candidate]:
    """Latin stretches that could be pinyin, in order; what was passed is not looked at as text again."""
    stretches = sorted([*_bracketed(text), *_bare(text, readings)])
    before = ""
    at = 0
    for start, end, body, dress in stretches:
        if start < at:
            continue
        before = _tail(before, text[at:start])
        words = tuple(toneless(word) for word in _SPLIT.split(body) if word)
        after = "".join(_IS_HAN.findall(text[end : end + _REACH]))
        reads = bool(words) and (_reads(words, before, readings) or _foretells(words, after, readings))
        yield _Candidate(start, end, words, dress, reads)
        at = end


def _tail(before: str, passed: str) -> str:
    """The last few Han characters in front of a stretch; punctuation and line breaks end the reach."""
    han = ""
    for character in reversed(passed[-_REACH:]):
        if not _IS_HAN.match(character):
            return han
        han = character + han
    return (before + han)[-_REACH:] if len(passed) < _REACH else han


def _bracketed(text: str) -> Iterator[tuple[int, int, str, tuple[str, str, str]]]:
    for match in _BRACKETED.finditer(text):
        depth = min(len(match["open"]), len(match["close"]))
        # Of brackets that do not pair, the outer ones belong to the text; so do the blanks beyond them.
        start = match.start() if depth == len(match["open"]) else match.end("open") - depth
        end = match.end() if depth == len(match["close"]) else match.start("close") + depth
        yield start, end, match["body"], _dress("bracket", match["body"])


def _bare(text: str, readings: Readings) -> Iterator[tuple[int, int, str, tuple[str, str, str]]]:
    found = [match for match in _BARE.finditer(text) if is_syllable(match["body"]) or len(match["body"]) > 1]
    plain = [match for match in found if not _TONED.search(unicodedata.normalize("NFC", match["body"]))]
    numbered = sum(1 for match in plain if match["tone"]) * 2 > len(plain)
    usual = "numbered" if numbered else "plain" if len(plain) * 2 > len(found) else "marked"
    for match in found:
        with_tone = numbered and _ends_in_tone(match, text, readings)
        end = match.end() if with_tone or not match["tone"] else match.end("body")
        form, case, tone = _dress("bare", match["body"])
        if with_tone or (tone == "plain" and _is_neutral(match, text, readings)):
            tone = usual
        yield match.start(), end, match["body"], (form, case, tone)


def _is_neutral(match: re.Match[str], text: str, readings: Readings) -> bool:
    """Whether the letters read a character such as 了, whose tone no style writes."""
    return match.start() > 0 and f"{toneless(match['body'])}{_NEUTRAL}" in readings(text[match.start() - 1])


def _ends_in_tone(match: re.Match[str], text: str, readings: Readings) -> bool:
    """Whether the digit after bare letters is their tone; in 占zhan23% it is a figure's."""
    if not match["tone"] or match.start() == 0:
        return False
    spoken = readings(text[match.start() - 1])
    syllable = toneless(match["body"])
    if f"{syllable}{match['tone']}" in spoken:
        return True
    figure = text[match.end("tone") : match.end("tone") + 1]
    return f"{syllable}{_NEUTRAL}" not in spoken and not (figure.isdecimal() or figure in ".%")


def _dress(form: str, body: str) -> tuple[str, str, str]:
    """What a stretch looks like: bracketed or bare, its case, and how its tones are written."""
    letters = [letter for letter in body if letter.isalpha()]
    case = "upper" if len(letters) > 1 and all(letter.isupper() for letter in letters) else "lower"
    if _TONED.search(unicodedata.normalize("NFC", body)):
        return form, case, "marked"
    return form, case, "numbered" if body[-1] in "12345" else "plain"


def _reads(words: tuple[str, ...], before: str, readings: Readings) -> bool:
    """Whether the stretch reads the last characters before it: one syllable each, or all run together."""
    if len(words) > 1:
        return len(words) <= len(before) and all(
            word in readings(character) for word, character in zip(words, before[-len(words) :], strict=True)
        )
    rests = {words[0]}
    for character in reversed(before):
        spoken = readings(character)
        # One character may be read several times over: 工gonggong.
        rests = {rest for word in rests for rest in _without_ending(word, spoken)}
        if "" in rests:
            return True
        if not rests:
            return False
    return False


def _without_ending(word: str, spoken: frozenset[str]) -> set[str]:
    rests: set[str] = set()
    for syllable in spoken:
        rest = word
        while syllable and rest.endswith(syllable):
            rest = rest[: -len(syllable)]
            rests.add(rest)
    return rests


def _foretells(words: tuple[str, ...], after: str, readings: Readings) -> bool:
    """Whether the stretch reads the characters behind it, as some sites put the pinyin first."""
    return len(words) <= len(after) and all(
        word in readings(character) for word, character in zip(words, after[: len(words)], strict=True)
    )
