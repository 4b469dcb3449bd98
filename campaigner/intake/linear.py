"""Regular expressions that an office wrote itself, run by RE2: in time that grows with the text, whatever they say.

Python's engine tries every way to match: `(a+)+b` over thirty letters takes longer than anybody waits. RE2 does not,
and so knows neither look-around nor back-references. Its `\\w`, `\\d` and `\\s` know ASCII alone, so each expression
is rewritten first, to mean to RE2 what it means to Python; what cannot be rewritten is refused where it stands.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 4_000
"""Characters of an expression, its word groups filled in."""
_LONGEST_GROUP = 50_000
_MOST_REPEATS = 1_000
_MOST_FOUND = 200
"""Matches in one sentence; more than these tell nothing new."""
_MEMORY = 2 << 20
"""Bytes that RE2 may take for one expression."""
GROUP = re.compile(r"<<(\w+)>>")
_REPEAT = re.compile(r"\{(?P<least>\d*)(?:(?P<comma>,)(?P<most>\d*))?\}")
_FLAGS = re.compile(r"\(\?(?P<on>[aiLmsux]*)(?:-(?P<off>[imsx]+))?(?P<end>[:)])")
_NAMED = re.compile(r"\(\?P<[^>]*>")
_CLASSES: Mapping[str, tuple[str, str]] = {
    # Within brackets, and standing alone.
    "w": (r"\pL\pN_", r"[\pL\pN_]"),
    "d": (r"\p{Nd}", r"\p{Nd}"),
    "D": (r"\P{Nd}", r"\P{Nd}"),
    "s": (r"\x{09}-\x{0d}\x{1c}-\x{20}\x{85}\pZ", r"[\x{09}-\x{0d}\x{1c}-\x{20}\x{85}\pZ]"),
    "W": ("", r"[^\pL\pN_]"),
    "S": ("", r"[^\x{09}-\x{0d}\x{1c}-\x{20}\x{85}\pZ]"),
}
_CONTROLS = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_HEX = {"x": 2, "u": 4, "U": 8}
_OCTAL = re.compile(r"[0-7]{1,3}")
_OCTAL_THREE = re.compile(r"[0-3][0-7]{2}")


class PatternError(ValueError):
    """An expression that cannot be used.

    Args:
        at: Place of the fault in the expression as it was written, from 0.
        message: What it is and what to write instead, in English.
        message_zh: The same in Chinese.
    """

    def __init__(self, at: int, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.at, self.message_zh = at, message_zh


@dataclass(frozen=True, slots=True)
class Match:
    """One match.

    Args:
        text: What was looked through.
        begin: Where it begins.
        end: Where it ends.
    """

    text: str
    begin: int
    end: int

    def span(self) -> tuple[int, int]:
        """Where it begins and ends."""
        return self.begin, self.end

    def start(self) -> int:
        """Where it begins."""
        return self.begin

    def __getitem__(self, group: int) -> str:
        """The whole match, which is its only group."""
        if group:
            raise IndexError("no such group")
        return self.text[self.begin : self.end]


class Linear:
    """An expression that RE2 runs.

    Args:
        pattern: In RE2's syntax, see `linear`.
        ignores_case: Whether capitals make no difference.

    Raises:
        ValueError: RE2 does not take it.
    """

    def __init__(self, pattern: str, *, ignores_case: bool) -> None:
        import re2

        options = re2.Options()
        options.max_mem = _MEMORY
        options.case_sensitive = not ignores_case
        options.log_errors = False
        self.pattern, self.ignores_case = pattern, ignores_case
        try:
            self._engine = re2.compile(pattern, options)
        except re2.error as error:
            said = error.args[0] if error.args else ""
            raise ValueError(said.decode("utf-8", "replace") if isinstance(said, bytes) else said) from None

    def __reduce__(self) -> tuple[Callable[[str, bool], "Linear"], tuple[str, bool]]:
        """Another process compiles it anew."""
        return _again, (self.pattern, self.ignores_case)

    def search(self, text: str) -> Match | None:
        """The first match."""
        return next(self.finditer(text), None)

    def finditer(self, text: str) -> Iterator[Match]:
        """The matches from left to right, a few hundred at the most."""
        whole = _encodable(text)
        for count, found in enumerate(self._engine.finditer(whole)):
            if count == _MOST_FOUND:
                return
            yield Match(text, *found.span())


def _again(pattern: str, ignores_case: bool) -> Linear:
    return Linear(pattern, ignores_case=ignores_case)


def _encodable(text: str) -> str:
    """Halves of pairs as one other character each, so that places stay."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def linear(written: str, groups: Mapping[str, str], *, ignores_case: Callable[[str], bool]) -> Linear:
    """An office's expression for RE2, meaning what it means to Python.

    Args:
        written: The expression as it stands in the file, with word groups as `<<name>>`.
        groups: What the word groups stand for.
        ignores_case: Tells of the filled-in expression whether capitals make no difference.

    Raises:
        PatternError: It cannot be used; says where and what helps.
        KeyError: There is no such word group.
    """
    size = filled_size(written, groups)
    if size > LONGEST:
        raise PatternError(
            0,
            f"this expression has {size} characters with its word groups; {LONGEST} are the most: make several of it",
            f"表达式（含词组）有 {size} 个字符，最多 {LONGEST} 个，请拆成几条",
        )
    source = _Source.of(written, groups)
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(source.text)
    except re.error as error:
        at = source.place(error.pos or 0)
        raise PatternError(
            at, f"{error.msg}; mend the expression here", "表达式这里写错了，请检查括号、方括号和次数是否完整"
        ) from None
    except (RecursionError, OverflowError):
        raise _unable(0, "brackets this deep or numbers this large", "这么深的括号或这么大的数字") from None
    try:
        rewritten = _Rewriting(source).all()
        return Linear(rewritten, ignores_case=ignores_case(source.text))
    except PatternError:
        raise
    except ValueError as error:
        raise PatternError(
            0,
            f"this expression is too much ({error}); make several shorter ones of it, with smaller numbers",
            "表达式过于复杂，请拆成几条较短的、次数较小的",
        ) from None


