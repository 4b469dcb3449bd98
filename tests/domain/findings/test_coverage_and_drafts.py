from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from campaigner.domain.campaign import Campaign, Channel, ChannelPlan
from campaigner.domain.findings.coverage import EVERYBODY, Cell, audience, coverage
from campaigner.domain.findings.drafting import draft_warnings
from campaigner.domain.findings.finding import Finding, FindingKind
from campaigner.domain.findings.recognise import recognise
from campaigner.domain.findings.vocabulary import Vocabulary
from campaigner.domain.reports.report import Report
from campaigner.domain.warning import Warning  # noqa: A004 - the field's own word
from campaigner.domain.wording.checker import TextContext
from campaigner.intake.drafts import draft_toml, write_drafts
from campaigner.intake.ruleset import load_rules
from campaigner.intake.warnings import read_catalogue
from tests.checking import check_text

Make = Callable[..., Report]
TODAY = date(2026, 11, 24)
SEGMENTS = {
    "elderly": "60岁及以上老年人",
    "students": "大学生",
    "cadres": "村（社区）干部",
    "lifts": "电梯间",
}
TEXT = "向老年人宣传养老诈骗的危害，要求转账的不轻信。\n曝光冒充镇长的案件。"


@pytest.fixture
def found(report_of: Make, vocabulary: Vocabulary) -> list[Finding]:
    return recognise(report_of(TEXT), vocabulary)


@pytest.fixture
def drafts(found: list[Finding], vocabulary: Vocabulary) -> list[Warning]:
    return draft_warnings(found, {}, vocabulary, TODAY, SEGMENTS, {"feedfeedfeed-1": "R1"})


def test_audience_of_a_segment(vocabulary: Vocabulary) -> None:
    named = {name: audience(name, SEGMENTS, vocabulary) for name in (*SEGMENTS, "unknown")}
    assert named == {
        "elderly": "老年人",
        "students": "学生",
        "cadres": "村干部",
        "lifts": "电梯间",
        "unknown": "unknown",
    }


def _campaign(*warnings: str, segment: str) -> Campaign:
    plan = ChannelPlan(Channel.SMS, "sms/any", segment)
    return Campaign("c1", "一", warnings, rotate=False, channels=(plan,), schedule=None, gateway="carrier")  # type: ignore[arg-type]


def test_matrix(found: list[Finding], drafts: list[Warning], vocabulary: Vocabulary) -> None:
    elder, leader = drafts
    catalogue = {elder.id: elder, leader.id: replace(leader, segments=())}
    campaigns = [_campaign("elder-fraud", "no-such", segment="elderly")]
    matrix = coverage(found, catalogue, campaigns, SEGMENTS, vocabulary)
    assert matrix.types == ("养老诈骗", "冒充领导熟人")
    assert matrix.audiences == ("老年人", EVERYBODY)
    reports = ("feedfeedfeed-1",)
    assert matrix.cell("养老诈骗", "老年人") == Cell(reports, ("elder-fraud",), ("c1",))
    assert matrix.cell("冒充领导熟人", EVERYBODY) == Cell(reports, ("fake-leader",), ())
    assert matrix.cell("冒充领导熟人", EVERYBODY).gap
    assert not matrix.cell("养老诈骗", "老年人").gap
    assert matrix.cell("养老诈骗", "学生") == Cell()


def test_matrix_without_warnings_for_everybody(found: list[Finding], vocabulary: Vocabulary) -> None:
    elder = [finding for finding in found if finding.paragraph == 1]
    assert coverage(elder, {}, [], {}, vocabulary).audiences == ("老年人",)


def test_drafts_are_drafts_in_our_own_words(drafts: list[Warning]) -> None:
    elder, leader = drafts
    assert {draft.status for draft in drafts} == {"draft"}
    assert not elder.usable_on(TODAY)
    assert elder.segments == ("elderly",)
    assert "要求转账" in elder.red_flags
    assert [source.report for source in elder.sources] == ["R1"]
    assert elder.sources[0].place.startswith("第1段")
    for draft in drafts:
        for text in (draft.short, draft.long, draft.method, draft.rule):
            assert "曝光" not in text
            assert "宣传养老诈骗的危害" not in text
    assert leader.name == "冒充领导熟人"


def test_types_in_the_catalogue_get_no_draft(
    found: list[Finding], drafts: list[Warning], vocabulary: Vocabulary
) -> None:
    catalogue = {"mine": replace(drafts[0], id="mine", name="养老诈骗套路")}
    assert [draft.id for draft in draft_warnings(found, catalogue, vocabulary, TODAY)] == ["fake-leader"]
    taken = {"fake-leader": replace(drafts[0], name="别的")}
    assert [draft.id for draft in draft_warnings(found, taken, vocabulary, TODAY)] == ["elder-fraud"]


def test_denied_types_get_no_draft(report_of: Make, vocabulary: Vocabulary) -> None:
    findings = recognise(report_of("未发生刷单案件"), vocabulary)
    assert draft_warnings(findings, {}, vocabulary, TODAY) == []


def test_each_type_makes_a_draft_that_the_catalogue_reads(vocabulary: Vocabulary, tmp_path: Path) -> None:
    findings = [
        Finding(FindingKind.SCAM_TYPE, name, name, "a-1", 1, 0, len(name)) for name in vocabulary.types
    ]
    drafts = draft_warnings(findings, {}, vocabulary, TODAY)
    written, problems = write_drafts(drafts, tmp_path / "warnings", tmp_path)
    assert (len(written), problems) == (len(vocabulary.types), [])
    catalogue, faults = read_catalogue(tmp_path / "warnings", tmp_path)
    assert faults == []
    assert {warning.name for warning in catalogue.values()} == set(vocabulary.types)
    assert all(warning.status == "draft" for warning in catalogue.values())


def test_existing_files_are_left_alone(drafts: list[Warning], tmp_path: Path) -> None:
    (tmp_path / "elder-fraud.toml").write_text("mine", encoding="utf-8")
    written, problems = write_drafts(drafts, tmp_path, tmp_path)
    assert [path.name for path in written] == ["fake-leader.toml"]
    assert [(problem.code, problem.source) for problem in problems] == [("draft-exists", "elder-fraud.toml")]
    assert (tmp_path / "elder-fraud.toml").read_text(encoding="utf-8") == "mine"
    assert write_drafts(drafts, tmp_path, Path("/elsewhere"))[0] == []


def test_an_end_date_is_written(drafts: list[Warning]) -> None:
    assert "valid_until = 2026-12-31" in draft_toml(replace(drafts[0], valid_until=date(2026, 12, 31)))


def test_drafts_keep_the_wording_rules(vocabulary: Vocabulary) -> None:
    findings = [
        Finding(FindingKind.SCAM_TYPE, name, name, "a-1", 1, 0, len(name)) for name in vocabulary.types
    ]
    rules = load_rules()
    for draft in draft_warnings(findings, {}, vocabulary, TODAY):
        texts = (draft.short, draft.long, draft.method, draft.rule, draft.headline, draft.victims)
        for text in (*texts, *draft.red_flags, *draft.advice, *draft.large):
            assert check_text(text, rules, TextContext()) == [], text
