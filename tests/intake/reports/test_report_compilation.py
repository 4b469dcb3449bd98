"""The compilation that the domain research describes, where it lies beside the repository (domain research A0)."""

import re
from collections import Counter
from pathlib import Path

import pytest

from campaigner.domain.problem import Problem
from campaigner.domain.reports.report import Imported
from campaigner.intake.reports.reading import import_bytes
from campaigner.intake.reports.simplify import simplified

FILE = Path(__file__).parents[4] / "shared" / "reports" / "telecom-fraud-work-summaries.txt"
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="the compilation is not at ../shared/reports")

# Lengths of the research count two blanks and a blank line about each paragraph; the second number is ours without.
LENGTHS = {1: 300, 2: 341, 3: 897, 4: 673, 5: 302, 6: 815, 7: 572, 8: 317, 9: 495, 10: 415}
LENGTHS |= {11: 5656, 12: 3682, 13: 987, 14: 1239, 15: 266}


def simplified_remark(pair: str) -> str:
    return simplified(pair)[0]


@pytest.fixture(scope="module")
def read() -> tuple[Imported, str, list[Problem]]:
    imported, original, problems = import_bytes(FILE.read_bytes(), FILE.name)
    assert imported is not None
    return imported, original, problems


def test_fifteen_reports_as_their_headings_say(read):
    imported, _, problems = read
    assert [report.number for report in imported.reports] == list(range(1, 16))
    assert imported.announced == 15, "the 13 of a related link is another page's promise"
    assert "report-count" not in {problem.code for problem in problems}


def test_lengths_are_those_of_the_research(read):
    for report in read[0].reports:
        assert len(report.text) + 3 * len(report.paragraphs) == pytest.approx(LENGTHS[report.number], abs=4)


def test_no_pinyin_is_left_and_every_real_bracket_is_kept(read):
    text = "\n".join(report.text for report in read[0].reports)
    assert not re.search(r"[(（\[][a-z]+[)）\]]", text)
    untouched = [pair for pair in re.findall(r"\([^()]*\)", read[1]) if not re.fullmatch(r"\([a-z]+\)", pair)]
    remarks = re.findall(r"\([^()]*\)", text)
    missing = Counter(simplified_remark(pair) for pair in untouched) - Counter(remarks)
    assert (len(untouched), len(remarks), missing) == (29, 46, Counter()), (
        "those with pinyin inside come on top"
    )
    assert {"(区)", "(市、区)", "(街道)", "(居)", "(村居)", "(社区)", "(综治)", "(暂行)", "(试行)"} <= set(
        remarks
    )
    assert {"(一)", "(二)", "(三)", "(四)", "(五)"} <= set(remarks)
    assert any(remark.endswith("23.16%)") for remark in remarks), (
        "the pinyin inside a figure's bracket is mended"
    )


def test_nine_masked_years_are_unknown(read):
    masked = [report.text[start:end] for report in read[0].reports for start, end in report.masked]
    assert masked.count("20xx年") == 9
    assert "2000年" not in "".join(report.text for report in read[0].reports)


def test_seven_officials_and_one_ringleader_are_flagged_and_nobody_else(read):
    imported, _, problems = read
    found = {(report.number, report.text[a:b]) for report in imported.reports for a, b in report.names}
    assert {number for number, _ in found} == {7, 11}
    assert len(found) == 8
    flagged = [problem for problem in problems if problem.code == "report-name"]
    assert len(flagged) == 8
    assert all(re.fullmatch(r".\*{1,2}", problem.value) and problem.line for problem in flagged)


def test_only_the_report_with_the_stray_bracket_breaks_off(read):
    assert [report.number for report in read[0].reports if report.truncated] == [6]
    assert not any(report.text.endswith("(") for report in read[0].reports)


def test_everything_left_out_is_listed_with_its_place(read):
    imported, original, _ = read
    kinds = {removal.kind for removal in imported.removals}
    assert {
        "spam",
        "page-title",
        "submission-link",
        "related-links",
        "editor-intro",
        "pinyin",
        "stray",
    } <= kinds
    for removal in imported.removals:
        assert original[removal.start : removal.start + len(removal.text)] == removal.text
    kept = {report.original(place) for report in imported.reports for place in range(len(report.text))}
    gone = {
        place
        for removal in imported.removals
        for place in range(removal.start, removal.start + len(removal.text))
    }
    rest = "".join(original[place] for place in sorted(set(range(len(original))) - kept - gone))
    assert re.fullmatch(r"\s*(?:電信詐騙工作總結[0-9]+\s*){15}", rest), "only headings and white space"


def test_places_lead_back_to_the_same_character(read):
    imported, original, _ = read
    for report in imported.reports:
        for place, character in enumerate(report.text):
            if character.isascii() and character != "\n":
                assert original[report.original(place)] == character


def test_characters_that_stand_for_several_are_left_alone(read):
    text = "".join(report.text for report in read[0].reports)
    assert "余干" in text
    assert "餘" not in text
    assert "随着" in text