@dataclass(frozen=True, slots=True)
class _Source:
    """An expression with its word groups filled in, and where each character of it was written."""

    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, written: str, groups: Mapping[str, str]) -> "_Source":
        text, places, at = "", [], 0
        for match in GROUP.finditer(written):
            filled = groups[match[1]]
            text += written[at : match.start()] + filled
            places += [*range(at, match.start()), *[match.start()] * len(filled)]
            at = match.end()
        return cls(text + written[at:], (*places, *range(at, len(written))))

    def place(self, offset: int) -> int:
        return self.places[offset] if offset < len(self.places) else (self.places or (0,))[-1]


class _Rewriting:
    """One pass over an expression that Python takes, writing it as RE2 understands it."""

    def __init__(self, source: _Source) -> None:
        self._source, self._text = source, source.text
        self._at = 0

    def all(self) -> str:
        parts = []
        while self._at < len(self._text):
            parts.append(self._next())
        return "".join(parts)

    def _next(self) -> str:
        character = self._text[self._at]
        if character == "\\":
            return self._escape()
        if character == "[":
            return self._brackets()
        if character == "(":
            return self._open()
        if character in "*+?{":
            return self._repeat()
        self._at += 1
        return character if character in ").|^$" else _plain(character)

    def _open(self) -> str:
        """A bracket: what is captured is of no use to anybody, so all of them only hold together."""
        rest = self._text[self._at : self._at + 4]
        for head, what, what_zh in (
            ("(?=", "look-ahead", "前瞻断言"), ("(?!", "look-ahead", "前瞻断言"),
            ("(?<=", "look-behind", "后顾断言"), ("(?<!", "look-behind", "后顾断言"),
            ("(?P=", "a back-reference", "反向引用"), ("(?(", "a condition", "条件分支"),
            ("(?>", "an atomic group", "原子分组"),
        ):  # fmt: skip
            if rest.startswith(head):
                raise self._refused(what, what_zh)
        if rest.startswith("(?#"):
            self._at = self._text.index(")", self._at) + 1
            return "(?:)"
        if named := _NAMED.match(self._text, self._at):
            self._at = named.end()
            return "(?:"
        if flags := _FLAGS.match(self._text, self._at):
            if set(flags["on"] + (flags["off"] or "")) - set("ims"):
                raise self._refused("a flag other than i, m, s", "除 i、m、s 以外的标志")
            self._at = flags.end()
            return flags[0]
        self._at += 1
        return "(?:"

    def _repeat(self) -> str:
        """How often; Python reads `{,5}` as from none to five, RE2 as it stands."""
        counted = _REPEAT.match(self._text, self._at)
        if self._text[self._at] == "{":
            if counted is None or counted[0] == "{}":
                self._at += 1
                return _plain("{")
            least, most = counted["least"] or "0", counted["most"]
            if max(int(least), int(most or 0)) > _MOST_REPEATS:
                raise self._refused(f"more than {_MOST_REPEATS} repeats", f"超过 {_MOST_REPEATS} 次的重复")
            self._at = counted.end()
            times = f"{{{int(least)}}}" if not counted["comma"] else f"{{{int(least)},{most or ''}}}"
        else:
            times = self._text[self._at]
            self._at += 1
        if self._text.startswith("+", self._at):
            raise self._refused("a possessive repeat (`+` behind a repeat)", "占有量词（次数后面的 +）")
        if self._text.startswith("?", self._at):
            self._at += 1
            times += "?"
        return times

    def _escape(self) -> str:
        """Something behind a backslash, outside of brackets."""
        name = self._text[self._at + 1]
        if name in "123456789":
            if not _OCTAL_THREE.match(self._text, self._at + 1):
                raise self._refused("a back-reference", "反向引用")
            return self._character()
        if name in "bB":
            raise self._refused(f"a word's edge (`\\{name}`)", f"单词边界（\\{name}）")
        if name in "AZ":
            self._at += 2
            return "\\A" if name == "A" else "\\z"
        if name in _CLASSES:
            self._at += 2
            return _CLASSES[name][1]
        return self._character()

    def _character(self) -> str:
        """One character that is written behind a backslash, in or out of brackets."""
        name = self._text[self._at + 1]
        if name == "N":
            raise self._refused("a character by its name", "按名称写的字符")
        if name in _HEX:
            digits = self._text[self._at + 2 : self._at + 2 + _HEX[name]]
            self._at += 2 + _HEX[name]
            return _coded(int(digits, 16))
        if octal := _OCTAL.match(self._text, self._at + 1):
            self._at = octal.end()
            return _coded(int(octal[0], 8))
        self._at += 2
        return _coded(_CONTROLS[name]) if name in _CONTROLS else _plain(name)

    def _brackets(self) -> str:
        """`[...]`; inside, nothing but `-` between two characters means anything to RE2 as it is written here."""
        begin = self._at
        self._at += 1
        parts = ["["]
        if self._text.startswith("^", self._at):
            parts.append("^")
            self._at += 1
        first = True
        while first or self._text[self._at] != "]":
            first = False
            one = self._member(begin)
            ranged = self._text.startswith("-", self._at) and not self._text.startswith("-]", self._at)
            if ranged:
                self._at += 1
                one += f"-{self._member(begin)}"
            parts.append(one)
        self._at += 1
        return "".join([*parts, "]"])

    def _member(self, begin: int) -> str:
        character = self._text[self._at]
        if character != "\\":
            self._at += 1
            return _plain(character)
        name = self._text[self._at + 1]
        if name in "WS":
            self._at = begin
            raise self._refused(f"`\\{name}` within [ ]", f"[ ] 里的 \\{name}")
        if name in _CLASSES:
            self._at += 2
            return _CLASSES[name][0]
        return self._character()

    def _refused(self, what: str, what_zh: str) -> PatternError:
        return _unable(self._source.place(self._at), what, what_zh)


