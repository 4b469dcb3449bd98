"""The documentation is held to the code: every command, key and code has its place, and every link leads somewhere."""

import ast
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import campaigner
from campaigner import artefacts, config
from campaigner.cli import COMMANDS, cli
from campaigner.config import load_config
from campaigner.domain.expression import _single
from campaigner.domain.people import COLUMNS, Kind
from campaigner.domain.wording.rules import AppliesTo
from campaigner.intake.faults import TEXTS
from campaigner.intake.ruleset import load_rules
from campaigner.rendering.analysis import _ATTRIBUTES, printable

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PAGES = [*READMES, ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEY_ROW = re.compile(r"^\| `([a-z0-9_]+)` \|", re.MULTILINE)
ASKING = {"take", "text", "flag", "count", "texts", "choice", "table", "tables", "mapping", "named"}
"""Methods of the configuration's reader whose first argument is a key."""

EVERY_TABLE = """
zzzz = 1
[office]
name = "a"
place = "b"
zzzz = 1
[store]
zzzz = 1
[output]
zzzz = 1
[gateways.g]
kind = "files"
signature = "abc"
zzzz = 1
[audiences.a]
kind = "people"
file = "x"
zzzz = 1
[audiences.b]
kind = "places"
file = "x"
[segments.s]
audience = "a"
zzzz = 1
[segments.t]
audience = "b"
[qr.q]
content = "x"
zzzz = 1
[windows]
zzzz = 1
[caps]
zzzz = 1
[approval]
zzzz = 1
[daemon]
zzzz = 1
[calendar]
zzzz = 1
[terms.t]
first = 2026-09-01
last = 2027-01-20
zzzz = 1
[occasions.o]
start = "06-07"
zzzz = 1
[retention]
zzzz = 1
[people.p]
name = "a"
users = ["a"]
roles = ["author"]
zzzz = 1
[roles]
zzzz = 1
[executor]
zzzz = 1
[campaigns.c]
segment = "s"
warnings = ["w"]
gateway = "g"
schedule = { cron = "0 9 * * *", zzzz = 1 }
channels.sms = { template = "x", zzzz = 1 }
channels.letter = { template = "x", zzzz = 1 }
channels.poster = { template = "x", segment = "t", zzzz = 1 }
zzzz = 1
"""
"""A configuration with one unknown key in every table: each of its problems lists the keys that table knows."""
HEADINGS = {
    "office": "[office]", "store": "[store]", "output": "[output]", "gateways.g": "[gateways.NAME]",
    "audiences.a": "[audiences.NAME]", "segments.s": "[segments.NAME]", "qr.q": "[qr.NAME]",
    "windows": "[windows]", "caps": "[caps]", "approval": "[approval]", "daemon": "[daemon]",
    "executor": "[executor]", "retention": "[retention]", "people.p": "[people.NAME]", "roles": "[roles]",
    "calendar": "[calendar]", "terms.t": "[terms.NAME]", "occasions.o": "[occasions.NAME]",
    "campaigns.c": "[campaigns.NAME]", "campaigns.c.schedule": "schedule",
    "campaigns.c.channels.sms": "channels.sms", "campaigns.c.channels.letter": "channels.letter",
    "campaigns.c.channels.poster": "channels.poster",
}  # fmt: skip
"""Table of `EVERY_TABLE` -> its heading in docs/config.md."""


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def command_of(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def sections(text: str) -> dict[str, str]:
    """Heading of the second level -> the text below it."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as web pages of repositories make them."""
    titles = re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


# ---- commands ----


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_page_with_all_its_parts(name):
    text = text_of(DOCS / "commands" / f"{name}.md")
    assert text.startswith(f"# campaigner {name}\n")
    assert f"\n{COMMANDS[name]}\n" in text
    headings = set(sections(text))
    assert {"What it does", "Options", "Example", "Exit status", "See also"} <= headings


@pytest.mark.parametrize("name", COMMANDS)
def test_every_page_names_exactly_the_options_that_exist(name):
    table = sections(text_of(DOCS / "commands" / f"{name}.md"))["Options"]
    documented = set(re.findall(r"^\| `(--[a-z-]+)", table, re.MULTILINE))
    command = command_of(name)
    commands = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
    options = [param for each in commands for param in each.params if isinstance(param, click.Option)]
    assert documented == {option for param in options for option in param.opts if option.startswith("--")}


def test_no_page_is_left_of_a_command_that_is_gone():
    assert {path.stem for path in (DOCS / "commands").glob("*.md")} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_and_its_one_line_help(name):
    said = command_of(name).help or ""
    assert "Example:" in said
    assert COMMANDS[name] == said.splitlines()[0]


def test_help_mentions_every_command():
    shown = CliRunner().invoke(cli, ["--help"])
    assert shown.exit_code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name}\b", shown.output, re.MULTILINE), name
        assert f"(commands/{name}.md)" in text_of(DOCS / "index.md"), name


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_every_command_line_that_is_shown_can_be_called(path):
    for kind, code in FENCED.findall(text_of(path)):
        for line in code.splitlines() if kind == "console" else ():
            if line.startswith("campaigner "):
                assert_callable(line)


def assert_callable(line: str) -> None:
    """The commands and the options of a line exist."""
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = cli
    of_option = False
    for word in words:
        if of_option:
            of_option = False
        elif word.startswith("-"):
            known = {option: param for param in command.params for option in param.opts}
            assert word in known, line
            found_option = known[word]
            of_option = isinstance(found_option, click.Option) and not found_option.is_flag
        elif isinstance(command, click.Group) and (word in COMMANDS or command is not cli):
            found = command.get_command(click.Context(command), word)
            command = found or command
        elif command is cli:
            pytest.fail(f"no such command: {line}")
        if "]" in word or word.startswith("["):
            return


@pytest.mark.parametrize("path", READMES, ids=relative)
def test_targets_of_make_exist(path):
    targets = set(re.findall(r"^make (\w+)$", text_of(path), re.MULTILINE))
    assert {"demo", "test"} <= targets
    assert targets <= set(re.findall(r"^(\w+):", text_of(ROOT / "Makefile"), re.MULTILINE))


# ---- the first own campaign, step by step as the README has it ----

STEP = re.compile(r"<!-- (file|append): (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", READMES, ids=relative)
def test_a_reader_of_the_readme_finds_the_own_warning_in_the_batch(path, tmp_path, monkeypatch):
    text = text_of(path)
    tutorial = text[text.index("campaigner init my-office") :]
    shown = [code for kind, code in FENCED.findall("```console\n" + tutorial) if kind == "console"]
    lines = [line for code in shown for line in code.splitlines()]
    monkeypatch.chdir(tmp_path)
    assert lines[:2] == ["campaigner init my-office", "cd my-office"]
    assert called(lines[0])[0] == 0
    monkeypatch.chdir("my-office")
    for kind, name, content in STEP.findall(tutorial):
        with Path(name).open("a" if kind == "append" else "x", encoding="utf-8") as file:
            file.write(f"\n{content}" if kind == "append" else content)
    for line in lines[2:]:
        status, output = called(line)
        assert status == 0, output
        if line == "campaigner check":
            assert "16 templates, 18 warnings, 19 segments, 9 campaigns. No problems." in output
        if line.startswith("campaigner generate"):
            assert called(f"{line.replace('generate', 'approve')} --by 王经办")[0] != 0
    (batch,) = Path("out").glob("living-alone-calls-*/sms/*.csv")
    rows = batch.read_text("utf-8-sig").splitlines()
    example = next(line for line in text.splitlines() if line.startswith("193****"))
    assert rows[0] == "手机号码,短信内容,编号"
    assert [re.sub(r"(?<=^\d{3})\d{4}", "****", row) for row in rows[1:2]] == [example]
    assert {row.split(",")[1] for row in rows[1:]} == {example.split(",")[1]}


def called(line: str) -> tuple[int, str]:
    """Exit status and output of a command line, on a day on which all that is shown holds."""
    result = CliRunner().invoke(
        cli, ["--now", "2026-12-01T09:00", *shlex.split(line)[1:]], standalone_mode=False
    )
    if result.exception:
        return 1, repr(result.exception)
    return result.return_value or 0, result.output


# ---- links and versions ----


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_every_relative_link_leads_to_a_file_and_its_heading(path):
    for link in LINK.findall(FENCED.sub("", text_of(path))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(text_of(target)), link


def test_the_index_leads_to_every_page():
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in LINK.findall(text_of(DOCS / "index.md"))}
    missing = [relative(page) for page in DOCS.rglob("*.md") if page.resolve() not in linked]
    assert missing == ["docs/index.md"]


def test_the_changelog_has_the_current_version():
    version = re.escape(campaigner.__version__)
    assert re.search(rf"^## \[{version}\]", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_no_page_names_a_path_of_one_machine_or_a_whole_phone(path):
    text = text_of(path)
    assert not re.search(r"(?<![\w.])/(?:home|root|work|Users)/", text)
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text.replace("13800138000", ""))


# ---- config.toml ----


@pytest.fixture(scope="module")
def known_keys(tmp_path_factory):
    """Table -> the keys that the reader of config.toml asks it for, in its own words."""
    folder = tmp_path_factory.mktemp("config")
    (folder / "config.toml").write_text(EVERY_TABLE, "utf-8")
    _config, problems = load_config(folder)
    found = {}
    for problem in problems:
        where, _, hint = problem.message.partition(": unknown key `zzzz`; known are ")
        if hint:
            found[where.removesuffix("zzzz").rstrip(".")] = set(hint.split(", "))
    return found


def test_every_table_of_the_configuration_was_asked(known_keys):
    assert set(known_keys) == {"", *HEADINGS}
    assert set().union(*known_keys.values()) | {"sms", "letter", "poster"} >= keys_asked_for()


def keys_asked_for() -> set[str]:
    """Every key that the configuration names when it asks a table for a value."""
    readers = (Path(config.__file__).parent, Path(artefacts.__file__).parent)
    trees = [ast.parse(text_of(path)) for folder in readers for path in sorted(folder.glob("*.py"))]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in ASKING and call.args
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
    }


