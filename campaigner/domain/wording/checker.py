"""Checks wording against the rules: sentence by sentence, each distinct sentence once."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from campaigner.domain.problem import Problem
from campaigner.domain.wording.alphabet import blinding_of
from campaigner.domain.wording.cases import case_hits
from campaigner.domain.wording.content import lacks_content, nothing
from campaigner.domain.wording.folding import Folded
from campaigner.domain.wording.hotlines import digits_of
from campaigner.domain.wording.rules import Hit, RuleFinding
from campaigner.domain.wording.ruleset import ABOUT_CASE, JARGON, LISTED, Pattern, Ruleset
from campaigner.domain.wording.sentences import Part, Piece, Sentence, openings, sentences, unwrapped

_ITEM = re.compile(
    r"\s*(?:[0-9一二三四五六七八九十]{1,2}[.、．)）]|[（(][0-9一二三四五六七八九十]{1,2}[）)]|[①-⑳\-—·•●▪◆*✕×❌“「『])"
)
_CLAUSE_ENDS = frozenset("，,。！!？?：:；;、“”「」『』（）()【】\n")
_DIGIT = re.compile("[0-9]")
_REMEMBERED = 50_000
_NOTHING: frozenset[str] = frozenset()
_VOICES = frozenset({"attributed", "said"})


@dataclass(frozen=True, slots=True)
class TextContext:
    """What a text is for.

    Args:
        channel: `sms`, `letter`, `poster` or `notice`; "" means not known.
        segments: Names of the segments it goes to.
        written_for: Names of the segments its template or warning was written for; empty means everybody.
        warning: Id or name of the warning it comes from, for the message of CHK-16.
        hotlines: The office's own numbers, in any notation.
        qr_contents: Contents of QR codes that may be printed.
        names: Persons whom an import has marked.
        today: The day on which it is to be used; None switches off what depends on it.
        finished: Whether the texts are whole, as a recipient gets them.
    """

    channel: str = ""
    segments: tuple[str, ...] = ()
    written_for: tuple[str, ...] = ()
    warning: str = ""
    hotlines: frozenset[str] = frozenset()
    qr_contents: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    today: date | None = None
    finished: bool = False


@dataclass(slots=True)
class Checker:
    """Checks many texts for one purpose; a sentence that they share is checked once.

    Args:
        rules: The rules.
        context: What the texts are for.
    """

    rules: Ruleset
    context: TextContext
    _active: int = field(init=False)
    _old: bool = field(init=False)
    _numbers: frozenset[str] = field(init=False)
    _strangers: tuple[re.Pattern[str], ...] = field(init=False)
    _thorough: bool = field(init=False)
    _others: tuple[str, ...] = field(init=False)
    blinding: dict[int, int] = field(init=False)
    _sentences: dict[str, Piece] = field(init=False, default_factory=dict)
    _shapes: dict[str, Sentence] = field(init=False, default_factory=dict)
    _parts: dict[str, Part] = field(init=False, default_factory=dict)
    _verdicts: dict[tuple[str, int, frozenset[str]], tuple[Hit, ...]] = field(
        init=False, default_factory=dict
    )
    _called: dict[int, tuple[Pattern, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        rules, context = self.rules, self.context
        self._active = sum(1 << index for index, each in enumerate(rules.patterns) if self._applies(each))
        self._active |= rules.names_bit | rules.persons_bit
        self._old = rules.plainness.wanted(context.segments)
        self._numbers = frozenset(digits_of(number).lstrip("0") for number in context.hotlines)
        ours = [each for each in rules.addressed if _any_in(each.segments, context.segments)]
        self._strangers = tuple(each.find for each in rules.addressed if ours and each not in ours)
        self._thorough = bool(self._old or self._strangers or context.names)
        self._others = tuple(
            each for each in context.segments if context.written_for and each not in context.written_for
        )

        # Persons that an import has marked are looked for by name, and a name is made of any characters.
        self.blinding = {} if context.names else blinding_of(rules)

    def _applies(self, pattern: Pattern) -> bool:
        if pattern.channels and self.context.channel not in pattern.channels:
            return False
        today = self.context.today
        return pattern.expired_on is None or today is None or pattern.expired_on <= today

    def check(self, text: str) -> list[RuleFinding]:
        """Everything in a text that breaks a rule, by place."""
        if len(self._sentences) + len(self._verdicts) > _REMEMBERED:
            self._sentences.clear()
            self._shapes.clear()
            self._parts.clear()
            self._verdicts.clear()
        parts = self._cut(text)
        about = 0
        for part in parts:
            about |= part.about
        jargon = (
            self.rules.plainness.glossed(self.rules.folding.fold(text).text) if about & JARGON else _NOTHING
        )
        findings = [self._misdirected()] if self._others else []
        if self.context.finished and lacks_content(text):
            findings.append(self._finding(nothing(text), Folded(text, text), 0))
        begin, listed = 0, False
        for part in parts:
            if listed or not self._sound(part, about, jargon):
                found, listed = self._faults(part, begin, about, jargon, listed=listed)
                findings += found
            begin += part.length
        return findings

    def _faults(
        self, part: Part, begin: int, about: int, jargon: frozenset[str], *, listed: bool
    ) -> tuple[list[RuleFinding], bool]:
        """What breaks a rule in a part that begins at an offset, and whether a list goes on behind it."""
        findings: list[RuleFinding] = []
        end = begin
        for raw in part.sentences:
            start, end = end, end + len(raw)
            shape, sentence = part.known[raw]
            listed = listed and (sentence.is_item or not raw.strip())
            says = about | LISTED if listed else about
            if hits := self._verdict(shape, sentence, says, jargon):
                own = sentence
                if own.folded.raw != raw:
                    # Another sentence of this shape was read: what is told must be this one's.
                    own = self._read(raw)
                    hits = self._judge(own, says, jargon)
                findings += [self._finding(hit, own.folded, start) for hit in hits]
            listed = listed or sentence.opens_list
        return findings, listed

    def _sound(self, part: Part, about: int, jargon: frozenset[str]) -> bool:
        """Whether each sentence of a part stands for itself, and none has a hit."""
        if part.lists:
            return False
        key = (about, jargon)
        sound = part.sound.get(key)
        if sound is None:
            hits = (self._verdict(*each, about, jargon) for each in part.known.values())
            sound = part.sound[key] = not any(hits)
        return sound

    def _cut(self, text: str) -> list[Part]:
        """A text's greeting and the rest; what follows the greeting is cut once for all who get it."""
        greeting = openings(text)
        known = self._parts.get
        parts = [known(each) or self._parts.setdefault(each, self._part([each], each)) for each in greeting]
        rest = text[sum(map(len, greeting)) :]
        part = known(rest) if greeting else None
        if part is None:
            part = self._part(list(sentences(rest)), rest)
            if greeting:
                self._parts[rest] = part
        return [*parts, part]

    def _part(self, cut: list[str], text: str) -> Part:
        known = {raw: self._known(raw) for raw in dict.fromkeys(cut)}
        about, lists = 0, False
        for _shape, sentence in known.values():
            about |= sentence.about
            lists = lists or sentence.opens_list
        return Part(sentences=cut, known=known, length=len(text), about=about, lists=lists)

    def _known(self, raw: str) -> Piece:
        """A sentence by its shape: what the rules cannot tell apart is read once."""
        piece = self._sentences.get(raw)
        if piece is None:
            shape = raw.translate(self.blinding)
            sentence = self._shapes.get(shape)
            if sentence is None:
                sentence = self._shapes[shape] = self._read(raw)
            piece = self._sentences[raw] = (shape, sentence)
        return piece

    def _verdict(self, shape: str, sentence: Sentence, about: int, jargon: frozenset[str]) -> tuple[Hit, ...]:
        """What sentences of a shape break, in a text that is about these things; judged once."""
        if sentence.quiet and not about & LISTED:
            return ()
        key = (shape, about, jargon)
        hits = self._verdicts.get(key)
        if hits is None:
            hits = self._verdicts[key] = self._judge(sentence, about, jargon)
        return hits

    def _read(self, raw: str) -> Sentence:
        rules = self.rules
        folded = rules.folding.fold(raw)
        text = folded.text
        about = 0
        for flag, expression in rules.flags.items():
            if expression.search(text):
                about |= flag
        if self._old and rules.plainness.has_jargon(text):
            about |= JARGON
        mask = (rules.sieve.mask(text) & self._active) | rules.suspicion(folded)
        has_digit = _DIGIT.search(text) is not None
        ending = text.rstrip()
        opens = ending.endswith(("：", ":")) and rules.voice.attributed(ending, len(ending), quoted=True)
        quiet = not (mask or has_digit or opens or self._thorough)
        return Sentence(folded, mask, about, has_digit, opens, _ITEM.match(text) is not None, quiet)

    def _judge(self, sentence: Sentence, about: int, glossed: frozenset[str]) -> tuple[Hit, ...]:
        rules, context, folded = self.rules, self.context, sentence.folded
        text = folded.text
        hits: list[Hit] = []
        for pattern in self._patterns(sentence.mask & (rules.names_bit - 1)):
            if not pattern.about & ~about and not (about & LISTED and pattern.spare & _VOICES):
                hits += self._match(pattern, text)
        if sentence.mask & rules.names_bit:
            hits += rules.names.hits(folded)
        if sentence.mask & rules.unfinished_bit:
            hits += rules.unfinished.hits(folded, context.channel)
        case = about & ABOUT_CASE != 0
        if sentence.mask & rules.persons_bit or context.names:
            hits += rules.persons.hits(text, case=case, known=context.names)
        if sentence.has_digit:
            hits += rules.hotlines.hits(folded, self._numbers)
            if case:
                hits += case_hits(folded, rules.case_limits, context.today)
        if self._old:
            hits += rules.plainness.hits(text, glossed)
        for stranger in self._strangers:
            hits += [self._misaddressed(match) for match in stranger.finditer(text)]
        return tuple(_apart(hits)) if len(hits) > 1 else tuple(hits)

    def _patterns(self, mask: int) -> tuple[Pattern, ...]:
        called = self._called.get(mask)
        if called is None:
            called = tuple(each for index, each in enumerate(self.rules.patterns) if mask >> index & 1)
            self._called[mask] = called
        return called

    def _match(self, pattern: Pattern, text: str) -> list[Hit]:
        if pattern.needs and not pattern.needs.search(text):
            return []
        matches = [match for find in pattern.finds for match in find.finditer(text)]
        matches += [
            match
            for find in pattern.clause_finds
            for match in find.finditer(text)
            if _begins_clause(text, match.start())
        ]
        if not matches or (pattern.unless and pattern.unless.search(text)):
            return []
        excuses, rule = self.rules.voice.excuses, self._rule_of(pattern, text)
        return [
            Hit(rule, pattern.kind, *match.span(), pattern.message, pattern.says, pattern.instead)
            for match in matches
            if not self._allowed(pattern, match[0]) and not excuses(text, *match.span(), pattern.spare)
        ]

    def _allowed(self, pattern: Pattern, match: str) -> bool:
        """Whether a link or code is one of ours; in a text message none is."""
        if not pattern.check or self.context.channel in ("", "sms"):
            return False
        contents = self.context.qr_contents
        return bool(contents) if pattern.check == "scan" else any(match in content for content in contents)

    def _rule_of(self, pattern: Pattern, text: str) -> str:
        """CHK-03 for CHK-01 where only the office's own people are meant, not families or the public."""
        if pattern.rule != "CHK-01":
            return pattern.rule
        own, public = self.rules.staff
        return "CHK-03" if own.search(text) and not public.search(text) else pattern.rule

    def _misdirected(self) -> RuleFinding:
        """CHK-16 for a text that goes to a segment it was not written for: about no place in it."""
        written_for, others = self.context.written_for, self._others
        passage = f"{self.context.warning}: {', '.join(others)}"
        hit = Hit(
            "CHK-16",
            "other-segment",
            0,
            0,
            f"written for {', '.join(written_for)}, goes to {', '.join(others)}",
            f"这段文字写给{'、'.join(written_for)}，现在要发给{'、'.join(others)}。",
        )
        return self._finding(hit, Folded(passage, passage), 0)

    def _misaddressed(self, match: re.Match[str]) -> Hit:
        return Hit(
            "CHK-16",
            "address",
            *match.span(),
            f"{match[0]} does not address {', '.join(self.context.segments)}",
            f"称呼“{match[0]}”与发送人群不符。",
        )

    def _finding(self, hit: Hit, folded: Folded, offset: int) -> RuleFinding:
        rule = self.rules.rules[hit.rule]
        start, end = folded.places(hit.start, hit.end, as_given=hit.as_given)
        says = hit.says or rule.explanation_zh
        return RuleFinding(
            rule=rule.id,
            kind=hit.kind,
            level=rule.level,
            start=offset + start,
            end=offset + end,
            text=folded.raw[start:end] if hit.end else "",
            passage=folded.raw,
            message=hit.message,
            explanation_zh=f"{says}（{rule.id} {rule.title_zh}：{rule.source_zh}）",
            instead_zh=hit.instead or rule.instead_zh,
        )


