"""A phone as a command takes it: written out, or read from the standard input, so that nothing else gets to see it."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from campaigner.domain.phone import parse_phone
from campaigner.errors import UsageError

_F = TypeVar("_F", bound=Callable[..., Any])
STDIN = "-"
"""What stands for the standard input: a command line is kept in the shell's history and shown by `ps`."""


class _Said(click.ParamType[Any]):
    """A text that may be read from the standard input, and is never repeated in an error."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002
        """The text, or the first line of the standard input."""
        if value != STDIN:
            return value
        if sys.stdin.isatty():
            click.echo("手机号码：", nl=False, err=True)
        line = sys.stdin.readline().strip()
        if not line:
            raise UsageError("nothing came over the standard input; 标准输入中没有号码")
        return line


class _Phone(_Said):
    """A mobile number."""

    name = "phone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number.

        Raises:
            UsageError: It is none.
        """
        phone = value if isinstance(value, int) else parse_phone(super().convert(value, param, ctx))
        if not isinstance(phone, int) or not phone:
            raise UsageError("that is no mobile number of eleven digits; 不是11位手机号码")
        return phone


PHONE, PERSON = _Phone(), _Said()
"""A mobile number; a mobile number, or an audience and a line in its file."""


def phone_argument(function: _F) -> _F:
    """The phone that a command is about."""
    return click.argument("phone", metavar="PHONE", type=PHONE)(function)


def person_argument(function: _F) -> _F:
    """The phone, or the line of an audience, that a command is about."""
    return click.argument("who", metavar="PHONE-OR-ID", type=PERSON)(function)
