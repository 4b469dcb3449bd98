"""The text of an HTML page, line by line as a reader sees it, and what of it is only furniture."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SILENT_TAGS = """
script style noscript template svg math canvas video audio object embed iframe map area meta link base input
select textarea datalist rt rp rtc head
"""
_BLOCK_TAGS = """
address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody tfoot thead
title tr ul br button caption
"""
_SILENT = frozenset(_SILENT_TAGS.split())
_BLOCK = frozenset(_BLOCK_TAGS.split())
_FURNITURE = frozenset({"nav", "footer", "aside", "form", "button", "menu", "dialog"})
_CELL = frozenset({"td", "th"})
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s{0,3}=\s{0,3}["']?([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class _Flow:
    """Text as it is laid down, with the furniture's places."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    spans: list[tuple[int, int, str]] = field(default_factory=list)
    ending: str = "\n"

    def add(self, text: str) -> None:
        """Lay down text as it is."""
        if text:
            self.pieces.append(text)
            self.length += len(text)
            self.ending = text[-1]

    def say(self, text: str | None) -> None:
        """Lay down what an element says, its white space folded as browsers do."""
        folded = _BLANKS.sub(" ", text or "")
        self.add(folded.lstrip(" ") if self.ending in " \n\t" else folded)

    def break_line(self) -> None:
        """Start a new line unless one is begun."""
        if self.ending != "\n":
            self.add("\n")


def declared_charset(data: bytes) -> str:
    """The encoding that a page's head names; "" where it names none."""
    match = _CHARSET.search(data[:4096])
    return match[1].decode("ascii") if match else ""


def looks_like_html(data: bytes) -> bool:
    """Whether the first bytes are those of a web page."""
    head = data[:4096].replace(b"\x00", b"").lower()
    return bool(re.search(rb"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", head)) or (
        len(re.findall(rb"</?(?:p|div|br|span|table|h[1-6]|meta|title)\b", head)) >= 3  # noqa: PLR2004
    )


def page_text(html: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The text of a page and the stretches of it that are furniture: title, navigation, hidden parts.

    Args:
        html: The decoded page.

    Raises:
        ValueError: There is nothing in it that can be read.
    """
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = document_fromstring(_NOT_XML.sub("", html).encode(), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as fault:
        raise ValueError(str(fault)) from fault
    if any("depth" in entry.message for entry in parser.error_log):
        raise ValueError("it nests deeper than any page; what lies below would be lost unseen")
    flow = _Flow()
    title = root.find(".//title")
    if title is not None and title.text and title.text.strip():
        flow.say(title.text.strip())
        flow.spans.append((0, flow.length, "page-title"))
        flow.break_line()
    _walk(root, flow)
    return "".join(flow.pieces), flow.spans


def _walk(root: "HtmlElement", flow: _Flow) -> None:
    """Depth first, without recursion: pages nest as deeply as they like."""
    todo: list[tuple[HtmlElement, int]] = [(root, -1)]
    while todo:
        element, began = todo.pop()
        tag = element.tag if isinstance(element.tag, str) else "script"
        if began >= 0:
            _leave(element, tag, began, flow)
            continue
        if tag in _SILENT:
            flow.say(element.tail)
            continue
        if tag in _BLOCK:
            flow.break_line()
        todo.append((element, flow.length))
        flow.say(element.text)
        todo.extend((child, -1) for child in reversed(element))


def _leave(element: "HtmlElement", tag: str, began: int, flow: _Flow) -> None:
    kind = _furniture_kind(element, tag)
    if kind and flow.length > began:
        flow.spans.append((began, flow.length, kind))
    if tag in _BLOCK:
        flow.break_line()
    elif tag in _CELL and element.getnext() is not None:
        flow.add("\t")
    flow.say(element.tail)


def _furniture_kind(element: "HtmlElement", tag: str) -> str | None:
    if tag in _FURNITURE:
        return "navigation"
    if element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""):
        return "hidden"
    return None
