"""Cells of a worksheet that have no value: a formula went wrong in them, or was never worked out.

The reader of workbooks gives such cells as empty ones, and an empty cell in a column of refusals says that nobody
refuses. So they are looked for in the sheet itself, where they stand with their mark (ECMA-376, part 1, 18.3.1.4).
"""

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator

from campaigner.intake.rectangle import column

NO_VALUE = "#N/A"
"""What stands for a formula that was never worked out."""

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)/?>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)/?>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ERROR = re.compile(rb"<(?:\w+:)?c\s([^>]*\bt=[\"']e[\"'][^>]*)>(?:[^v]*?<(?:\w+:)?v>([^<]*)<)?")
_FORMULA = re.compile(
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*"
    rb"</(?:\w+:)?c>"
)
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)>")
_NAME = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_BACK = 1 << 12
"""Bytes before a formula in which its cell begins."""

Marks = dict[int, dict[int, str]]


def unreckoned(data: bytes, sheet: str) -> Marks:
    """0-based row -> 0-based column -> what a spreadsheet shows in its stead, of cells without a value.

    Args:
        data: The bytes of a workbook that `check_package` has let pass.
        sheet: Name of the sheet.
    """
    found: Marks = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        part = _part(package, sheet)
        text = package.read(part) if part else b""
    for name, shown in _cells(text):
        match = _NAME.fullmatch(name)
        if match:
            found.setdefault(int(match[2]) - 1, {})[column(match[1]) - 1] = shown
    return found


def _cells(text: bytes) -> Iterator[tuple[bytes, str]]:
    if b't="e"' in text or b"t='e'" in text:
        for match in _ERROR.finditer(text):
            shown = html.unescape((match[2] or b"").decode("utf-8", "replace")).strip()
            yield _attributes(match[1]).get("r", b""), shown if shown.startswith("#") else NO_VALUE
    if b"<f" in text or b":f" in text:
        for match in _FORMULA.finditer(text):
            before = list(_CELL.finditer(text, max(0, match.start() - _BACK), match.start()))
            if before:
                yield _attributes(before[-1][1]).get("r", b""), NO_VALUE


def _part(package: zipfile.ZipFile, sheet: str) -> str:
    """Name of the part that a sheet is kept in; "" if the package does not say."""
    names = set(package.namelist())
    relations = "xl/_rels/workbook.xml.rels"
    if relations not in names:
        return ""
    targets = {
        found.get("Id", b""): found.get("Target", b"").decode("utf-8", "replace")
        for found in map(_attributes, _RELATION.findall(package.read(relations)))
    }
    for found in map(_attributes, _SHEET.findall(package.read("xl/workbook.xml"))):
        if html.unescape(found.get("name", b"").decode("utf-8", "replace")) == sheet:
            numbers = [value for key, value in found.items() if key.endswith(":id")]
            target = targets.get(numbers[0], "") if numbers else ""
            path = posixpath.normpath(posixpath.join("xl", target)).lstrip("/")
            return path if path in names else ""
    return ""


def _attributes(text: bytes) -> dict[str, bytes]:
    return {
        match[1].decode("ascii", "replace"): match[2] or match[3] or b""
        for match in _ATTRIBUTE.finditer(text)
    }
