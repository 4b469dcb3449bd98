"""The rules' data: all of them, at their levels, each with its source; users add, and cannot take away."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.problem import Problem
from campaigner.domain.wording.checker import TextContext
from campaigner.domain.wording.rules import AppliesTo
from campaigner.domain.wording.ruleset import Ruleset
from campaigner.intake import ruleset
from campaigner.intake.own_rules import check_entries, merged
from campaigner.intake.ruleset import load_rules, read_own_rules
from campaigner.toml.table import read_table
from tests.checking import OUR_RULE, check_text
from tests.conftest import ROOT

RULES = load_rules()

LEVELS = {
    "CHK-01": "block", "CHK-02": "block", "CHK-03": "warn", "CHK-04": "block", "CHK-05": "block", "CHK-06": "block",
    "CHK-07": "block", "CHK-08": "warn", "CHK-09": "info", "CHK-10": "warn", "CHK-11": "warn", "CHK-12": "warn",
    "CHK-13": "warn", "CHK-14": "info", "CHK-15": "warn", "CHK-16": "warn", "CHK-17": "warn", "CHK-18": "info",
    "CHK-19": "block", "CHK-20": "block", "CHK-21": "block", "CHK-22": "warn", "CHK-23": "warn", "CHK-24": "info",
    "CHK-25": "info", "CHK-26": "block", "CHK-27": "warn", "CHK-28": "block", "CHK-29": "warn",
    "CHK-30": "block", "CHK-31": "block", "CHK-32": "warn",
}  # fmt: skip

# One text that breaks the rule, and one on the same matter that keeps it.
BITES = {
    "CHK-01": ("居民必须安装国家反诈中心APP。", "居民可自愿安装国家反诈中心APP。"),
    "CHK-02": ("国家反诈中心APP是反诈神器。", "国家反诈中心APP有诈骗预警功能。"),
    "CHK-03": ("全体教职工必须安装国家反诈中心APP。", "教职工可自愿安装国家反诈中心APP。"),
    "CHK-16": ("各位家长：请警惕。", "老年朋友：请警惕。"),
    "CHK-17": ("近日，村民张建国被骗83251元。", "近日，一位村民被骗约8万元。"),
    "CHK-19": ("请拨打96 110。", "请拨打96110。"),
    "CHK-20": ("设立耻辱墙。", "设立宣传墙。"),
    "CHK-22": ("做核酸时谨防诈骗。", "排队时谨防诈骗。"),
    "CHK-23": ("不要参与跑分。", "不要替人转钱。"),
    "CHK-25": ("对可疑客户一律拒绝办理。", "对可疑客户多问一句。"),
    "CHK-26": ("请点击链接。", "不要点击不明链接。"),
    "CHK-29": ("县委书记王建军强调反诈。", "有关负责人强调反诈。"),
    "CHK-30": ("XX镇反诈中心提醒您。", "幸福镇反诈中心提醒您。"),
    "CHK-31": ("王伟您好：", "王伟您好：别信陌生来电。"),
    "CHK-32": ("请您，，别信陌生来电。", "请您别信陌生来电。"),
}


def test_every_rule_is_there_once_at_its_level() -> None:
    assert {rule.id: rule.level.value for rule in RULES.rules.values()} == LEVELS
    text = (Path(__file__).parents[2] / "campaigner/intake/rules/rules.toml").read_text(encoding="utf-8")
    assert re.findall(r'^id = "(.*)"$', text, re.MULTILINE) == sorted(LEVELS)


@pytest.mark.parametrize("rule", RULES.rules.values(), ids=RULES.rules)
def test_every_rule_tells_its_source_and_its_keeper(rule) -> None:
    for chinese in (rule.title_zh, rule.source_zh, rule.explanation_zh, rule.instead_zh):
        assert re.search("[\u4e00-\u9fff]", chinese)
    assert re.search(r"\b(?:R\d|A\d|B\d|PIPL|AFL)", rule.source)
    assert rule.held_by


def test_every_rule_on_texts_has_a_text_that_breaks_it() -> None:
    assert {rule.id for rule in RULES.rules.values() if rule.applies_to is AppliesTo.TEXT} == set(BITES)


@pytest.mark.parametrize(("rule", "texts"), BITES.items(), ids=BITES)
def test_every_rule_bites_and_lets_go(rule: str, texts: tuple[str, str]) -> None:
    context = TextContext(segments=("elderly",), finished=True)
    breaks, keeps = (check_text(text, RULES, context) for text in texts)
    assert rule in {finding.rule for finding in breaks}
    assert all(finding.level is RULES.rules[finding.rule].level for finding in breaks)
    assert not keeps


def test_every_pattern_has_a_name_of_its_own() -> None:
    kinds = [pattern.kind for pattern in RULES.patterns]
    assert len(kinds) == len(set(kinds))
    assert {pattern.rule for pattern in RULES.patterns} <= set(RULES.rules)


@pytest.mark.parametrize("file", sorted(ruleset._HOME.glob("*.toml")), ids=lambda file: file.stem)
def test_shipped_rules_hold_to_what_own_ones_are_held_to(file: Path) -> None:
    table, problems = read_table(file.read_text("utf-8"), file.name)
    assert table is not None
    check_entries(table, ruleset._read())
    assert problems == []


def test_no_shipped_expression_matches_what_says_nothing() -> None:
    finds = [find for pattern in RULES.patterns for find in (*pattern.finds, *pattern.clause_finds)]
    assert not [find for find in finds if find.search("")]


def test_what_a_rule_says_to_write_instead_keeps_the_rules() -> None:
    for rule in RULES.rules.values():
        for proposal in re.findall("“(.*?)”", rule.instead_zh):
            assert not check_text(proposal, RULES, TextContext(channel="sms")), proposal


def test_traditional_spellings_of_all_words_are_known() -> None:
    opencc = pytest.importorskip("opencc")
    to_traditional, to_simplified = opencc.OpenCC("s2t"), opencc.OpenCC("t2s")
    files = (Path(__file__).parents[2] / "campaigner/intake/rules").glob("*.toml")
    for file in sorted(each for each in files if each.name != "traditional.toml"):
        for character in set(re.findall("[\u4e00-\u9fff]", file.read_text(encoding="utf-8"))):
            traditional = to_traditional.convert(character)
            if to_simplified.convert(traditional) == character:
                assert RULES.folding.fold(traditional).text == character


def write(folder: Path, text: str) -> Path:
    file = folder / "rules.toml"
    file.write_text(text, encoding="utf-8")
    return file


def own_rules(folder: Path, text: str) -> Ruleset:
    rules, problems = read_own_rules(write(folder, text), "templates/rules.toml")
    assert problems == []
    assert rules is not None
    return rules


def faults_of(folder: Path, text: str) -> list[Problem]:
    rules, problems = read_own_rules(write(folder, text), "templates/rules.toml")
    assert (rules is None) == bool(problems)
    assert {problem.code for problem in problems} <= {"rules-unusable"}
    assert {problem.source for problem in problems} <= {"templates/rules.toml"}
    return problems


OWN = f"""
[numbers.official]
"0571-87654321" = "本县反诈中心"

