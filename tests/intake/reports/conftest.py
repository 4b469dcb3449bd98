"""Files made in the test: a report in a noisy dress, as DOCX, as PDF with a text layer."""

import io
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from pypinyin.pinyin_dict import pinyin_dict

DATA = Path(__file__).parents[2] / "data" / "reports"
_FONT = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H"
    " /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>"
)
_DESCENDANT = (
    "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /DW 1000"
    " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
)
_NUMBERS = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}


def marked(character: str) -> str:
    return pinyin_dict[ord(character)].split(",")[0]


def plain(character: str) -> str:
    decomposed = unicodedata.normalize("NFD", marked(character)).replace("u\u0308", "v")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def numbered(character: str) -> str:
    tones = [_NUMBERS[mark] for mark in unicodedata.normalize("NFD", marked(character)) if mark in _NUMBERS]
    return plain(character) + "".join(tones)


def wide(character: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) for letter in plain(character))


DRESSES: dict[str, Callable[[str], str]] = {
    "round": lambda c: f"{c}({plain(c)})",
    "doubled": lambda c: f"{c}({plain(c)})({plain(c)})",
    "nested": lambda c: f"{c}（（{plain(c)}））",
    "tone-marks": lambda c: f"{c}（{marked(c)}）",
    "combining-marks": lambda c: f"{c}({unicodedata.normalize('NFD', marked(c))})",
    "tone-numbers": lambda c: f"{c}[{numbered(c)}]",
    "full-width": lambda c: f"{c}（{wide(c)}）",
    "capitals": lambda c: f"{c}({plain(c).upper()})",
    "blanks": lambda c: f"{c} ({plain(c)}) ",
    "before": lambda c: f"({plain(c)}){c}",
    "bare": lambda c: f"{c}{plain(c)}",
    "bare-numbers": lambda c: f"{c}{numbered(c)}",
}


@pytest.fixture
def data() -> Path:
    """The folder of synthetic reports."""
    return DATA


@pytest.fixture(params=sorted(DRESSES))
def dress(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Every third character of a text followed by its pinyin, in one way after another."""
    style = DRESSES[request.param]

    def put_on(text: str) -> str:
        return "".join(
            style(character) if place % 3 == 0 and ord(character) in pinyin_dict else character
            for place, character in enumerate(text)
        )

    return put_on


@pytest.fixture
def docx() -> Callable[..., bytes]:
    """A Word file of paragraphs and one table."""

    def make(paragraphs: Sequence[str], rows: Sequence[Sequence[str]] = (), head: str = "") -> bytes:
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        said = [f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs]
        cells = [
            "<w:tr>"
            + "".join(f"<w:tc><w:p><w:r><w:t>{escape(c)}</w:t></w:r></w:p></w:tc>" for c in row)
            + "</w:tr>"
            for row in rows
        ]
        table = f"<w:tbl>{''.join(cells)}</w:tbl>" if cells else ""
        body = f"<?xml version='1.0'?>{head}<w:document {space}><w:body>{''.join(said)}{table}</w:body></w:document>"
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", body)
        return file.getvalue()

    return make


@pytest.fixture
def pdf() -> Callable[[Sequence[Sequence[str]]], bytes]:
    """A PDF file with a text layer: pages of lines, in a font that is only named."""
    return _pdf


def _pdf(pages: Sequence[Sequence[str]]) -> bytes:
    signs = sorted({sign for lines in pages for line in lines for sign in line})
    codes = "".join(f"<{ord(sign):04X}><{ord(sign):04X}>\n" for sign in signs)
    chunks = [codes.splitlines()[start : start + 100] for start in range(0, len(signs), 100)]
    ranges = "".join(f"{len(chunk)} beginbfchar\n" + "\n".join(chunk) + "\nendbfchar\n" for chunk in chunks)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        f"1 begincodespacerange <0000><FFFF> endcodespacerange\n{ranges}endcmap end end"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{6 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        _FONT,
        _DESCENDANT,
        _stream(cmap),
    ]
    for number, lines in enumerate(pages):
        shown = "".join(f"<{''.join(f'{ord(sign):04X}' for sign in line)}> Tj T*\n" for line in lines)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >>"
            f" /Contents {7 + 2 * number} 0 R >>"
        )
        objects.append(_stream(f"BT /F 12 Tf 18 TL 60 780 Td {shown} ET"))
    return _assembled(objects)


def _stream(content: str) -> str:
    packed = zlib.compress(content.encode("ascii"))
    return f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n{packed.decode('latin-1')}\nendstream"


def _assembled(objects: Sequence[str]) -> bytes:
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1"))
    table = out.tell()
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}".encode())
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF".encode())
    return out.getvalue()
