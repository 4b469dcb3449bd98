#!/usr/bin/env bash
# Found while three readers of workbooks were compared on sheets that other programs than Excel write.
#
# Guess:     a cell whose text stands in a CDATA section reads as the same text outside of one: XML knows no difference, and
#            writers that do not want to escape & and < put it there.
# Version:   python-calamine 0.9.1 (pandas reads workbooks by it with engine="calamine"); openpyxl 3.1.5 beside it
# Behaviour: openpyxl reads both alike. python-calamine does so in a text of its own (<t>); of a value (<v>) it gives an empty
#            cell, without an error or a word: a phone that is a number, or the result of a formula.
# For us:    the phone would be gone in silence; our own reader of worksheets takes the section.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check python-calamine==0.9.1 openpyxl==3.1.5
"$folder/env/bin/python" - <<'PYTHON' | tee "$folder/seen"
import io
import zipfile

import openpyxl
from python_calamine import CalamineWorkbook

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def relation(kind, target):
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def book(cell):
    """The smallest workbook of one cell."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr("[Content_Types].xml", (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>'
        ))
        parts.writestr("_rels/.rels", relation("officeDocument", "xl/workbook.xml"))
        parts.writestr("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/sheet1.xml"))
        parts.writestr("xl/workbook.xml", (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
        ))
        parts.writestr("xl/worksheets/sheet1.xml", (
            f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
        ))
    return made.getvalue()


CELLS = {
    "number": '<c r="A1"><v>7</v></c>',
    "number in CDATA": '<c r="A1"><v><![CDATA[7]]></v></c>',
    "result": '<c r="A1" t="str"><f>A2</f><v>退订</v></c>',
    "result in CDATA": '<c r="A1" t="str"><f>A2</f><v><![CDATA[退订]]></v></c>',
    "text": '<c r="A1" t="inlineStr"><is><t>退订</t></is></c>',
    "text in CDATA": '<c r="A1" t="inlineStr"><is><t><![CDATA[退订]]></t></is></c>',
}
for name, cell in CELLS.items():
    content = book(cell)
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    rows = openpyxl.load_workbook(io.BytesIO(content), data_only=True).active.iter_rows(values_only=True)
    print(f"{name}: python-calamine {theirs}, openpyxl {[list(row) for row in rows]}")
PYTHON
diff "$folder/seen" - <<'SEEN'
number: python-calamine [[7.0]], openpyxl [[7]]
number in CDATA: python-calamine [], openpyxl [[7]]
result: python-calamine [['退订']], openpyxl [['退订']]
result in CDATA: python-calamine [['']], openpyxl [['退订']]
text: python-calamine [['退订']], openpyxl [['退订']]
text in CDATA: python-calamine [['退订']], openpyxl [['退订']]
SEEN
