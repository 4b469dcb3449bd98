"""The light Markdown that letters and posters are written in: headings, paragraphs, lists, quotes, bold and italic.

Everything else stays literal text, so that nothing a person's name or a pasted sentence contains can act as markup;
`faults` says where a template uses what is not supported.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

UNSUPPORTED: dict[str, str] = {
    "HTML": "HTML 代码",
    "a link": "链接",
    "a picture": "图片",
    "code": "代码",
    "a table": "表格",
    "a rule": "分隔线",
    "an underlined heading": "下划线式标题",
    "a nested list": "多级列表",
    "a heading inside a list or quote": "列表或引用中的标题",
    "a list inside a quote": "引用中的列表",
    "a quote inside a list or quote": "列表或引用中的引用",
    "stars that make nothing bold": "没有生效的加粗星号",
}
"""What `faults` may name, in English and in Chinese."""

_LITERAL = [
    "autolink", "backticks", "code", "entity", "fence", "hr", "html_block", "html_inline", "image", "lheading",
    "link", "reference",
]  # fmt: skip
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_SPACE = re.compile(r"\s+")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff“”‘’…—·]")
_REPLACED = dict.fromkeys(map(ord, "\x00"), "\ufffd")

_BY_TOKEN = {
    "html_block": "HTML", "html_inline": "HTML", "link_open": "a link", "image": "a picture", "fence": "code",
    "code_block": "code", "code_inline": "code", "table_open": "a table", "hr": "a rule",
}  # fmt: skip
_CONTAINERS = {"bullet_list": "list", "ordered_list": "list", "blockquote": "quote"}
_NESTED = {
    ("list", "list"): "a nested list",
    ("list", "quote"): "a list inside a quote",
    ("quote", "list"): "a quote inside a list or quote",
    ("quote", "quote"): "a quote inside a list or quote",
}


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable(_LITERAL)


@lru_cache(maxsize=1)
def _full_parser() -> MarkdownIt:
    # Without joining, what a backslash made literal stays apart from what merely failed to be markup.
    return MarkdownIt("commonmark").enable("table").disable("text_join")


def escape(value: str) -> str:
    """Any text, written so that it stands literally inside Markdown; runs of white space become one space.

    Args:
        value: A recipient's name, a warning's sentence, anything.
    """
    return _PUNCTUATION.sub(r"\\\1", _SPACE.sub(" ", value).translate(_REPLACED))


def parse(text: str) -> list[dict[str, Any]]:
    """The blocks of a text, ready for JSON.

    Args:
        text: Light Markdown.

    Returns:
        `{"type": "heading", "level", "inlines"}`, `{"type": "paragraph", "inlines"}`, `{"type": "quote", "inlines"}`
        and `{"type": "list", "ordered", "items"}`, where each item is a list of inlines, and an inline is
        `{"text", "bold", "italic"}`. A forced line break is a newline in a text; a line of the source that merely ends
        joins the next one, with a space only where the script needs one.
    """
    blocks: list[dict[str, Any]] = []
    tokens = iter(_parser().parse(text))
    for token in tokens:
        if token.type == "heading_open":
            blocks.append({"type": "heading", "level": int(token.tag[1]), "inlines": _inside(tokens, token)})
        elif token.type == "paragraph_open":
            blocks.append({"type": "paragraph", "inlines": _inside(tokens, token)})
        elif token.type == "blockquote_open":
            blocks.append({"type": "quote", "inlines": _inside(tokens, token)})
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            ordered = token.type == "ordered_list_open"
            blocks.append({"type": "list", "ordered": ordered, "items": list(_items(tokens, token))})
    return blocks


def plain(blocks: list[dict[str, Any]]) -> str:
    """The text of blocks without markup, a line for each paragraph and list item: for searching and checking.

    Args:
        blocks: As `parse` gives them.
    """
    lines: list[str] = []
    for block in blocks:
        rows = block["items"] if block["type"] == "list" else [block["inlines"]]
        lines += ["".join(inline["text"] for inline in row) for row in rows]
    return "\n".join(lines)


def words_of(block: Mapping[str, Any]) -> str:
    """All words of a block that `parse` gave, with those of the blocks in it."""
    found: list[str] = []
    waiting: list[Any] = [block]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            found += [value["text"]] if isinstance(value.get("text"), str) else []
            waiting += [each for each in value.values() if not isinstance(each, str)]
        elif isinstance(value, list):
            waiting += value
    return "".join(found)


def faults(text: str) -> list[tuple[int, str]]:
    """Where a text uses what letters and posters do not support.

    Args:
        text: Light Markdown.

    Returns:
        (line from 1, what; a key of `UNSUPPORTED`), in order of line, each pair once.
    """
    found: set[tuple[int, str]] = set()
    environment: dict[str, Any] = {}
    outer: list[str] = []
    for token in _full_parser().parse(text, environment):
        line = (token.map[0] if token.map else 0) + 1
        kind = _CONTAINERS.get(token.type.removesuffix("_open").removesuffix("_close"))
        if kind and token.nesting > 0:
            if outer:
                found.add((line, _NESTED[kind, outer[-1]]))
            outer.append(kind)
        elif kind:
            outer.pop()
        else:
            found.update(_token_faults(token, line, inside=bool(outer)))
    for reference in environment.get("references", {}).values():
        found.add((reference["map"][0] + 1, "a link"))
    return sorted(found)


def _token_faults(token: Token, line: int, *, inside: bool) -> Iterator[tuple[int, str]]:
    if token.type == "heading_open" and token.markup in {"=", "-"}:
        yield line, "an underlined heading"
    if token.type == "heading_open" and inside:
        yield line, "a heading inside a list or quote"
    if token.type in _BY_TOKEN:
        yield line, _BY_TOKEN[token.type]
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            line += 1
        elif child.type in _BY_TOKEN:
            yield line, _BY_TOKEN[child.type]
        elif child.type == "text" and "**" in child.content:
            yield line, "stars that make nothing bold"


def _inside(tokens: Iterator[Token], opening: Token) -> list[dict[str, Any]]:
    """Inlines of everything up to the matching close; paragraphs inside are parted by a line break."""
    closing = opening.type.replace("_open", "_close")
    inlines: list[dict[str, Any]] = []
    for token in tokens:
        if token.type == closing and token.level == opening.level:
            break
        if token.type == "inline":
            if inlines:
                _add(inlines, "\n", bold=False, italic=False)
            _inlines(token.children or [], inlines)
    return inlines


def _items(tokens: Iterator[Token], opening: Token) -> Iterator[list[dict[str, Any]]]:
    closing = opening.type.replace("_open", "_close")
    for token in tokens:
        if token.type == closing and token.level == opening.level:
            return
        if token.type == "list_item_open":
            yield _inside(tokens, token)


def _inlines(children: list[Token], inlines: list[dict[str, Any]]) -> None:
    bold = italic = 0
    for position, child in enumerate(children):
        if child.type in {"strong_open", "strong_close"}:
            bold += child.nesting
        elif child.type in {"em_open", "em_close"}:
            italic += child.nesting
        else:
            content = child.content
            if child.type == "hardbreak":
                content = "\n"
            elif child.type == "softbreak":
                content = _joint(children, position)
            _add(inlines, content, bold=bold > 0, italic=italic > 0)


def _joint(children: list[Token], position: int) -> str:
    """What stands for the end of a source line: nothing beside a Chinese character, else a space."""
    before = "".join(child.content for child in children[:position])[-1:]
    after = "".join(child.content for child in children[position + 1 :])[:1]
    return "" if _WIDE.match(before) or _WIDE.match(after) else " "


def _add(inlines: list[dict[str, Any]], text: str, *, bold: bool, italic: bool) -> None:
    """Append text, to the last inline if it looks the same."""
    if not text:
        return
    last = inlines[-1] if inlines else None
    if last is not None and last["bold"] == bold and last["italic"] == italic:
        last["text"] += text
    else:
        inlines.append({"text": text, "bold": bold, "italic": italic})
