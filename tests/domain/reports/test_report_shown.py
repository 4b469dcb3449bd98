import pytest

from campaigner.domain.reports.report import Paragraph, Report

TEXT = "民警李建国说，欧阳修文和赵敏同志也到了。"
NAMES = ((2, 5), (7, 11), (12, 14))


def _report(names: tuple[tuple[int, int], ...] = NAMES) -> Report:
    return Report("a-1", 1, "总结", TEXT, (Paragraph(1, 0, TEXT),), ((0, 0),), names=names)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("李建国宣讲队 5场", "李**宣讲队 5场", id="inside-a-label"),
        pytest.param("欧阳修文、赵敏", "欧***、赵*", id="several"),
        pytest.param("民警李建 5场", "民警李* 5场", id="cut-short"),
        pytest.param("由李建", "由李*", id="cut-short-at-the-end"),
        pytest.param("李建设", "李建设", id="somebody-else"),
        pytest.param("没有人名", "没有人名", id="none"),
        pytest.param("", "", id="empty"),
    ],
)
def test_every_name_of_the_report_is_masked_in_any_string(text: str, shown: str) -> None:
    assert _report().shown(text) == shown


def test_a_report_without_names_shows_all_as_it_is() -> None:
    assert _report(()).shown("李建国") == "李建国"
