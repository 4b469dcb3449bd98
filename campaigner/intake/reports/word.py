"""The text of a DOCX file: paragraphs and table rows, read straight from its XML within bounds."""

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_SILENT = frozenset({"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sectPr", "Fallback", "tblPr"})
_DOCUMENT = "word/document.xml"
_LARGEST = 64 * 1024 * 1024
"""Bytes that the document may unfold to; a report of that size does not exist, a zip bomb does."""


def is_docx(data: bytes) -> bool:
    """Whether these bytes are a Word document, whatever the file is called."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _DOCUMENT in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def document_text(data: bytes) -> str:
    """The paragraphs of a Word document, a table row as one line with tabs between its cells.

    Args:
        data: The file.

    Raises:
        ValueError: It is damaged, locked, larger than a report can be, or plays with entities.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(_unzipped(data), parser)
    except etree.XMLSyntaxError as fault:
        raise ValueError(f"its XML is damaged: {fault.msg}") from fault
    if root.getroottree().docinfo.doctype:
        raise ValueError("it declares entities, which no Word document does")
    return _text(root)


def _unzipped(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_DOCUMENT) as part:
            # The header may lie about the size, so reading stops by what really comes out.
            content = part.read(_LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError) as fault:
        raise ValueError(f"its ZIP container is damaged: {fault}") from fault
    except (RuntimeError, NotImplementedError) as fault:
        raise ValueError(f"it is encrypted or packed in an unknown way: {fault}") from fault
    if len(content) > _LARGEST:
        raise ValueError("it unfolds to more than a report can be")
    return content


def _text(root: "_Element") -> str:
    pieces: list[str] = []
    todo: list[tuple[_Element, bool]] = [(root, False)]
    while todo:
        element, leaving = todo.pop()
        name = _name(element)
        if leaving:
            pieces.append(_after(name, in_cell=_in_cell(element)))
            continue
        if name in _SILENT:
            continue
        if name == "t":
            pieces.append(element.text or "")
        elif name in {"tab", "ptab"}:
            pieces.append(" ")
        elif name in {"br", "cr"}:
            pieces.append("\n")
        elif name in {"p", "tc", "tr"}:
            todo.append((element, True))
        todo.extend((child, False) for child in reversed(element))
    return "".join(pieces)


def _name(element: "_Element") -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    for space in (_W, _STRICT):
        if tag.startswith(space):
            return tag[len(space) :]
    return tag.rpartition("}")[2] if tag.endswith("Fallback") else ""


def _in_cell(element: "_Element") -> bool:
    parent = element.getparent()
    return parent is not None and _name(parent) == "tc"


def _after(name: str, *, in_cell: bool) -> str:
    if name == "tc":
        return "\t"
    return " " if in_cell else "\n"
