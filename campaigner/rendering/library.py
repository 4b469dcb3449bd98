"""The template library: front matter, sandboxed Jinja, and texts written block by block."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from campaigner.domain.campaign import Channel
from campaigner.domain.people import Kind
from campaigner.domain.problem import Problem
from campaigner.rendering.analysis import PRINTABLE, Analysis, analyse
from campaigner.rendering.form import TemplateForm
from campaigner.rendering.markdown import UNSUPPORTED, faults
from campaigner.rendering.permitted import LARGEST_FILE, Pace, forbidden, pace, too_long
from campaigner.rendering.sandbox import environment
from campaigner.toml.table import Table, read_table
from campaigner.toml.wording import Wording

FENCE = "+++"
_SEPARATOR = "\x1e"
"""Ends each text of a block; audiences are cleaned of control characters, and a mismatch is noticed."""
_HEAD = "template-front-matter"
_TAG = re.compile(r"\{[%#].*?[%#]\}", re.DOTALL)
_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
"""What Jinja puts in place of an expression is text, so a word stands for it when Markdown is looked over."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template as its file has it.

    Args:
        id: `sms/elderly`: folder and name.
        form: What templates of its kind of artefact look like.
        title: What officers call it.
        kind: Kind of audience whose columns it may use.
        segments: Segments it is written for; empty means any.
        warnings: Warnings it is written for; empty means any.
        design: Layout of a poster; "" otherwise.
        file: Path relative to the working folder.
        source: The file's bytes.
        fields: Columns of the recipient that it uses, in the order in which they are handed over.
        tree: The parsed body; recipient fields are plain names in it.
        weighed: Those of the fields whose value, not only whether they are empty, decides what is written.
    """

    id: str
    form: TemplateForm
    title: str
    kind: Kind
    segments: tuple[str, ...]
    warnings: tuple[str, ...]
    design: str
    file: str
    source: bytes
    fields: tuple[str, ...]
    tree: nodes.Template
    weighed: frozenset[str] = frozenset()

    def __reduce__(self) -> tuple[Callable[..., "Template"], tuple[bytes, str, TemplateForm]]:
        """Another process reads its source anew: Jinja's trees do not travel."""
        return _read_again, (self.source, self.file, self.form)

    @property
    def channel(self) -> Channel:
        """Kind of artefact that it is for."""
        return self.form.channel

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes."""
        return hashlib.sha256(self.source).hexdigest()

    @property
    def personal(self) -> bool:
        """Whether its text differs from recipient to recipient."""
        return bool(self.fields)


def read_library(
    folder: Path, root: Path, forms: Iterable[TemplateForm]
) -> tuple[dict[str, Template], list[Problem]]:
    """Every template below `folder`, by id, and everything that is wrong with them.

    Args:
        folder: The templates/ folder.
        root: The working folder; file names are shown relative to it.
        forms: One for each kind of artefact.
    """
    templates: dict[str, Template] = {}
    problems: list[Problem] = []
    for form in forms:
        for path in sorted((folder / form.channel.value).glob(f"*{form.suffix}")):
            template, found = read_template(path, root, form)
            problems += found
            if template is not None:
                templates[template.id] = template
    return templates, problems


def read_template(path: Path, root: Path, form: TemplateForm) -> tuple[Template | None, list[Problem]]:
    """One template file of a kind of artefact."""
    name = path.relative_to(root).as_posix()
    if not path.is_file():
        return None, [_fault("file-unreadable", name, 1, "not a plain file", "不是普通文件")]
    with path.open("rb") as file:
        raw = file.read(LARGEST_FILE + 1)
    return _template(raw, name, form)


def _template(raw: bytes, name: str, form: TemplateForm) -> tuple[Template | None, list[Problem]]:
    """The template that a file's bytes are."""
    opened = _opened(raw, name)
    if isinstance(opened, Problem):
        return None, [opened]
    written, body, offset = opened
    head, problems = _front_matter(written, name, form)
    kind = head.kind or Kind.PEOPLE
    tree, refused = _parsed(body, offset, name, form)
    if tree is None:
        return None, [*problems, *refused]
    for node in tree.find_all(nodes.Node):
        node.lineno = (node.lineno or 1) + offset
    if too_long(tree):
        return None, [*problems, _too_long(name)]
    analysis: Analysis = analyse(tree, kind, name)
    pace(tree)
    # Which columns a recipient has depends on the kind; where that is not known, nothing is said of them.
    problems += [one for one in analysis.problems if head.kind or "`recipient" not in one.message]
    if form.markdown:
        problems += _markdown(body, offset, name)
    if problems:
        return None, problems
    return (
        Template(
            head.id, form, head.title, kind, head.segments, head.warnings, head.design, name, raw,
            analysis.fields, tree, analysis.weighed,
        ),
        [],
    )  # fmt: skip


