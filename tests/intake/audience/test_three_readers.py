"""A worksheet read quickly, by a parser of XML, and by another project's reader: the same cells."""

import io
import re
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from campaigner.intake.book import exact, quick
from campaigner.intake.book.package import Package
from campaigner.intake.book.shown import Look, parse_format, show
from campaigner.intake.faults import FileFault
from campaigner.intake.workbook import sheets_of
from tests.intake.audience.sheeted import xlsx

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
CELLS = st.one_of(
    st.none(), st.integers(-(10**14), 10**16), st.floats(-1e9, 1e9, allow_nan=False), st.booleans(),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)), TEXTS.filter(lambda text: text.strip() and not text.startswith("=")),
)  # fmt: skip
TABLES = st.lists(st.lists(CELLS, max_size=6), min_size=1, max_size=12)


def packed(sheet, strings="", styles=""):
    """A package of one sheet, its parts written by hand."""
    parts = {
        "xl/sharedStrings.xml": f'<sst xmlns="{NS}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{NS}">{styles}</styleSheet>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    buffer = io.BytesIO()
    made = zipfile.ZipFile(io.BytesIO(xlsx({"rows": [["text"]]})))
    with made, zipfile.ZipFile(buffer, "w") as package:
        for name in made.namelist():
            package.writestr(name, parts.get(name, made.read(name)))
    return buffer.getvalue()


def sheet(rows):
    return f'<worksheet xmlns="{NS}"><sheetData>{rows}</sheetData></worksheet>'


def cells(data, *, simple):
    """Line and column -> text of every cell that shows something."""
    found = {}
    for each in sheets_of(data, simple=simple)[0].blocks():
        for line, row in zip(each.lines.tolist(), each.rows(), strict=True):
            found |= {(line, place): text for place, text in enumerate(row) if text}
    return found


def columns(data, width=16):
    """The same by columns, as lists are read."""
    found = {}
    for each in sheets_of(data)[0].blocks():
        for place in range(width):
            found |= {
                (line, place): text
                for line, text in zip(each.lines.tolist(), each.cells(place), strict=True)
                if text
            }
    return found


def theirs(data):
    """The same by another reader, in our words."""
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(data))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )
    return {
        (line, place): _said(cell)
        for line, row in enumerate(rows, 1)
        for place, cell in enumerate(row)
        if cell != ""
    }


def _said(cell):
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return f"{cell:.14E}" if abs(cell) >= 1e15 else str(int(cell)) if cell == int(cell) else repr(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


@settings(max_examples=60, deadline=None)
@given(TABLES, st.booleans())
def test_what_a_program_wrote_is_read_alike_three_times(table, streamed):
    formats = {
        (row, place): "yyyy-mm-dd"
        for row, line in enumerate(table) for place, cell in enumerate(line) if isinstance(cell, date)
    }  # fmt: skip
    options = {"strings_to_urls": False, "strings_to_numbers": False, "constant_memory": streamed}
    data = xlsx({"rows": table, "formats": formats}, **options)
    assert cells(data, simple=False) == cells(data, simple=True) == columns(data) == theirs(data)


ODD = [
    '<row r="1"><c r="A1" t="inlineStr"><is><r><t>王</t></r><r><t>小明</t></r></is></c></row>',
    '<row r="1"><c r="A1" t="inlineStr"><is><t>王</t><rPh sb="0" eb="1"><t>wang</t></rPh></is></c></row>',
    "<row r='1'><c r='A1'><v>7</v></c></row>",
    "<row><c><v>7</v></c><c/><c><v>8</v></c></row><row><c><v>9</v></c></row>",
    '<row r="3" spans="1:2" hidden="1"><c s="0" r="B3"><v>7</v></c></row>',
    '<row r="1"><!-- <c r="A1"><v>6</v></c> --><c r="B1"><v>7</v></c></row>',
    '<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="n"><v>1.5E3</v></c><c r="C1"><v>007</v></c></row>',
    '<row r="1"><c r="A1" t="str"><f>"a"</f><v>&lt;a&#x41;&amp;b</v></c><c r="AB1" t="s"><v>1</v></c></row>',
    '<row r="1"><c r="A1"><f t="shared" si="0"/><v>5</v></c><c r="B1"><f>1+1</f><v>6</v></c></row>',
    '<row r="1"/><row r="2" ht="12"></row><row r="4"><c r="A4" s="0" ></c><c r="B4"><v>1</v></c></row>',
]


@pytest.mark.parametrize("rows", ODD)
def test_what_few_programs_write_is_read_alike(rows):
    data = packed(
        sheet(rows), "<si><t>零</t></si><si><r><t>一</t></r><r><t>二</t></r><rPh><t>x</t></rPh></si>"
    )
    assert cells(data, simple=False) == cells(data, simple=True) == theirs(data) != {}


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c r="A1"><f>B1</f></c>', "#N/A"),
        ('<c r="A1"><f>B1</f><v></v></c>', "#N/A"),
        ('<c r="A1"><f>B1</f><v/></c>', "#N/A"),
        ('<c r="A1"><f>B1</f><v /></c>', "#N/A"),
        ('<c r="A1"><f t="shared" si="3"/></c>', "#N/A"),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', ""),
        ('<c r="A1" t="str"><f>B1</f></c>', "#N/A"),
        ('<c r="A1" t="e"><f>B1</f><v>#REF!</v></c>', "#REF!"),
        ('<c r="A1" t="e"></c>', "#N/A"),
        ('<c r="A1" t="s"><f>B1</f></c>', "#N/A"),
        ('<c r="A1" t="d"><v>2012-12-01T00:00:00</v></c>', "2012-12-01"),
        ('<c r="A1" t="d" s="1"><v>2012-12-01</v></c>', "2012-12"),
        ('<c r="A1" s="1"><v>41244</v></c>', "2012-12"),
        ('<c r="A1" s="2"><v>3</v></c>', "3班"),
        ('<c r="A1" s="3" t="str"><v>1</v></c>', "1班"),
        ('<c r="A1" s="3" t="s"><v>0</v></c>', "甲班"),
        ('<c r="A1" s="9"><v>3</v></c>', "3"),
        ('<c r="A1" t="str"><v><![CDATA[a<b]]></v></c>', "a<b"),
        ('<c r="A1"><v> 6 </v></c>', "6"),
        ('<c r="A1" t="str"><v>a_x000D_b_xD800_</v></c>', "a\rb\ufffd"),
    ],
)
def test_what_a_cell_shows(cell, shown):
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="0&quot;班&quot;"/>'
        '<numFmt numFmtId="171" formatCode="@&quot;班&quot;"/>'
        '</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="57"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs>'
    )
    data = packed(sheet(f'<row r="1">{cell}<c r="B1"><v>1</v></c></row>'), "<si><t>甲</t></si>", styles)
    wanted = {(1, 0): shown, (1, 1): "1"} if shown else {(1, 1): "1"}
    assert cells(data, simple=False) == cells(data, simple=True) == columns(data) == wanted


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="B1"><v>1</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>9</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1"><v>zwölf</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>heute</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></row>',
        '<row r="1"><c r="A1" t="str"><v>a&unknown;b</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>a\x00b</v></c><c r="B1" t="str"><v>c</v></c></row>',
    ],
)
def test_a_sheet_of_which_nobody_can_say_what_it_holds_is_damaged(rows):
    for simple in (False, True):
        with pytest.raises(FileFault, match="workbook-damaged"):
            cells(packed(sheet(rows), "<si><t>零</t></si>"), simple=simple)


