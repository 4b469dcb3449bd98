"""Official names written right (CHK-19)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from campaigner.domain.wording.folding import Folded, Folding
from campaigner.domain.wording.rules import Hit
from campaigner.domain.wording.voice import Voice

_RULE = "CHK-19"
_ALL = frozenset({"negated", "denied", "attributed"})
_ASCII = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ\s\u3000“”」』\"\u4e00-\u9fff]*")
_APP = re.compile(r"[”」』\"]?\s?app", re.IGNORECASE)


class OfficialNames:
    """Finds names that look like an official one and are not.

    Args:
        app: The app's name.
        center: The name that may stand alone; the app's without "APP".
        near_miss: What texts write instead.
        wrong: Other wrong name -> right name.
        folding: How texts are read.
        voice: Who speaks; a sentence may tell of a counterfeit.
    """

    def __init__(
        self,
        app: str,
        center: str,
        near_miss: Sequence[str],
        wrong: Mapping[str, str],
        folding: Folding,
        voice: Voice,
    ) -> None:
        self._app, self._center, self._folding, self._voice = app, center, folding, voice
        self._wrong = {name.upper(): right for name, right in wrong.items()}
        ordered = sorted({*near_miss, *wrong}, key=lambda name: (-len(name), name))
        misses = "|".join(re.escape(name).replace("APP", r"[”」』\"]?\s?app") for name in ordered)
        self._find = re.compile(f"(?P<right>{center})|{misses}", re.IGNORECASE)
        self.triggers = frozenset(name[:2] for name in (center, *ordered))

    def hits(self, sentence: Folded) -> Iterator[Hit]:
        """Near-misses in a sentence, and the right name in disguise."""
        text = sentence.text
        for match in self._find.finditer(text):
            start, end = match.span()
            if match["right"]:
                app = _APP.match(text, end)
                end = app.end() if app else end
                if self._disguised(sentence, start, end):
                    yield self._hit(start, end, self._app if app else self._center)
            elif not self._voice.excuses(text, start, end, _ALL):
                written = re.sub(r"[”」』\"\s]", "", match[0]).upper()
                right = self._wrong.get(written) or (
                    self._app if written.endswith(("APP", "客户端")) else self._center
                )
                yield self._hit(start, end, right)

    def _disguised(self, sentence: Folded, start: int, end: int) -> bool:
        written = sentence.original(start, end)
        return not _ASCII.fullmatch(written) or self._folding.mixed(written, sentence.raw)

    @staticmethod
    def _hit(start: int, end: int, right: str) -> Hit:
        return Hit(
            _RULE,
            "name",
            start,
            end,
            f"the official name is {right}",
            f"名称写得不对，正确名称是“{right}”。",
            f"请写“{right}”。",
        )
