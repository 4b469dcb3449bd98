"""An office's own expressions: they mean what they mean to Python, and no text makes them hang."""

import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from campaigner.domain.wording.checker import TextContext
from campaigner.intake import own_expressions, ruleset
from campaigner.intake.linear import LONGEST, Linear, PatternError, filled, filled_groups, linear
from campaigner.intake.ruleset import read_own_rules
from tests.checking import OUR_RULE, check_text
from tests.pace import references

SOON = 150

# ---- they mean the same ----

CHARACTERS = "aB1_ 中二、.-]^\\{}|٣é\n"
LITERALS = st.sampled_from([
    r"\101", "a", "B", "中", "二", "_", "1", " ", "、", r"\.", r"\-", r"\\",
    "é", r"\n", r"\x61", r"\u4e2d", "-", "]", "}", "{", "{,", "{}",
])  # fmt: skip
CLASSES = st.sampled_from([
    r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", ".", "[ab]", "[^a中]", r"[\w、]", r"[^\d]", r"[\s]", r"[\D]", "[a-c-]",
    "[]a]", "[^]a]", "[[:a]", r"[\]\\]", r"[\x61-\x63]", r"[\u4e00-\u9fff]", "[{}|^]", r"[\b1]", r"[.*+?]",
])  # fmt: skip
REPEATS = st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}", "{1,}?", "{0}"])
ATOMS = st.recursive(
    st.tuples(LITERALS | CLASSES, REPEATS).map("".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({''.join(parts)})"),
        inner.map(lambda part: f"(?P<n>{part})"),
        inner.map(lambda part: f"(?i:{part})"),
        inner.map(lambda part: f"(?#say){part}"),
        st.lists(inner, min_size=1, max_size=3).map("".join),
    ),
    max_leaves=6,
)
HEADS = st.sampled_from(["", "", "", "(?s)", "(?m)^", "^", r"\A"])
TAILS = st.sampled_from(["", "", "", r"\Z"])


@settings(max_examples=400, deadline=None)
@given(HEADS, ATOMS, TAILS, st.text(st.sampled_from(CHARACTERS), max_size=12), st.booleans())
@pytest.mark.filterwarnings("ignore:Possible")
def test_an_expression_finds_what_python_finds(
    head: str, body: str, tail: str, text: str, ignores: bool
) -> None:
    written = head + body + tail
    try:
        pattern = re.compile(written, re.IGNORECASE if ignores else re.NOFLAG)
    except re.error:
        reject()
    ours = linear(written, {}, ignores_case=lambda _text: ignores)
    found = pattern.search(text)
    assert (found.span() if found else None) == ((one.span()) if (one := ours.search(text)) else None)
    if not pattern.search(""):
        theirs = [match.span() for match in pattern.finditer(text)]
        assert [match.span() for match in ours.finditer(text) if match[0]] == [
            s for s in theirs if s[0] < s[1]
        ]


@pytest.mark.parametrize(
    "character", ["٣", "é", "中", "\u3000", "\x1c", "\x85", "_", "²", "½", "Ⅳ", "\u0301", "😀"]
)
def test_classes_are_those_of_unicode(character: str) -> None:
    for name in "wWdDsS":
        ours = linear(f"\\{name}", {}, ignores_case=lambda _text: False).search(character)
        assert bool(ours) == bool(re.search(f"\\{name}", character)), name


def test_a_match_is_one(tmp_path: Path) -> None:
    found = linear("二+", {}, ignores_case=lambda _text: False).search("一二二三")
    assert found is not None
    assert (found.span(), found.start(), found[0]) == ((1, 3), 1, "二二")
    with pytest.raises(IndexError):
        found[1]


def test_it_travels_and_halves_of_pairs_do_no_harm() -> None:
    one: Linear = pickle.loads(pickle.dumps(linear("b", {}, ignores_case=lambda _text: True)))
    found = one.search("\ud800中B")
    assert found is not None
    assert found.span() == (2, 3)
    assert len(list(one.finditer("b" * 5000))) == 200


# ---- they do not hang ----


@pytest.mark.parametrize(
    "written",
    [
        "(a+)+中",
        "(a|a)*中",
        "(a|aa)+中",
        "(.*)*中",
        "(a*)*(a*)*(a*)*中",
        "a{0,900}a{0,900}中",
        "(?:(?:a?){20}){20}中",
    ],
)
def test_no_text_makes_it_hang(written: str) -> None:
    ours = linear(written, {}, ignores_case=lambda _text: False)
    assert references(lambda: ours.search("a" * 5_000)) < SOON


# ---- what the engine does not have ----


@pytest.mark.parametrize(
    ("written", "at", "what"),
    [
        ("转账(?=中)", 2, "look-ahead"), ("a(?!b)", 1, "look-ahead"), ("(?<=a)b", 0, "look-behind"),
        ("转(?<!a)b", 1, "look-behind"), (r"(a)\1", 3, "back-reference"), (r"(?P<x>a)(?P=x)", 8, "back-reference"),
        (r"(a)(?(1)b|c)", 3, "condition"), ("(?>a)", 0, "atomic"), ("a*+b", 2, "possessive"),
        ("a{2}+", 4, "possessive"),
        (r"\bword", 0, "word's edge"), (r"a\B", 1, "word's edge"), (r"\N{DIGIT ONE}", 0, "by its name"),
        ("(?x) a", 0, "a flag"), ("(?a:b)", 0, "a flag"), (r"x[a\W]", 1, "within [ ]"), ("a{1001}", 1, "repeats"),
        ("(a", 0, "unterminated"), ("a" * (LONGEST + 1), 0, "are the most"), ("(?:a{1000}){1000}", 0, "too much"),
        ("(" * 900 + ")" * 900, 0, "brackets this deep"),
    ],
)  # fmt: skip
def test_what_it_cannot_do_is_refused_where_it_stands(written: str, at: int, what: str) -> None:
    with pytest.raises(PatternError) as refused:
        linear(written, {}, ignores_case=lambda _text: False)
    assert what in str(refused.value)
    assert refused.value.at == at
    assert re.search("[\u4e00-\u9fff]", refused.value.message_zh)


