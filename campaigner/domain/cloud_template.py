"""Texts as the clouds take them: a registered template and the values of its parameters."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from campaigner.domain.sms import LIMIT, units

_FIELD = re.compile(r"\$\{\s*(?P<name>\w+)\s*(?::(?P<limit>\d+))?\}|\{(?P<number>\d+)(?::(?P<most>\d+))?\}")
_SIGNATURE = re.compile(r"【[^【】]*】")
_LINK = re.compile(
    r"(?:https?|ftp)\s*[:：][!-~]*|www\s*[.。][!-~]*"
    r"|(?<![a-z0-9])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}|\d{1,3}(?:\.\d{1,3}){3}",
    re.IGNORECASE,
)
"""Addresses with a scheme, domain names, and bare IPv4 addresses: none may come in through a parameter."""


class TemplateError(ValueError):
    """A template as written cannot be one that a cloud has approved; the message says why."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A gap in a template.

    Args:
        name: As registered: a word, or its number.
        limit: The longest value, in characters, each counting one whatever it is (templates' standards).
    """

    name: str
    limit: int


@dataclass(frozen=True, slots=True)
class CloudTemplate:
    """A template as registered with a cloud, signature not included.

    Args:
        code: The cloud's name for it, `SMS_123` or `1400123`.
        literals: The fixed texts around the parameters, one more than these; only the outer two may be empty.
        parameters: The gaps, in the order of the text.
    """

    code: str
    literals: tuple[str, ...]
    parameters: tuple[Parameter, ...]

    @property
    def weight(self) -> int:
        """Characters of fixed text."""
        return sum(map(len, self.literals))

    @property
    def pattern(self) -> str:
        """The template written with `${name}`, by which two of them can be compared."""
        gaps = [f"${{{parameter.name}}}" for parameter in self.parameters]
        return "".join(a + b for a, b in zip(self.literals, [*gaps, ""], strict=True))

    def fill(self, values: Mapping[str, str]) -> str:
        """The text with its gaps filled."""
        found = [values[parameter.name] for parameter in self.parameters]
        return "".join(a + b for a, b in zip(self.literals, [*found, ""], strict=True))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text as template and parameters; `template.fill(values)` is the text."""

    template: CloudTemplate
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unfitted:
    """A text that no registered template fits.

    Args:
        nearest: The template that went along furthest, or None where there is none at all.
        at: From which character of the text on (1-based, behind the signature) it went another way.
        cause: All of that in a few words, without the text.
    """

    nearest: CloudTemplate | None
    at: int
    cause: str


def parse_template(line: str, default_limit: int) -> CloudTemplate:
    """A template from `CODE=text`, its gaps written `${name}` or `{1}`, with a limit of their own `${name:20}`.

    Args:
        line: Code and text as registered, signature not included.
        default_limit: Longest value of a gap that names no limit, in characters.

    Raises:
        TemplateError: It has no code or no fixed text, gaps that touch or repeat, brackets of a signature (the
            clouds' template standards forbid all of these), or is too long.
    """
    code, equals, text = line.partition("=")
    code, text = code.strip(), text.strip()
    if not equals or not re.fullmatch(r"[A-Za-z0-9_-]+", code) or not text:
        raise TemplateError("write `CODE=text as registered`")
    literals, parameters, at = [], [], 0
    for match in _FIELD.finditer(text):
        literals.append(text[at : match.start()])
        limit = match["limit"] or match["most"]
        parameters.append(Parameter(match["name"] or match["number"], int(limit or default_limit)))
        at = match.end()
    literals.append(text[at:])
    template = CloudTemplate(code, tuple(literals), tuple(parameters))
    _check(template)
    return template


def _check(template: CloudTemplate) -> None:
    names = [parameter.name for parameter in template.parameters]
    if not template.weight:
        raise TemplateError(f"{template.code}: no cloud approves a template that has no fixed text")
    if not all(template.literals[1:-1]):
        raise TemplateError(f"{template.code}: two parameters touch; there must be fixed text between them")
    if len(set(names)) < len(names):
        raise TemplateError(f"{template.code}: a parameter may stand only once")
    if any(parameter.limit < 1 for parameter in template.parameters):
        raise TemplateError(f"{template.code}: the limit of a parameter is at least 1")
    if any(mark in literal for literal in template.literals for mark in "【】"):
        raise TemplateError(f"{template.code}: 【】 belongs to the signature, which the cloud adds by itself")
    if any(mark in literal for literal in template.literals for mark in "{}"):
        raise TemplateError(f"{template.code}: a brace that is no parameter; write ${{name}} or {{1}}")
    if units("".join(template.literals)) > LIMIT:
        raise TemplateError(f"{template.code}: longer than {LIMIT} characters")


def links(text: str) -> list[tuple[int, int]]:
    """Where addresses stand in a text; the clouds let none in through a parameter."""
    return [match.span() for match in _LINK.finditer(text)]


def bare(text: str, signature: str, suffix: str) -> str | None:
    """A finished text without what the cloud adds by itself, or None if it is signed differently.

    Args:
        text: `【signature】body…`, as it was approved.
        signature: The registered signature, which the cloud puts in front.
        suffix: What the cloud adds at the end; "" where the template has it.
    """
    head = f"【{signature}】"
    if not text.startswith(head):
        return None
    body = text[len(head) :]
    return body.removesuffix(suffix) if suffix else body


def body_starts(text: str) -> int:
    """Where the text proper begins, behind the signature."""
    match = _SIGNATURE.match(text)
    return match.end() if match else 0


def fit(text: str, templates: Sequence[CloudTemplate]) -> Fitted | Unfitted:
    """The text as one of the templates and its values; the one with most fixed text wins, then the first.

    Args:
        text: The text behind the signature.
        templates: Those that are registered, in the order of the settings.
    """
    nearest: Unfitted | None = None
    for template in sorted(templates, key=lambda each: -each.weight):
        found = _Matching(text, template).run()
        if isinstance(found, Fitted):
            return found
        if nearest is None or found.at > nearest.at:
            nearest = found
    return nearest or Unfitted(None, 1, "no template is registered")


class _Matching:
    """One text against one template: each gap takes as little as it can, and no place is tried twice."""

    def __init__(self, text: str, template: CloudTemplate) -> None:
        self._text = text
        self._template = template
        self._dead: set[tuple[int, int]] = set()
        self._furthest = 0
        self._long = ""

    def run(self) -> Fitted | Unfitted:
        """What was found."""
        template, text = self._template, self._text
        first = template.literals[0]
        if not text.startswith(first):
            return self._missed(_common(text, first))
        self._furthest = len(first)
        ends = self._gaps(0, len(first))
        if ends is None:
            return self._missed(self._furthest)
        names = [parameter.name for parameter in template.parameters]
        values = {name: text[a:b] for name, (a, b) in zip(names, ends, strict=True)}
        return Fitted(template, values)

    def _gaps(self, index: int, start: int) -> list[tuple[int, int]] | None:
        """Places of the gaps from number `index` on, the first beginning at `start`."""
        if index == len(self._template.parameters):
            return [] if start == len(self._text) else None
        if (index, start) in self._dead:
            return None
        for end, after in self._ends(index, start):
            rest = self._gaps(index + 1, after)
            if rest is not None:
                return [(start, end), *rest]
        self._dead.add((index, start))
        return None

    def _ends(self, index: int, start: int) -> Iterator[tuple[int, int]]:
        """Where a gap may end and what follows it ends, nearest first."""
        parameter, literal = self._template.parameters[index], self._template.literals[index + 1]
        last = index + 1 == len(self._template.parameters)
        reach = start + parameter.limit
        at = len(self._text) - len(literal) if last else self._text.find(literal, start + 1)
        while start < at and self._text.startswith(literal, at):
            if at > reach:
                self._long = self._long or (
                    f"`{parameter.name}` would be {at - start} characters, {parameter.limit} are allowed"
                )
                return
            self._furthest = max(self._furthest, at + len(literal))
            yield at, at + len(literal)
            if last:
                return
            at = self._text.find(literal, at + 1)

    def _missed(self, at: int) -> Unfitted:
        code = self._template.code
        why = f"; there {self._long}" if self._long else ""
        return Unfitted(
            self._template,
            at + 1,
            f"no registered template fits; the nearest, {code}, goes another way from character {at + 1}{why}",
        )


def _common(a: str, b: str) -> int:
    """Length of the common beginning."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
