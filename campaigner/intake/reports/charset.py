"""Which encoding a text file is in, told by its bytes and by whether the result reads as Chinese."""

import codecs
import re
from collections import Counter
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EVERYDAY = frozenset(
    "的一是在不了有和人这這中大为為上个個国國我以要他时時来來用们們生到作地于於出就分对對成会會可主发發年动"
    "動同工也能下过過子说說产產种種面而方后後多定行学學法所民得经經十三之进進"
    "着著等部度家电電力里裡如水化高自二理起小物现現实實加量都两兩体體制机機当當使点點从從业業本去把性好应應"
    "开開它合还還因由其些然前外天政四日那社义義事平形相全表间間样樣与與"
    "关關各重新线線内內数數正心反你明看原又利比或但质質气氣第向道命此变變条條只没沒结結解问問意建月公无無系"
    "军軍很情者最立代想已通并提直题題党黨程展五果料象员員革位入常文总總"
    "次品式活设設及管特件长長求老头頭基资資边邊流路级級少图圖山统統接知较較将將组組见見计計别別期根论論运運"
    "农農指九区區强強放决決被干做必先回则則任取据處处理诈詐骗騙警防宣"
    "传傳群众眾村镇鎮街办辦安全信息网網络絡银銀校师師生家长案件打击擊损損失转轉账賬报報县縣市省局派"
    "，。、；：“”《》（）！？,.;:!?()0123456789 \n\r\t"
)  # fmt: skip
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffe\uffff]")
_PROBE = 200_000
"""Bytes that are looked at to choose; a text does not change its encoding half-way."""
_LOST = 0.01
_CHINESE = 0.2


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text out of bytes.

    Args:
        text: The text, line breaks as they were.
        encoding: What it was read as.
        lost: How many places could not be read and became U+FFFD.
    """

    text: str
    encoding: str
    lost: int = 0


def decode(data: bytes, declared: str = "") -> Decoded | None:
    """The text in these bytes; None where they are no text.

    Args:
        data: A whole text or HTML file.
        declared: Encoding that the file itself names, tried first; "" where it names none.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _lenient(data, encoding)
    for encoding in ("utf-8", *_known(declared)):
        text = _strict(data, encoding)
        if text is not None and not _CONTROLS.search(text[:_PROBE]):
            return Decoded(text, encoding)
    best = max(_guesses(data), key=lambda guess: guess[0], default=None)
    if best and best[0] >= _CHINESE:
        return _lenient(data, best[1])
    text = _strict(data, "utf-8")
    return Decoded(text, "utf-8") if text is not None and "\x00" not in text else None


def _known(declared: str) -> list[str]:
    try:
        name = codecs.lookup(declared.strip()).name
    except (LookupError, ValueError):
        return []
    if name in {"gb2312", "gbk", "hz"}:
        # Pages say GB2312 and mean its superset.
        return ["gb18030"]
    return [name] if name in {"gb18030", "big5", "cp950", "big5hkscs"} else []


def _guesses(data: bytes) -> list[tuple[float, str]]:
    """How much of a probe reads as everyday Chinese, for each encoding that yields few faults."""
    probe = data[: _PROBE - _PROBE % 4]
    found = []
    for encoding in ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be"):
        text = probe.decode(encoding, "replace")
        if not text or text.count("\ufffd") > max(1.0, _LOST * len(text)):
            continue
        counted = Counter(text)
        good = sum(times for character, times in counted.items() if character in _EVERYDAY)
        bad = len(_CONTROLS.findall(text))
        han = sum(times for character, times in counted.items() if "\u4e00" <= character <= "\u9fff")
        if han:
            found.append(((good - 5 * bad) / len(text), encoding))
    return found


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _lenient(data: bytes, encoding: str) -> Decoded | None:
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    return Decoded(text, encoding, lost) if lost <= max(3.0, 10 * _LOST * len(text)) else None