@pytest.mark.parametrize("table", HEADINGS)
def test_docs_have_exactly_the_keys_of(table, known_keys):
    section = sections(text_of(DOCS / "config.md"))[HEADINGS[table]]
    assert set(KEY_ROW.findall(section)) == known_keys[table]


def test_docs_have_every_part_of_the_configuration(known_keys):
    text = text_of(DOCS / "config.md").partition("## ")[0]
    assert known_keys[""] <= set(re.findall(r"`([a-z]+)`", text))


def test_the_example_configuration_is_without_a_problem(tmp_path):
    kind, code = FENCED.findall(text_of(DOCS / "config.md"))[-1]
    assert kind == "toml"
    (tmp_path / "config.toml").write_text(code, "utf-8")
    _config, problems = load_config(tmp_path)
    assert not problems


# ---- words of the pages about lists, filters, templates ----


def test_every_fault_of_a_list_is_explained():
    table = sections(text_of(DOCS / "audiences.md"))["Problem codes"]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == set(TEXTS)


@pytest.mark.parametrize("kind", Kind)
def test_columns_stand_where_they_may_be_used(kind):
    everywhere = {column.name for column in COLUMNS[kind]}
    assert row_words("audiences.md", kind) - {kind.value} == everywhere
    filters = {column.name for column in COLUMNS[kind] if not _single(column)}
    assert row_words("filters.md", kind) - {kind.value} == filters
    assert row_words("templates.md", kind) - {kind.value} == printable(kind)


