"""A template from a stranger: it reads nothing, runs nothing, and ends soon with no more than a text."""

import resource
from pathlib import Path
from typing import Any

import pytest

from campaigner.artefacts import registry
from campaigner.cli import main
from campaigner.domain.campaign import Channel
from campaigner.rendering.library import Template, Writer, read_template
from tests.pace import references

HEAD = '+++\nid = "sms/own"\nchannel = "sms"\nkind = "people"\n+++\n'
SOON = 150
"""Times the reference work, some seconds; without bounds most of these would take minutes or all memory."""

OUT = [
    pytest.param("{{ ''.__class__ }}", id="class of a text"),
    pytest.param("{{ ''.__class__.__mro__[1].__subclasses__() }}", id="the classic walk"),
    pytest.param("{{ ()|attr('__class__') }}", id="attr filter"),
    pytest.param("{{ warning['__class__'] }}", id="class by index"),
    pytest.param("{{ warning['__cla' ~ 'ss__'] }}", id="class by joined index"),
    pytest.param("{{ recipient.name['__class__'] }}", id="class of a recipient's text"),
    pytest.param("{{ '{0.__class__}'.format(warning) }}", id="format method"),
    pytest.param("{{ '{0.__class__.__init__.__globals__}'.format_map(warning) }}", id="format_map method"),
    pytest.param("{{ '%s'|format(warning) }}", id="format filter"),
    pytest.param("{{ '%(x)s' % warning }}", id="percent"),
    pytest.param("{{ lipsum.__globals__['os'].popen('id').read() }}", id="lipsum"),
    pytest.param("{{ lipsum(n=3) }}", id="lipsum called"),
    pytest.param("{{ cycler('a').__init__.__globals__ }}", id="cycler"),
    pytest.param("{{ joiner.__init__.__globals__ }}", id="joiner"),
    pytest.param("{{ namespace.__init__.__globals__ }}", id="namespace"),
    pytest.param("{{ dict.mro() }}", id="dict"),
    pytest.param("{{ self.__init__ }}", id="self"),
    pytest.param("{{ self._TemplateReference__context }}", id="self, mangled"),
    pytest.param("{{ get_flashed_messages.__globals__ }}", id="a web framework's name"),
    pytest.param("{{ config }}", id="config"),
    pytest.param("{{ warnings|map(attribute='__class__')|list }}", id="map"),
    pytest.param("{{ warnings|sort(attribute='__class__') }}", id="sort by attribute"),
    pytest.param("{{ warnings|groupby('__class__') }}", id="groupby"),
    pytest.param("{{ warnings|sum(attribute='x') }}", id="sum"),
    pytest.param("{{ warnings.append(1) }}", id="changing what it is given"),
    pytest.param("{% set warnings.x = 1 %}", id="setting a part"),
    pytest.param("{% include '/etc/passwd' %}", id="include"),
    pytest.param("{% include ['a', 'b'] ignore missing %}", id="include, if there"),
    pytest.param("{% import 'x' as y %}", id="import"),
    pytest.param("{% from 'x' import y %}", id="from import"),
    pytest.param("{% extends 'x' %}", id="extends"),
    pytest.param("{% block a %}{% endblock %}", id="block"),
    pytest.param("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", id="recursive macro"),
    pytest.param("{% call warning.short() %}{% endcall %}", id="call block"),
    pytest.param("{% autoescape false %}x{% endautoescape %}", id="autoescape"),
    pytest.param("{% filter upper %}x{% endfilter %}", id="filter block"),
    pytest.param("{% with a = 1 %}{{ a }}{% endwith %}", id="with"),
    pytest.param("{{ range(10**9)|list }}", id="range"),
    pytest.param("{{ 'a' * 10**9 }}", id="a text multiplied"),
    pytest.param("{{ 'a' * 1000000000 }}", id="multiplied by a constant"),
    pytest.param("{{ [1] * 1000000000 }}", id="a list multiplied"),
    pytest.param("{{ 9**9**9**9 }}", id="power"),
    pytest.param("{{ '%1000000000d' % 1 }}", id="percent with a width"),
    pytest.param("{{ 'a'|center(1000000000) }}", id="center"),
    pytest.param("{{ 'a'|indent(1000000000) }}", id="indent"),
    pytest.param("{{ 'a'|wordwrap(1) }}", id="wordwrap"),
    pytest.param("{{ warnings|batch(1000000000, 'x')|list }}", id="batch"),
    pytest.param("{{ warnings|slice(1000000000)|list }}", id="slice"),
    pytest.param("{{ 1.0|round(400000000, 'ceil') }}", id="round"),
    pytest.param("{% for a in warnings recursive %}{{ loop(warnings) }}{% endfor %}", id="recursive loop"),
    pytest.param("{% set a %}{{ warning.short }}{% endset %}", id="set block"),
    pytest.param("{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40, id="doubling by set"),
    pytest.param("{% set a = ['x'] %}" + "{% set a = [a, a] %}" * 40 + "{{ a }}", id="doubling lists"),
    pytest.param("{{ 'a'" + "|replace('a','aaaaaaaaaa')" * 12 + " }}", id="swelling by replace"),
    pytest.param("{{ 'a'|replace('', 'a' ~ warning.long)" + "|replace('', 'aaaa')" * 9 + " }}", id="replace nothing"),
    pytest.param(
        "{% set a = warning.long|list|join(warning.long) %}" + "{% set a = a|list|join(a) %}" * 9, id="swelling by join"
    ),
    pytest.param("{{ warning.long|list|join(warning.long)|list|join(warning.long) }}", id="join upon join"),
    pytest.param("{{ '" + "a" * 20_000 + "'|list|join('" + "b" * 20_000 + "') }}", id="join of constants"),
    pytest.param(
        "{% set a = warning.long %}" + "{{ a }}" * 9000, id="shown again and again"
    ),
    pytest.param(
        "{% set a = warning.long %}{{ " + "~".join(["a"] * 9000) + " }}", id="joined in a line"
    ),
    pytest.param(
        "{% set a = warning.long %}" + "{% set a = a|upper|lower|title %}" * 1800, id="steps"
    ),
    pytest.param(
        "{% for x in [[" + ",".join(["warning.long"] * 4000) + "]] %}{% for y in [[" + ",".join(["x"] * 4000)
        + "]] %}{% for z in [[" + ",".join(["y"] * 4000) + "]] %}{{ z|string|length }}{% endfor %}{% endfor %}"
        "{% endfor %}",
        id="a list of lists as a text",
    ),
    pytest.param(
        "{% for x in [[" + ",".join(["warning.long"] * 4000) + "]] %}{% for y in [[" + ",".join(["x"] * 4000)
        + "]] %}{{ (y ~ '')|length }}{% endfor %}{% endfor %}",
        id="a list of lists joined",
    ),
    pytest.param(
        "{% for x in [[" + ",".join(["warning.long"] * 4000) + "]] %}{{ (x" + "+x" * 50 + ")|length }}{% endfor %}",
        id="lists added",
    ),
    pytest.param("{{ (warning.long" + "+warning.long" * 50 + ")|length }}", id="texts added"),
    pytest.param("{{ warnings|join('', 'secret') }}", id="join by attribute, unnamed"),
    pytest.param("字" * 20_500, id="a long text without anything"),
    pytest.param("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", id="brackets without end"),
    pytest.param("{{ " + "not " * 5000 + "1 }}", id="not without end"),
    pytest.param("{{ " + "-" * 900 + "1 }}", id="minus without end"),
    pytest.param("{{ 1" + "+1" * 3000 + " }}", id="sum without end"),
    pytest.param("{{ 1" + "0" * 9000 + " }}", id="number without end"),
    pytest.param("{{ 1e999999 }}{{ warnings[1e999999] }}", id="infinity as index"),
    pytest.param("{% if 1 %}" * 200 + "x" + "{% endif %}" * 200, id="conditions in conditions"),
    pytest.param("{% for a in warnings %}" * 30 + "x" + "{% endfor %}" * 30, id="loops in loops"),
    pytest.param(
        "{% for a in warning.long %}{% for b in warning.long %}{% for c in warning.long %}xxxxx{% endfor %}{% endfor %}"
        "{% endfor %}",
        id="loops that multiply",
    ),
    pytest.param("{{ warning.short|nonsense }}", id="unknown filter"),
    pytest.param("{{ warning.short is nonsense }}", id="unknown test"),
    pytest.param("{{ recipient.phone }}", id="a phone"),
    pytest.param("{{ recipient['pho' ~ 'ne'] }}", id="a phone by joined index"),
    pytest.param("x" * 100_000, id="a long file"),
]  # fmt: skip


class Facts:
    """Stands in for a warning; the secret is what no template may show."""

    short = "凡是要您先垫钱的，都是诈骗。"
    long = "骗子说得再好听，也不要转账。" * 40
    secret = "secret"


def read(tmp_path: Path, body: str, head: str = HEAD) -> Any:
    path = tmp_path / "templates" / "sms" / "own.txt.jinja"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((head + body).encode())
    return read_template(path, tmp_path, registry.artefact(Channel.SMS).form)


@pytest.mark.parametrize("body", OUT)
def test_a_template_does_not_reach_out(tmp_path: Path, body: str) -> None:
    """It is refused with its line, or fails while it is written; none of it takes long, or room."""

    def take() -> None:
        template, problems = read(tmp_path, body)
        if template is None:
            assert problems
            assert all(problem.line and problem.message_zh for problem in problems)
        else:
            writer = Writer(
                template, {"warning": Facts(), "warnings": [Facts()], "office": object(), "run": object()}
            )
            texts, faults = writer.block({"name": ["甲"]}, 1)
            assert texts == [None]
            assert len(faults) == 1

    room = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert references(take) < SOON
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - room < 200 << 10


FRONT = [
    pytest.param("a = " + "[" * 5000 + "]" * 5000, id="deep brackets"),
    pytest.param("a" + ".a" * 5000 + " = 1", id="deep keys"),
    pytest.param("a = 1" + "0" * 9000, id="long number"),
    pytest.param("a = 9999-99-99", id="impossible date"),
    pytest.param("id = 1\nid = 2", id="key twice"),
    pytest.param("id = ['sms/own']", id="list for a text"),
    pytest.param("title = 5", id="number for a title"),
    pytest.param('kind = {a = "people"}', id="table for a kind"),
    pytest.param('segments = "elderly"', id="text for a list"),
    pytest.param('"\\u0000" = 1', id="unknown key that does not print"),
]


@pytest.mark.parametrize("front", FRONT)
def test_front_matter_is_read_or_refused(tmp_path: Path, front: str) -> None:
    template, problems = read(tmp_path, "x", f"+++\n{front}\n+++\n")
    assert template is None
    assert problems


def test_check_tells_of_a_hostile_template_and_goes_on(
    office: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Through the command line: one bad file is a problem with its line, no traceback, the rest is checked."""
    (office / "templates/sms/own.txt.jinja").write_text(HEAD + "\n{{ 'a' * 1000000000 }}", "utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(office), "--now", "2026-11-24T10:00", "check"])
    said = capfd.readouterr()
    assert ended.value.code == 1
    assert "templates/sms/own.txt.jinja:7" in said.err
    assert "template-forbidden" in said.err
    assert "Traceback" not in said.err


def test_loops_of_an_honest_template_are_not_touched(tmp_path: Path) -> None:
    body = "{% for a in warnings %}{{ loop.index }}/{{ loop.length }}{{ a.short }}"
    body += "{{ '，' if not loop.last }}{% endfor %}"
    template, problems = read(
        tmp_path, body + "{% for c in recipient.name %}{{ c }}、{% else %}无{% endfor %}"
    )
    assert problems == []
    assert isinstance(template, Template)
    writer = Writer(
        template, {"warning": Facts(), "warnings": [Facts()] * 2, "office": object(), "run": object()}
    )
    texts, faults = writer.block({"name": ["甲" * 5] * 3000 + [""]}, 3001)
    assert faults == []
    assert texts[2999] == f"1/2{Facts.short}，2/2{Facts.short}" + "甲、" * 5
    assert texts[3000] == f"1/2{Facts.short}，2/2{Facts.short}无"