[names]
near_miss = ["反诈大本营"]

[[expiry.list]]
words = ["世博会"]
valid_until = 2010-10-31
why = "世博会早已结束。"

[plain.jargon]
"薅羊毛" = "占小便宜"

{OUR_RULE}
[[pattern]]
rule = "OUR-01"
id = "dialect"
find = '侬好'
triggers = ["侬好"]
channels = ["sms"]
message = "dialect"
"""


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("侬好，谨防诈骗。", "OUR-01"),
        ("请看反诈大本营。", "CHK-19"),
        ("世博会期间谨防诈骗。", "CHK-22"),
        ("别薅羊毛。", "CHK-23"),
        ("设立耻辱墙。", "CHK-20"),
    ],
)
def test_users_add_their_own(tmp_path: Path, text: str, rule: str) -> None:
    rules = own_rules(tmp_path, OWN)
    context = TextContext(channel="sms", segments=("elderly",))
    assert [finding.rule for finding in check_text(text, rules, context)] == [rule]
    assert not check_text("请拨打0571-87654321。", rules, context)
    assert check_text("请拨打0571-87654321。", RULES, context)


def test_a_pattern_for_one_channel_leaves_the_others_alone(tmp_path: Path) -> None:
    rules = own_rules(tmp_path, OWN)
    assert not check_text("侬好", rules, TextContext(channel="letter"))


def test_what_is_no_addition_is_refused_all_at_once(tmp_path: Path) -> None:
    own = """