def row_words(page: str, kind: Kind) -> set[str]:
    """Words in code marks of the row of a page that begins with a kind of audience."""
    (row,) = re.findall(rf"^\| `{kind}` \|.*$", text_of(DOCS / page), re.MULTILINE)
    return set(re.findall(r"`(\w+)`", row))


@pytest.mark.parametrize("name", _ATTRIBUTES)
def test_attributes_that_templates_know_are_listed(name):
    (row,) = re.findall(rf"^\| `{name}` \|.*$", text_of(DOCS / "templates.md"), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) - {name} == _ATTRIBUTES[name]


def test_every_rule_on_text_is_listed_with_its_level():
    rows = re.findall(r"^\| `(CHK-\d\d)` \| (\w+) \| (\S+) \|", text_of(DOCS / "wording.md"), re.MULTILINE)
    rules = [rule for rule in load_rules().rules.values() if rule.applies_to is AppliesTo.TEXT]
    assert rows == [(rule.id, rule.level.value, rule.title_zh) for rule in rules]


def test_every_dependency_is_accounted_for():
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    table = text_of(DOCS / "adr" / "0009-dependencies.md").lower()
    for wanted in project["dependencies"]:
        name = re.split(r"[<>=~\[; ]", wanted, maxsplit=1)[0]
        assert re.search(rf"^\| {re.escape(name)}\b", table, re.MULTILINE), name
