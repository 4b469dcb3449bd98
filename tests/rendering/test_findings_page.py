from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.findings.check import Check, Verdict
from campaigner.domain.findings.figures import figures
from campaigner.domain.findings.finding import Certainty, Finding, FindingKind
from campaigner.domain.reports.report import Paragraph, Report
from campaigner.rendering.findings_page import LABELS, VERDICTS, findings_page, pieces

EVIL = '<script>alert(1)</script>{{ 7*7 }}"&'


class _Reader(HTMLParser):
    """The text of marks by kind, all text, and the tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.marks: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.kind = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "mark":
            self.kind = dict(attrs).get("class") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self.kind = ""

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.kind:
            self.marks.append((self.kind, data))


def _report(text: str, names: tuple[tuple[int, int], ...] = (), *, truncated: bool = False) -> Report:
    return Report(
        "a-1", 1, "总结1", text, (Paragraph(1, 0, text),), ((0, 0),), truncated=truncated, names=names
    )


def _finding(kind: FindingKind, text: str, start: int, end: int) -> Finding:
    return Finding(kind, text[start:end], text[start:end], "a-1", 1, start, end, certainty=Certainty.LIKELY)


def test_every_kind_and_verdict_has_its_label() -> None:
    assert set(LABELS) == set(FindingKind)
    assert set(VERDICTS) == set(Verdict)


def test_passages_are_marked_and_text_is_escaped() -> None:
    text = f"刷单{EVIL}老年人"
    end = len(text)
    page = findings_page(
        [_report(text, truncated=True)],
        [_finding(FindingKind.SCAM_TYPE, text, 0, 2), _finding(FindingKind.AUDIENCE, text, end - 3, end)],
    )
    read = _Reader(page)
    assert ("scam-type", "刷单") in read.marks
    assert ("audience", "老年人") in read.marks
    assert "script" not in read.tags
    assert text in "".join(read.texts)
    assert "原文不完整" in page
    assert "（待核实）" in page


def test_names_are_masked() -> None:
    page = findings_page([_report("由赵小明和赵小红主持", ((1, 4), (2, 4), (5, 8)))], [])
    assert "赵小" not in page
    assert "由赵**和赵**主持" in page


def test_checks_stand_in_a_table() -> None:
    report = _report("上半年损失1.37亿元，日均76.1万元")
    (_, mean) = figures(report)
    check = Check("daily-mean", Verdict.DIFFERS, (mean,), mean.surface, "", (), "", "m", "不符<b>")
    page = findings_page([report], [], {"a-1": [check]})
    assert '<td class="verdict differs">不符</td>' in page
    assert "不符&lt;b&gt;" in page


def test_where_two_overlap_the_first_kind_gives_the_colour() -> None:
    text = "冒充学生家长"
    found = [_finding(FindingKind.AUDIENCE, text, 2, 6), _finding(FindingKind.SCAM_TYPE, text, 0, 4)]
    cut = pieces(text, 0, len(text), found)
    assert [(piece.text, piece.kind) for piece in cut] == [
        ("冒充", "scam-type"),
        ("学生", "scam-type"),
        ("家长", "audience"),
    ]
    assert "宣传对象" in cut[1].title


@given(
    st.text(min_size=1, max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6)
)
def test_pieces_are_the_paragraph(text: str, spans: list[tuple[int, int]]) -> None:
    found = [_finding(FindingKind.APP, text, min(span), max(span)) for span in spans]
    assert "".join(piece.text for piece in pieces(text, 0, len(text), found)) == text


def test_names_are_masked_in_titles_tooltips_lists_and_checks() -> None:
    text = "赵小明宣讲队走访5户"
    report = Report("a-1", 1, "赵小明工作总结", text, (Paragraph(1, 0, text),), ((0, 0),), names=((0, 3),))
    (figure,) = figures(report)
    check = Check("sum", Verdict.ASK, (figure,), "赵小明5户", "赵小明", (), "", "m", "赵小明说5户")
    found = [_finding(FindingKind.AUDIENCE, text, 0, 6), _finding(FindingKind.FIGURE, text, 8, 10)]
    page = findings_page([report], found, {"a-1": [check]})
    assert "赵小" not in page
    for shown in ("赵**工作总结", "宣传对象：赵**宣讲队", "<dd>赵**宣讲队</dd>", "赵**5户", "赵**说5户"):
        assert shown in page


def test_several_reports_have_an_overview_with_what_is_to_be_looked_at() -> None:
    text = "刷单3起"
    reports = [Report(f"a-{n}", n, f"总结{n}", text, (Paragraph(1, 0, text),), ((0, 0),)) for n in (1, 2)]
    (figure,) = figures(reports[0])
    check = Check("sum", Verdict.DIFFERS, (figure,), "3起", "", (), "", "m", "不符")
    page = findings_page(reports, [_finding(FindingKind.SCAM_TYPE, text, 0, 2)], {"a-1": [check]})
    assert '<a href="#a-2">总结2</a>' in page
    assert '<td class="value differs">1</td>' in page
    assert '<td class="value">—</td>' in page
    assert "一览" not in findings_page(reports[:1], [])


def test_of_many_names_the_first_are_written_out() -> None:
    text = "居民" * 30
    found = [Finding(FindingKind.AUDIENCE, f"人群{n}", "居民", "a-1", 1, 2 * n, 2 * n + 2) for n in range(30)]
    page = findings_page([_report(text)], found)
    assert "人群23 等30项" in page
    assert "、人群24" not in page
