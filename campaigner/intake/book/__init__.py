"""Workbooks as a clerk sees them: sheets, merged cells, hidden rows, number formats, cells without a value.

`package` opens an XLSX file, `exact` and `quick` read its sheets piece by piece, `old` reads XLS through xlrd, `shown`
knows what a number format makes of a number. Nobody outside sees anything but `Sheet` and `Block` (`sheet`).
"""
