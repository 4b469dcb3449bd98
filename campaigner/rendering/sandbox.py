"""Jinja as templates get it: a sandbox in which nothing is undefined, unreadable, or longer than a text can be."""

from collections.abc import Callable
from typing import Any

from jinja2 import StrictUndefined
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaigner.rendering.analysis import FACTS
from campaigner.rendering.permitted import Pace, added, concatenated, restrict
from campaigner.rendering.shown import shown


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which need not look again at each text whether a warning has a short text to show."""

    intercepted_binops = frozenset({"+"})
    concatenated = staticmethod(concatenated)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`left + right`, measured first."""
        return added(left, right) if operator == "+" else super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What an object has under a name: what is listed at once, all else as the sandbox judges it."""
        if attribute in FACTS.get(type(obj), ()):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


def environment(
    escape: Callable[[str], str] | None, pace_of_text: Pace | None = None
) -> ImmutableSandboxedEnvironment:
    """Jinja as templates get it: a sandbox, nothing undefined or unreadable, values escaped as data.

    Args:
        escape: Turns a value into text that is no markup; None where the text has no markup.
        pace_of_text: Measures what is written.
    """
    paced = pace_of_text or Pace()
    env = _Sandbox(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize(escape, paced),
    )
    restrict(env, paced)
    return env


def _finalize(escape: Callable[[str], str] | None, paced: Pace) -> Callable[[Any], Any]:
    """What becomes of an expression's value before it stands in the text."""
    show = paced.show

    def plain(value: Any) -> Any:
        value = shown(value)
        show(len(value) if type(value) is str else len(str(value)))
        return value

    if escape is None:
        return plain

    def escaped(value: Any) -> str:
        text = str(shown(value))
        show(len(text))
        return escape(text)

    return escaped
