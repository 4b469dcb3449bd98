import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from campaigner.artefacts import registry
from campaigner.domain.campaign import Channel
from campaigner.rendering.library import Template, Writer, read_library, read_template
from tests.conftest import ROOT

HEAD = '+++\nid = "sms/own"\nchannel = "sms"\nkind = "people"\n+++\n'


class Facts:
    """Stands in for a warning."""

    short = "凡是要您先垫钱的，都是诈骗。"


CONTEXT: Mapping[str, Any] = {"warning": Facts(), "warnings": [Facts()], "office": object(), "run": object()}


def read(tmp_path: Path, body: str, head: str = HEAD, name: str = "own.txt.jinja") -> Any:
    folder = tmp_path / "templates" / "sms"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes((head + body).encode())
    return read_template(path, tmp_path, registry.artefact(Channel.SMS).form)


def writer(tmp_path: Path, body: str) -> Writer:
    template, problems = read(tmp_path, body)
    assert problems == []
    assert isinstance(template, Template)
    return Writer(template, CONTEXT)


def test_every_shipped_template_is_faultless() -> None:
    templates, problems = read_library(ROOT / "templates", ROOT, registry.forms())
    assert problems == []
    assert len(templates) >= 15
    assert {template.channel for template in templates.values()} == set(registry.names())


def test_a_shared_text_is_written_once(tmp_path: Path) -> None:
    made = writer(tmp_path, "提醒：{{ warning.short }}\n")
    assert not made.template.personal
    assert made.one() == f"提醒：{Facts.short}"


def test_a_block_is_written_in_order(tmp_path: Path) -> None:
    made = writer(tmp_path, "{{ recipient.village }}：{{ warning.short }}{{ recipient['name'] }}")
    assert made.template.fields == ("name", "village")
    texts, faults = made.block({"name": ["甲", "乙"], "village": ["东", "西"], "phone": [1, 2]}, 2)
    assert texts == [f"东：{Facts.short}甲", f"西：{Facts.short}乙"]
    assert faults == []


@pytest.mark.parametrize(
    "name",
    ["{{ 7*7 }}", "{% raw %}", "{# x #}", "a\x1eb", "\x1e\x1e", "#read('x')", "<b>", "=1+1", "*a*", "\\"],
)
def test_a_recipients_data_stays_data(tmp_path: Path, name: str) -> None:
    made = writer(tmp_path, "[{{ recipient.name }}]")
    texts, faults = made.block({"name": ["甲", name, "乙"]}, 3)
    assert texts == ["[甲]", f"[{name}]", "[乙]"]
    assert faults == []


def test_one_faulty_row_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    made = writer(tmp_path, "第一行\n{{ 10 // (recipient.name | length - 2) }}")
    texts, faults = made.block({"name": ["甲", "乙乙", "丙丙丙"]}, 3)
    assert texts[0] == "第一行\n-10"
    assert texts[1] is None
    assert texts[2] == "第一行\n10"
    (fault,) = faults
    assert (fault.row, fault.line) == (1, 7)
    assert "zero" in fault.why


FAULTS = [
    pytest.param("x\n{{ recipient.nmae }}", 7, "did you mean `recipient.name`?", id="misspelt column"),
    pytest.param(
        "{{ recipient.phone }}", 6, "unknown variable `recipient.phone`", id="a phone is never printed"
    ),
    pytest.param("{{ recipient.occupation }}", 6, "unknown variable", id="nor what a segment is made of"),
    pytest.param("x\n\n{{ recipient }}", 8, "one of the recipient's fields", id="the recipient as a whole"),
    pytest.param("{{ recipient[1] }}", 6, "unknown variable", id="column by number"),
    pytest.param("{{ warnnig.short }}", 6, "did you mean `warning`?", id="misspelt name"),
    pytest.param("{{ warning.shrt }}", 6, "did you mean `warning.short`?", id="misspelt part of a warning"),
    pytest.param("{{ office.phone }}", 6, "unknown variable `office.phone`", id="unknown part of the office"),
    pytest.param("x\n{% if %}", 7, "Expected", id="syntax"),
    pytest.param("{{ 'open }}", 6, "", id="unclosed text"),
    pytest.param("{% for f in warning.red_flags %}", 6, "", id="unclosed loop"),
]


@pytest.mark.parametrize(("body", "line", "word"), FAULTS)
def test_a_fault_has_file_and_line(tmp_path: Path, body: str, line: int, word: str) -> None:
    template, problems = read(tmp_path, body)
    assert template is None
    assert problems[0].source == "templates/sms/own.txt.jinja"
    assert problems[0].line == line
    assert word in problems[0].message
    assert problems[0].message_zh


