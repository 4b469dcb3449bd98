import pytest

from campaigner.domain.classes import (
    class_label,
    class_order,
    is_damaged_class,
    plain_class,
    plain_grade,
    roll_order,
)


def test_grade_1_class_12_is_not_grade_11_class_2():
    labels = {
        class_label(plain_grade(grade), plain_class(name)) for grade, name in (("1", "12"), ("11", "2"))
    }
    assert labels == {"1年级12班", "11年级2班"}


@pytest.mark.parametrize(
    ("grade", "name", "label"),
    [
        ("三年级", "2班", "三年级2班"),
        ("三年级", "三年级2班", "三年级2班"),
        ("三", "二", "三年级二班"),
        ("３", "2.0", "3年级2班"),
        ("'3", "'2", "3年级2班"),
        ("", "大一班", "大一班"),
        ("高一", "", "高一"),
        ("1年级", "12班", "1年级12班"),
        ("三年级", "三（2）班", "三（2）班"),
        ("一年级", "十一班", "一年级十一班"),
    ],
)
def test_labels(grade, name, label):
    assert class_label(plain_grade(grade), plain_class(name)) == label


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-03-02", "2026/3/2", "2026年3月2日", "3月2日", "03:02:00", "3:02", "2-Mar", "Mar-02", "46083"),
        "2026-03-02 00:00:00",
    ],
)  # fmt: skip
def test_a_class_that_became_a_date(cell):
    assert is_damaged_class(cell)


@pytest.mark.parametrize(
    "cell", ["2班", "3-2", "3.2", "1", "12", "2023级1班", "三（2）班", "202301", "", "3班（原2班）"]
)
def test_a_class_that_did_not(cell):
    assert not is_damaged_class(cell)


@pytest.mark.parametrize(
    "ordered",
    [
        ["1班", "2班", "10班"],
        ["一班", "二班", "十班", "十一班", "二十班", "一百班"],
        ["一年级1班", "一年级2班", "一年级10班", "二年级1班", "十年级1班"],
        ["2023级1班", "2023级12班", "2024级1班"],
    ],
)
def test_classes_are_counted_as_people_count(ordered):
    assert sorted(sorted(ordered), key=class_order) == ordered


def test_names_without_a_number_have_an_order_too():
    assert sorted(["", "小班", "中班", "1班"], key=class_order)


@pytest.mark.parametrize(
    ("roll", "order"),
    [("0012", 12), ("A-3", 3), ("G2023001", 2023001), ("12号", 12), ("", 0), ("甲", 0),
     ("20230105021234567890", 234567890), ("１２", 12)],
)  # fmt: skip
def test_the_place_of_a_student_number(roll, order):
    assert roll_order(roll) == order
