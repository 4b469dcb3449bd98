from datetime import date

import pytest

from campaigner.domain.people import Audience, Kind
from campaigner.intake.refusing import refusals_in

TODAY = date(2026, 11, 24)


@pytest.fixture
def refused(tmp_path):
    def reading(content, kind=Kind.PEOPLE):
        (tmp_path / "list.csv").write_text(content, encoding="utf-8")
        return set(refusals_in(Audience("residents", kind, "list.csv"), tmp_path).phones)

    return reading


def test_phones_of_marked_rows(refused):
    content = (
        "姓名,手机号,退订\n王小明,138 0013 8000,是\n李小红,13800138001,否\n赵大山,,是\n钱多多,13800138002,\n"
    )
    assert refused(content) == {13800138000}


def test_both_guardians(refused):
    content = "学生姓名,家长电话,监护人2电话,退订\n王小明,13800138000,13800138001,退订\n"
    assert refused(content, Kind.PUPILS) == {13800138000, 13800138001}


def test_a_refusal_counts_however_faulty_the_row_is(refused):
    content = "姓名,手机号,年龄,退订\n,13800138000,虚岁9,是\n王小明,13800138001,x,N\n王小明,1,2,是\n"
    assert refused(content) == {13800138000, 13800138001}


def test_a_merged_row_counts_too(refused):
    assert refused("姓名,手机号,退订\n王小明,13800138000,\n王小明,13800138000,是\n") == {13800138000}


def test_what_stands_around_an_unclosed_quote_counts_and_its_own_line_too(refused):
    content = (
        '姓名,手机号,退订\n王小明,13800138000,是\n"李小红,13800138002,是\n'
        + "王小明,13800138001,是\n" * 20_000
    )
    assert refused(content) == {13800138000, 13800138001, 13800138002}


@pytest.mark.parametrize(
    "content", ["姓名,手机号\n王小明,13800138000\n", "甲,乙\n", "姓名,前科,退订\n王小明,x,是\n", ""]
)
def test_no_refusals(refused, content):
    assert refused(content) == set()


def test_places_have_no_refusals(refused):
    assert refused("名称,类型\n甲,电梯\n", Kind.PLACES) == set()


def test_no_file(tmp_path):
    assert not refusals_in(Audience("residents", Kind.PEOPLE, "none.csv"), tmp_path).phones
