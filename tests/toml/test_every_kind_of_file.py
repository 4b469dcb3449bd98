"""Each kind of TOML file that an office writes: all of its faults at once, each with its true line and column.

Where a fault is to be told, the texts have its code between ‹ and ›, which are taken out before they are read.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigner.artefacts.registry import artefact
from campaigner.config import load_config
from campaigner.delivery.credentials import FILE, credentials
from campaigner.delivery.profiles import read_profile
from campaigner.domain.campaign import Channel
from campaigner.domain.problem import Problem
from campaigner.errors import GatewayError
from campaigner.intake.ruleset import read_own_rules
from campaigner.rendering.library import read_template
from tests.checking import OUR_RULE, read_warning

Expected = list[tuple[str, int, int | None]]
_MARK = re.compile("‹(.*?)›")


def marked(text: str) -> tuple[str, Expected]:
    """A text without its marks, and what they say: (code, line, column)."""
    expected: Expected = []
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        while mark := _MARK.search(line):
            expected.append((mark[1], number, mark.start() + 1))
            line = line[: mark.start()] + line[mark.end() :]  # noqa: PLW2901 - mark after mark
        lines.append(line)
    return "\n".join(lines), expected


def seen(problems: list[Problem]) -> Expected:
    found = [(problem.code, problem.line, problem.column) for problem in problems]
    return sorted(found, key=lambda each: (each[1] or 0, each[2] or 0))  # type: ignore[return-value,arg-type]


CONFIG = """\
[office]
name = "幸福镇反诈中心"
place = "幸福镇"
‹toml-twice›place = "平安镇"

[audiences.residents]
kind = "people"
file = "audiences/residents.csv"
columns = { name = "姓名", ‹toml-twice›name = "户主", ‹config-type›village = 3 }

[segments.elderly]
audience = "residents"
‹config-unknown-key›fliter = "age >= 60"

[gateways.carrier]
kind = "files"
signature = "幸福镇反诈中心"
‹config-type›price = "5分"
formats = [
  "csv",
  ‹config-unknown-format›"xls",
  ‹config-unknown-format›"pdf",
]

[campaigns.monday]
segment = "elderly"
warnings = [
  "flight",
  ‹config-type›7,
]
schedule = { cron = "0 9 * * ‹config-cron›mno" }
channels.sms = { template = "sms/elderly", ‹config-unknown-value›guardians = "al" }
‹config-unknown-value›gateway = "carier"

[campaigns.tuesday]
segment = ‹toml-syntax›elderly
warnings = ["flight"]
schedule = { cron = "0 9 * * tue" }
gateway = "carrier"
channels.sms = { template = "sms/elderly", ‹config-unknown-key›tempalte = "x" }

[campaigns.‹toml-twice›monday]
segment = "nobody"

[people.li]
name = "李所长"
users = ["li"]
roles = ["author", ‹config-unknown-role›"aprover"]
"""


def of_config(folder: Path, text: str) -> list[Problem]:
    (folder / "config.toml").write_text(text, "utf-8")
    config, problems = load_config(folder)
    assert config is None
    return problems


WARNING = """\
id = "flight"
‹warning-type›name = 3
aliases = ["航班取消", ‹warning-empty›""]
victims = "准备出行的人"
‹warning-key-unknown›victim = "x"
method = '''
有人来电说航班取消。
victims = "这里不是配置项"
'''
red_flags = [
  "来电说航班取消",
  ‹warning-type›7,
  ‹warning-empty›" ",
]
rule = "要您先交钱的，都是诈骗。"
advice = ["自己打航空公司电话"]
short = "要您先交钱的，都是诈骗。"
‹toml-twice›rule = "再说一遍"
long = ‹toml-syntax›“出门前看一眼。”
headline = "航班取消？"
large = ["航班取消？", ‹warning-too-long›"一二三四五六七八九十一二三四五六七"]
‹warning-type›valid_from = "2026-01-01"
reviewed_on = 2026-11-20
‹warning-status›status = "reviewd"

[[‹warning-key-missing›sources]]
report = "R1"
[[sources]]
report = "R2"
place = "第二段"
‹warning-key-unknown›page = 3
"""


def of_a_warning(folder: Path, text: str) -> list[Problem]:
    (folder / "flight.toml").write_text(text, "utf-8")
    warning, problems = read_warning(folder / "flight.toml", folder)
    assert warning is None
    return problems


PROFILE = """\
title = "本县移动"
‹profile-value›chraset = "utf-8"
formats = [
  "csv",
  ‹profile-value›"pdf",
]
‹profile-value›rows_per_file = -1
‹profile-value›header = "yes"
‹profile-value›file_name = "{run}"
line_end = ‹toml-syntax›crlf
columns = [
  { value = "phone", header = "号码" },
  { value = "text", ‹profile-value›headr = "内容" },
  { ‹profile-value›value = "tetx", header = "备注", ‹profile-value›width = "宽" },
  ‹profile-value›{ value = "id", header = "号码" },
]
status.words = { "成功" = "delivered", ‹profile-value›"失败" = "nonsense" }
status.columns = { "状态" = "status", ‹toml-twice›"状态" = "phone" }
"""


def of_a_profile(_folder: Path, text: str) -> list[Problem]:
    profile, problems = read_profile(text, "templates/carriers/mine.toml")
    assert profile is None
    return problems


TEMPLATE = """\
+++
id = "sms/own"
‹template-front-matter›chanel = "sms"
channel = "sms"
‹template-front-matter›title = 3
‹template-front-matter›channel = "letter"
‹template-front-matter›kind = "persons"
segments = [
  "elderly",
  ‹template-front-matter›60,
]
warnings = ‹template-front-matter›flight
+++
{{ recipient.name }}您好，
{{ warnnig.short }}
"""


def of_a_template(folder: Path, text: str) -> list[Problem]:
    (folder / "own.txt.jinja").write_text(text, "utf-8")
    template, problems = read_template(folder / "own.txt.jinja", folder, artefact(Channel.SMS).form)
    assert template is None
    body = [problem for problem in problems if problem.code != "template-front-matter"]
    assert [(problem.code, problem.line) for problem in body] == [("template-unknown-variable", 15)]
    return [problem for problem in problems if problem not in body]


RULES = f"""\
‹rules-unusable›tlds = "wang"
{OUR_RULE}‹rules-unusable›levle = "warn"