def _read_again(source: bytes, file: str, form: TemplateForm) -> Template:
    template, _problems = _template(source, file, form)
    assert template is not None, "it was read before"
    return template


def _opened(raw: bytes, name: str) -> tuple[str, str, int] | Problem:
    """A file's front matter, its lines those of the file; its body, and how many lines stand before the body."""
    if len(raw) > LARGEST_FILE:
        return _too_long(name)
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return _fault("template-encoding", name, line, "save the file as UTF-8", "请另存为 UTF-8 编码")
    return _split(text, name)


def _parsed(
    body: str, offset: int, name: str, form: TemplateForm
) -> tuple[nodes.Template | None, list[Problem]]:
    """The tree of a body that does nothing forbidden, or why there is none."""
    try:
        tree = environment(form.escape).parse(body.rstrip(), name)
    except TemplateSyntaxError as error:
        message, message_zh = f"{error.message}", f"模板语法错误：{error.message}"
        return None, [_fault("template-syntax", name, error.lineno + offset, message, message_zh)]
    except (RecursionError, ValueError):
        # Brackets inside brackets without end, a number of some thousand digits.
        message, message_zh = "a number or brackets are beyond all measure", "括号嵌套太深或数字太长"
        return None, [_fault("template-syntax", name, offset + 1, message, message_zh)]
    refused = forbidden(tree, name)
    if refused:
        return None, [replace(one, line=(one.line or 1) + offset) for one in refused]
    return tree, []


def _markdown(body: str, offset: int, name: str) -> list[Problem]:
    """What light Markdown has not, at its line: it would come out as it stands."""
    return [
        _fault(
            "template-markdown",
            name,
            line + offset,
            f"{what} is not part of the light Markdown of letters and posters",
            f"信件和海报不支持{UNSUPPORTED.get(what, what)}，会原样印出",
        )
        for line, what in faults(_VALUE.sub("字", _TAG.sub(_line_breaks, body)))
    ]


