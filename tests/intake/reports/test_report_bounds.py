"""No text costs more than its length, from its bytes to the page of findings."""

import pytest

from campaigner.domain.findings.figures import figure_findings, figures
from campaigner.domain.findings.quantities import quantity_rules
from campaigner.domain.findings.recognise import recognise
from campaigner.domain.findings.recompute import recompute
from campaigner.intake.reports.reading import import_bytes
from campaigner.intake.vocabulary import load_vocabulary
from campaigner.rendering.findings_page import findings_page
from tests.pace import assert_grows_with_its_size

SIZE = 30_000
"""Bytes of the smaller text."""


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param("居民", id="audiences"),
        pytest.param("12起占全部案件的3%，", id="shares"),
        pytest.param("上半年共接报3起，日均2起，", id="means"),
        pytest.param("合计3起、4起，其中5起。\n", id="paragraphs"),
    ],
)
def test_no_text_takes_long_to_be_studied(piece: str) -> None:
    vocabulary = load_vocabulary()

    def study(size: int) -> None:
        data = ("电信诈骗防范宣传工作总结社区民警。" + piece * (size // len(piece.encode()))).encode()
        imported, _, _ = import_bytes(data, "long.txt")
        assert imported
        findings, checks = [], {}
        for report in imported.reports:
            found = figures(report)
            findings += (
                recognise(report, vocabulary) + quantity_rules(report) + figure_findings(report, found)
            )
            checks[report.id] = recompute(report, found)
        assert findings_page(imported.reports, findings, checks)

    assert_grows_with_its_size(study, SIZE)