[[‹rules-unusable›pattern]]
‹rules-unusable›rule = "OUR-02"
id = "dialect"
find = [
  '侬好',
  '侬‹rules-unusable›(?=好)',
  '<<greet>>好',
  '请‹rules-unusable›<<nobody>>',
]
triggers = ["侬好", ‹rules-unusable›""]
spare = ["negated", ‹rules-unusable›"said so"]
‹rules-unusable›need = "诈骗"

[[pattern]]
rule = "OUR-01"
‹rules-unusable›id = "must-install"
find = "侬好"
triggers = ["侬好"]
message = "dialect"
message = "dialect"

[groups]
‹rules-unusable›install = "(?!)"
greet = "侬|您"
greeting = "‹rules-unusable›<<hello>>好"

[context]
‹rules-unusable›negater = "不"

[numbers.official]
"0571-87654321" = "本县反诈中心"
‹rules-unusable›"96111" = 1

[[expiry.list]]
words = ["世博会"]
‹rules-unusable›valid_until = "2010-10-31"
why = "世博会早已结束。"
""".replace('\nmessage = "dialect"\nmessage', '\nmessage = "dialect"\n‹rules-unusable›message')


def of_rules(folder: Path, text: str) -> list[Problem]:
    (folder / "rules.toml").write_text(text, "utf-8")
    rules, problems = read_own_rules(folder / "rules.toml", "templates/rules.toml")
    assert rules is None
    return problems


KINDS = {
    "config": (CONFIG, of_config),
    "warning": (WARNING, of_a_warning),
    "carrier's form": (PROFILE, of_a_profile),
    "front matter": (TEMPLATE, of_a_template),
    "own rules": (RULES, of_rules),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_all_faults_of_a_file_are_told_at_once_where_they_stand(kind: str, end: str, tmp_path: Path) -> None:
    written, read = KINDS[kind]
    text, expected = marked(written)
    problems = read(tmp_path, text.replace("\n", end))
    assert seen(problems) == expected
    assert len(expected) >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_no_other_line_is_told_of(kind: str, tmp_path: Path) -> None:
    """A key that was refused is not missing, and what stands in for it has no faults of its own."""
    written, read = KINDS[kind]
    _text, expected = marked(written)
    lines = {line for _code, line, _column in expected}
    assert {problem.line for problem in read_marked(read, written, tmp_path)} <= lines


def read_marked(read: Callable[[Path, str], list[Problem]], written: str, folder: Path) -> list[Problem]:
    return read(folder, marked(written)[0])


_NAMES = re.compile(
    r"`[^`]*`|<<\w+>>|[a-z]+(?:[._-]\w+)+|\b(?:needs|unless|find|id|why|true|false|UTF-8|TOML|phone)\b|[A-Z]+-\d+"
    r"|“[^”]*”|（[a-z_.]+）|[a-z0-9_.]+：|\"[^\"]*\"|[(（][a-z_]+[)）]|\{\w+\}"
)
"""What stands in a Chinese line as it stands in the file: keys, values, word groups."""


@pytest.mark.parametrize("kind", KINDS)
def test_chinese_lines_are_chinese(kind: str, tmp_path: Path) -> None:
    written, read = KINDS[kind]
    for problem in read_marked(read, written, tmp_path):
        words = _NAMES.sub("", problem.message_zh)
        assert re.search("[\u4e00-\u9fff]", words), problem
        assert not re.search("[a-z]{4,} [a-z]{2,}", words), problem


def test_all_faults_of_the_credentials_are_told_at_once_without_a_value(tmp_path: Path) -> None:
    text, expected = marked("""\
[carrier]
password = ‹toml-syntax›hush1"
‹config-type›key_file = 20262026
password2 = "hush2"
‹toml-twice›password2 = "hush3"
[other]
password = 3
""")
    (tmp_path / FILE).write_text(text, "utf-8")
    (tmp_path / FILE).chmod(0o600)
    with pytest.raises(GatewayError) as refused:
        credentials(tmp_path, {}, "carrier", ["password", "key_file"])
    told = str(refused.value)
    places = [
        (int(line), int(column)) for line, column in re.findall(rf"{FILE}:(\d+):(\d+)", refused.value.english)
    ]
    assert sorted(places) == [(line, column) for _code, line, column in expected]
    assert "hush" not in told
    assert "20262026" not in told
