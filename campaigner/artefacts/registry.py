"""Kinds of artefacts by name: ours, and those of installed plugins, through the entry points `campaigner.artefacts`."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, assert_never, cast

from campaigner.domain.campaign import Channel, Route
from campaigner.domain.problem import Level, Problem
from campaigner.domain.wording.rules import READ_AS
from campaigner.errors import ArtefactError

if TYPE_CHECKING:
    from campaigner.artefacts.kind import Artefact, Printed
    from campaigner.rendering.form import TemplateForm

GROUP = "campaigner.artefacts"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_UNIT_ELSE = "份"


def _sms() -> "Artefact":
    from campaigner.artefacts.sms import Sms

    return Sms()


def _letter() -> "Printed":
    from campaigner.artefacts.letter import Letters

    return Letters()


def _poster() -> "Printed":
    from campaigner.artefacts.poster import Posters

    return Posters()


_PRINTED: Mapping[str, "Callable[[], Printed]"] = {"letter": _letter, "poster": _poster}
"""Our own kinds that are printed; mypy holds each to what is asked of it."""
_OURS = (Channel.SMS.value, *_PRINTED)


def names() -> list[Channel]:
    """Every kind that is installed, ours first."""
    theirs = sorted({point.name for point in plugins()} - set(_OURS))
    return [Channel(name) for name in (*_OURS, *theirs)]


def artefact(channel: Channel) -> "Artefact":
    """The kind of that name.

    Raises:
        ArtefactError: None is installed, or it cannot do all that is asked of it.
    """
    match channel.route:
        case Route.GATEWAY:
            return _text_message()
        case Route.FOLDER:
            return printed(channel)
        case never:
            assert_never(never)


@cache
def _text_message() -> "Artefact":
    return _sms()


@cache
def printed(channel: Channel) -> "Printed":
    """The kind of that name, which can be printed.

    Raises:
        ArtefactError: None is installed, or it cannot do all that is asked of it, or it goes over gateways.
    """
    if channel in _PRINTED:
        return _PRINTED[channel]()
    brought = [point for point in plugins() if point.name == channel]
    if len(brought) > 1:
        both = ", ".join(point.value for point in brought)
        raise ArtefactError(
            f"artefact `{channel}` is brought by more than one package: {both}",
            f"“{channel}”由多个程序包提供：{both}",
        )
    if brought:
        return _loaded(brought[0])
    raise ArtefactError(
        f"no installed package writes and prints `{channel}`; known are {', '.join(names())}",
        f"没有安装能制作“{channel}”的程序包；可用的有：{'、'.join(names())}",
    )


def is_usable(channel: Channel) -> bool:
    """Whether a kind is installed and can do all that is asked of it."""
    try:
        artefact(channel)
    except ArtefactError:
        return False
    return True


def titles(channel: Channel) -> tuple[str, str]:
    """What officers call a kind, and what its recipients are counted in; its name where it is not installed now."""
    try:
        found = artefact(channel)
    except ArtefactError:
        return channel.value, _UNIT_ELSE
    return found.title, found.unit


def forms() -> "tuple[TemplateForm, ...]":
    """What the templates of each kind that can be used look like."""
    return tuple(artefact(name).form for name in names() if is_usable(name))


def faults() -> list[Problem]:
    """What is wrong with installed plugins; what needs one of them is blocked by its plan."""
    wrong = [
        _broken(point, "has the name of a kind of campaigner and is not used", "与自带的种类同名，不使用")
        for point in plugins()
        if point.name in _OURS
    ]
    for name in names():
        try:
            artefact(name)
        except ArtefactError as error:
            wrong.append(error)
    return [
        Problem("artefact-broken", error.message, error.message_zh, "config.toml", level=Level.WARN)
        for error in wrong
    ]


@cache
def plugins() -> tuple[EntryPoint, ...]:
    """What installed packages bring, in order of name."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)))


def _loaded(point: EntryPoint) -> "Printed":
    """A plugin's kind, once it is seen that it can do all that is asked of it."""
    try:
        made = point.load()
        found = made() if isinstance(made, type) else made
    except Exception as error:  # noqa: BLE001 - somebody else's code may raise anything
        raise _broken(point, f"cannot be loaded: {error!r}", f"无法加载：{error!r}") from None
    if wrong := list(_wrong(found, point.name)):
        raise _broken(
            point, "; ".join(english for english, _zh in wrong), "；".join(chinese for _en, chinese in wrong)
        )
    return cast("Printed", found)


def _broken(point: EntryPoint, why: str, why_zh: str) -> ArtefactError:
    return ArtefactError(
        f"artefact `{point.name}` ({point.value}) {why}", f"材料“{point.name}”（{point.value}）{why_zh}"
    )


def _wrong(found: Any, name: str) -> Iterator[tuple[str, str]]:
    """What of all that is asked of a kind something does not have."""
    from campaigner.artefacts.kind import Artefact, Printed
    from campaigner.domain.people import Kind

    if not _NAME.fullmatch(name):
        yield "has a name that no folder can have", "名称只能用小写字母、数字和连字符"
    wanted = {**vars(Artefact), **vars(Printed)}
    fields = sorted(Artefact.__annotations__)
    methods = sorted(key for key, value in wanted.items() if inspect.isfunction(value) and key[0] != "_")
    for key in (*fields, *methods):
        if not hasattr(found, key):
            yield f"lacks `{key}`", f"缺少 {key}"
        elif key in methods and not _takes(getattr(found, key), wanted[key]):
            yield f"has a `{key}` that takes something else", f"{key} 的参数不对"
    if any(not hasattr(found, key) for key in fields):
        return
    if found.channel != name or found.form.channel != name:
        yield f"calls itself `{found.channel}` and `{found.form.channel}`", "自称的名称与登记的不同"
    if found.wording not in READ_AS:
        yield f"is read as `{found.wording}`, none of {', '.join(sorted(READ_AS))}", "wording 取值不对"
    if not found.audiences or not found.audiences <= set(Kind):
        yield f"goes to {sorted(found.audiences)}, no lists", "audiences 取值不对"


def _takes(method: Any, wanted: Any) -> bool:
    """Whether a bound method can be called as the one that is asked for."""
    count = len(inspect.signature(wanted).parameters) - 1
    try:
        inspect.signature(method).bind(*[None] * count)
    except (TypeError, ValueError):
        return False
    return True
