"""From the real compilation to an approved batch for the elderly, by the documented commands only."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.journeys.test_acceptance import campaigner

COMPILATION = ROOT.parent / "shared" / "reports" / "telecom-fraud-work-summaries.txt"
pytestmark = pytest.mark.skipif(
    not COMPILATION.exists(), reason="the report compilation stays in ../shared/reports, which is not here"
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "office"
    campaigner(ROOT, "init", str(folder), "--people", "300")
    campaigner(folder, "reports", "import", str(COMPILATION))
    return folder


@pytest.fixture(scope="module")
def findings(office: Path) -> Any:
    return json.loads(campaigner(office, "reports", "findings", "--json"))


def named(findings: Any, kind: str) -> set[tuple[int, str]]:
    return {(f["number"], f["canonical"]) for f in findings["findings"] if f["kind"] == kind}


def test_fifteen_reports(findings: Any) -> None:
    assert [report["number"] for report in findings["reports"]] == list(range(1, 16))
    years = [text for report in findings["reports"] for text in report["masked"] if "20" in text]
    assert len(years) == 9


def test_every_named_type_with_its_report_and_none_invented(findings: Any) -> None:
    assert named(findings, "scam-type") == {
        (5, "冒充领导熟人"), (8, "刷单返利"), (8, "虚假贷款"), (11, "冒充公检法及政府机关"), (11, "网络婚恋交友"),
        (12, "刷单返利"), (12, "冒充电商物流客服"), (15, "养老诈骗"),
    }  # fmt: skip


def test_the_figures_of_r11(findings: Any) -> None:
    checks = [check for report in findings["reports"] if report["number"] == 11 for check in report["checks"]]
    means = {check["stated"]: check for check in checks if check["kind"] == "daily-mean"}
    agreeing = [check for check in means.values() if check["verdict"] == "agrees"]
    differing = [check for check in means.values() if check["verdict"] == "differs"]
    assert any("8.8" in check["stated"] for check in agreeing)
    (loss,) = differing
    assert "76.1万" in loss["stated"]
    assert "75.7万" in loss["message"]
    assert "180" in loss["message"]
    assert any(
        "84.59" in check["stated"] and check["verdict"] == "agrees"
        for check in checks
        if check["kind"] == "share"
    )


def test_no_name_is_shown(findings: Any) -> None:
    text = json.dumps(findings, ensure_ascii=False)
    reports = [report for report in findings["reports"] if report["names"]]
    assert {report["number"] for report in reports} == {7, 11}
    assert sum(len({tuple(span) for span in report["names"]}) for report in reports) >= 8
    assert "\\u" not in text


def test_the_cited_sources_exist(office: Path) -> None:
    campaigner(office, "check", "--sources", str(COMPILATION))


def test_drafts_and_coverage(office: Path) -> None:
    data = json.loads(campaigner(office, "reports", "draft", "--json"))
    assert data["drafts"] == []
    cells = {(cell["type"], cell["audience"]): cell for cell in data["coverage"]}
    assert cells["养老诈骗", "老年人"]["reports"]
    assert cells["养老诈骗", "老年人"]["campaigns"] == ["elderly-monday"]


def test_an_approved_batch_for_the_elderly(office: Path) -> None:
    config = office / "config.toml"
    text = config.read_text("utf-8")
    config.write_text(
        text.replace('["elder-fraud", "fake-police", "fake-investment"]', '["elder-fraud"]'), "utf-8"
    )
    campaigner(office, "check")
    campaigner(office, "plan", "--from", "2026-12-07", "--to", "2026-12-07")
    run = "elderly-monday-20261207-0900"
    campaigner(office, "generate", run)
    campaigner(office, "approve", run, "--by", "李所长")
    campaigner(office, "export", run)
    (batch,) = office.glob(f"out/{run}/sms/*.csv")
    with batch.open(encoding="utf-8-sig", newline="") as file:
        texts = {row["短信内容"] for row in csv.DictReader(file)}
    assert len(texts) == 1
    assert "养老" in texts.pop()
    assert '"R15"' in (office / "templates" / "warnings" / "elder-fraud.toml").read_text("utf-8")