def _line_breaks(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _fault(code: str, source: str, line: int, message: str, message_zh: str) -> Problem:
    return Problem(code, message, message_zh, source, line)


def _split(text: str, name: str) -> tuple[str, str, int] | Problem:
    lines = text.split("\n")
    if lines[0].strip() != FENCE:
        return _fault(
            _HEAD, name, 1, f"the file must begin with a line `{FENCE}` and its front matter",
            f"文件开头应有一行 {FENCE} 和模板说明",
        )  # fmt: skip
    number = next((n for n, line in enumerate(lines) if n and line.strip() == FENCE), 0)
    if not number:
        return _fault(
            _HEAD, name, 1, f"the front matter is not closed by a line `{FENCE}`", f"模板说明没有以 {FENCE} 结束"
        )  # fmt: skip
    return "\n".join(["", *lines[1:number]]), "\n".join(lines[number + 1 :]), number + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What a front matter says; `kind` is None where it cannot be told."""

    id: str = ""
    title: str = ""
    kind: Kind | None = None
    segments: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    design: str = ""


def _front_matter(text: str, name: str, form: TemplateForm) -> tuple[_Head, list[Problem]]:
    """What a front matter says; of use only if there are no problems."""
    table, problems = read_table(text, name, Wording(_HEAD))
    head = _Head() if table is None else _head(table, name, form)
    return head, [replace(problem, code=_HEAD) for problem in problems]


def _head(table: Table, name: str, form: TemplateForm) -> _Head:
    channel, designs = form.channel, form.designs
    expected = f"{channel.value}/{name.rpartition('/')[2].removesuffix(form.suffix)}"
    for key, wanted in (("id", expected), ("channel", channel.value)):
        if table.text(key, required=True) not in ("", wanted):
            table.fault(_HEAD, f'must be "{wanted}"', f'应为 "{wanted}"', key)
    kind = table.choice("kind", list(Kind), required=True)
    head = _Head(
        id=expected,
        title=table.text("title", expected),
        kind=Kind(kind) if kind else None,
        segments=table.texts("segments"),
        warnings=table.texts("warnings"),
        design=table.choice("design", designs, required=True) if designs else table.text("design"),
    )
    table.finish()
    return head


def _too_long(name: str) -> Problem:
    return _fault("template-long", name, 1, "the file is too long for a template", "文件太大，不是模板")


@dataclass(frozen=True, slots=True)
class Fault:
    """A text that could not be written: which row of the block, the line of the template, and why."""

    row: int
    line: int | None
    why: str
    why_zh: str = ""


class Writer:
    """Writes a template's texts for one run.

    Args:
        template: Which template.
        context: `warning`, `warnings`, `office` and `run` as the template sees them.
    """

    def __init__(self, template: Template, context: Mapping[str, Any]) -> None:
        self.template = template
        self._context = dict(context)
        self._render = compiled(template, template.tree)

    def one(self) -> str:
        """The text that all recipients share; only for a template that is not personal.

        Raises:
            jinja2.TemplateError: It cannot be written.
        """
        (text,) = self._texts([()])
        return text

    def block(self, columns: Mapping[str, Sequence[Any]], size: int) -> tuple[list[str | None], list[Fault]]:
        """The texts of a block, None for a row that fails; one faulty row does not take the others with it.

        Args:
            columns: At least the template's fields, each with `size` values.
            size: How many texts.
        """
        fields = [columns[name] for name in self.template.fields]
        rows: list[tuple[Any, ...]] = list(zip(*fields, strict=True)) if fields else [()] * size
        try:
            texts: list[str | None] = list(self._texts(rows))
        except Exception:  # noqa: BLE001 - a template may raise anything; the row by row pass names it
            return self._row_by_row(rows)
        return texts, []

    def _texts(self, rows: Sequence[tuple[Any, ...]]) -> list[str]:
        texts = self._render(self._context, rows).split(_SEPARATOR)
        texts.pop()
        if len(texts) != len(rows):
            # The separator stands in somebody's data: only row by row can they be told apart.
            texts = [self._render(self._context, [row])[:-1] for row in rows]
        return texts

    def _row_by_row(self, rows: Sequence[tuple[Any, ...]]) -> tuple[list[str | None], list[Fault]]:
        texts: list[str | None] = []
        faults: list[Fault] = []
        for number, row in enumerate(rows):
            try:
                texts.append(self._render(self._context, [row])[:-1])
            except Exception as error:  # noqa: BLE001 - see block
                texts.append(None)
                faults.append(Fault(number, fault_line(error, self.template.file), str(error)))
        return texts, faults


def fault_line(error: BaseException, file: str) -> int | None:
    """Line of the template at which it failed, from Jinja's own traceback."""
    line: int | None = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def parsed_again(template: Template) -> nodes.Template:
    """A tree of a template that nobody else holds, so that it may be changed."""
    return _read_again(template.source, template.file, template.form).tree


Render = Callable[[Mapping[str, Any], Sequence[tuple[Any, ...]]], str]
"""Context and rows to their texts, each followed by a separator."""


def compiled(
    template: Template, tree: nodes.Template, filters: Mapping[str, Callable[..., Any]] | None = None
) -> Render:
    """The body inside one loop over the rows: a block costs one call into Jinja.

    Args:
        template: Which template.
        tree: Its tree, or one made of it.
        filters: Filters that this tree needs besides.
    """
    paced = Pace()
    env = environment(template.form.escape, paced)
    env.filters.update(filters or {})
    names = template.fields or ("",)
    target = nodes.Tuple([nodes.Name(PRINTABLE + name, "store") for name in names], "store")
    source: nodes.Expr = nodes.Name("_rows", "load")
    body = [*tree.body, nodes.Output([nodes.TemplateData(_SEPARATOR)])]
    loop = nodes.For(target, source, body, [], None, False)  # noqa: FBT003 - Jinja takes fields by position only
    whole = nodes.Template([loop], lineno=1)
    whole.set_environment(env)
    code = env.compile(whole, template.id, template.file)
    made = env.template_class.from_code(env, code, env.make_globals(None))

    def render(context: Mapping[str, Any], rows: Sequence[tuple[Any, ...]]) -> str:
        padded = rows if template.fields else [("",)] * len(rows)
        return made.render({**context, "_rows": paced.rows(padded)})

    return render
