"""No command wants a person's number on its command line, where the shell's history and `ps` show it."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from campaigner.cli import COMMANDS, cli
from campaigner.cli.phones import PERSON, PHONE
from campaigner.errors import UsageError
from tests.guard import numbers_in

NUMBER = "13800138000"


def commands() -> Iterator[tuple[str, click.Command]]:
    def below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield name, command
        if isinstance(command, click.Group):
            for word, one in command.commands.items():
                yield from below(f"{name} {word}", one)

    context = click.Context(cli)
    for word in COMMANDS:
        command = cli.get_command(context, word)
        assert command is not None
        yield from below(word, command)


ALL = dict(commands())
TAKE_PHONES = sorted(
    name
    for name, command in ALL.items()
    if any(parameter.type in (PHONE, PERSON) for parameter in command.params)
)


def test_which_commands_take_a_phone() -> None:
    assert TAKE_PHONES == [
        "explain", "optout add", "optout lift", "optout remove",
        "subject delete", "subject export", "subject show",
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(ALL))
def test_whatever_looks_like_a_phone_may_come_over_the_standard_input(name: str) -> None:
    """By its name, by what stands for it in the help, or because an example has a number in it."""
    command = ALL[name]
    for parameter in command.params:
        words = f"{parameter.name} {getattr(parameter, 'metavar', '') or ''}".lower()
        if any(word in words for word in ("phone", "mobile", "msisdn")):
            assert parameter.type in (PHONE, PERSON), f"{name}: {parameter.name}"
    examples = [line for line in (command.help or "").splitlines() if line.split()[:1] == ["campaigner"]]
    for line in examples:
        if numbers_in(line):
            called = " ".join(line.split()[1:3])
            assert called in TAKE_PHONES or line.split()[1] in TAKE_PHONES, line


@pytest.mark.parametrize("name", TAKE_PHONES)
def test_each_of_them_says_so_in_its_help(name: str) -> None:
    shown = CliRunner().invoke(cli, [*name.split(), "--help"]).output
    assert "may be `-`" in " ".join(shown.split())
    assert "standard input" in " ".join(shown.split())


@pytest.mark.parametrize(
    "words",
    [
        ("optout", "add", "-", "--by", "王经办"),
        ("optout", "lift", "-", "--by", "王经办", "--reason", "本人来电"),
        ("optout", "remove", "-", "--by", "王经办", "--reason", "本人来电"),
        ("subject", "show", "-", "--reason", "本人来电"),
        ("subject", "delete", "-", "--reason", "本人来电"),
        ("explain", "-"),
    ],
)
def test_each_of_them_reads_it(office: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, ["-C", str(office), *words], input=f"{NUMBER}\n", standalone_mode=False)
    assert result.exception is None, result.output


def test_a_copy_is_made_of_whom_the_standard_input_names(office: Path, tmp_path: Path) -> None:
    add = ["-C", str(office), "optout", "add", "-", "--by", "王经办"]
    assert CliRunner().invoke(cli, add, input=NUMBER, standalone_mode=False).exception is None
    words = [
        "-C",
        str(office),
        "subject",
        "export",
        "-",
        "--reason",
        "本人申请",
        "--to",
        str(tmp_path / "c.zip"),
    ]
    assert CliRunner().invoke(cli, words, input=f" {NUMBER} \n", standalone_mode=False).exception is None
    assert (tmp_path / "c.zip").is_file()


@pytest.mark.parametrize("given", ["", "\n", "1380013800\n", "13800138000x13900139000\n"])
def test_what_is_no_number_is_refused_and_not_repeated(office: Path, given: str) -> None:
    words = ["-C", str(office), "subject", "show", "-", "--reason", "x"]
    result = CliRunner().invoke(cli, words, input=given, standalone_mode=False)
    assert isinstance(result.exception, UsageError)
    assert not given.strip() or given.strip() not in str(result.exception)
