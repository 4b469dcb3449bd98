"""Pieces of a file that Arrow can read, and those that are read line by line, give the same rows."""

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.people import DOUBT, Audience, Kind
from campaigner.intake import pieces, tables
from campaigner.intake.audience import AudienceReader
from campaigner.intake.refusing import refusals_in

TODAY = date(2026, 11, 24)
HEADER = "姓名,手机号,出生日期,村社区,地址,退订,备注,人员状态"
CELLS = st.sampled_from(
    ["王伟", "王　伟", "张三3", "", " ", "合计", "13800138000", "138 0013 8000", "1380013800", "1980-01-02", "1980",
     "柳树村", "a,b", '"', '"甲,乙"', '"甲\n乙"', "\ufffd", "\u200b李四", "𠮷田", "是", "否", "拒收?", "姓名", "\x00",
     "户主", "王五（已故）", "填表人：王某", "女士", "张三 李四", "王女士", "NULL", "nan", "#N/A", "迁出",
     "勿扰", "退 订", "已故", "东村1号"]
)  # fmt: skip
LINES = st.lists(CELLS, min_size=1, max_size=9).map(",".join) | st.just(HEADER) | st.just("")
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def read(folder, content, monkeypatch, *, quick, size=64):
    """Everything that a reading tells, with pieces of some bytes."""
    (folder / "list.csv").write_bytes(content)
    audience = Audience("residents", Kind.PEOPLE, "list.csv")
    problems = []
    with monkeypatch.context() as patch:
        patch.setattr(pieces, "SIZE", size)
        if not quick:
            patch.setattr(tables, "is_quick", lambda _file: False)
        reader = AudienceReader(audience, folder, TODAY, problems.append)
        rows = [
            (line, {DOUBT: 0, **row})
            for block in reader.blocks()
            for line, row in zip(block.lines, block.rows(), strict=True)
        ]
        found = refusals_in(audience, folder)
        refusing = found.places, found.problems, found.unsaid, found.columns
    return rows, problems, reader.totals, reader.synthetic, reader.sha256, refusing


@given(
    lines=st.lists(st.tuples(LINES, ENDS), max_size=12),
    title=st.sampled_from(["", "居民名册\n", '"居民\n名册"\n']),
    charset=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    size=st.sampled_from([1, 30, 64, 200, 1 << 20]),
)
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_a_file_it_is_read_the_same(lines, title, charset, size, tmp_path_factory):
    text = f"{title}{HEADER}\n" + "".join(line + end for line, end in lines)
    content = text.encode(charset, "replace")
    folder = tmp_path_factory.mktemp("list")
    with pytest.MonkeyPatch.context() as patch:
        expected = read(folder, content, patch, quick=False)
        assert read(folder, content, patch, quick=True, size=size) == expected


@pytest.mark.parametrize(
    "name", [b"Nam\x80e", "姓名\t".encode("gb18030") + b"\xca"], ids=["UTF-8", "GB18030"]
)
def test_a_header_with_broken_bytes_is_read_the_same(name, tmp_path, monkeypatch):
    content = name + b",Mobile\nx,13800138000\n"
    expected = read(tmp_path, content, monkeypatch, quick=False)
    assert read(tmp_path, content, monkeypatch, quick=True) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CR LF", "CR"])
def test_a_quotation_mark_that_is_never_closed_spoils_its_own_line_only(end, tmp_path, monkeypatch):
    draw = random.Random(1)
    lines = [f"王{n},1380013{n:04d},,柳树村,{'街' * draw.randrange(30)},否" for n in range(300)]
    lines[17] = lines[17].replace("柳", '"柳')
    content = f"{HEADER}{end}{end.join(lines)}{end}".encode()
    expected = read(tmp_path, content, monkeypatch, quick=False)
    for size in (100, 1_000, 1 << 20):
        assert read(tmp_path, content, monkeypatch, quick=True, size=size) == expected
