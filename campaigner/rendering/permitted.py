"""What a template may do: a short list, so that a file from elsewhere can neither reach out, nor run on, nor swell.

Jinja's sandbox keeps Python's insides away, but it lets a template multiply a text a thousand million times, and its
compiler does so before anything runs. So the tree is judged first, and loops are paced when texts are written.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import TemplateRuntimeError
from jinja2.nodes import EvalContext
from jinja2.tests import TESTS

from campaigner.domain.problem import Problem

LARGEST_FILE = 64 << 10
"""Bytes of a template file."""
DEEPEST = 60
"""Levels of a template's tree: Python's own compiler gives up somewhat later."""
DEEPEST_BLOCKS = 15
"""Conditions and loops inside each other."""
DEEPEST_LOOPS = 3
MOST_WRITTEN = 20_000
"""Characters that the loops of one text may write, by what stands in them; a letter's page has some 2000."""
MOST_SHOWN = 20_000
"""Characters that the expressions of one text may show, and that a template may have besides them."""
LONGEST_VALUE = 5_000
"""Characters, or entries, that a value may have that a template makes: by `replace`, `join`, `~` or `+`."""
MOST_WORKED = 200_000
"""Characters that the filters of one text may look through."""

_PACED = "paced"
_TEXTUAL = frozenset({"capitalize", "lower", "string", "title", "trim", "truncate", "upper", "wordcount"})
"""Filters that make a text of what they get."""
_VALUE = 40
"""Characters that an expression counts for."""
_VALUES = (
    nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Keyword,
)  # fmt: skip
"""What picks a value that is there; `set` may keep no other, or a value joined to itself would double line by line."""
_PARTS = (
    *_VALUES, nodes.Add, nodes.Sub, nodes.Div, nodes.FloorDiv, nodes.Concat, nodes.Tuple, nodes.List,
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign,
)  # fmt: skip
_FILTERS = frozenset({
    "abs", "capitalize", "count", "d", "default", "first", "float", "int", "join", "last", "length", "list", "lower",
    "max", "min", "replace", "reverse", "sort", "string", "title", "trim", "truncate", "unique", "upper", "wordcount",
})  # fmt: skip


def forbidden(tree: nodes.Template, source: str) -> list[Problem]:
    """Everything in a template that it may not do; nothing else should be done with the tree if there is any.

    Args:
        tree: A parsed template; line numbers are those of the file.
        source: Name of its file.
    """
    return [
        Problem("template-forbidden", f"{what}; {out}", what_zh, source, line)
        for what, out, what_zh, line in _found(tree)
    ]


def _found(tree: nodes.Template) -> Iterator[tuple[str, str, str, int | None]]:
    """Walks without recursion: what is too deep is told of, not followed."""
    waiting: list[tuple[nodes.Node, int, int, int]] = [(tree, 0, 0, 0)]
    while waiting:
        node, depth, blocks, loops = waiting.pop()
        blocks += isinstance(node, nodes.If | nodes.For)
        loops += isinstance(node, nodes.For)
        if depth > DEEPEST or blocks > DEEPEST_BLOCKS or loops > DEEPEST_LOOPS:
            yield (
                "this stands too deep inside other things",
                "write it simpler",
                "嵌套太深，请写简单些",
                node.lineno,
            )
            return
        if said := _judged(node):
            yield (*said, node.lineno)
        waiting += [(child, depth + 1, blocks, loops) for child in node.iter_child_nodes()]


def _judged(node: nodes.Node) -> tuple[str, str, str] | None:
    """What is wrong with one node: in English, the way out, in Chinese."""
    said = None
    match node:
        case _ if not isinstance(node, _PARTS):
            word = type(node).__name__.lower()
            out = "values, filters, if, for and set are what there is"
            said = (
                f"a template cannot use `{word}`",
                out,
                f"模板中不能使用 {word}，只能用变量、过滤器、if、for、set",
            )
        case nodes.Getattr(attr=attr) if attr.startswith("_"):
            said = f"`{attr}` cannot be used", "name a field", f"不能使用 {attr}"
        case nodes.Filter(name=word) if word not in _FILTERS:
            known = sorted(_FILTERS)
            out, zh = f"known are {', '.join(known)}", f"没有过滤器 {word}，可用的有：{'、'.join(known)}"
            said = f"there is no filter `{word}` here", out, zh
        case nodes.Test(name=word) if word not in TESTS:
            said = f"there is no test `{word}`", "look for the right word", f"没有判断 {word}"
        case nodes.Keyword(key="attribute"):
            said = "a filter cannot look into its values", "name a field", "过滤器不能用 attribute"
        case nodes.For(recursive=True):
            said = "a loop cannot call itself", "leave `recursive` out", "循环不能递归"
        case nodes.Assign() if not all(isinstance(part, _VALUES) for part in _parts(node.node)):
            said = "`set` keeps a value as it is", "join where it is shown", "set 只能保存现成的值，不能拼接"
    return said


def _parts(node: nodes.Node) -> Iterable[nodes.Node]:
    return [node, *node.find_all(nodes.Node)]


