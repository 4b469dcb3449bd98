import codecs

import pytest

from campaigner.domain.people import ControlTotals

CONTENT = "姓名,手机号,村\n王小明,13800138000,东村\n欧阳丹,13800138001,西村\n"


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，", "；", "|"])
def test_charset_and_delimiter_are_told_from_the_file(read, charset, delimiter):
    result = read(CONTENT.replace(",", delimiter).encode(charset))
    assert result.problems == []
    assert result.column("name") == ["王小明", "欧阳丹"]
    assert result.column("village") == ["东村", "西村"]


def test_big_endian_utf_16(read):
    result = read(codecs.BOM_UTF16_BE + CONTENT.encode("utf-16-be"))
    assert result.column("name") == ["王小明", "欧阳丹"]


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_chinese_after_a_megabyte_of_ascii(read, charset):
    rows = "".join(f"Pat {'x' * 30},{13800000000 + number}\n" for number in range(24_000))
    result = read(("name,mobile\n" + rows + "王小明,13800138000\n").encode(charset))
    assert result.column("name")[-1] == "王小明"
    assert result.problems == []


@pytest.mark.parametrize("column", ["name", "phone", "birth"])
def test_one_undecodable_byte_is_told_with_its_line(read, column):
    cells = {"name": "王小明", "phone": "13800138000", "birth": "1956"}
    wrong = (
        ",".join(cells.values()).encode().replace(cells[column].encode(), cells[column].encode() + b"\xff")
    )
    many = "王小明,13800138001,1957\n".encode()
    result = read("姓名,手机号,生日\n".encode() + many + wrong + b"\n" + many)
    assert result.faults == [(3, "undecodable")]
    assert result.totals == ControlTotals(rows=3, recipients=2, merged=1, set_aside=1)


def test_an_undecodable_byte_in_gb18030(read):
    result = read(CONTENT.encode("gb18030") + b"\xcd\xff,13800138002,\n")
    assert result.faults == [(4, "undecodable")]


def test_a_cut_utf_16_file(read):
    result = read(CONTENT.rstrip("\n").encode("utf-16")[:-1])
    assert result.faults == [(3, "undecodable")]


def test_semicolons_in_cells_do_not_mislead(read):
    assert read("姓名,标签\n王小明,独居;低保;志愿者\n").column("tags") == ["独居;低保;志愿者"]
