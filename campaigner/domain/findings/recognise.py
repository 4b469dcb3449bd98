"""Recognises what a report names, by a vocabulary: precision before recall, every finding with its place."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from campaigner.domain.findings.finding import Certainty, Finding, FindingKind
from campaigner.domain.findings.vocabulary import Spelling, Term, Vocabulary, folded
from campaigner.domain.reports.report import Report

_EXCLUSIVE = frozenset(
    {
        None,
        FindingKind.SCAM_TYPE,
        FindingKind.CRIME,
        FindingKind.NOT_SEGMENT,
        FindingKind.APP,
        FindingKind.SYSTEM,
    }
)
"""Kinds inside whose passages nothing else is recognised: the parents in 冒充学生家长 are no audience."""

_BREAK = re.compile(r"[。！？!?；;\n]")
_WINDOW = 16
_SENTENCE = 200
"""Characters on either side that still count as the same sentence, where nothing ends it."""
_DENIED_BEFORE = re.compile(
    r"(?:未再?(?:发生|发现|出现|接到|接报|涉及)|没有(?:再?发生|发现|出现|接到|接报)|不涉及|不存在|不属于|并非|而非|无新增)"
    r"[^，,。；;\n]{0,8}$"
)
_DENIED_AFTER = re.compile(
    r"[^，,。；;\n]{0,8}?(?:零发案|零发生|零案件|为零|未再?发生|没有再?发生|(?<!\d)0起)"
)
_PERSON_BEFORE = re.compile(
    r"(?:\d岁[，,、]?(?:的|左右的?)?[^，,。；;\n上下]{0,2}|(?:(?<!每)(?<!\d)[一1两二2三3]|[该这某])[名位][^，,。；;\n]{0,3}"
    r"|(?:受害人|被害人|事主|报警人|当事人|嫌疑人|犯罪分子)[^，,。；;\n]{0,2}|(?<![对迎])接(?:到|辖区){0,2}"
    r"|个别|某[^，,。；;\n]{0,6}(?:公司|企业|单位|厂|学校|商店)|某|某[(][^)\n]*|(?:先生|女士)[，,(]|骗[子取][^，,。；;\n]{0,8}|被骗的?|受骗的?)$"
)
_PERSON_AFTER = re.compile(
    r"[^\W和与及]?(?:某(?![些种个一])|先生|女士|大爷|大妈|大娘|阿姨|老伯|奶奶|爷爷)|(?:报[警案]|求助)(?:称|[，,。])|\d+[人名位][，,(]?占|被(?:要求|拉入|诱导)|借钱|的(?:儿子|女儿|存款)"
)
_EXCEPTED = re.compile(r"(?:不含|不包括|不针对|并非面向|除)[^，,。；;\n]{0,3}$")
_TITLE = re.compile(r"《[^《》\n]{0,60}$")
_NUMBER = re.compile(
    r"(?:拨打|致电|热线|专线|电话|咨询)[^\d\n。；;，,]{0,6}?(?<![\d.])(\d{3}(?=[^\d，,。；;\n]{0,6}(?:专线|热线))|\d{5,6}|\d{3}-\d{3,4}-\d{3,4})(?![\d.]|[元人份起条名户次万余多年])"
)


_Owners = dict[int, tuple[tuple[int, int], set[str]]]
"""Offset -> the span that holds it, and the names it was recognised as."""


@dataclass(frozen=True, slots=True)
class _Match:
    spelling: Spelling
    start: int
    end: int

    @property
    def term(self) -> Term:
        return self.spelling.term


def recognise(report: Report, vocabulary: Vocabulary) -> list[Finding]:
    """Everything of the vocabulary that a report names, in order of place.

    Args:
        report: A cleaned report; any text will do, none raises.
        vocabulary: The terms to look for.

    Returns:
        Findings whose offsets are exact. The longest spelling wins where two of one kind overlap; phrases
        in an unrelated sense, single persons and denied occurrences are passed over or marked.
    """
    text = folded(report.text)
    page = _Page(report, text)
    matches = [match for match in _matches(text, vocabulary) if page.holds(match)]
    findings = [page.finding(match) for match in _longest(matches)]
    findings += page.numbers(findings)
    return sorted(findings, key=lambda finding: (finding.start, finding.end, finding.kind))


def _matches(text: str, vocabulary: Vocabulary) -> Iterator[_Match]:
    """Every spelling at every place: two characters choose the few places where one can stand."""
    lengths = vocabulary.lengths
    for start in range(len(text) - 1):
        if text[start : start + 2] in lengths:
            for spelling, end in vocabulary.at(text, start):
                yield _Match(spelling, start, end)


def _longest(matches: Iterable[_Match]) -> Iterator[_Match]:
    """Of overlapping matches of one kind the longest; none inside a passage of an exclusive kind."""
    ordered = sorted(matches, key=lambda match: (match.start - match.end, match.start))
    exclusive = [match for match in ordered if match.term.kind in _EXCLUSIVE]
    closed: _Owners = {}
    for match in _apart(exclusive, closed):
        if match.term.kind is not None:
            yield match
    owners: dict[FindingKind | None, _Owners] = {}
    for match in ordered:
        kind = match.term.kind
        if kind in _EXCLUSIVE:
            continue
        inside = closed.get(match.start)
        if inside is None or inside != closed.get(match.end - 1):
            yield from _apart([match], owners.setdefault(kind, {}))


def _apart(matches: Iterable[_Match], owners: _Owners) -> Iterator[_Match]:
    """Matches, longest first, without those that overlap an earlier one.

    One spelling may name two things, as 贷款、征信 does since the list of 2025 merged two types.
    """
    for match in matches:
        span = (match.start, match.end)
        names = owners.get(match.start, (span, set()))[1]
        if match.term.canonical in names or any(owners.get(at, (span,))[0] != span for at in range(*span)):
            continue
        names.add(match.term.canonical)
        owners.update(dict.fromkeys(range(*span), (span, names)))
        yield match


class _Page:
    """A report with what the questions about a match's surroundings need."""

    def __init__(self, report: Report, text: str) -> None:
        self.report = report
        self.text = text
        self.breaks = [-1, *(match.start() for match in _BREAK.finditer(text)), len(text)]
        self.paragraphs = [paragraph.start for paragraph in report.paragraphs]
        self.settings: dict[tuple[str, ...], bool] = {}

    def holds(self, match: _Match) -> bool:
        """Whether the spelling means here what its term means."""
        term = match.term
        if match.spelling.literal.isdecimal() and self._digit_beside(match):
            return False
        if term.not_after and self.text.endswith(term.not_after, 0, match.start):
            return False
        if term.not_before and self.text.startswith(term.not_before, match.end):
            return False
        if term.setting and not self._set(term.setting):
            return False
        if term.near and not any(word in self._sentence(match) for word in term.near):
            return False
        return not (term.kind is FindingKind.AUDIENCE and self._single(match))

    def finding(self, match: _Match) -> Finding:
        """The match as a finding, with what its surroundings say about it as a note."""
        term = match.term
        kind = term.kind
        assert kind is not None
        notes = [term.note] if term.note else []
        if match.spelling.misspelt:
            notes.append(f"misspelt; official: {term.canonical}")
        before = self.text[max(0, match.start - _WINDOW) : match.start]
        if kind is FindingKind.SCAM_TYPE and self._denied(match, before):
            kind = FindingKind.DENIED
            notes.append("the report says that it did not occur")
        if _TITLE.search(self.text[max(0, match.start - 61) : match.start]):
            notes.append("in the title of a document")
        return self._place(kind, term.canonical, match.start, match.end, "; ".join(notes), term.certainty)

    def numbers(self, findings: list[Finding]) -> list[Finding]:
        """Numbers that the report tells people to call and that no term knows."""
        known = {at for finding in findings for at in range(finding.start, finding.end)}
        note = "not one of the official numbers"
        return [
            self._place(FindingKind.HOTLINE, match[1], *match.span(1), note, Certainty.LIKELY)
            for match in _NUMBER.finditer(self.text)
            if match.start(1) not in known
        ]

    def _place(
        self, kind: FindingKind, canonical: str, start: int, end: int, note: str, certainty: Certainty
    ) -> Finding:
        index = max(bisect_right(self.paragraphs, start) - 1, 0)
        number = self.report.paragraphs[index].number if self.paragraphs else 1
        surface = self.report.text[start:end]
        return Finding(kind, canonical, surface, self.report.id, number, start, end, note, certainty)

    def _sentence(self, match: _Match) -> str:
        index = bisect_right(self.breaks, match.start) - 1
        start = max(self.breaks[index] + 1, match.start - _SENTENCE)
        return self.text[start : min(self.breaks[index + 1], match.end + _SENTENCE)]

    def _set(self, words: tuple[str, ...]) -> bool:
        if words not in self.settings:
            self.settings[words] = any(word in self.text for word in words)
        return self.settings[words]

    def _digit_beside(self, match: _Match) -> bool:
        beside = self.text[max(0, match.start - 1) : match.start] + self.text[match.end : match.end + 1]
        return any(character.isascii() and (character.isdigit() or character == ".") for character in beside)

    def _single(self, match: _Match) -> bool:
        """Whether a single person is meant (一名65岁老人, 居民王某, 接居民报警), or a group left out."""
        before = self.text[max(0, match.start - _WINDOW) : match.start]
        return bool(
            _PERSON_BEFORE.search(before)
            or _PERSON_AFTER.match(self.text, match.end)
            or _EXCEPTED.search(before)
        )

    def _denied(self, match: _Match, before: str) -> bool:
        return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.match(self.text, match.end))
