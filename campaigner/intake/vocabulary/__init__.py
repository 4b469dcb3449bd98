"""The vocabulary of findings: TOML files beside this one, read into the domain's types."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from campaigner.domain.findings.finding import Certainty, FindingKind
from campaigner.domain.findings.vocabulary import Listing, ScamType, Term, Vocabulary
from campaigner.errors import ConfigError
from campaigner.toml.reading import shipped_values

_IGNORED = "ignored"


@cache
def load_vocabulary() -> Vocabulary:
    """The vocabulary that campaigner ships, read once.

    Raises:
        ConfigError: A file of the installation is damaged; names the file.
    """
    terms: list[Term] = []
    types: list[ScamType] = []
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            read_terms, read_types = parse_vocabulary(file.read_text(encoding="utf-8"), file.name)
            terms += read_terms
            types += read_types
    return Vocabulary.of(terms, types)


def parse_vocabulary(text: str, source: str) -> tuple[list[Term], list[ScamType]]:
    """The terms and scam types of one vocabulary file.

    Args:
        text: TOML with `kind`, `[[term]]` tables and, for scam types, `[[type]]` tables.
        source: File name, for the message.

    Raises:
        ConfigError: The text is no TOML, or a key is missing, unknown or of the wrong kind.
    """
    try:
        values = shipped_values(text, source)
        kind = values.get("kind", "")
        types = [_scam_type(entry) for entry in values.get("type", [])]
        terms = [_term(entry, kind) for entry in values.get("term", [])]
        terms += [Term(None, "", tuple(entry["spellings"])) for entry in values.get(_IGNORED, [])]
        Vocabulary.of(terms, types)
    except (KeyError, TypeError, ValueError) as fault:
        raise ConfigError(
            f"the vocabulary file {source} is damaged: {fault}\n"
            f"词表文件 {source} 已损坏：请重新安装 campaigner，或恢复该文件"
        ) from fault
    return terms, types


def _term(entry: Mapping[str, Any], kind: str) -> Term:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    values["kind"] = FindingKind(entry.get("kind", kind))
    values["certainty"] = Certainty(entry.get("certainty", Certainty.CERTAIN))
    values.setdefault("spellings", ())
    return Term(**values)


def _scam_type(entry: Mapping[str, Any]) -> ScamType:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    values["listings"] = tuple(Listing(**listing) for listing in entry.get("listings", ()))
    return ScamType(**values)
