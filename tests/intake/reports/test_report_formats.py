import io
import zipfile

import pytest

from campaigner.intake.reports.formats import read_original
from campaigner.intake.reports.reading import import_bytes

TEXT = (
    "社区反诈小结\r\n今天，网格员走访了三十户居民，讲解冒充客服的手法。\r\n大家都说听懂了，还帮邻居转发提醒。"
)
BIG5 = "社區防詐小結\n今天，志工走訪了三十戶居民，講解冒充客服的手法。\n大家都說聽懂了，還幫鄰居轉發提醒。"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_text_in_every_usual_encoding(encoding):
    original, problems = read_original(TEXT.encode(encoding), "a.txt")
    assert (original.text.lstrip("\ufeff"), original.form, problems) == (TEXT, "text", [])


def test_text_from_taiwan_is_read_as_big5():
    assert read_original(BIG5.encode("big5"), "a.txt")[0].text == BIG5


def test_a_few_lost_bytes_are_told_and_the_rest_is_kept():
    data = (TEXT * 20).encode().replace("讲解".encode(), b"\xe8\xae", 1)
    original, problems = read_original(data, "a.txt")
    assert "网格员走访" in original.text
    assert [problem.code for problem in problems] == ["report-encoding"]


def test_html_in_the_encoding_that_it_declares():
    page = f'<html><head><meta charset="gb2312"></head><body><p>{TEXT}</p></body></html>'
    original, problems = read_original(page.encode("gb18030"), "page.txt")
    assert (original.form, problems) == ("html", [])
    assert "网格员走访了三十户居民" in original.text


def test_word_file_with_a_table_whatever_its_name(docx):
    data = docx(["反诈宣传小结", "本月走访商户，讲解了退款骗局。", ""], [["村", "户数"], ["上坪村", "80"]])
    imported, _, problems = import_bytes(data, "report.bin")
    assert problems == []
    assert imported.reports[0].title == "反诈宣传小结"
    assert imported.reports[0].text == "本月走访商户，讲解了退款骗局。\n村 \t户数\n上坪村 \t80"


def test_word_file_that_declares_entities_is_refused(docx):
    head = '<!DOCTYPE x [<!ENTITY a "电信诈骗防范宣传"><!ENTITY b "&a;&a;&a;&a;">]>'
    original, problems = read_original(docx(["电信诈骗防范宣传工作小结&b;"], head=head), "a.docx")
    assert original is None
    assert [problem.code for problem in problems] == ["report-damaged"]


def test_a_zip_bomb_is_not_unfolded():
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as part,
    ):
        for _ in range(70):
            part.write(b"<" * 1024 * 1024)
    assert [problem.code for problem in read_original(file.getvalue(), "a.docx")[1]] == ["report-damaged"]


def test_pdf_lines_become_paragraphs_and_running_heads_go(pdf):
    line = "网格员今天又走访了三十户居民向大家仔细讲解冒充客服退款的手法请"
    pages = [
        [
            "反诈周报内部资料",
            f"{'甲乙丙丁'[number - 1]}组{line}",
            line + "各位",
            "大家记在心里。",
            f"- {number} -",
        ]
        for number in range(1, 5)
    ]
    imported, _, problems = import_bytes(pdf(pages), "a.pdf")
    assert problems == []
    text = imported.reports[0].text
    assert text.split("\n")[0] == f"甲组{line}{line}各位大家记在心里。"
    assert "内部资料" not in text
    assert {removal.kind for removal in imported.removals} == {"page-header", "page-number"}


def test_pdf_pages_without_text_are_told(pdf):
    full = ["今天网格员走访了三十户居民，讲解冒充客服的手法。"]
    original, problems = read_original(pdf([full, [], full]), "a.pdf")
    assert original.form == "pdf"
    assert [problem.code for problem in problems] == ["report-page-empty"]
    assert [problem.code for problem in read_original(pdf([[], []]), "a.pdf")[1]] == ["report-scan"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "report-empty", id="nothing"),
        pytest.param(b" \r\n\x00", "report-empty", id="only blanks"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "report-old-word", id="old Word"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", "report-scan", id="picture"),
        pytest.param(b"{\\rtf1 \\u35806?}", "report-format", id="rich text"),
        pytest.param(b"PK\x03\x04garbage", "report-format", id="zip that is none"),
        pytest.param(b"%PDF-1.7\ngarbage", "report-damaged", id="damaged PDF"),
        pytest.param(b"Plain English, nothing to import here.", "report-not-chinese", id="English"),
        pytest.param(bytes(range(256)) * 8, "report-format", id="any bytes"),
        pytest.param(
            b"<html><body>" + b"<div>" * 5000 + TEXT.encode(), "report-damaged", id="bottomless page"
        ),
    ],
)
def test_what_cannot_be_read_says_why(data, code):
    original, problems = read_original(data, "a.bin")
    assert original is None
    assert [problem.code for problem in problems] == [code]
    assert problems[0].message_zh
