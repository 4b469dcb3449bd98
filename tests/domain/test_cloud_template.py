import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.cloud_template import (
    CloudTemplate,
    Fitted,
    Parameter,
    TemplateError,
    Unfitted,
    bare,
    fit,
    links,
    parse_template,
)

LETTERS = "某甲乙，。1a "


@pytest.mark.parametrize(
    ("line", "parameters"),
    [
        ("SMS_1=尊敬的${name}，勿信。", [("name", 6)]),
        ("1400=尊敬的{1}，请{2:20}。", [("1", 6), ("2", 20)]),
        ("1=凡是要您先垫钱的，都是诈骗。", []),
        ("1=${a:3}看a=b", [("a", 3)]),
    ],
)
def test_templates_as_registered(line: str, parameters: list[tuple[str, int]]) -> None:
    template = parse_template(line, 6)
    assert [(each.name, each.limit) for each in template.parameters] == parameters
    assert len(template.literals) == len(parameters) + 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("没有等号", "CODE"),
        ("=文", "CODE"),
        ("1=", "CODE"),
        ("1={1}", "no fixed text"),
        ("1=看{1}{2}", "touch"),
        ("1=看{1}和{1}", "only once"),
        ("1=看{1:0}", "at least 1"),
        ("1=【某中心】看{1}", "signature"),
        ("1=看${a", "brace"),
        ("1=" + "长" * 501, "longer than"),
    ],
)
def test_what_no_cloud_has_approved(line: str, says: str) -> None:
    with pytest.raises(TemplateError, match=says):
        parse_template(line, 6)


def templates(*lines: str) -> list[CloudTemplate]:
    return [parse_template(line, 6) for line in lines]


@pytest.mark.parametrize(
    ("text", "lines", "code", "values"),
    [
        ("勿信甲。", ["1=勿信{1}。"], "1", {"1": "甲"}),
        ("勿信甲。乙。", ["1=勿信{1}。"], "1", {"1": "甲。乙"}),
        ("甲，乙，丙", ["1=${a}，${b}"], "1", {"a": "甲", "b": "乙，丙"}),
        ("甲甲，乙乙乙乙乙，丙", ["1=${a:9}，${b:2}"], "1", {"a": "甲甲，乙乙乙乙乙", "b": "丙"}),
        ("勿信甲。", ["1=勿{1}。", "2=勿信{1}。"], "2", {"1": "甲"}),
        ("勿信。", ["1=勿信{1}", "2=勿信。"], "2", {}),
        ("勿信甲。", ["7=勿信{1}。", "8={1}信甲。", "9=勿{1}甲。"], "7", {"1": "甲"}),
    ],
)
def test_fits(text: str, lines: list[str], code: str, values: dict[str, str]) -> None:
    found = fit(text, templates(*lines))
    assert isinstance(found, Fitted)
    assert (found.template.code, dict(found.values)) == (code, values)


@pytest.mark.parametrize(
    ("text", "lines", "code", "at", "says"),
    [
        ("勿转。", ["1=勿信{1}。", "2=勿转账{1}。"], "2", 3, "character 3"),
        ("勿信甲乙丙丁戊己庚。", ["1=勿信{1}。"], "1", 3, "`1` would be 7 characters, 6 are allowed"),
        ("勿信。", ["1=勿信{1}。"], "1", 3, "character 3"),
        ("勿信。多说", ["1=勿信。"], "1", 4, "character 4"),
    ],
)
def test_names_the_nearest(text: str, lines: list[str], code: str, at: int, says: str) -> None:
    found = fit(text, templates(*lines))
    assert isinstance(found, Unfitted)
    assert found.nearest is not None
    assert (found.nearest.code, found.at) == (code, at)
    assert says in found.cause


def test_without_templates_nothing_fits() -> None:
    assert fit("文", []) == Unfitted(None, 1, "no template is registered")


@st.composite
def made(draw: st.DrawFn) -> CloudTemplate:
    gaps = draw(st.integers(0, 4))
    inner = st.text(LETTERS, min_size=1, max_size=4)
    literals = [draw(inner)] + [draw(inner) for _ in range(gaps)]
    parameters = [Parameter(f"p{n}", draw(st.integers(1, 6))) for n in range(gaps)]
    return CloudTemplate("1", tuple(literals), tuple(parameters))


@given(st.lists(made(), min_size=1, max_size=4), st.data())
def test_what_was_filled_is_found_again(some: list[CloudTemplate], data: st.DataObject) -> None:
    """A text made from a template fits one, gives the text back, and keeps to the limits."""
    template = data.draw(st.sampled_from(some))
    values = {
        each.name: data.draw(st.text(LETTERS, min_size=1, max_size=each.limit))
        for each in template.parameters
    }
    text = template.fill(values)
    found = fit(text, some)
    assert isinstance(found, Fitted)
    assert found.template.fill(found.values) == text
    assert found.template.weight >= template.weight
    assert all(1 <= len(found.values[each.name]) <= each.limit for each in found.template.parameters)
    assert found == fit(text, some)


@given(st.text(LETTERS, max_size=60), st.lists(made(), max_size=3))
def test_any_text_fits_as_written_or_says_where_not(text: str, some: list[CloudTemplate]) -> None:
    found = fit(text, some)
    if isinstance(found, Fitted):
        assert found.template.fill(found.values) == text
    else:
        assert 1 <= found.at <= len(text) + 1
        assert not text.strip() or len(text) < 5 or text not in found.cause


def test_a_text_made_to_be_slow_is_not() -> None:
    """Ten gaps between commas over a text of commas: each place is tried once."""
    line = "1=甲" + "，".join(f"${{p{n}:100}}" for n in range(10)) + "完"
    assert isinstance(fit("甲" + "，" * 480, [parse_template(line, 6)]), Unfitted)


@pytest.mark.parametrize(
    ("value", "has"),
    [
        ("https://a.b/c", True),
        ("看 www.a", True),
        ("t.cn", True),
        ("a-b.example.com。", True),
        ("1.2.3.4", True),
        ("12.5元", False),
        ("国家反诈中心APP", False),
        ("9月1日", False),
    ],
)
def test_links(value: str, has: bool) -> None:
    assert bool(links(value)) is has


@pytest.mark.parametrize(
    ("text", "suffix", "body"),
    [
        ("【某中心】勿信。拒收请回复R", "", "勿信。拒收请回复R"),
        ("【某中心】勿信。拒收请回复R", "拒收请回复R", "勿信。"),
        ("【别处】勿信。", "", None),
        ("勿信。", "", None),
    ],
)
def test_what_the_cloud_adds_comes_off(text: str, suffix: str, body: str | None) -> None:
    assert bare(text, "某中心", suffix) == body
