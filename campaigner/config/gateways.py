"""[gateways.NAME]: what all ways out have, and what their kind understands besides."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from campaigner import sanity
from campaigner.config.operations import read_window
from campaigner.delivery.gateway import Preparing, Setting
from campaigner.delivery.registry import kind, kinds
from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.timetable import Ceilings
from campaigner.errors import GatewayError
from campaigner.toml.table import Table


def read_gateway(name: str, table: Table, folder: Path) -> GatewayPlan:
    """A way out; its kind says which keys it knows, and what it needs of the working folder."""
    word = table.text("kind", "files", required=True)
    if word not in kinds():
        table.unknown(word, kinds(), "kind", what="kind", what_zh="出口类型")
    signature, suffix = sanity.signature(table), sanity.suffix(table)
    price_milli = sanity.price(table)
    window = read_window(table, "window")
    ceilings = Ceilings(table.count("per_hour", 0, least=0), table.count("per_day", 0, least=0))
    halt = table.count("halt_percent", 20, least=0)
    settings = _settings(word, table)
    options: Mapping[str, Any] = {setting.name: _value(table, setting) for setting in settings or ()}
    if settings is not None:
        table.finish()
        options = _prepared(word, table, options, folder)
    return GatewayPlan(name, word, signature, suffix, price_milli, options, window, ceilings, halt)


def _settings(word: str, table: Table) -> tuple[Setting, ...] | None:
    """The keys of a kind; None where the kind cannot be asked, so that its keys are not called unknown."""
    try:
        found = kind(word)
    except GatewayError as error:
        table.fault("config-gateway-package", error.english, f"出口类型 {word} 所需的软件包没有安装", "kind")
        return None
    return found.settings if found else None


def _prepared(word: str, table: Table, options: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """The settings with what the files say that they name."""
    found = kind(word)
    if not isinstance(found, Preparing):
        return options
    prepared, faults = found.prepare(options, folder)
    for fault in faults:
        table.fault("config-gateway-value", fault.message, fault.message_zh, fault.key)
    return prepared


def _value(table: Table, setting: Setting) -> Any:
    read: Mapping[type, Any] = {str: _text, int: _count, bool: _flag, tuple: _texts}
    return read[setting.type](table, setting)


def _text(table: Table, setting: Setting) -> str:
    if setting.choices:
        return table.choice(setting.name, setting.choices, setting.default, required=setting.required)
    return table.text(setting.name, setting.default, required=setting.required)


def _flag(table: Table, setting: Setting) -> bool:
    return table.flag(setting.name, default=setting.default)


def _count(table: Table, setting: Setting) -> int:
    value = table.count(setting.name, setting.default, least=setting.least)
    if setting.most is not None and value > setting.most:
        table.fault(
            "config-range", f"must be at most {setting.most}", f"不能大于 {setting.most}", setting.name
        )
        return int(setting.default)
    return value


def _texts(table: Table, setting: Setting) -> tuple[str, ...]:
    name, default = setting.name, setting.default
    if setting.choices:
        return table.choices(
            name, setting.choices, default, required=setting.required, what=name.removesuffix("s")
        )
    return table.texts(name, default, required=setting.required)