def _unable(at: int, what: str, what_zh: str) -> PatternError:
    return PatternError(
        at,
        f"an own expression cannot have {what}: it runs in an engine that never hangs; list the words with `|`, or say "
        "what else must or must not stand in the sentence by `needs` and `unless`",
        f"自定义表达式不能用{what_zh}（检查引擎保证不会卡死）：请用 | 列出词语，"
        "或用 needs、unless 写明句子里须有或不得有什么",
    )


def _plain(character: str) -> str:
    """One character that means itself."""
    if character.isascii() and not character.isalnum():
        return _coded(ord(character))
    return _coded(ord(character)) if "\ud800" <= character <= "\udfff" else character


def _coded(code: int) -> str:
    return f"\\x{{{code:x}}}"


def filled_groups(groups: Mapping[str, Any], alternatives: Callable[[list[str]], str]) -> dict[str, str]:
    """Word groups as own expressions get them: words one beside the other, without what only Python's engine knows.

    The possessive repeats of shipped groups stand before a character that they cannot take, so they may go.

    Args:
        groups: Name -> words, or an expression that may name other groups.
        alternatives: Makes one expression of words.
    """
    made = {
        name: each.replace("}+", "}") if isinstance(each, str) else alternatives(each)
        for name, each in groups.items()
    }
    for _ in range(2):
        made = {name: filled(text, made) for name, text in made.items()}
    return made


def filled(text: str, groups: Mapping[str, str]) -> str:
    """A text with its word groups filled in.

    Raises:
        KeyError: There is no such group.
        ValueError: It would be longer than any expression: groups of groups swell.
    """
    size = filled_size(text, groups)
    if size > _LONGEST_GROUP:
        raise ValueError(
            f"a word group has {size} characters with those in it; {_LONGEST_GROUP} are the most"
        )
    return GROUP.sub(lambda match: groups[match[1]], text)


def filled_size(text: str, groups: Mapping[str, str]) -> int:
    """How many characters a text has with its word groups, before it is made."""
    return len(text) + sum(len(groups[match[1]]) - len(match[0]) for match in GROUP.finditer(text))