def _any_in(words: Sequence[str], segments: Sequence[str]) -> bool:
    return any(
        word == part
        for segment in segments
        for part in re.split(r"[-_\s]", segment.lower())
        for word in words
    )


def _apart(hits: Sequence[Hit]) -> Iterator[Hit]:
    """The hits by place; of those of one rule that overlap only the first."""
    last: dict[str, int] = {}
    for hit in sorted(hits, key=lambda each: (each.start, -each.end, each.rule)):
        if hit.start >= last.get(hit.rule, 0) or hit.rule == "CHK-23":
            last[hit.rule] = hit.end
            yield hit


def _begins_clause(text: str, start: int) -> bool:
    return text[max(0, start - 4) : start].rstrip()[-1:] in _CLAUSE_ENDS or not text[:start].strip()


def check_document(text: str, source: str, rules: Ruleset, context: TextContext) -> list[Problem]:
    """Everything in somebody's text that breaks a rule, as problems with line and column.

    Args:
        text: The whole document.
        source: Its name, as the user knows it.
        rules: The rules.
        context: What it is for, as far as known.
    """
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    problems = []
    for finding in Checker(rules, context).check(unwrapped(text)):
        line = bisect_right(starts, finding.start)
        problems.append(finding.problem(source, line, finding.start - starts[line - 1] + 1))
    return problems