def pace(tree: nodes.Template) -> None:
    """Put a pace into every loop of a permitted tree, by what one turn of it writes."""
    for loop in list(tree.find_all(nodes.For)):
        turn = sum(len(data.data) for part in loop.body for data in part.find_all(nodes.TemplateData))
        turn += _VALUE * sum(1 for part in loop.body for _ in part.find_all(nodes.Expr)) + 1
        loop.iter = nodes.Filter(
            loop.iter,
            _PACED,
            [nodes.Const(turn)],
            [],
            None,
            None,
            lineno=loop.lineno,
            environment=loop.environment,
        )


class Pace:
    """How much the loops of the text that is being written may still write."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._left, self._unshown, self._unworked = MOST_WRITTEN, MOST_SHOWN, MOST_WORKED

    def show(self, count: int) -> None:
        """An expression shows so many characters.

        Raises:
            jinja2.TemplateRuntimeError: They are more than a text can hold.
        """
        self._unshown -= count
        if self._unshown < 0:
            raise TemplateRuntimeError("it shows more than a text can hold")

    def work(self, count: int) -> None:
        """A filter looks through so many characters.

        Raises:
            jinja2.TemplateRuntimeError: They are more than any text needs.
        """
        self._unworked -= count
        if self._unworked < 0:
            raise TemplateRuntimeError("its filters work through more than any text needs")

    def rows(self, rows: Iterable[Any]) -> Iterator[Any]:
        """The rows of a block; each begins anew."""
        for row in rows:
            self._begin()
            yield row

    def paced(self, entries: Iterable[Any], turn: int) -> Iterator[Any]:
        """Entries of a loop, as long as the text is not longer than any text can be."""
        for entry in entries:
            self._left -= turn
            if self._left < 0:
                raise TemplateRuntimeError("its loops write more than a text can hold")
            yield entry


def restrict(env: Environment, pace_of_text: Pace) -> None:
    """Leave an environment with what is permitted, and nothing that is there by itself.

    Args:
        env: Jinja's environment.
        pace_of_text: Paces loops, and what is shown and worked through.
    """
    known = {name: env.filters[name] for name in _FILTERS}
    textual = {name: _paced_filter(known[name], pace_of_text) for name in _TEXTUAL}
    made = _Made(pace_of_text)
    env.filters = {
        **known, **textual, "replace": made.replaced, "join": made.joined, _PACED: pace_of_text.paced,
    }  # fmt: skip
    env.globals.clear()
    env.code_generator_class = _Concatenating


def too_long(tree: nodes.Template) -> bool:
    """Whether what a template writes by itself, without any expression, is more than a text can hold."""
    return sum(len(data.data) for data in tree.find_all(nodes.TemplateData)) > MOST_SHOWN


def added(left: object, right: object) -> Any:
    """`left + right`, unless it is a text or a list longer than any that a template needs.

    Raises:
        jinja2.TemplateRuntimeError: It is.
    """
    for kind in (str, list, tuple):
        if isinstance(left, kind) and isinstance(right, kind):
            _within(len(left) + len(right), "`+`")
    return left + right  # type: ignore[operator]


def concatenated(parts: Iterable[object]) -> str:
    """`a ~ b`, unless it is longer than a value can be.

    Raises:
        jinja2.TemplateRuntimeError: It is, or a part is no text.
    """
    return _joined(parts, "", "`~`")


class _Concatenating(CodeGenerator):
    """Jinja's compiler, but `~` measures before it joins."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Write the call."""
        self.write("environment.concatenated((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class _Made:
    """Filters that make longer texts of texts: measured before they are made.

    Args:
        pace_of_text: Counts what they look through.
    """

    def __init__(self, pace_of_text: Pace) -> None:
        self._pace = pace_of_text

    def replaced(self, text: object, old: object, new: object) -> str:
        """Jinja's `replace`: one after the other they would swell a word to gigabytes."""
        whole, before, after = _text(text), _text(old), _text(new)
        self._pace.work(len(whole))
        _within(len(whole) + whole.count(before) * max(0, len(after) - len(before)), "`replace`")
        return whole.replace(before, after)

    def joined(self, entries: Iterable[object], between: object = "") -> str:
        """Jinja's `join`: of a text, each letter would get another text behind it."""
        made = _joined(entries, _text(between), "`join`")
        self._pace.work(len(made))
        return made


def _joined(entries: Iterable[object], between: str, what: str) -> str:
    parts: list[str] = []
    size = 0
    for entry in entries:
        parts.append(_text(entry))
        size += len(parts[-1]) + (len(between) if len(parts) > 1 else 0)
        _within(size, what)
    return between.join(parts)


def _within(size: int, what: str) -> None:
    if size > LONGEST_VALUE:
        raise TemplateRuntimeError(f"{what} makes more than a text can hold")


def _text(value: object) -> str:
    """A value as a text; a list is none, and a list of lists would be a text without end."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | dict | set | frozenset) or hasattr(value, "__next__"):
        raise TemplateRuntimeError("a list is no text; write it with `for` or `join`")
    return str(value)


def _paced_filter(known: Callable[..., Any], pace_of_text: Pace) -> Callable[..., Any]:
    """A filter of texts that is given no list, and counts what it is given."""

    @wraps(known)
    def filtered(*args: Any, **named: Any) -> Any:
        for value in (*args, *named.values()):
            if isinstance(value, Environment | EvalContext):
                continue
            pace_of_text.work(len(_text(value)))
        return known(*args, **named)

    return filtered