def test_a_fault_within_a_word_group_stands_where_it_is_named() -> None:
    with pytest.raises(PatternError) as refused:
        linear("转<<far>>账", {"far": "a(?=b)"}, ignores_case=lambda _text: False)
    assert refused.value.at == 1


def test_groups_of_groups_do_not_swell() -> None:
    groups = {"a": "x" * 40_000, "b": "<<a>>" * 40_000, "c": "<<b>>" * 40_000}
    with pytest.raises(ValueError, match="are the most"):
        filled_groups(groups, "|".join)
    with pytest.raises(KeyError):
        filled("<<z>>", {})


# ---- in the office's file ----

HEAD = f"\n{OUR_RULE}\n"
PATTERN = """[[pattern]]
rule = "OUR-01"
id = "dialect"
triggers = ["侬好"]
message = "dialect"
"""


def rules_of(tmp_path: Path, text: str) -> ruleset.Ruleset:
    file = tmp_path / "rules.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    rules, problems = read_own_rules(file, "rules.toml")
    assert problems == []
    assert rules is not None
    return rules


def faults_of(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "rules.toml").write_text(HEAD + text, encoding="utf-8")
    return [f"{one.place}: {one.message}" for one in read_own_rules(tmp_path / "rules.toml", "rules.toml")[1]]


def test_an_own_rule_bites_by_the_linear_engine(tmp_path: Path) -> None:
    own = """find = ['(侬+)+好', '<<pay>><<on12>>侬好']
find_at_clause = "侬好"
needs = '\\w'
unless = "您好"
"""
    rules = rules_of(tmp_path, PATTERN + own)
    (pattern,) = [one for one in rules.patterns if one.kind == "dialect"]
    engines = (*pattern.finds, *pattern.clause_finds, pattern.needs, pattern.unless)
    assert all(isinstance(one, Linear) for one in engines)
    assert all(
        isinstance(find, re.Pattern)
        for one in rules.patterns[:-2]
        for find in one.finds
        if one is not pattern
    )
    context = TextContext(finished=True)
    assert {one.rule for one in check_text("侬好，谨防诈骗。", rules, context)} == {"OUR-01"}
    assert not check_text("侬好，您好，谨防诈骗。", rules, context)
    long = "侬" * 5_000 + "，谨防诈骗。侬好"
    assert references(lambda: check_text(long, rules, context)) < SOON
    again = pickle.loads(pickle.dumps(rules))
    assert check_text("侬好，谨防诈骗。", again, context)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (PATTERN + 'find = "侬(?=好)"\n', "18:10: pattern.find: … look-ahead"),
        (PATTERN + 'find = "侬好"\nneeds = \'(.)\\1\'\n', "19:13: pattern.needs: … a back"),
        (PATTERN + 'find = [\n  "侬好",\n  "侬好(?<!a)"]\n', "20:6: pattern.find: … look-be"),
        (PATTERN + 'find = "<<install>>侬好"\n', "18:9: pattern.find: … look-behind"),
        (PATTERN + 'find = "(侬好"\n', "18:9: pattern.find: missing ), unterminated subpattern"),
        (
            '[[unfinished.mark]]\nrule = "CHK-30"\nid = "ours"\nfind = ["待(?!补)"]\nsays = "x"\n',
            r"16:11: unfinished.mark.find: … look-ahead",
        ),
        (
            '[[unfinished.mark]]\nrule = "CHK-30"\nid = "ours"\nfind = ["待补"]\nspared_after = "(?>a)"\nsays = "x"\n',
            r"17:17: unfinished.mark.spared_after: … an atomic group",
        ),
        (PATTERN + "find = = 1\n", "rules.toml:18:8: this is not valid TOML"),
        ("a" * (300 << 10), "more than 256 KiB"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_line_and_column(tmp_path: Path, text: str, where: str) -> None:
    (told,) = faults_of(tmp_path, text)
    assert where in told.replace("an own expression cannot have", "…")


def test_an_own_mark_is_found(tmp_path: Path) -> None:
    mark = '[[unfinished.mark]]\nrule = "CHK-30"\nid = "ours"\nfind = ["〔待定稿〕"]\n'
    mark += 'spared_after = "不要写"\nsays = "x"\n'
    rules = rules_of(tmp_path, mark)
    assert "CHK-30" in {one.rule for one in check_text("〔待定稿〕谨防诈骗。", rules, TextContext())}


def test_so_many_expressions_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_expressions, "MOST", 2)
    (told,) = faults_of(tmp_path, PATTERN + 'find = ["侬好", "侬好啊", "侬好呀"]\n')
    assert "more than 2 expressions" in told


def test_the_advice_helps(tmp_path: Path) -> None:
    """What is proposed in place of a look-around says the same."""
    rules = rules_of(tmp_path, PATTERN + 'find = "侬好|侬早"\nneeds = "诈骗"\nunless = "例如"\n')
    context = TextContext(finished=True)
    assert check_text("侬好，谨防诈骗。", rules, context)
    assert not check_text("例如侬好，谨防诈骗。", rules, context)