[context]
negator = ""
made_up = "x"
[groups]
install = "(?!)"
careful = ["请"]
dubious = ["链接"]
tld = "x"
[numbers.official]
96110 = "随便什么"
[names]
app = "别的APP"
[cases]
months = 999
[quotas.entrance]
poster = 2
[flags]
app = "(?!)"
[traditional]
pairs = ""
[staff]
own = "(?!)"
"""
    problems = faults_of(tmp_path, own)
    assert all(problem.line and problem.column for problem in problems)
    message = "\n".join(f"{problem} {problem.message_zh}" for problem in problems)
    for name in (
        "context.negator", "context.made_up", "groups.install", "groups.careful", "groups.dubious", "groups.tld",
        "numbers.official.96110", "names.app", "cases.months", "quotas", "flags.app",
        "traditional.pairs", "staff.own",
    ):  # fmt: skip
        assert f"{name}: is" in message
    # What can be written under another name says so, what cannot says that it goes.
    assert (
        "groups.install: is shipped and cannot be changed, only added to; give yours another name" in message
    )
    assert "context.negator: is shipped and cannot be changed, only added to; take it out" in message
    assert message.count("请另起名称") > 3
    assert "请删去或改正名称" in message


def _leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    else:
        yield path, value


def test_no_single_shipped_value_can_be_changed() -> None:
    shipped = ruleset._read()
    leaves = [(path, value) for path, value in _leaves(shipped) if not isinstance(value, list)]
    assert len(leaves) > 60
    for path, value in leaves:
        other: object = "(?!)" if isinstance(value, str) else 0 if value else 1
        for key in reversed(path):
            other = {key: other}
        _joined, faults = merged(shipped, other)
        assert faults, path
    for key, value in shipped.items():
        if isinstance(value, list | dict):
            assert merged(shipped, {key: "gone"})[1], key


def test_an_own_file_is_known_by_its_hash(tmp_path: Path) -> None:
    assert RULES.own is None
    own = own_rules(tmp_path, OWN).own
    assert own is not None
    assert own.sha256 == hashlib.sha256((tmp_path / "rules.toml").read_bytes()).hexdigest()
    assert (own.rules, own.patterns, own.numbers) == (1, 1, (("0571-87654321", "本县反诈中心"),))


NEW = '[[pattern]]\nrule = "CHK-01"\nid = "x"\nmessage = "m"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            '[[rule]]\nid = "CHK-26"\nlevel = "info"', "shipped rule", id="a-shipped-rule-is-not-weakened"
        ),
        pytest.param(
            '[[pattern]]\nid = "must-install"', "shipped pattern", id="a-shipped-pattern-is-not-doubled"
        ),
        pytest.param(NEW + NEW, "stands twice", id="an-id-twice"),
        pytest.param("[[pattern]\n", "not valid TOML", id="no-toml"),
        pytest.param(NEW, "find", id="no-expression"),
        pytest.param(
            NEW.replace("01", "77") + 'find = "好"\ntriggers = ["好"]',
            "there is no rule CHK-77",
            id="no-rule",
        ),
        pytest.param(NEW + 'find = "好*"\ntriggers = ["好"]', "no empty text", id="matches-nothing"),
        pytest.param(NEW + 'find = "(好"\ntriggers = ["好"]', "unterminated", id="bad-expression"),
        pytest.param(NEW + 'find = "好"\ntriggers = []', "trigger", id="no-trigger"),
        pytest.param(NEW + 'find = "<<who>>"\ntriggers = ["好"]', "who", id="no-such-group"),
        pytest.param(
            NEW + 'find = "好"\ntriggers = ["好"]\nspare = ["never"]', "spare", id="no-such-context"
        ),
        pytest.param(
            '[[rule]]\nid = "OUR-02"\nlevel = "fatal"\napplies_to = "text"', "fatal", id="no-such-level"
        ),
        pytest.param(
            '[[rule]]\nid = "OUR-02"\nlevel = "warn"\napplies_to = "text"\nx = 1', "x", id="unknown-field"
        ),
        pytest.param("pattern = 3", "wants a list", id="not-a-list"),
        pytest.param("rule = 3", "wants a list", id="no-table"),
    ],
)
def test_a_file_that_cannot_work_is_refused(tmp_path: Path, text: str, told: str) -> None:
    problems = faults_of(tmp_path, text)
    assert any(told in problem.message for problem in problems), problems
    assert all(problem.line for problem in problems)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_damage_to_own_rules_is_told_with_its_line_or_does_no_harm(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(OWN)))
    end = data.draw(st.integers(start, min(len(OWN), start + 30)))
    put = data.draw(st.text(alphabet='=[]{}"一1.\n<>(*', max_size=5))
    for problem in faults_of(tmp_path_factory.mktemp("rules"), OWN[:start] + put + OWN[end:]):
        assert problem.line is not None


GROUPS = """
[groups]
far = "<<nowhere>>"
farther = "<<far>>|<<far>>"
near = "这里|那里"
wrong = 3
"""


def test_what_uses_a_faulty_word_group_is_not_told_of_its_faults(tmp_path: Path) -> None:
    """Nobody can tell what such an expression is; the others are still looked at."""
    finds = ["<<farther>>(?=a)", "<<wrong>>好", "<<near>>(?=b)", "<<near>>好"]
    text = GROUPS + NEW + f'triggers = ["好"]\nfind = {finds}\n'
    problems = faults_of(tmp_path, text)
    assert sorted((problem.line, problem.message.partition(":")[0]) for problem in problems) == [
        (3, "groups.far"), (6, "groups.wrong"), (12, "pattern.find"),
    ]  # fmt: skip


def test_word_groups_that_swell_are_told_and_nothing_is_made_of_them(tmp_path: Path) -> None:
    long = "一" * 30_000
    text = f'[groups]\na1 = "{long}"\nb1 = "<<a1>><<a1>>"\n{NEW}find = "<<b1>>"\ntriggers = ["一"]\n'
    (problem,) = faults_of(tmp_path, text)
    assert (problem.line, "are the most" in problem.message) == (1, True)
    assert problem.message_zh == "groups：词组互相嵌套后过长，请拆成几个"


def test_the_last_day_of_all_has_no_day_behind_it(tmp_path: Path) -> None:
    (problem,) = faults_of(
        tmp_path, '[[expiry.list]]\nwords = ["世博会"]\nwhy = "过时"\nvalid_until = 9999-12-31\n'
    )
    assert (problem.line, problem.column) == (4, 1)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"# x\n\xff\xfe\x00")
    for name, line in (("none.toml", 1), ("binary.toml", 2)):
        rules, problems = read_own_rules(tmp_path / name, name)
        assert rules is None
        assert [(problem.line, "cannot be read" in problem.message) for problem in problems] == [(line, True)]


def test_what_holds_a_rule_is_there_or_said_to_be_missing() -> None:
    """`held_by` names parts of the program, as `road/plan`, then what is "not yet"."""
    for rule in RULES.rules.values():
        held, _, missing = rule.held_by.partition("not yet: ")
        places = [
            place
            for part in held.split("; ")
            for place in re.findall(r"^[a-z_/]+|(?<= and )[a-z_]+/[a-z_/]+", part.partition(":")[0])
        ]
        assert places or missing, rule.id
        for place in places:
            home = ROOT / "campaigner" / place
            assert home.is_dir() or home.with_suffix(".py").is_file(), (rule.id, place)
