"""Masking a name wherever it stands in what is kept of a sheet."""

from typing import Any

from campaigner.domain.people import masked_name


def replaced(value: Any, name: str) -> Any:
    """The same data with a name masked wherever it stands.

    Args:
        value: JSON-ready data.
        name: The name; with "" nothing is masked.
    """
    if isinstance(value, str):
        return value.replace(name, masked_name(name)) if name else value
    if isinstance(value, dict):
        return {key: replaced(entry, name) for key, entry in value.items()}
    if isinstance(value, list):
        return [replaced(entry, name) for entry in value]
    return value