def test_a_document_type_is_refused_everywhere():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    row = sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    for parts in ((bomb + row, "<si><t>a</t></si>"), (row, f"{bomb}<si><t>&a;</t></si>")):
        with pytest.raises(FileFault, match="workbook-damaged"):
            cells(packed(*parts), simple=False)


def test_the_quick_way_is_taken(monkeypatch):
    rows = [["姓名", "手机号", "生日"], *([f"王{n}", 13800138000 + n, date(1950, 1, 1)] for n in range(3000))]
    data = xlsx({"rows": rows, "formats": {(n, 2): "yyyy-mm-dd" for n in range(1, 3001)}})
    wanted = cells(data, simple=True)
    monkeypatch.setattr(exact, "Cells", None)
    assert cells(data, simple=False) == wanted


def test_pieces_end_between_rows_wherever_a_file_is_cut(monkeypatch):
    data = xlsx({"rows": [[f"甲{n}", n, "乙" if n % 3 else None] for n in range(60)]})
    wanted = cells(data, simple=True)
    for size in (997, 1500, 4096):
        monkeypatch.setattr(quick, "PIECE", size)
        assert cells(data, simple=False) == wanted


def test_merged_cells_are_found_however_they_are_written():
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    for ending in (
        '<mergeCells count="1"><mergeCell ref="A1:B3"/></mergeCells>',
        "<mergeCells><mergeCell ref='A1:B3'/></mergeCells>",
    ):
        whole = sheet(rows).replace("</worksheet>", f"{ending}</worksheet>")
        for text in (whole, re.sub(r"<(/?)(?=[a-z])", r"<\1x:", whole).replace("xmlns=", "xmlns:x=")):
            package = Package(packed(text))
            assert package.merged(package.parts[0].path) == ((1, 3, 0, 1),)
            assert cells(packed(text), simple=False) == {(1, 0): "1"}


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("General", Look.NUMBER), ("0.00E+00", Look.NUMBER), ("#,##0.00_);[Red](#,##0.00)", Look.NUMBER),
        ("@", Look.NUMBER),
        ("yyyy/m/d", Look.DAY), ('[$-804]yyyy"年"m"月"d"日";@', Look.DAY), ('m"月"d"日"', Look.DAY),
        ('[DBNum1][$-804]yyyy"年"m"月"', Look.MONTH), ("yyyy.mm", Look.MONTH), ("yyyy", Look.YEAR),
        ("h:mm AM/PM", Look.TIME), ("[h]:mm:ss", Look.TIME), ("mm:ss.0", Look.TIME), ("yyyy-mm-dd hh:mm", Look.DAY),
    ],
)  # fmt: skip
def test_what_a_format_shows(code, look):
    assert parse_format(code).look is look


@given(st.dates(date(1900, 1, 1), date(9999, 12, 31)))
def test_days_of_both_calendars(day):
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day
    serial = (moment - datetime(1899, 12, 30)).days  # noqa: DTZ001 - a day
    form = parse_format("yyyy-mm-dd")
    assert show(serial if serial > 60 else serial - 1, form) == day.isoformat()
    if day.year >= 1904:
        assert show((moment - datetime(1904, 1, 1)).days, form, since_1904=True) == day.isoformat()  # noqa: DTZ001 - a day
