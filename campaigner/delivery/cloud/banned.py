"""What the clouds' template standards forbid, looked for before a cloud refuses it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from campaigner.domain.cloud_template import body_starts, links
from campaigner.domain.problem import Level, Problem
from campaigner.toml.reading import shipped_values

_DATA = Path(__file__).with_name("banned.toml")
_PICTURE = "[\u2600-\u27bf\ufe0f\u200d\U00010000-\U0010ffff]"
"""Emoji, and whatever else lies beyond the basic plane: the clouds count it wrongly or refuse it."""


@dataclass(frozen=True, slots=True)
class Banned:
    """A place in a text that a cloud's standard forbids.

    Args:
        rule: Name of the rule: `loans`, `signs`, `link`, ...
        title: What it is about, in Chinese.
        start: Offset in the text as it was given.
        end: Offset behind its last character.
        source: Title and date of the standard, in Chinese.
    """

    rule: str
    title: str
    start: int
    end: int
    source: str

    def problem(self, file: str, line: int | None = None) -> Problem:
        """The finding as something to look at before the texts are approved; it never stops a plan."""
        return Problem(
            code=f"cloud-{self.rule}",
            message=f"the cloud's template standard forbids this ({self.rule}); "
            "only a template that it has approved can carry it",
            message_zh=f"云短信平台的模板规范禁止“{self.title}”（{self.source}），须由平台审核通过的模板原文携带",
            source=file,
            line=line,
            column=self.start + 1,
            level=Level.WARN,
        )


@dataclass(frozen=True, slots=True)
class _Standard:
    source: str
    rules: tuple[tuple[str, str, re.Pattern[str]], ...]


@cache
def _standard(kind: str) -> _Standard | None:
    data = shipped_values(_DATA.read_text("utf-8"), _DATA.name)
    if kind not in data["sources"]:
        return None
    source, signs = data["sources"][kind], data["signs"]["characters"]
    rules = []
    for rule in data["rule"]:
        words = [*rule.get("both", ()), *rule.get(kind, ())]
        if words:
            rules.append((rule["name"], rule["title"], _either(words)))
    rules.append(("signs", "特殊符号", re.compile(f"[{signs}]")))
    rules.append(("signature-brackets", "正文里的【】", re.compile("[【】]")))
    rules.append(("pictures", "表情符号", re.compile(f"(?![{signs}]){_PICTURE}")))
    return _Standard(f"{source['title']}，{source['dated']}", tuple(rules))


def _either(words: list[str]) -> re.Pattern[str]:
    """Any of the words, the longest first, blanks between their characters aside."""
    spelled = [r"\s*".join(map(re.escape, word)) for word in sorted(words, key=lambda word: -len(word))]
    return re.compile("|".join(spelled), re.IGNORECASE)


def cloud_problems(kind: str, text: str) -> list[Banned]:
    """What in a text a cloud is likely to refuse, in the order of the text.

    Args:
        kind: Kind of gateway, `aliyun` or `tencent`; others know no such rules.
        text: A finished text, a template's text, or a parameter's value; a leading 【signature】 is no fault.
    """
    return sorted(_findings(kind, text), key=lambda each: (each.start, each.rule))


def _findings(kind: str, text: str) -> Iterator[Banned]:
    standard = _standard(kind)
    if standard is None:
        return
    start = body_starts(text)
    for name, title, pattern in standard.rules:
        for match in pattern.finditer(text, start):
            yield Banned(name, title, *match.span(), standard.source)
    for a, b in links(text):
        if a >= start:
            yield Banned("link", "链接", a, b, standard.source)
