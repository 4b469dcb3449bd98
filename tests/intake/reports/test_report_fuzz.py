"""Any bytes give a result or a problem, in bounded time (issue: 10 s for 1 MB)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigner.domain.reports.report import Imported
from campaigner.intake.reports.reading import import_bytes
from tests.pace import assert_grows_with_its_size

SEED = (
    "工作总结1\n局长王建国带队，走访(fang)商户××家，发放宣(xuan)传单5.4万份。【反诈】相关文章：\n"
    "一、加强领导（试行）\n工作总结2\n以上就是小编整理的全部内容，欢迎借鉴。&nbsp;\n20xx年，社区"
)
PIECES = st.sampled_from(
    [
        *SEED,
        "(",
        ")",
        "（",
        "&#",
        "\u200b",
        "\r",
        "\x00",
        "【",
        "】",
        "gong",
        "工作总结3\n",
        "相关推荐\n",
        "…",
        "\ud7ff",
        "𠮷",
    ]
)


def check(data: bytes) -> None:
    imported, original, problems = import_bytes(data, "fuzz.txt")
    assert (imported is not None) or problems
    if isinstance(imported, Imported):
        for report in imported.reports:
            assert report.text == "\n".join(paragraph.text for paragraph in report.paragraphs)
            assert report.anchors[0][0] == 0
            assert all(0 <= report.original(place) <= len(original) for place in range(len(report.text)))
            assert all(0 <= a < b <= len(report.text) for a, b in (*report.names, *report.masked))
        for removal in imported.removals:
            assert original[removal.start : removal.start + len(removal.text)] == removal.text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b"\xff\xfe", b"\xef\xbb\xbf"]),
)
def test_any_bytes(tail, head):
    check(head + tail)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(0, len(SEED)), PIECES), max_size=40),
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
def test_any_mutation_of_a_report(changes, encoding):
    text = SEED
    for place, piece in changes:
        text = text[:place] + piece + text[place + 1 :]
    check(text.encode(encoding))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 2000), byte=st.integers(0, 255))
def test_any_damage_to_a_word_file_or_pdf(docx, pdf, place, byte):
    lines = ["反诈宣传小结", "本月走访商户，讲解了退款骗局。"]
    for whole in (docx(lines), pdf([lines])):
        data = bytearray(whole)
        data[place % len(data)] = byte
        check(bytes(data))
        check(whole[: place % len(whole)])


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "（",
        "工gong",
        "(gong",
        "×",
        ".",
        "…",
        "“",
        "局长王",
        "工作总结1\n",
        "&#",
        "组长：张三、",
        "<div>",
        "诈.骗",
        "某",
        "一",
        "【反诈】相关文章：",
        "\n",
    ],
)
def test_no_repetition_takes_long(piece):
    def read(size: int) -> None:
        data = ("电信诈骗防范宣传工作总结社区民警。" + piece * (size // len(piece.encode()))).encode()
        imported, _, problems = import_bytes(data, "long.txt")
        assert imported or problems

    assert_grows_with_its_size(read, 50_000)
