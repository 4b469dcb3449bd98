from pathlib import Path

import pytest

from campaigner.answers.account import log_entries
from campaigner.domain.findings.check import Verdict
from campaigner.domain.findings.finding import FindingKind
from campaigner.road.study import draft, import_reports, matrix, study
from tests.offices.road import Road

BULLETIN = """幸福镇反诈工作周报

　　本周，全镇共接报电信网络诈骗警情20起，其中刷单返利类12起，占60%。镇反诈中心组织志愿者走进幸福小区，向老年人发放宣传单80余份。

　　今年上半年，全镇共接报警情543起，日均3.5起。

　　镇派出所所长李建国提醒：不轻信、不透露、不转账。
"""


@pytest.fixture
def road(office: Path) -> Road:
    return Road(office)


@pytest.fixture
def bulletin(tmp_path: Path) -> Path:
    path = tmp_path / "周报.txt"
    path.write_text(BULLETIN, "utf-8")
    return path


def test_a_report_is_kept_studied_and_logged_once(road: Road, bulletin: Path) -> None:
    imported, problems = import_reports(road.work(), [bulletin])
    assert len(imported) == 1
    assert {problem.code for problem in problems} == {"report-name"}
    again, problems = import_reports(road.work(), [bulletin])
    assert [file.sha256 for file in again] == [imported[0].sha256]
    assert [problem.code for problem in problems] == ["report-known"]
    assert [entry.kind for entry in log_entries(road.store)] == ["imported"]
    assert (road.folder / "reports" / imported[0].sha256[:12] / "original.txt").read_text("utf-8") == BULLETIN


def test_what_a_report_says(road: Road, bulletin: Path) -> None:
    import_reports(road.work(), [bulletin])
    studied = study(road.app.desk)
    (report,) = studied.reports
    assert all(report.text[f.start : f.end] == f.surface for f in studied.findings)
    types = [f.canonical for f in studied.findings if f.kind is FindingKind.SCAM_TYPE]
    assert types == ["刷单返利"]
    assert "老年人" in {f.canonical for f in studied.findings if f.kind is FindingKind.AUDIENCE}
    verdicts = {(check.kind, check.verdict) for check in studied.checks[report.id]}
    assert ("share", Verdict.AGREES) in verdicts
    assert ("daily-mean", Verdict.DIFFERS) in verdicts


def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    road: Road, bulletin: Path, tmp_path: Path
) -> None:
    (tmp_path / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    imported, problems = import_reports(road.work(), [tmp_path / "scan.png", tmp_path / "none.txt", bulletin])
    assert len(imported) == 1
    assert {"report-unreadable"} < {problem.code for problem in problems}


def test_no_draft_is_written_for_what_the_catalogue_has(road: Road, bulletin: Path) -> None:
    import_reports(road.work(), [bulletin])
    written, problems = draft(road.work(), study(road.app.desk))
    assert (written, problems) == ([], [])
    covered = matrix(road.app.desk, study(road.app.desk))
    cell = covered.cell("刷单返利", "老年人")
    assert cell.reports
    assert cell.gap


def test_a_missing_type_is_drafted_and_never_sent_before_it_is_read(road: Road, bulletin: Path) -> None:
    (road.folder / "templates" / "warnings" / "brushing-rebates.toml").unlink()
    bare = road.reopened()
    import_reports(bare.work(), [bulletin])
    written, _problems = draft(bare.work(), study(bare.app.desk))
    assert len(written) == 1
    assert 'status = "draft"' in written[0].read_text("utf-8")
    assert "周报" not in written[0].read_text("utf-8")
    again = bare.reopened()
    entry = again.app.desk.catalogue[written[0].stem]
    assert entry.status == "draft"
    second, _problems = draft(again.work(), study(again.app.desk))
    assert second == []
    config = again.folder / "config.toml"
    config.write_text(config.read_text("utf-8").replace('"fake-leader"', f'"{entry.id}"'), "utf-8")
    runs = again.reopened().plan().runs
    blocked = {run.code for run in runs if run.blocked}
    assert "finance-month-end-20261225-0930" in blocked
    kinds = [e.kind for e in log_entries(again.store)]
    assert kinds == ["imported", "drafted"]
