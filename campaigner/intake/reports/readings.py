"""How a character is read, every reading of a heteronym, without tone and with its number."""

import unicodedata
from functools import lru_cache

from campaigner.domain.reports.pinyin import toneless

_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}


@lru_cache(maxsize=30_000)
def readings(character: str) -> frozenset[str]:
    """The readings of one character as {"gong", "gong1"}, ü as v, 5 the neutral tone; empty where it has none.

    Args:
        character: A single character in either script.
    """
    from pypinyin.pinyin_dict import pinyin_dict

    written = [reading for reading in pinyin_dict.get(ord(character), "").split(",") if reading]
    plain = {toneless(reading) for reading in written}
    numbered = {toneless(reading) + _tone(reading) for reading in written}
    # Typists without ü write nu and lu for nü and lü.
    return frozenset(form for reading in plain | numbered for form in (reading, reading.replace("v", "u")))


def _tone(reading: str) -> str:
    return next((_TONES[mark] for mark in unicodedata.normalize("NFD", reading) if mark in _TONES), "5")