def test_loop_variables_and_own_names_are_known(tmp_path: Path) -> None:
    loop = "{% for w in warnings %}{{ loop.index }}{{ w.short }}{{ n }}{% endfor %}"
    body = "{% set n = 1 %}" + loop + "{{ warnings | length }}"
    assert writer(tmp_path, body).one() == f"1{Facts.short}11"


HEADS = [
    pytest.param("提醒", "begin with", id="no front matter"),
    pytest.param("+++\nid = 1\n", "not closed", id="front matter not closed"),
    pytest.param("+++\nid = \n+++\n", "Invalid value", id="front matter not TOML"),
    pytest.param(HEAD.replace("sms/own", "sms/other"), 'id: must be "sms/own"', id="wrong id"),
    pytest.param(
        HEAD.replace('channel = "sms"', 'channel = "letter"'), 'channel: must be "sms"', id="wrong channel"
    ),
    pytest.param(HEAD.replace('"people"', '"persons"'), "known are people, pupils, places", id="wrong kind"),
    pytest.param(HEAD.replace("+++\n", "+++\nsegments = 3\n", 1), "segments: wants a list", id="segments"),
    pytest.param(
        HEAD.replace("+++\n", '+++\nsegment = "x"\n', 1),
        "unknown key `segment`; did you mean `segments`?",
        id="unknown key",
    ),
]


@pytest.mark.parametrize(("head", "word"), HEADS)
def test_faulty_front_matter(tmp_path: Path, head: str, word: str) -> None:
    template, problems = read(tmp_path, "x", head)
    assert template is None
    assert any(word in problem.message for problem in problems)
    assert all(problem.line for problem in problems)


def test_a_poster_names_its_design(tmp_path: Path) -> None:
    path = tmp_path / "wide.md.jinja"
    path.write_text(
        '+++\nid = "poster/wide"\nchannel = "poster"\nkind = "places"\ndesign = "wide"\n+++\n# x', "utf-8"
    )
    template, problems = read_template(path, tmp_path, registry.artefact(Channel("poster")).form)
    assert template is None
    assert "bold, steps, calm" in problems[0].message


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    folder = tmp_path / "sms"
    folder.mkdir()
    path = folder / "own.txt.jinja"
    path.write_bytes(b"+++\n" + "提醒您".encode("gb18030"))
    template, problems = read_template(path, tmp_path, registry.artefact(Channel.SMS).form)
    assert template is None
    assert (problems[0].code, problems[0].line) == ("template-encoding", 2)


@pytest.mark.parametrize(
    "body",
    [
        "{{ warning.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ warnings.append(1) }}",
        "{{ range(10**9) | list }}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_the_sandbox_holds(tmp_path: Path, body: str) -> None:
    template, problems = read(tmp_path, body)
    if template is None:
        assert problems
        return
    with pytest.raises(
        Exception, match=r"(?i)unsafe|range too big|no loader|immutable|undefined|not safely callable"
    ):
        Writer(template, CONTEXT).one()


def test_values_of_letters_are_escaped_and_literals_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "letter"
    folder.mkdir()
    path = folder / "own.md.jinja"
    head = '+++\nid = "letter/own"\nchannel = "letter"\nkind = "pupils"\n+++\n'
    path.write_text(head + "# 标题\n\n**{{ recipient.name }}**", "utf-8")
    template, problems = read_template(path, tmp_path, registry.artefact(Channel("letter")).form)
    assert problems == []
    assert template is not None
    texts, _faults = Writer(template, CONTEXT).block({"name": ["*甲*\n# 乙"]}, 1)
    assert texts[0] is not None
    assert texts[0].startswith("# 标题\n\n**")
    assert "\\*甲\\*" in texts[0]
    assert "\n# 乙" not in texts[0]


def test_markdown_that_would_come_out_as_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "letter"
    folder.mkdir()
    path = folder / "own.md.jinja"
    head = '+++\nid = "letter/own"\nchannel = "letter"\nkind = "pupils"\n+++\n'
    path.write_text(head + "# 标题\n\n<b>粗</b>\n\n[链接](x)\n", "utf-8")
    template, problems = read_template(path, tmp_path, registry.artefact(Channel("letter")).form)
    assert template is None
    assert [(problem.code, problem.line) for problem in problems] == [
        ("template-markdown", 8), ("template-markdown", 10),
    ]  # fmt: skip


def test_a_template_travels_to_another_process(tmp_path: Path) -> None:
    made = writer(tmp_path, "{{ recipient.name }}：{{ warning.short }}\n").template
    arrived = pickle.loads(pickle.dumps(made))
    assert (arrived.id, arrived.sha256, arrived.fields, arrived.file) == (
        made.id, made.sha256, made.fields, made.file,
    )  # fmt: skip
    texts, faults = Writer(arrived, CONTEXT).block({"name": ["张三", "李四"]}, 2)
    assert faults == []
    assert texts == [f"张三：{Facts.short}", f"李四：{Facts.short}"]
