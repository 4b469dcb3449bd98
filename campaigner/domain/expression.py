"""The reader of filters: Python's own parser does the grammar, a short list says what may stand there."""

import ast
import difflib
import io
import re
import tokenize
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from campaigner.domain.classes import plain_class, plain_grade
from campaigner.domain.people import COLUMNS, Column, Kind
from campaigner.domain.predicate import TAG_GAP, Every, Leaf, Node, Not, Some

MAX_LENGTH = 2000
"""Characters of a filter."""
MAX_DEPTH = 30
"""Levels of and/or/not inside each other."""

_COMPARISONS: Mapping[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "=="),
    ast.NotEq: ("!=", "!="),
    ast.Lt: ("<", ">"),
    ast.LtE: ("<=", ">="),
    ast.Gt: (">", "<"),
    ast.GtE: (">=", "<="),
}
"""What each comparison is called, and what it becomes when its sides are swapped."""
_MEMBERSHIPS: Mapping[type[ast.cmpop], str] = {ast.In: "in", ast.NotIn: "not in"}
_CALLS = ("contains", "startswith")

_WRITTEN: Mapping[str, Callable[[str], str]] = {"grade": plain_grade, "class_name": plain_class}
"""Columns whose cells are written in one way, and so are the texts that they are compared with."""

_STRING = r"\"[^\"]*\"|'[^']*'"
_BLANK = re.compile(rf"({_STRING})|\s")
_SLIPS = (
    (r"[“”„‟‘’「」『』＂＇]", "quotes must be the plain \" or '", "引号要用英文的 \" 或 '"),
    (
        r"[＝＞＜！（），≥≤≠０-９]",
        "signs and digits must be half-width: == != >= <= ( ) ,",
        "符号和数字要用半角",
    ),
    (
        r"&&?|\|\|?|\b(?:AND|OR|NOT|IN)\b",
        "write and, or, not, in, in small letters",
        "请用小写的 and、or、not、in",
    ),
    (r"(?<![=!<>])=(?!=)", "write == for 'is equal to'", "“等于”要写成两个等号 =="),
    (r"<>", "write != for 'is not equal to'", "“不等于”要写成 !="),
)
"""What clerks write instead of the signs that are meant, most telling first."""


class RefusedError(Exception):
    """The first fault of a filter, on its way out of the reader.

    Args:
        code: Stable name of the fault.
        message: What is wrong, in English.
        message_zh: The same in Chinese.
        column: 1-based position of the first character it is about.
        end: 1-based position behind the last one.
    """

    def __init__(self, code: str, message: str, message_zh: str, column: int, end: int) -> None:
        super().__init__(message)
        self.code, self.message, self.message_zh = f"filter-{code}", message, message_zh
        self.column, self.end = column, end


def read_expression(text: str, kind: Kind) -> Node:
    """The tree of a filter that is not blank.

    Args:
        text: The expression.
        kind: Whose columns it may name, but for those that would pick out single persons.

    Raises:
        RefusedError: For any text that is no filter, and no other error.
    """
    return _Reader(text, kind).tree()


