import re

import pytest

from campaigner.domain.problem import Level, blocks
from campaigner.intake.reports.reading import import_bytes, import_report

CLEAN = (
    "反诈宣传小结\n"
    "城南社区在广场设点，向路过的居民讲解刷单返利和冒充客服的套路，发放折页120份（含大字版）。\n"
    "各村(居)按办法(试行)执行，占全部警情的23.16%，注册反诈小程序(APP)全凭自愿，(一)级响应照旧。\n"
    "志愿者还到小区门口，提醒老人接到要求转账的电话先问子女，再打96110核实，不要独自处理。"
)


def codes(problems):
    return {problem.code for problem in problems}


def test_interleaved_pinyin_goes_in_every_dress_and_real_remarks_stay(dress):
    imported, _, problems = import_bytes(dress(CLEAN).encode(), "a.txt")
    assert imported.reports[0].text == CLEAN.split("\n", 1)[1]
    assert "pinyin" in {removal.kind for removal in imported.removals}
    assert not blocks(problems)


def test_one_single_gloss_is_told_from_a_remark():
    text = CLEAN.replace("广场", "广场(chang)", 1).replace("志愿者", "志愿者(can)", 1)
    report = import_bytes(text.encode(), "a.txt")[0].reports[0]
    assert "广场设点" in report.text
    assert "志愿者(can)" in report.text


@pytest.mark.parametrize(
    ("file", "title", "paragraphs", "last"),
    [
        ("weekly_bulletin.txt", "青石街道反诈周报", 12, "9月11日"),
        ("police_timeline.txt", "城东派出所一季度反诈大事记", 6, "全覆盖走访。"),
        ("town_plan.txt", "白杨镇防范电信网络诈骗宣传方案", 15, "2023年3月1日"),
        ("parents_letter.txt", "致全体家长的一封信", 8, "__月__日"),
        ("page.html", "云溪乡反诈宣传进集市", 6, "96110。"),
        ("traditional.txt", "后山里社区防诈骗活动纪实", 3, "社区的防线。"),
    ],
)
def test_a_single_report_stays_one_and_whole(data, file, title, paragraphs, last):
    imported, problems = import_report(data / file, file)
    (report,) = imported.reports
    assert (report.title, report.number, len(report.paragraphs)) == (title, 1, paragraphs)
    assert report.text.endswith(last)
    assert not report.truncated
    assert "report-truncated" not in codes(problems)
    assert all(report.text[p.start :].startswith(p.text) for p in report.paragraphs)


def test_a_farmed_series_falls_into_its_reports(data):
    imported, problems = import_report(data / "farm_series.txt", "farm_series.txt")
    assert [report.number for report in imported.reports] == [1, 2, 3]
    assert imported.announced == 3
    kinds = {removal.kind for removal in imported.removals}
    assert kinds == {"spam", "page-title", "submission-link", "related-links", "editor-intro"}
    assert imported.reports[2].text.endswith("轮流展出。")
    assert problems == []


def test_a_missing_report_is_told(data):
    text = (data / "farm_series.txt").read_text(encoding="utf-8").replace("精选3篇", "精选五篇")
    imported, _, problems = import_bytes(text.encode(), "a.txt")
    assert imported.announced == 5
    assert codes(problems) == {"report-count"}


def test_a_long_text_above_the_first_heading_is_told(data):
    text = (data / "farm_series.txt").read_text(encoding="utf-8")
    long = "居民们陆续来到广场，听民警讲解常见骗局，现场气氛热烈。" * 9
    problems = import_bytes(text.replace("篇一", f"{long}\n篇一").encode(), "a.txt")[2]
    assert codes(problems) == {"report-introduction"}


def test_names_are_marked_and_everyday_words_are_not(data):
    imported, problems = import_report(data / "street_month.txt", "street_month.txt")
    report = imported.reports[0]
    assert [report.text[a:b] for a, b in report.names] == ["沈国梁", "罗小燕", "郑志强", "沈国梁", "曹大勇"]
    named = [problem for problem in problems if problem.code == "report-name"]
    assert [problem.value for problem in named] == ["沈**", "罗**", "郑**", "曹**"]
    assert {problem.line for problem in named} == {5, 7}
    assert all(problem.level is Level.WARN for problem in named)


def test_masked_values_are_marked(data):
    report = import_report(data / "street_month.txt", "a.txt")[0].reports[0]
    assert [report.text[a:b] for a, b in report.masked] == ["××", "1**", "2×", "某某"]


def test_a_torn_text_is_told(data):
    imported, problems = import_report(data / "broken_tail.txt", "broken_tail.txt")
    assert imported.reports[0].truncated
    assert codes(problems) == {"report-truncated"}


def test_traditional_text_keeps_place_names_and_set_phrases(data):
    imported, problems = import_report(data / "traditional.txt", "t.txt")
    text = imported.reports[0].text
    for phrase in ("后山里", "余干县", "随着", "著名", "乾隆", "干燥", "里长", "系紧"):
        assert phrase in text
    assert codes(problems) == {"report-traditional"}


def test_html_drops_what_no_reader_sees_and_lists_what_is_furniture(data):
    imported, _ = import_report(data / "page.html", "page.html")
    text = imported.reports[0].text
    assert "脚本" not in text
    assert "zhà" not in text
    assert "上坪村\t80" in text
    assert {"navigation", "hidden", "page-title"} == {removal.kind for removal in imported.removals}


def test_the_same_text_twice_in_one_file_is_told():
    body = CLEAN.split("\n", 1)[1]
    other = "另一天，社区请银行职员来讲课，居民听得很认真，课后还做了问答。"
    text = f"工作总结1\n{body}\n工作总结2\n{other}\n工作总结3\n{body}"
    problems = import_bytes(text.encode(), "a.txt")[2]
    assert [(problem.code, problem.value[-2:]) for problem in problems] == [("report-duplicate", "-3")]


def test_page_furniture_alone_is_no_report():
    imported, _, problems = import_bytes("上一篇：反诈工作总结\n下一篇：反诈宣传小结".encode(), "a.txt")
    assert imported is None
    assert codes(problems) == {"report-nothing-left"}


def test_places_lead_back_into_the_original(dress):
    noisy = "\ufeff" + dress(CLEAN).replace("\n", "\r\n\r\n　　").replace("套路", "套\u200b路&nbsp;")
    imported, original, _ = import_bytes(noisy.encode(), "a.txt")
    report = imported.reports[0]
    for place, character in enumerate(report.text):
        if not character.isspace():
            assert original[report.original(place)] == character
    for removal in imported.removals:
        assert original[removal.start : removal.start + len(removal.text)] == removal.text
    assert not re.search("&|\u200b|\r", report.text)


def test_a_file_that_is_not_there_is_a_problem(tmp_path):
    for path in (tmp_path / "no.txt", tmp_path):
        imported, problems = import_report(path, path.name)
        assert imported is None
        assert codes(problems) == {"report-unreadable"}


def test_a_file_beyond_all_measure_is_not_read(tmp_path):
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    assert codes(import_report(path, "big.txt")[1]) == {"report-too-large"}