class _Reader:
    """Turns Python's syntax tree of a filter into our own, and refuses whatever has no place there."""

    def __init__(self, text: str, kind: Kind) -> None:
        # Blanks of any sort, full-width ones too, become plain ones: one line, and every position is kept.
        self.text = _BLANK.sub(lambda match: match[1] or " ", text)
        self.indent = len(self.text) - len(self.text.lstrip())
        self.columns = {column.name: column for column in COLUMNS[kind]}
        self.usable = {name: column for name, column in self.columns.items() if not _single(column)}

    def tree(self) -> Node:
        """The filter's tree, or the first fault."""
        if len(self.text) > MAX_LENGTH:
            say, zh = f"the filter is longer than {MAX_LENGTH} characters", f"筛选条件超过{MAX_LENGTH}个字符"
            raise RefusedError("too-long", say, zh, MAX_LENGTH + 1, MAX_LENGTH + 1)
        if "\\" in self.text:
            raise self._syntax(self.text.index("\\"), "a backslash has no meaning here", "这里不能用反斜杠")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                parsed = ast.parse(self.text[self.indent :], mode="eval")
        except SyntaxError as fault:
            # Text that ends too early is reported at position 0.
            position = self.indent + fault.offset - 1 if fault.offset else len(self.text)
            raise self._slip(position) from None
        except (ValueError, MemoryError, RecursionError):
            raise self._slip(0) from None
        self.encoded = self.text.encode()
        self._nothing_silent()
        return self._node(parsed.body, 0)

    def _nothing_silent(self) -> None:
        """Refuses what Python takes without a word: `#` hides the rest, two texts in a row become one."""
        before = -1
        for token in tokenize.generate_tokens(io.StringIO(self.text[self.indent :]).readline):
            at = self.indent + token.start[1]
            if token.type == tokenize.COMMENT:
                raise self._syntax(at, "a filter has no comments", "筛选条件里不能写注释")
            if token.type == before == tokenize.STRING:
                raise self._syntax(at, "a comma is missing between two texts", "两段文字之间缺少逗号")
            before = token.type

    def _slip(self, position: int) -> RefusedError:
        """The fault behind text that is no expression at all: a known slip where there is one."""
        bare = re.sub(_STRING, lambda match: " " * len(match[0]), self.text)
        for pattern, message, message_zh in _SLIPS:
            match = re.search(pattern, bare)
            if match:
                return self._syntax(match.start(), message, message_zh)
        message = "this cannot be read as a filter; check quotes, parentheses, and, or, not"
        position = max(0, min(position, len(self.text) - 1))
        return self._syntax(position, message, "这里读不懂，请检查引号、括号和 and、or、not")

    def _syntax(self, position: int, message: str, message_zh: str) -> RefusedError:
        return RefusedError("syntax", message, message_zh, position + 1, position + 2)

    def _span(self, node: ast.expr) -> tuple[int, int]:
        """0-based first position of a node and the one behind it; Python counts bytes."""
        offsets = (node.col_offset, node.end_col_offset or node.col_offset)
        start, end = (len(self.encoded[: self.indent + offset].decode(errors="ignore")) for offset in offsets)
        return start, end

    def _refused(self, node: ast.expr, code: str, message: str, message_zh: str) -> RefusedError:
        start, end = self._span(node)
        return RefusedError(code, message, message_zh, start + 1, end + 1)

    def _node(self, node: ast.expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            say = f"conditions stand more than {MAX_DEPTH} levels deep in each other"
            raise self._refused(node, "too-deep", say, f"条件套了{MAX_DEPTH}层以上，请写简单些")
        match node:
            case ast.BoolOp(ast.And(), values):
                return Every(tuple(self._node(value, depth + 1) for value in values))
            case ast.BoolOp(_, values):
                return Some(tuple(self._node(value, depth + 1) for value in values))
            case ast.UnaryOp(ast.Not(), operand):
                return Not(self._node(operand, depth + 1))
            case ast.Name():
                return self._flag(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.Call():
                return self._call(node)
        raise self._odd(node)

    def _odd(self, node: ast.expr) -> RefusedError:
        say = 'this is not a condition; write e.g. age >= 60, village == "...", contains(tags, "...")'
        return self._refused(node, "syntax", say, '这不是一个条件；可写 age >= 60、village == "…" 等')

    def _column(self, node: ast.Name) -> Column:
        if node.id in self.usable:
            return self.usable[node.id]
        if node.id in self.columns:
            label = self.columns[node.id].label
            say = f"`{node.id}` cannot be used: filters do not pick out single persons; use village, age ..."
            zh = f"不能按“{label}”筛选：筛选的是一类人，不是某一个人；请用村社区、年龄等"
            raise self._refused(node, "single-person", say, zh)
        return self._unknown(node)

    def _unknown(self, node: ast.Name) -> Column:
        words = {name: name for name in self.usable}
        words |= {column.label: name for name, column in self.usable.items()}
        near = difflib.get_close_matches(node.id.lower(), words, n=1, cutoff=0.65)
        if near:
            say, zh = f"did you mean `{words[near[0]]}`?", f"是不是“{words[near[0]]}”？"
        else:
            known = ", ".join(self.usable)
            say, zh = f"known are {known}", f"可用的有 {known}"
        raise self._refused(
            node, "unknown-name", f"there is no column `{node.id}`; {say}", f"没有“{node.id}”这一列；{zh}"
        )

    def _mismatch(self, node: ast.expr, column: Column) -> RefusedError:
        name = column.name
        if column.type is bool:
            say, zh = (
                f"`{name}` is yes or no: write `{name}` or `not {name}`",
                f"{name} 只有是和否：写 {name} 或 not {name}",
            )
        elif column.type is int:
            say = f"`{name}` is a number: compare it with a whole number without quotes"
            zh = f"{name} 是数字：请与不带引号的整数比较"
        else:
            say = f"`{name}` is a text: use ==, !=, in, not in, contains or startswith with a text in quotes"
            zh = f"{name} 是文字：请用 ==、!=、in、not in、contains、startswith，文字加英文引号"
        return self._refused(node, "type", say, zh)

    def _flag(self, node: ast.Name) -> Leaf:
        column = self._column(node)
        if column.type is not bool:
            raise self._mismatch(node, column)
        return self._leaf(node, column, ("flag", None))

    def _leaf(self, node: ast.expr, column: Column, *tests: tuple[str, Any]) -> Leaf:
        start, end = self._span(node)
        return Leaf(self.text[start:end], column.name, tests)

    def _comparison(self, node: ast.Compare) -> Leaf:
        """`column op constant`, `constant op column` or `constant op column op constant`."""
        sides = [node.left, *node.comparators]
        named = [number for number, side in enumerate(sides) if isinstance(side, ast.Name)]
        if len(named) != 1 or len(sides) > 3 or (len(sides) == 3 and named != [1]):  # noqa: PLR2004
            say = "a condition compares one column with constants, as age >= 60 or 18 <= age <= 40"
            raise self._refused(
                node, "syntax", say, "每个条件只能拿一列和固定的值比较，如 age >= 60 或 18 <= age <= 40"
            )
        place = named[0]
        name = sides[place]
        assert isinstance(name, ast.Name)
        column = self._column(name)
        tests = []
        for number, operator in enumerate(node.ops):
            constant = sides[number] if number < place else sides[number + 1]
            tests.append(self._test(node, column, operator, constant, swapped=number < place))
        return self._leaf(node, column, *tests)

    def _test(
        self, node: ast.expr, column: Column, operator: ast.cmpop, constant: ast.expr, *, swapped: bool
    ) -> tuple[str, Any]:
        if type(operator) in _MEMBERSHIPS and not swapped:
            return _MEMBERSHIPS[type(operator)], self._members(constant, column)
        if type(operator) not in _COMPARISONS:
            raise self._odd(node)
        sign = _COMPARISONS[type(operator)][swapped]
        if column.type is str and sign not in ("==", "!="):
            raise self._mismatch(node, column)
        return sign, _written(self._constant(constant, column), column)

    def _members(self, node: ast.expr, column: Column) -> frozenset[Any]:
        # ("一个") is no tuple in Python, but it is what people write for a list of one.
        listed = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
        if not listed:
            raise self._refused(node, "syntax", "the list is empty", "括号里没有内容")
        return frozenset(_written(self._constant(each, column), column) for each in listed)

    def _constant(self, node: ast.expr, column: Column) -> Any:
        # `type() is`, since True is an int as well.
        if isinstance(node, ast.Constant) and type(node.value) is column.type and column.type is not bool:
            return node.value
        raise self._mismatch(node, column)

    def _call(self, node: ast.Call) -> Leaf:
        match node:
            case ast.Call(ast.Name(function), [ast.Name() as name, ast.expr() as part], []) if (
                function in _CALLS
            ):
                column = self._column(name)
            case ast.Call(ast.Name(function)) if function not in _CALLS:
                near = difflib.get_close_matches(function.lower(), _CALLS, n=1) or _CALLS
                say = f"there is no `{function}(...)`; did you mean `{near[0]}`?"
                raise self._refused(node.func, "unknown-name", say, f"没有“{function}”；是不是“{near[0]}”？")
            case _:
                say = 'write it as contains(tags, "...") or startswith(unit, "...")'
                raise self._refused(
                    node, "syntax", say, '请写成 contains(tags, "…") 或 startswith(unit, "…")'
                )
        if column.type is not str:
            raise self._mismatch(node, column)
        wanted = self._constant(part, column)
        if not wanted:
            raise self._refused(part, "syntax", "an empty text is part of every text", "引号里没有内容")
        if function == "contains" and column.name == "tags":
            if TAG_GAP.search(wanted):
                raise self._refused(
                    part,
                    "syntax",
                    "one tag at a time; join them with `and`",
                    "一次只能写一个标签，多个标签用 and 连接",
                )
            function = "tagged"
        return self._leaf(node, column, (function, wanted))


def _written(value: Any, column: Column) -> Any:
    """A whole text in the way in which the cells of its column are written."""
    return _WRITTEN[column.name](value) if column.name in _WRITTEN else value


def _single(column: Column) -> bool:
    """Whether a column tells one person from another, which a segment must not do."""
    return column.personal or column.name == "roll"
